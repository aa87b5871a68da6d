#include "metrics/movement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/resample_motion.h"

void movement_free(Movement *m) {
    freezing_windows_free(&m->windows);
    freezing_windows_free(&m->first);
    freezing_windows_free(&m->last);
    *m = (Movement){0};
}

static size_t seconds_to_frames(double seconds, size_t most) {
    double n = round(seconds * (double)FREEZE_FPS);
    return n < (double)most ? (size_t)n : most;
}

static int cut_windows(const MovementInput *in, Movement *out, Error *err) {
    const MovementOptions *o = in->options;
    FreezeStretch s = {in->track, in->pose, in->trans, freezing_frames(in->own), true};
    size_t first = seconds_to_frames(o->first, s.frames);
    size_t last = seconds_to_frames(o->last, s.frames);
    if (freezing_windows_cut(&s, 0, s.frames, &out->windows, err)) return -1;
    s.nets = false; /* the first and last seconds' are not asked for */
    return freezing_windows_cut(&s, 0, first, &out->first, err) ||
                   freezing_windows_cut(&s, s.frames - last, last, &out->last, err)
               ? -1
               : 0;
}

static int measure_metric(const MovementInput *in, const MovementMetric *metric, MetricSum *out,
                          Error *err) {
    if (metric->measure(in, out, err)) return -1;
    if (metric->pool == RATIO_OF_MEANS) return 0;
    double transitions = (double)(in->track->frames - 1);
    double weight = metric->pool == MEAN_OVER_TRANSITIONS ? transitions : 1;
    if (isnan(out->sum[0])) weight = 0;
    *out = (MetricSum){.sum = {weight > 0 ? out->sum[0] * weight : 0}, .weight = {weight}};
    return 0;
}

static int measure(MovementInput *in, Movement *out, Error *err) {
    const PoseTrack *b = in->track;
    double *pose = calloc(b->frames, sizeof *pose);
    double *trans = calloc(b->frames, sizeof *trans);
    int status = pose && trans ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    if (!status) {
        freezing_trans_deltas(b, trans);
        if (b->rotations) freezing_pose_deltas(b, pose);
        in->pose = b->rotations ? pose : NULL;
        in->trans = trans;
        if (in->pose) status = cut_windows(in, out, err);
    }
    for (size_t k = 0; k < movement_metric_count && !status; k++)
        status = measure_metric(in, &movement_metrics[k], &out->metrics[k], err);
    free(pose);
    free(trans);
    return status;
}

int movement_measure(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err) {
    *out = (Movement){0};
    if (b->frames == 0) return error_set(err, "has no frame to measure");
    PoseTrack other = {0};
    MovementInput in = {.own = b, .track = b, .options = o};
    double step = o->keep ? (double)o->keep / b->fps : 1.0 / 3; /* seconds */
    in.own_step = (size_t)fmax(1, round(step * b->fps));
    in.track_step = (size_t)fmax(1, round(step * (double)FREEZE_FPS));
    if (resample_needed(b->fps, FREEZE_FPS)) {
        if (pose_track_resample(b, FREEZE_FPS, &other, err)) return -1;
        in.track = &other;
    }
    int status = measure(&in, out, err);
    pose_track_free(&other);
    if (status) movement_free(out);
    return status;
}

double movement_value(const Movement *m, const char *key) {
    for (size_t k = 0; k < movement_metric_count; k++)
        if (strcmp(movement_metrics[k].key, key) == 0)
            return metric_sum_value(&m->metrics[k], movement_metrics[k].pool);
    return NAN;
}

/* --- sets --- */

static void count_windows(const FreezeWindows *w, const Thresholds *t, size_t *frozen,
                          size_t *all) {
    *all += w->count;
    if (t) *frozen += thresholds_frozen_count(w->pose, w->trans, w->count, t);
}

static double share(const Thresholds *t, size_t frozen, size_t all) {
    return t && all ? (double)frozen / (double)all : NAN;
}

MovementSummary movement_summary(const Movement *m, const size_t *pick, size_t n,
                                 const Thresholds *t) {
    MovementSummary s = {.sequences = n};
    MetricSum sums[MOVEMENT_METRICS_MAX] = {0};
    size_t first = 0, first_frozen = 0, last = 0, last_frozen = 0, held = 0;
    for (size_t i = 0; i < n; i++) {
        const Movement *one = &m[pick ? pick[i] : i];
        for (size_t k = 0; k < movement_metric_count; k++)
            metric_sum_add(&sums[k], &one->metrics[k]);
        const FreezeWindows *w = &one->windows;
        count_windows(w, t, &s.frozen, &s.windows);
        if (t) held += thresholds_held_count(w->net_pose, w->net_trans, w->count, t);
        count_windows(&one->first, t, &first_frozen, &first);
        count_windows(&one->last, t, &last_frozen, &last);
    }
    s.rate = share(t, s.frozen, s.windows);
    s.rate_first = share(t, first_frozen, first);
    s.rate_last = share(t, last_frozen, last);
    s.held = t && t->nets ? share(t, held, s.windows) : NAN;
    for (size_t k = 0; k < movement_metric_count; k++)
        s.values[k] = metric_sum_value(&sums[k], movement_metrics[k].pool);
    return s;
}

int movement_windows(const Movement *m, size_t n, FreezeWindows *out, Error *err) {
    size_t total = 0;
    for (size_t i = 0; i < n; i++) total += m[i].windows.count;
    if (freezing_windows_new(out, total, err)) return -1;
    for (size_t i = 0; i < n; i++) {
        const FreezeWindows *w = &m[i].windows;
        size_t size = w->count * sizeof(double);
        if (!w->count) continue; /* without rotations there are no arrays either */
        memcpy(out->pose + out->count, w->pose, size);
        memcpy(out->trans + out->count, w->trans, size);
        memcpy(out->jitter + out->count, w->jitter, size);
        memcpy(out->net_pose + out->count, w->net_pose, size);
        memcpy(out->net_trans + out->count, w->net_trans, size);
        out->count += w->count;
    }
    return 0;
}

SweepPoint movement_sweep(const Movement *m, size_t n, const Thresholds *t, double factor) {
    SweepPoint p = {*t, NAN, NAN};
    p.thresholds.pose *= factor;
    p.thresholds.trans *= factor;
    double jitter = 0;
    size_t moving = 0, frozen = 0;
    for (size_t i = 0; i < n; i++) {
        const FreezeWindows *w = &m[i].windows;
        for (size_t k = 0; k < w->count; k++) {
            if (thresholds_frozen_count(w->pose + k, w->trans + k, 1, &p.thresholds)) {
                frozen++;
            } else {
                jitter += w->jitter[k];
                moving++;
            }
        }
    }
    size_t all = frozen + moving;
    if (all) p.rate = (double)frozen / (double)all;
    if (moving) p.jitter = jitter / (double)moving;
    return p;
}
