#include "export/follow.h"

#include <math.h>
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

/* How far the camera must be to have all joints of frame t in view, and the floor below them. */
static double needed(const Follow *f, const PoseTrack *b, size_t t, double aspect) {
    double right[3], up[3], back[3], best = 0;
    const double *target = f->way + 3 * t;
    camera_axes(right, up, back);
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

int follow_new(Follow *out, const Clip *c, FrameRange range, double aspect, Error *err) {
    const PoseTrack *b = &c->body;
    *out = (Follow){.frames = b->frames};
    if (clip_floor(c, &out->floor, err)) return -1;
    double *values = malloc(range.count * sizeof *values);
    if (!values) return error_set(err, "out of memory for %zu frames", range.count);
    if (find_way(out, b, err)) {
        free(values);
        return -1;
    }
    for (size_t i = 0; i < range.count; i++) {
        const double *p = b->positions + 3 * (range.first + i) * b->joints;
        double top = 0;
        for (size_t j = 0; j < b->joints; j++) top = fmax(top, p[3 * j + 1] - out->floor);
        values[i] = top - out->way[3 * (range.first + i) + 1];
    }
    double middle = (quantile(values, range.count, 0.99) + flesh) / 2;
    for (size_t t = 0; t < b->frames; t++) out->way[3 * t + 1] += out->floor + middle;
    for (size_t i = 0; i < range.count; i++) values[i] = needed(out, b, range.first + i, aspect);
    out->distance = quantile(values, range.count, 0.995);
    free(values);
    return 0;
}

void follow_free(Follow *f) {
    free(f->way);
    *f = (Follow){0};
}

Camera follow_camera(const Follow *f, size_t frame, double distance, size_t width, size_t height) {
    double right[3], up[3], back[3];
    const double *target = f->way + 3 * frame;
    camera_axes(right, up, back);
    Camera c = {.x = (double)width / 2,
                .y = (double)height / 2,
                .scale = (double)height / 2 / (half_angle * distance)};
    for (int k = 0; k < 3; k++) {
        c.target[k] = target[k];
        c.eye[k] = target[k] + distance * back[k];
    }
    c.eye[1] = fmax(c.eye[1], f->floor + 0.05);
    return c;
}
