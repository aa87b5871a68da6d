#include "metrics/foot_skate.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"
#include "lib/motion/foot_contact.h"

enum { FEET = 2, JOINTS_EACH = FOOT_JOINTS / FEET };

/* A foot from frame t to the next, by its joints that touch the floor in both. */
typedef struct {
    double height; /* of the lowest of them above its level, mean of both frames; INFINITY: none */
    double way; /* horizontal, of the slowest, metres */
} Step;

static double way_of(const PoseTrack *b, size_t t, size_t joint) {
    const double *now = b->positions + 3 * (t * b->joints + joint), *next = now + 3 * b->joints;
    return hypot(next[0] - now[0], next[2] - now[2]);
}

static Step step_of(const PoseTrack *b, const FootContacts *c, size_t t, size_t foot) {
    Step s = {INFINITY, INFINITY};
    for (size_t j = foot * JOINTS_EACH; j < (foot + 1) * JOINTS_EACH; j++) {
        if (!c->down[t][j] || !c->down[t + 1][j]) continue;
        s.height = fmin(s.height, (c->height[t][j] + c->height[t + 1][j]) / 2);
        s.way = fmin(s.way, way_of(b, t, foot_joints[j]));
    }
    return s;
}

/* cm/s of the transitions with a supporting foot; returns how many. */
static size_t find_speeds(const PoseTrack *b, const FootContacts *c, double *speeds) {
    size_t count = 0;
    for (size_t t = 0; t + 1 < b->frames; t++) {
        Step left = step_of(b, c, t, 0), right = step_of(b, c, t, 1);
        const Step *s = right.height < left.height ? &right : &left;
        if (isfinite(s->height)) speeds[count++] = 100 * b->fps * s->way;
    }
    return count;
}

static void summarise(double *speeds, size_t count, size_t transitions, FootSkate *out) {
    out->support = (double)count / (double)transitions;
    if (!count) return;
    doubles_sort(speeds, count);
    out->median = (speeds[(count - 1) / 2] + speeds[count / 2]) / 2;
    out->mean = 0;
    for (size_t i = 0; i < count; i++) out->mean += speeds[i] / (double)count;
}

int foot_skate(const PoseTrack *b, FootSkate *out, Error *err) {
    *out = (FootSkate){NAN, NAN, NAN};
    if (b->frames < 2 || !foot_contacts_known(b->joints)) return 0;
    const FootContactRule rule = foot_contact_rule();
    FootContacts contacts;
    if (foot_contacts_find(b, &rule, &contacts, err)) return -1;
    double *speeds = malloc(b->frames * sizeof *speeds);
    int status = speeds ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    if (!status) summarise(speeds, find_speeds(b, &contacts, speeds), b->frames - 1, out);
    free(speeds);
    foot_contacts_free(&contacts);
    return status;
}
