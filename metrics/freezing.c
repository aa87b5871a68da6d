#include "metrics/freezing.h"

#include <math.h>
#include <stdlib.h>

#include "lib/motion/resample_motion.h"
#include "lib/motion/vec3.h"

/* From frame t to frame `to`. */
static double pose_change(const PoseTrack *b, size_t t, size_t to) {
    const double *now = b->rotations + t * 9 * b->joints;
    const double *then = b->rotations + to * 9 * b->joints;
    double sum = 0;
    for (size_t j = 0; j < b->joints; j++) sum += rotation_angle_between(now + 9 * j, then + 9 * j);
    return sum / (double)b->joints * (180 / M_PI);
}

static double trans_change(const PoseTrack *b, size_t t, size_t to) {
    double way[3];
    return 100 * vec3_between(b->translations + 3 * t, b->translations + 3 * to, way);
}

void freezing_pose_deltas(const PoseTrack *b, double *pose) {
    for (size_t t = 0; t + 1 < b->frames; t++) pose[t] = pose_change(b, t, t + 1);
}

void freezing_trans_deltas(const PoseTrack *b, double *trans) {
    for (size_t t = 0; t + 1 < b->frames; t++) trans[t] = trans_change(b, t, t + 1);
}

void freezing_net_deltas(const PoseTrack *b, double *pose, double *trans) {
    *pose = *trans = 0;
    for (size_t t = 0; t + FREEZE_SPAN < b->frames; t++) {
        *pose += pose_change(b, t, t + FREEZE_SPAN);
        *trans += trans_change(b, t, t + FREEZE_SPAN);
    }
    const double spans = b->frames > FREEZE_SPAN ? (double)(b->frames - FREEZE_SPAN) : 0;
    *pose = spans > 0 ? *pose / spans / (double)FREEZE_SPAN : NAN;
    *trans = spans > 0 ? *trans / spans / (double)FREEZE_SPAN : NAN;
}

double freezing_jitter(const PoseTrack *b) {
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

/* --- windows --- */

int freezing_windows_new(FreezeWindows *w, size_t capacity, Error *err) {
    size_t size = (capacity + 1) * sizeof(double);
    *w = (FreezeWindows){0, malloc(size), malloc(size), malloc(size), malloc(size), malloc(size)};
    if (w->pose && w->trans && w->jitter && w->net_pose && w->net_trans) return 0;
    freezing_windows_free(w);
    return error_set(err, "out of memory for %zu windows", capacity);
}

void freezing_windows_free(FreezeWindows *w) {
    free(w->pose);
    free(w->trans);
    free(w->jitter);
    free(w->net_pose);
    free(w->net_trans);
    *w = (FreezeWindows){0};
}

static double mean(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

int freezing_windows_cut(const FreezeStretch *s, size_t first, size_t frames, FreezeWindows *out,
                         Error *err) {
    size_t windows = frames / FREEZE_WINDOW;
    size_t there = s->track->frames;
    if (freezing_windows_new(out, windows, err)) return -1;
    for (size_t w = 0; w < windows; w++) {
        size_t at = first + w * FREEZE_WINDOW;
        size_t count = there > at ? there - at : 0;
        if (count > FREEZE_WINDOW) count = FREEZE_WINDOW;
        if (count <= FREEZE_WINDOW / 2) break;
        PoseTrack window = pose_track_part(s->track, at, count);
        out->pose[w] = mean(s->pose + at, count - 1);
        out->trans[w] = mean(s->trans + at, count - 1);
        out->jitter[w] = freezing_jitter(&window);
        out->net_pose[w] = out->net_trans[w] = NAN;
        if (s->nets) freezing_net_deltas(&window, &out->net_pose[w], &out->net_trans[w]);
        out->count++;
    }
    return 0;
}

size_t freezing_frames(const PoseTrack *b) {
    return resample_duration(b->frames, b->fps, FREEZE_FPS);
}

static int windows_of(const PoseTrack *track, size_t frames, FreezeWindows *out, Error *err) {
    double *pose = calloc(track->frames, sizeof *pose);
    double *trans = calloc(track->frames, sizeof *trans);
    int status = pose && trans ? 0 : error_set(err, "out of memory for %zu frames", track->frames);
    if (!status) {
        freezing_pose_deltas(track, pose);
        freezing_trans_deltas(track, trans);
        const FreezeStretch stretch = {
            .track = track, .pose = pose, .trans = trans, .frames = frames};
        status = freezing_windows_cut(&stretch, 0, frames, out, err);
    }
    free(pose);
    free(trans);
    return status;
}

int freezing_windows(const PoseTrack *b, FreezeWindows *out, Error *err) {
    *out = (FreezeWindows){0};
    if (!b->frames || !b->rotations) return 0;
    if (!resample_needed(b->fps, FREEZE_FPS)) return windows_of(b, b->frames, out, err);
    PoseTrack track;
    if (pose_track_resample(b, FREEZE_FPS, &track, err)) return -1;
    int status = windows_of(&track, freezing_frames(b), out, err);
    pose_track_free(&track);
    return status;
}
