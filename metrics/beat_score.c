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

/* Beats that a score is taken of, and the frames from `first` to `frames` in which they may be. */
typedef struct {
    const double *kinematic, *music;
    size_t kinematic_count, music_count;
    double first, frames;
    double end; /* of music beats that count */
} Meeting;

/* Without the music's beats that do not count when all are `lag` frames later. */
static Meeting meeting_clip(Meeting m, double lag) {
    while (m.music_count && m.music[0] + lag < m.first) m.music++, m.music_count--;
    while (m.music_count && m.music[m.music_count - 1] + lag >= m.end) m.music_count--;
    return m;
}

/* Without kinematic beats 0. */
static double meeting_score(const Meeting *m, const BeatOptions *o) {
    if (!m->kinematic_count) return 0;
    return o->from_music
               ? beat_align(m->music, m->music_count, m->kinematic, m->kinematic_count, o->sigma)
               : beat_align(m->kinematic, m->kinematic_count, m->music, m->music_count, o->sigma);
}

static double meeting_chance(const Meeting *m, const BeatOptions *o) {
    if (!m->kinematic_count) return 0;
    return o->from_music
               ? beat_chance(m->kinematic, m->kinematic_count, m->first, m->frames, o->sigma)
               : beat_chance(m->music, m->music_count, m->first, m->frames, o->sigma);
}

/* The score with the music's beats `lag` frames later, moved in `moved` [music_count]. */
static double meeting_lagged(const Meeting *all, double lag, const BeatOptions *o, double *moved) {
    Meeting m = meeting_clip(*all, lag);
    if (!m.music_count) return NAN;
    for (size_t i = 0; i < m.music_count; i++) moved[i] = m.music[i] + lag;
    m.music = moved;
    return meeting_score(&m, o);
}

static int lagged_scores(const Meeting *all, const BeatOptions *o, BeatScore *out, Error *err) {
    size_t n = 2 * o->lags + 1;
    double *moved = malloc((all->music_count + 1) * sizeof *moved);
    out->by_lag = malloc(n * sizeof *out->by_lag);
    if (moved && out->by_lag) {
        for (size_t k = 0; k < n; k++)
            out->by_lag[k] = meeting_lagged(all, (double)k - (double)o->lags, o, moved);
        free(moved);
        return 0;
    }
    free(moved);
    beat_score_free(out);
    return error_set(err, "out of memory for %zu lags", n);
}

/* b at BEAT_FPS, of which the frames before `first` do not count; music beats before `end` do. */
static int score_beats(const PoseTrack *b, size_t first, const double *music, size_t beats,
                       double end, const BeatOptions *o, BeatScore *out, Error *err) {
    Meeting all = {.music = music,
                   .music_count = beats,
                   .first = (double)first,
                   .frames = (double)b->frames,
                   .end = end};
    if (!meeting_clip(all, 0).music_count)
        return error_set(err, "its music has no beat%s: there is no score",
                         first ? " after the seed" : "");
    double *kinematic;
    if (kinematic_beats(b, first, o, &kinematic, &all.kinematic_count, err)) return -1;
    all.kinematic = kinematic;
    const Meeting m = meeting_clip(all, 0);
    *out = (BeatScore){.kinematic = m.kinematic_count,
                       .music = m.music_count,
                       .score = meeting_score(&m, o),
                       .chance = meeting_chance(&m, o)};
    int status = o->lags ? lagged_scores(&all, o, out, err) : 0;
    free(kinematic);
    return status;
}

void beat_score_free(BeatScore *score) {
    free(score->by_lag);
    score->by_lag = NULL;
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
