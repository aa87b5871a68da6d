/* beat_track.c: librosa.beat.beat_track (0.11, 0.8), tightness 100, trim=True. Scores are float64
 * on the float32 envelope, as there. */
#include "features/mint35/beat_track.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "features/mint35/tempo.h"
#include "lib/base/numbers.h"

static const double tightness = 100;

/* Standard deviation with n - 1 in the denominator. */
static float deviation(const float *x, size_t n) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    const float mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i++) {
        const float d = x[i] - mean;
        squares += (double)(d * d);
    }
    return sqrtf((float)(squares / (double)(n - 1)));
}

int beat_local_score(const float *envelope, size_t frames, long period, LibrosaVersion version,
                     double *local, Error *err) {
    const size_t taps = 2 * (size_t)period + 1;
    const size_t half = (size_t)period;
    double *window = malloc(taps * sizeof *window);
    double *x = malloc(frames * sizeof *x);
    if (!window || !x) {
        free(window);
        free(x);
        return error_set(err, "out of memory for the beats of %zu frames", frames);
    }
    const float norm = deviation(envelope, frames) + FLT_MIN;
    for (size_t i = 0; i < frames; i++) x[i] = (double)(envelope[i] / norm);
    for (size_t k = 0; k < taps; k++) {
        const double u = ((double)k - (double)period) * 32.0 / (double)period;
        window[k] = exp(-0.5 * u * u);
    }
    for (size_t i = 0; i < frames; i++) {
        /* bounds of 0.11: frame 0 of the envelope never counts */
        const size_t last = version == LIBROSA_0_8 ? i + half + 1 : i + half;
        const size_t end = last < taps ? last : taps;
        const size_t first = i + half + 1 > frames ? i + half + 1 - frames : 0;
        double sum = 0;
        for (size_t k = first; k < end; k++) sum += window[k] * x[i + half - k];
        local[i] = sum;
    }
    free(window);
    free(x);
    return 0;
}

/* In 0.8, of a beat at frame i that follows one before frame 0, where cumulative is 0: the least
 * penalty is that of the distance nearest to a period. */
static double score_of_start(const double *penalty, long i, long period) {
    if (i < period) return 0;
    return i < 2 * period ? -penalty[i + 1] : -INFINITY;
}

int beat_dynamic_program(const double *local, size_t frames, long period, LibrosaVersion version,
                         double *cumulative, long *link, Error *err) {
    const long nearest = lrint((double)period / 2);
    const long farthest = 2 * period;
    double *penalty = malloc(((size_t)farthest + 1) * sizeof *penalty);
    double top = local[0];
    if (!penalty) return error_set(err, "out of memory for the beats of %zu frames", frames);
    for (long d = 1; d <= farthest; d++) {
        const double octave = log((double)d) - log((double)period);
        penalty[d] = tightness * (octave * octave);
    }
    for (size_t i = 1; i < frames; i++) top = fmax(top, local[i]);
    const double least = 0.01 * top;
    bool started = false;
    for (long i = 0; i < (long)frames; i++) {
        double best = -INFINITY;
        long from = -1;
        for (long d = nearest > 0 ? nearest : 1; d <= farthest && d <= i; d++) {
            const double score = cumulative[i - d] - penalty[d];
            if (score > best ||
                (score == best &&
                 version == LIBROSA_0_8)) { /* 0.8 goes from the farthest to the nearest */
                best = score;
                from = i - d;
            }
        }
        if (version == LIBROSA_0_8) {
            const double start = score_of_start(penalty, i, period);
            if (start >= best) {
                best = start;
                from = -1;
            }
            cumulative[i] = local[i] + best;
        } else
            cumulative[i] = from >= 0 ? local[i] + best : local[i];
        if (!started && local[i] < least)
            link[i] = -1;
        else {
            link[i] = from;
            started = true;
        }
    }
    free(penalty);
    return 0;
}

static bool is_peak(const double *x, size_t n, size_t i) {
    return i > 0 && x[i] > x[i - 1] && (i + 1 == n || x[i] >= x[i + 1]);
}

/* The last local maximum of the cumulative score that reaches half the median of all of them (0.8:
 * exceeds); the last frame if there is none. */
static int last_beat(const double *cumulative, size_t frames, LibrosaVersion version, size_t *last,
                     Error *err) {
    double *peaks = malloc(frames * sizeof *peaks);
    double threshold = 0;
    if (!peaks) return error_set(err, "out of memory for the beats of %zu frames", frames);
    size_t count = 0;
    for (size_t i = 0; i < frames; i++)
        if (is_peak(cumulative, frames, i)) peaks[count++] = cumulative[i];
    if (count) {
        doubles_sort(peaks, count);
        threshold =
            0.5 * (count % 2 ? peaks[count / 2] : (peaks[count / 2 - 1] + peaks[count / 2]) / 2);
    }
    free(peaks);
    *last = frames - 1;
    for (size_t i = frames; i-- > 0;)
        if (is_peak(cumulative, frames, i) &&
            (version == LIBROSA_0_8 ? cumulative[i] > threshold : cumulative[i] >= threshold)) {
            *last = i;
            break;
        }
    return 0;
}

/* Removes the beats before the first and after the last frame whose local score exceeds half the
 * root mean square of the beats' scores, smoothed by [0 1/2 1 1/2 0]. As in librosa the smoothed
 * scores run from the first beat to two places beyond the last. */
static int trim(const double *local, size_t frames, bool *beat, Error *err) {
    double *score = calloc(frames + 4, sizeof *score);
    double squares = 0;
    if (!score) return error_set(err, "out of memory for the beats of %zu frames", frames);
    size_t count = 0;
    for (size_t i = 0; i < frames; i++)
        if (beat[i]) score[1 + count++] = local[i];
    const size_t places = count + 2 < frames ? count + 2 : frames;
    for (size_t i = 0; i < places; i++) {
        const double smooth = (i ? 0.5 * score[i] : 0) + score[i + 1] + 0.5 * score[i + 2];
        squares += smooth * smooth;
    }
    free(score);
    const double threshold = 0.5 * sqrt(squares / (double)places);
    for (size_t i = 0; i < frames && local[i] <= threshold; i++) beat[i] = false;
    for (size_t i = frames; i-- > 0 && local[i] <= threshold;) beat[i] = false;
    return 0;
}

/* The same in 0.8: the first beat that stays, and the first one after those that stay, are beats
 * whose own score, smoothed over three beats, exceeds half the root mean square. */
static int trim_0_8(const double *local, size_t frames, bool *beat, Error *err) {
    double *score = calloc(frames + 2, sizeof *score);
    double squares = 0;
    if (!score) return error_set(err, "out of memory for the beats of %zu frames", frames);
    size_t count = 0, first = 0, end = 0;
    for (size_t i = 0; i < frames; i++)
        if (beat[i]) score[1 + count++] = local[i];
    for (size_t i = 0; i < count; i++) {
        const double smooth = 0.5 * score[i] + score[i + 1] + 0.5 * score[i + 2];
        squares += smooth * smooth;
    }
    const double threshold = 0.5 * sqrt(squares / (double)count);
    for (size_t i = count; i-- > 0;)
        if (0.5 * score[i] + score[i + 1] + 0.5 * score[i + 2] > threshold) {
            first = i;
            if (!end) end = i;
        }
    free(score);
    for (size_t i = 0, number = 0; i < frames; i++)
        if (beat[i]) {
            beat[i] = number >= first && number < end;
            number++;
        }
    return 0;
}

static int place_beats(const double *local, const double *cumulative, const long *link,
                       size_t frames, LibrosaVersion version, bool *beat, Error *err) {
    size_t last = 0;
    if (last_beat(cumulative, frames, version, &last, err)) return -1;
    for (long i = (long)last; i >= 0; i = link[i]) beat[i] = true;
    return version == LIBROSA_0_8 ? trim_0_8(local, frames, beat, err)
                                  : trim(local, frames, beat, err);
}

void beat_track_free(BeatTrack *t) {
    free(t->beat);
    free(t->tempogram);
    free(t->local);
    free(t->cumulative);
    free(t->link);
    *t = (BeatTrack){0};
}

static bool all_zero(const float *x, size_t n) {
    bool zero = true;
    for (size_t i = 0; i < n; i++) zero &= x[i] == 0;
    return zero;
}

static int track(const float *envelope, size_t frames, double rate, size_t hop, double start_bpm,
                 LibrosaVersion version, BeatTrack *t, Error *err) {
    t->lags = tempo_lags(rate, hop);
    t->tempogram = malloc(t->lags * sizeof *t->tempogram);
    t->local = malloc(frames * sizeof *t->local);
    t->cumulative = malloc(frames * sizeof *t->cumulative);
    t->link = malloc(frames * sizeof *t->link);
    if (!t->tempogram || !t->local || !t->cumulative || !t->link)
        return error_set(err, "out of memory for the beats of %zu frames", frames);
    if (tempo_mean_tempogram(envelope, frames, t->lags, t->tempogram, err)) return -1;
    t->bpm = tempo_of_tempogram(t->tempogram, t->lags, rate, hop, start_bpm);
    t->period = lrint(rate / (double)hop * 60 / t->bpm);
    if (beat_local_score(envelope, frames, t->period, version, t->local, err) ||
        beat_dynamic_program(t->local, frames, t->period, version, t->cumulative, t->link, err))
        return -1;
    return place_beats(t->local, t->cumulative, t->link, frames, version, t->beat, err);
}

int beat_track(const float *envelope, size_t frames, double rate, size_t hop, double start_bpm,
               LibrosaVersion version, BeatTrack *out, Error *err) {
    *out = (BeatTrack){.beat = calloc(frames, sizeof *out->beat)};
    if (!out->beat) return error_set(err, "out of memory for the beats of %zu frames", frames);
    if (all_zero(envelope, frames)) return 0;
    if (track(envelope, frames, rate, hop, start_bpm, version, out, err) == 0) return 0;
    beat_track_free(out);
    return -1;
}
