#include "export/measure_profile.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/beats.h"
#include "metrics/freezing.h"

static const double beat_order = 10, beat_fps = 60; /* FACT's, at its rate */

static int mark_frozen(const Clip *c, const Thresholds *t, MotionProfile *out, Error *err) {
    size_t frames = c->body.frames - c->seed_frames;
    out->first = c->seed_frames;
    out->length = FREEZE_WINDOW;
    out->windows = frames / FREEZE_WINDOW;
    if (!t || !out->windows) return 0;
    double *pose = malloc(2 * out->windows * sizeof *pose), *trans = pose + out->windows;
    out->frozen = malloc(out->windows * sizeof *out->frozen);
    if (!pose || !out->frozen) {
        free(pose);
        return error_set(err, "out of memory for %zu windows", out->windows);
    }
    freezing_window_deltas(out->pose + out->first, frames, pose);
    freezing_window_deltas(out->trans + out->first, frames, trans);
    for (size_t w = 0; w < out->windows; w++)
        out->frozen[w] = frozen_count(pose + w, trans + w, 1, t) == 1;
    free(pose);
    return 0;
}

static int take_music_beats(const Clip *c, const Music *music, MotionProfile *out, Error *err) {
    size_t beats;
    if (music_need(music, "beats", &beats, err)) return -1;
    if (fabs(music->fps - c->body.fps) > 1e-6 * c->body.fps)
        return error_set(err, "%g frames a second, its music %g", c->body.fps, music->fps);
    size_t frames = music->frames < out->frames ? music->frames : out->frames;
    out->music_beats = malloc(frames * sizeof *out->music_beats);
    if (!out->music_beats) return error_set(err, "out of memory for %zu frames", frames);
    for (size_t t = 0; t < frames; t++)
        if (music->data[t * music->dim + beats] != 0) out->music_beats[out->music_beat_count++] = t;
    return 0;
}

int motion_profile_measure(const Clip *c, const Thresholds *t, const Music *music,
                           MotionProfile *out, Error *err) {
    const PoseTrack *b = clip_measured(c);
    *out = (MotionProfile){.frames = b->frames,
                           .pose = calloc(b->frames, sizeof *out->pose),
                           .trans = calloc(b->frames, sizeof *out->trans),
                           .pose_threshold = t ? t->pose : NAN,
                           .trans_threshold = t ? t->trans : NAN};
    int status =
        out->pose && out->trans ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    if (!status) {
        freezing_pose_deltas(b, out->pose);
        freezing_trans_deltas(b, out->trans);
        status = mark_frozen(c, t, out, err);
    }
    double order = fmax(1, round(beat_order * b->fps / beat_fps));
    const BeatStyle style = {.order = order < (double)b->frames ? (size_t)order : b->frames};
    if (!status)
        status = beats_kinematic(b->positions, b->frames, b->joints, &style, &out->beats,
                                 &out->beat_count, err);
    if (!status && music) status = take_music_beats(c, music, out, err);
    if (status) motion_profile_free(out);
    return status;
}
