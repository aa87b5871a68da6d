#include "metrics/beat_score.h"

#include <math.h>
#include <stdlib.h>

#include "lib/motion/resample_motion.h"

/* Beats from `first` on, as numbers to be compared with the music's. */
static double *beats_after(const size_t *beats, size_t *count, size_t first) {
    double *after = malloc((*count + 1) * sizeof *after);
    size_t n = 0;
    for (size_t i = 0; i < *count && after; i++)
        if (beats[i] >= first) after[n++] = (double)beats[i];
    *count = n;
    return after;
}

static int kinematic_beats(const PoseTrack *b, size_t first, const BeatOptions *o, double **out,
                           size_t *count, Error *err) {
    const BeatStyle style = {o->forward, o->smooth, (size_t)fmax(1, round(o->order))};
    size_t *beats;
    *out = NULL;
    if (beats_kinematic(b->positions, b->frames, b->joints, &style, &beats, count, err)) return -1;
    *out = beats_after(beats, count, first);
    free(beats);
    return *out ? 0 : error_set(err, "out of memory for %zu beats", *count);
}

/* b at BEAT_FPS, of which the frames before `first` do not count; music beats before `end` do. */
static int score_beats(const PoseTrack *b, size_t first, const double *music, size_t beats,
                       double end, const BeatOptions *o, BeatScore *out, Error *err) {
    while (beats && music[0] < (double)first) music++, beats--;
    while (beats && music[beats - 1] >= end) beats--;
    if (beats == 0)
        return error_set(err, "its music has no beat%s: there is no score",
                         first ? " after the seed" : "");
    double *kinematic;
    size_t count;
    if (kinematic_beats(b, first, o, &kinematic, &count, err)) return -1;
    *out = (BeatScore){count, beats, 0};
    if (count)
        out->score = o->from_music ? beat_align(music, beats, kinematic, count, o->sigma)
                                   : beat_align(kinematic, count, music, beats, o->sigma);
    free(kinematic);
    return 0;
}

int beat_score(const PoseTrack *b, size_t seed, const double *music, size_t beats,
               const BeatOptions *o, BeatScore *out, Error *err) {
    size_t first = o->with_seed ? 0 : seed;
    if (first >= b->frames) return error_set(err, "has no frame after its %zu seed frames", first);
    first = resample_seed(first, b->fps, BEAT_FPS);
    double frames = (double)resample_duration(b->frames, b->fps, BEAT_FPS);
    double end = o->from_music ? frames - o->forward : INFINITY;
    if (!resample_needed(b->fps, BEAT_FPS))
        return score_beats(b, first, music, beats, end, o, out, err);
    PoseTrack track;
    if (pose_track_resample(b, BEAT_FPS, &track, err)) return -1;
    int status = score_beats(&track, first, music, beats, end, o, out, err);
    pose_track_free(&track);
    return status;
}
