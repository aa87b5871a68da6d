/* movement.c: one dance's movement, and a set's. */
#include "metrics/movement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/loop.h"
#include "metrics/pfc.h"

void windows_free(Windows *w) {
    free(w->pose);
    free(w->trans);
    free(w->jitter);
    *w = (Windows){0};
}

void movement_free(Movement *m) {
    windows_free(&m->windows);
    windows_free(&m->first);
    windows_free(&m->last);
    *m = (Movement){0};
}

static int windows_new(Windows *w, size_t count, Error *err) {
    *w = (Windows){0, malloc((count + 1) * sizeof(double)), malloc((count + 1) * sizeof(double)),
                   malloc((count + 1) * sizeof(double))};
    if (w->pose && w->trans && w->jitter) return 0;
    windows_free(w);
    return error_set(err, "out of memory for %zu windows", count);
}

/* The windows of `frames` frames from `first` on, given all transitions. */
static int cut_windows(Windows *w, const PoseTrack *b, const double *pose, const double *trans,
                       size_t first, size_t frames, Error *err) {
    if (windows_new(w, frames / FREEZE_WINDOW, err)) return -1;
    w->count = freezing_window_deltas(pose + first, frames, w->pose);
    freezing_window_deltas(trans + first, frames, w->trans);
    for (size_t i = 0; i < w->count; i++) {
        PoseTrack window = pose_track_part(b, first + i * FREEZE_WINDOW, FREEZE_WINDOW);
        w->jitter[i] = motion_jitter(&window);
    }
    return 0;
}

static size_t seconds_to_frames(double seconds, double fps, size_t most) {
    double n = round(seconds * fps);
    return n < (double)most ? (size_t)n : most;
}

static double mean(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

static int measure_deltas(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err) {
    double *pose = calloc(b->frames, sizeof *pose), *trans = calloc(b->frames, sizeof *trans);
    int status = pose && trans ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    if (!status) {
        freezing_trans_deltas(b, trans);
        out->delta_trans = mean(trans, b->frames - 1);
        out->delta_pose = NAN;
    }
    if (!status && b->rotations) {
        freezing_pose_deltas(b, pose);
        out->delta_pose = mean(pose, b->frames - 1);
        size_t first = seconds_to_frames(o->first, b->fps, b->frames),
               last = seconds_to_frames(o->last, b->fps, b->frames);
        status = cut_windows(&out->windows, b, pose, trans, 0, b->frames, err) ||
                         cut_windows(&out->first, b, pose, trans, 0, first, err) ||
                         cut_windows(&out->last, b, pose, trans, b->frames - last, last, err)
                     ? -1
                     : 0;
    }
    free(pose);
    free(trans);
    return status;
}

static int measure(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err) {
    double every = round(b->fps / o->pfc_fps);
    if (every < 1 || fabs(every * o->pfc_fps - b->fps) > 1e-6 * b->fps)
        return error_set(err,
                         "has %g frames a second, foot contact is scored at %g: not every n-th of "
                         "them (see --fps)",
                         b->fps, o->pfc_fps);
    out->frames = b->frames;
    out->range = out->loop = NAN;
    if (measure_deltas(b, o, out, err)) return -1;
    if (b->rotations && (motion_range(b, &out->range, err) ||
                         loop_score(b, o->keep, &out->loop, &out->loop_lag, err)))
        return -1;
    out->jitter = motion_jitter(b);
    step_speeds(b, o->keep, &out->steps);
    size_t window = seconds_to_frames(o->pfc_window, o->pfc_fps, b->frames);
    out->pfc = pfc_score(b, (size_t)every, window, window / 2);
    return 0;
}

int movement_measure(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err) {
    *out = (Movement){0};
    if (b->frames == 0) return error_set(err, "has no frame to measure");
    int status = measure(b, o, out, err);
    if (status) movement_free(out);
    return status;
}

/* --- sets --- */

typedef struct {
    double sum;
    size_t count;
} Mean;

static void mean_add(Mean *m, double x, size_t weight) {
    if (isnan(x) || !weight) return;
    m->sum += x * (double)weight;
    m->count += weight;
}

static double mean_of(const Mean *m) { return m->count ? m->sum / (double)m->count : NAN; }

static void count_windows(const Windows *w, const Thresholds *t, size_t *frozen, size_t *all) {
    *all += w->count;
    if (t) *frozen += frozen_count(w->pose, w->trans, w->count, t);
}

MovementSummary movement_summary(const Movement *m, const size_t *pick, size_t n,
                                 const Thresholds *t) {
    Mean pose = {0}, trans = {0}, range = {0}, jitter = {0}, loop = {0}, pfc = {0};
    StepSpeeds steps = {0};
    size_t frozen[3] = {0}, windows[3] = {0};
    for (size_t i = 0; i < n; i++) {
        const Movement *one = &m[pick ? pick[i] : i];
        mean_add(&pose, one->delta_pose, one->frames - 1);
        mean_add(&trans, one->delta_trans, one->frames - 1);
        mean_add(&range, one->range, 1);
        mean_add(&jitter, one->jitter, 1);
        mean_add(&loop, one->loop, 1);
        mean_add(&pfc, one->pfc, 1);
        steps.border += one->steps.border;
        steps.inside += one->steps.inside;
        steps.border_count += one->steps.border_count;
        steps.inside_count += one->steps.inside_count;
        const Windows *parts[3] = {&one->windows, &one->first, &one->last};
        for (size_t k = 0; k < 3; k++) count_windows(parts[k], t, &frozen[k], &windows[k]);
    }
    double rate[3];
    for (size_t k = 0; k < 3; k++)
        rate[k] = t && windows[k] ? (double)frozen[k] / (double)windows[k] : NAN;
    return (MovementSummary){n,
                             windows[0],
                             frozen[0],
                             mean_of(&pose),
                             mean_of(&trans),
                             rate[0],
                             rate[1],
                             rate[2],
                             mean_of(&range),
                             step_jump(&steps),
                             mean_of(&jitter),
                             mean_of(&loop),
                             mean_of(&pfc)};
}

int movement_windows(const Movement *m, size_t n, Windows *out, Error *err) {
    size_t total = 0;
    for (size_t i = 0; i < n; i++) total += m[i].windows.count;
    if (windows_new(out, total, err)) return -1;
    for (size_t i = 0; i < n; i++) {
        if (!m[i].windows.count) continue; /* without rotations there are no arrays either */
        memcpy(out->pose + out->count, m[i].windows.pose, m[i].windows.count * sizeof(double));
        memcpy(out->trans + out->count, m[i].windows.trans, m[i].windows.count * sizeof(double));
        memcpy(out->jitter + out->count, m[i].windows.jitter, m[i].windows.count * sizeof(double));
        out->count += m[i].windows.count;
    }
    return 0;
}

SweepPoint movement_sweep(const Movement *m, size_t n, const Thresholds *t, double factor) {
    SweepPoint p = {{t->pose * factor, t->trans * factor, t->quantile}, NAN, NAN};
    Mean jitter = {0};
    size_t frozen = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        const Windows *w = &m[i].windows;
        for (size_t k = 0; k < w->count; k++) {
            if (frozen_count(w->pose + k, w->trans + k, 1, &p.thresholds))
                frozen++;
            else
                mean_add(&jitter, w->jitter[k], 1);
        }
        all += w->count;
    }
    if (all) p.rate = (double)frozen / (double)all;
    p.jitter = mean_of(&jitter);
    return p;
}
