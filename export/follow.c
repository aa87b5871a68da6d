#include "export/follow.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/base/numbers.h"
#include "lib/motion/vec3.h"

static const double half_angle = 0.24933; /* tan 14 degrees: of the vertical field of view */
static const double turn = 0.25, lift = 0.11; /* radians: from the side, from above */
static const double flesh = 0.13; /* metres of body around the joints, and a margin */

/* --- the way --- */

/* Mean over frames t - half .. t + half, as far as both sides reach, of column k of in. */
static void smooth_column(const double *in, size_t frames, size_t k, size_t half, double *sums,
                          double *out) {
    sums[0] = 0;
    for (size_t t = 0; t < frames; t++) sums[t + 1] = sums[t] + in[3 * t + k];
    for (size_t t = 0; t < frames; t++) {
        size_t reach = half < t ? half : t;
        if (frames - 1 - t < reach) reach = frames - 1 - t;
        out[3 * t + k] = (sums[t + reach + 1] - sums[t - reach]) / (double)(2 * reach + 1);
    }
}

static double outside(double x, double low, double high) { return x - fmin(fmax(x, low), high); }

static int find_way(Follow *f, const PoseTrack *b, Error *err) {
    size_t n = b->frames, half = (size_t)lround(b->fps / 2);
    double *raw = malloc(3 * n * sizeof *raw), *sums = malloc((n + 1) * sizeof *sums);
    f->way = malloc(3 * n * sizeof *f->way);
    if (!raw || !sums || !f->way) {
        free(raw);
        free(sums);
        return error_set(err, "out of memory for %zu frames", n);
    }
    for (size_t t = 0; t < n; t++) {
        const double *root = b->positions + 3 * t * b->joints;
        raw[3 * t] = root[0];
        raw[3 * t + 1] = outside(root[1] - b->positions[1], -0.8, 0.5);
        raw[3 * t + 2] = root[2];
    }
    for (size_t k = 0; k < 3; k++) {
        smooth_column(raw, n, k, half, sums, f->way);
        smooth_column(f->way, n, k, half, sums, raw);
    }
    free(f->way);
    free(sums);
    f->way = raw;
    return 0;
}

/* --- the distance --- */

static double quantile(double *values, size_t count, double q) {
    doubles_sort(values, count);
    return values[(size_t)(q * (double)(count - 1))];
}

static void camera_axes(double right[3], double up[3], double back[3]) {
    const double straight_up[3] = {0, 1, 0};
    back[0] = sin(turn) * cos(lift);
    back[1] = sin(lift);
    back[2] = cos(turn) * cos(lift);
    vec3_cross(straight_up, back, right);
    vec3_normalise(right);
    vec3_cross(back, right, up);
}

static void target_of(const Follow *f, size_t frame, double middle, double target[3]) {
    for (int k = 0; k < 3; k++) target[k] = f->way[3 * frame + (size_t)k];
    target[1] += f->floor + middle;
}

/* How far the camera must be to have all joints of frame t in view, and the floor below them. */
static double needed(const Follow *f, const PoseTrack *b, size_t t, double middle, double aspect) {
    double right[3], up[3], back[3], target[3], best = 0;
    camera_axes(right, up, back);
    target_of(f, t, middle, target);
    for (size_t j = 0; j <= b->joints; j++) {
        bool floor = j == b->joints;
        const double *p = b->positions + 3 * (t * b->joints + (floor ? 0 : j));
        double d[3] = {p[0] - target[0], (floor ? f->floor : p[1]) - target[1], p[2] - target[2]};
        double wide = (fabs(vec3_dot(d, right)) + flesh) / (half_angle * aspect);
        double high = (fabs(vec3_dot(d, up)) + flesh) / half_angle;
        best = fmax(best, fmax(wide, high) + vec3_dot(d, back));
    }
    return best;
}

int follow_distance(const Follow *f, const Clip *c, FrameRange range, double middle, double aspect,
                    double *distance, Error *err) {
    double *values = malloc(range.count * sizeof *values);
    if (!values) return error_set(err, "out of memory for %zu frames", range.count);
    for (size_t i = 0; i < range.count; i++)
        values[i] = needed(f, &c->body, range.first + i, middle, aspect);
    *distance = quantile(values, range.count, 0.995);
    free(values);
    return 0;
}

int follow_new(Follow *out, const Clip *c, FrameRange range, Error *err) {
    const PoseTrack *b = &c->body;
    *out = (Follow){.frames = b->frames};
    if (clip_floor(c, &out->floor, err)) return -1;
    double *tops = malloc(range.count * sizeof *tops);
    if (!tops) return error_set(err, "out of memory for %zu frames", range.count);
    if (find_way(out, b, err)) {
        free(tops);
        return -1;
    }
    for (size_t i = 0; i < range.count; i++) {
        const double *p = b->positions + 3 * (range.first + i) * b->joints;
        tops[i] = 0;
        for (size_t j = 0; j < b->joints; j++) tops[i] = fmax(tops[i], p[3 * j + 1] - out->floor);
        tops[i] -= out->way[3 * (range.first + i) + 1];
    }
    out->middle = (quantile(tops, range.count, 0.99) + flesh) / 2;
    free(tops);
    return 0;
}

void follow_free(Follow *f) {
    free(f->way);
    *f = (Follow){0};
}

Camera follow_camera(const Follow *f, size_t frame, double middle, double distance, size_t width,
                     size_t height) {
    double right[3], up[3], back[3];
    Camera c = {.x = (double)width / 2,
                .y = (double)height / 2,
                .scale = (double)height / 2 / (half_angle * distance)};
    camera_axes(right, up, back);
    target_of(f, frame, middle, c.target);
    for (int k = 0; k < 3; k++) c.eye[k] = c.target[k] + distance * back[k];
    c.eye[1] = fmax(c.eye[1], f->floor + 0.05);
    return c;
}
