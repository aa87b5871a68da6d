/* beat_score.c: which beats count, and their score. */
#include "metrics/beat_score.h"

#include <math.h>
#include <stdlib.h>

/* Where beats are, from frame `first` to before `end`. */
static size_t list_beats(const float *beats, size_t first, size_t end, size_t *out) {
    size_t count = 0;
    for (size_t t = first; t < end; t++)
        if (beats[t] != 0) out[count++] = t;
    return count;
}

static int score_beats(const PoseTrack *b, size_t first, const float *beats, size_t *music,
                       size_t end, const BeatOptions *o, BeatScore *out, Error *err) {
    double rate = b->fps / 60;
    const BeatStyle style = {o->forward, o->smooth * rate, (size_t)fmax(1, round(o->order * rate))};
    size_t *kinematic, k, n = list_beats(beats, first, end, music);
    if (n == 0)
        return error_set(err, "its music has no beat%s: there is no score",
                         first ? " after the seed" : "");
    if (beats_kinematic(b->positions, b->frames, b->joints, &style, &kinematic, &k, err)) return -1;
    size_t skip = 0;
    while (skip < k && kinematic[skip] < first) skip++;
    k -= skip;
    *out = (BeatScore){k, n, 0};
    if (k)
        out->score = o->from_music ? beat_align(music, n, kinematic + skip, k, o->sigma * rate)
                                   : beat_align(kinematic + skip, k, music, n, o->sigma * rate);
    free(kinematic);
    return 0;
}

int beat_score(const PoseTrack *b, size_t seed, const float *beats, size_t frames,
               const BeatOptions *o, BeatScore *out, Error *err) {
    size_t first = o->with_seed ? 0 : seed, end = frames;
    if (first >= b->frames) return error_set(err, "has no frame after its %zu seed frames", first);
    size_t speeds = o->forward ? b->frames - 1 : b->frames;
    if (o->from_music && end > speeds) end = speeds;
    size_t *music = malloc((frames + 1) * sizeof *music);
    int status = music ? score_beats(b, first, beats, music, end, o, out, err)
                       : error_set(err, "out of memory for %zu frames", frames);
    free(music);
    return status;
}
