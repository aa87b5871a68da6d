/* freezing.c: deltas, range, jitter and jumps. */
#include "metrics/freezing.h"

#include <math.h>
#include <stdlib.h>

void freezing_pose_deltas(const PoseTrack *b, double *pose) {
    size_t dim = 9 * b->joints;
    for (size_t t = 0; t + 1 < b->frames; t++) {
        const double *now = b->rotations + t * dim, *next = now + dim;
        double sum = 0;
        for (size_t j = 0; j < b->joints; j++)
            sum += rotation_angle_between(now + 9 * j, next + 9 * j);
        pose[t] = sum / (double)b->joints * (180 / M_PI);
    }
}

static double distance(const double a[3], const double b[3]) {
    double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

void freezing_trans_deltas(const PoseTrack *b, double *trans) {
    for (size_t t = 0; t + 1 < b->frames; t++)
        trans[t] = 100 * distance(b->translations + 3 * t, b->translations + 3 * (t + 1));
}

size_t freezing_window_deltas(const double *transitions, size_t frames, double *out) {
    size_t n = frames / FREEZE_WINDOW;
    for (size_t w = 0; w < n; w++) {
        double sum = 0;
        for (size_t t = 0; t < FREEZE_WINDOW - 1; t++) sum += transitions[w * FREEZE_WINDOW + t];
        out[w] = sum / (FREEZE_WINDOW - 1);
    }
    return n;
}

int motion_range(const PoseTrack *b, double *range, Error *err) {
    size_t dim = 9 * b->joints;
    double n = (double)b->frames, *mean = calloc(2 * dim, sizeof *mean), *square = mean + dim;
    if (!mean) return error_set(err, "out of memory for %zu joints", b->joints);
    for (size_t t = 0; t < b->frames; t++)
        for (size_t c = 0; c < dim; c++) mean[c] += b->rotations[t * dim + c] / n;
    for (size_t t = 0; t < b->frames; t++)
        for (size_t c = 0; c < dim; c++) {
            double d = b->rotations[t * dim + c] - mean[c];
            square[c] += d * d;
        }
    *range = 0;
    for (size_t c = 0; c < dim; c++) *range += sqrt(square[c] / n) / (double)dim;
    free(mean);
    return 0;
}

double motion_jitter(const PoseTrack *b) {
    size_t step = 3 * b->joints;
    double sum = 0;
    for (size_t t = 0; t + 3 < b->frames; t++)
        for (size_t j = 0; j < b->joints; j++) {
            const double *p = b->positions + t * step + 3 * j;
            double d[3];
            for (size_t i = 0; i < 3; i++)
                d[i] = p[3 * step + i] - 3 * p[2 * step + i] + 3 * p[step + i] - p[i];
            sum += sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        }
    return b->frames < 4 ? NAN
                         : sum / (double)((b->frames - 3) * b->joints) * b->fps * b->fps * b->fps;
}

void step_speeds(const PoseTrack *b, size_t keep, StepSpeeds *s) {
    for (size_t t = 1; t < b->frames; t++) {
        const double *now = b->positions + 3 * b->joints * t, *before = now - 3 * b->joints;
        double sum = 0;
        for (size_t j = 0; j < b->joints; j++) sum += distance(now + 3 * j, before + 3 * j);
        sum *= b->fps / (double)b->joints;
        if (t % keep == 0)
            s->border += sum, s->border_count++;
        else
            s->inside += sum, s->inside_count++;
    }
}

double step_jump(const StepSpeeds *s) {
    if (!s->border_count || !s->inside_count || !(s->inside > 0)) return NAN;
    return s->border / (double)s->border_count / (s->inside / (double)s->inside_count);
}
