#include "export/motion_profile.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/beats.h"
#include "metrics/freezing.h"

static const double beat_order = 10; /* FACT's, at BEAT_FPS */

/* Windows of a second, as freeze-rate judges them. */
static int mark_frozen(const Clip *c, const Thresholds *t, MotionProfile *out, Error *err) {
    const PoseTrack *b = clip_measured(c);
    const PoseTrack dance = pose_track_part(b, c->seed_frames, b->frames - c->seed_frames);
    FreezeWindows w;
    if (freezing_windows(&dance, &w, err)) return -1;
    out->first = c->seed_frames;
    out->length = (size_t)round(b->fps);
    out->windows = w.count;
    if (t && w.count) out->frozen = malloc(w.count * sizeof *out->frozen);
    for (size_t i = 0; i < w.count && out->frozen; i++)
        out->frozen[i] = thresholds_frozen_count(w.pose + i, w.trans + i, 1, t) == 1;
    freezing_windows_free(&w);
    return !t || out->frozen || !out->windows
               ? 0
               : error_set(err, "out of memory for %zu windows", out->windows);
}

/* The frames nearest to the music's beats. */
static int take_music_beats(const Clip *c, const Music *music, MotionProfile *out, Error *err) {
    size_t beats;
    if (music_need(music, "beats", &beats, err)) return -1;
    out->music_beats = malloc(music->frames * sizeof *out->music_beats);
    if (!out->music_beats) return error_set(err, "out of memory for %zu frames", music->frames);
    for (size_t t = 0; t < music->frames; t++) {
        double frame = round((double)t * c->body.fps / music->fps);
        if (frame < (double)out->frames && music->data[t * music->dim + beats] != 0)
            out->music_beats[out->music_beat_count++] = (size_t)frame;
    }
    return 0;
}

int motion_profile_measure(const Clip *c, const Thresholds *t, const Music *music,
                           MotionProfile *out, Error *err) {
    const PoseTrack *b = clip_measured(c);
    double frame = (double)THRESHOLDS_FPS / b->fps; /* thresholds count sixtieths of a second */
    *out = (MotionProfile){.frames = b->frames,
                           .pose = calloc(b->frames, sizeof *out->pose),
                           .trans = calloc(b->frames, sizeof *out->trans),
                           .pose_threshold = t ? t->pose * frame : NAN,
                           .trans_threshold = t ? t->trans * frame : NAN};
    int status =
        out->pose && out->trans ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    if (!status) {
        freezing_pose_deltas(b, out->pose);
        freezing_trans_deltas(b, out->trans);
        status = mark_frozen(c, t, out, err);
    }
    double order = fmax(1, round(beat_order * b->fps / (double)BEAT_FPS));
    const BeatStyle style = {.order = order < (double)b->frames ? (size_t)order : b->frames};
    if (!status)
        status = beats_kinematic(b->positions, b->frames, b->joints, &style, &out->beats,
                                 &out->beat_count, err);
    if (!status && music) status = take_music_beats(c, music, out, err);
    if (status) motion_profile_free(out);
    return status;
}

void motion_profile_free(MotionProfile *p) {
    free(p->pose);
    free(p->trans);
    free(p->frozen);
    free(p->beats);
    free(p->music_beats);
    *p = (MotionProfile){0};
}
