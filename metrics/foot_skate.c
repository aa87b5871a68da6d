#include "metrics/foot_skate.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"

enum { LEFT_TOES = 10, RIGHT_TOES = 11 };
static const double contact_height = 0.025; /* H, metres */
static const double floor_share = 0.05; /* of the frames whose lower toes are below the floor */

static const double *toes_at(const PoseTrack *b, size_t t, size_t joint) {
    return b->positions + 3 * (t * b->joints + joint);
}

static int floor_height(const PoseTrack *b, double *height, Error *err) {
    double *low = malloc(b->frames * sizeof *low);
    if (!low) return error_set(err, "out of memory for %zu frames", b->frames);
    for (size_t t = 0; t < b->frames; t++)
        low[t] = fmin(toes_at(b, t, LEFT_TOES)[1], toes_at(b, t, RIGHT_TOES)[1]);
    doubles_sort(low, b->frames);
    *height = low[(size_t)(floor_share * (double)(b->frames - 1))];
    free(low);
    return 0;
}

static double contact_weight(double height) {
    double h = fmin(fmax(height, 0), contact_height);
    return 2 - exp2(h / contact_height);
}

/* A foot from frame t to the next. */
typedef struct {
    double weight, way; /* way: horizontal, metres */
} Step;

static Step step_of(const PoseTrack *b, size_t t, size_t joint, double floor) {
    const double *now = toes_at(b, t, joint), *next = toes_at(b, t + 1, joint);
    return (Step){contact_weight((now[1] + next[1]) / 2 - floor),
                  hypot(next[0] - now[0], next[2] - now[2])};
}

int foot_skate(const PoseTrack *b, double *speed, Error *err) {
    double floor = 0, way = 0, weight = 0;
    *speed = NAN;
    if (b->frames < 2 || b->joints <= RIGHT_TOES) return 0;
    if (floor_height(b, &floor, err)) return -1;
    for (size_t t = 0; t + 1 < b->frames; t++) {
        Step left = step_of(b, t, LEFT_TOES, floor), right = step_of(b, t, RIGHT_TOES, floor);
        const Step *s = &left;
        if (right.weight > 0 && (left.weight <= 0 || right.way < left.way)) s = &right;
        way += s->weight * s->way;
        weight += s->weight;
    }
    if (weight > 0) *speed = 100 * b->fps * way / weight;
    return 0;
}
