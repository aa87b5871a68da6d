/* features.c: the stages in order. */
#include "features.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "beat_track.h"
#include "chroma_cens.h"
#include "constant_q.h"
#include "mel_spectrogram.h"
#include "mfcc.h"
#include "onset_detect.h"
#include "onset_strength.h"
#include "resample.h"
#include "stft.h"
#include "tuning.h"
#include "window.h"

/* One pass of short-time spectra feeds both the mel bands and the peaks that tell the tuning. */
static int spectral_pass(const float *y, size_t n, double rate, size_t frames, Stft *stft, const MelFilters *filters, float *mel, Peaks *peaks, Error *err) {
    enum { BINS = FEATURE_FFT / 2 + 1 };
    float re[BINS], im[BINS], magnitude[BINS], power[BINS + MEL_LANES] = {0};
    for (size_t t = 0; t < frames; t++) {
        stft_frame(stft, y, n, t);
        stft_bins(stft, 0, BINS, re, im, 1);
        for (size_t k = 0; k < BINS; k++) magnitude[k] = sqrtf(re[k] * re[k] + im[k] * im[k]);
        for (size_t k = 0; k < BINS; k++) power[k] = magnitude[k] * magnitude[k];
        mel_frame(filters, power, mel + t * FEATURE_MELS);
        if (peaks_add(peaks, magnitude, FEATURE_FFT, rate, err)) return -1;
    }
    return 0;
}

/* y -> mel power [frames, FEATURE_MELS], tuning in constant-Q bins. */
static int mel_and_tuning(const float *y, size_t n, double rate, size_t frames, float *mel, double *tuning, Error *err) {
    double window[FEATURE_FFT];
    hann_periodic(window, FEATURE_FFT);
    Stft *stft = NULL;
    MelFilters filters = {0};
    Peaks peaks = {0};
    const int status = stft_new(&stft, FEATURE_FFT, FEATURE_HOP, window, STFT_DOUBLE, err) || mel_filters_new(&filters, rate, FEATURE_FFT, FEATURE_MELS, err) ||
                       spectral_pass(y, n, rate, frames, stft, &filters, mel, &peaks, err) ||
                       estimate_tuning(&peaks, CQ_PER_OCTAVE, tuning, err);
    stft_free(stft);
    mel_filters_free(&filters);
    peaks_free(&peaks);
    return status ? -1 : 0;
}

static int add_chroma(const float *y, size_t n, double rate, double tuning, Music *out, Error *err) {
    float *magnitude = malloc(out->frames * CQ_BINS * sizeof *magnitude), *chroma = malloc(out->frames * FEATURE_CHROMA * sizeof *chroma);
    int status = -1;
    if (!magnitude || !chroma) fail(err, "out of memory for %zu frames", out->frames);
    else if (constant_q(y, n, rate, FEATURE_HOP, tuning, magnitude, err) == 0) {
        chroma_from_cq(magnitude, out->frames, chroma);
        chroma_cens(chroma, out->frames, out->data + COLUMN_CHROMA, FEATURE_DIM);
        status = 0;
    }
    free(magnitude);
    free(chroma);
    return status;
}

static int add_rhythm(const float *envelope, double rate, double start_bpm, Music *out, Error *err) {
    const size_t frames = out->frames;
    bool *mark = malloc(frames * sizeof *mark);
    if (!mark) return fail(err, "out of memory for %zu frames", frames);
    int status = onset_detect(envelope, frames, rate, FEATURE_HOP, mark, err);
    for (size_t t = 0; t < frames && !status; t++) out->data[t * FEATURE_DIM + COLUMN_ONSET] = mark[t];
    if (!status) status = beat_track(envelope, frames, rate, FEATURE_HOP, start_bpm, mark, &out->tempo, err);
    for (size_t t = 0; t < frames && !status; t++) out->data[t * FEATURE_DIM + COLUMN_BEAT] = mark[t];
    free(mark);
    return status;
}

static int add_mel_features(float *mel, double rate, double start_bpm, Music *out, Error *err) {
    const size_t frames = out->frames;
    for (size_t i = 0; i < frames * FEATURE_MELS; i++)
        if (!isfinite(mel[i])) return fail(err, "samples are too large: their power overflows");
    power_to_db(mel, frames * FEATURE_MELS);
    float *envelope = malloc(frames * sizeof *envelope);
    if (!envelope) return fail(err, "out of memory for %zu frames", frames);
    onset_strength(mel, frames, FEATURE_MELS, envelope);
    for (size_t t = 0; t < frames; t++) out->data[t * FEATURE_DIM + COLUMN_ONSET_STRENGTH] = envelope[t];
    int status = mfcc(mel, frames, FEATURE_MELS, FEATURE_MFCC, out->data + COLUMN_MFCC, FEATURE_DIM, err);
    if (!status) status = add_rhythm(envelope, rate, start_bpm, out, err);
    free(envelope);
    return status;
}

/* Index of the first NaN or infinity, n if there is none. */
static size_t first_not_finite(const float *x, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) bad |= !(fabsf(x[i]) <= FLT_MAX);
    for (size_t i = 0; bad && i < n; i++)
        if (!isfinite(x[i])) return i;
    return n;
}

static int check(const float *x, size_t n, const FeatureOptions *o, Error *err) {
    if (n == 0) return fail(err, "there are no samples in it");
    const size_t bad = first_not_finite(x, n);
    if (bad < n) return fail(err, "sample %zu is not a finite number", bad);
    if (!(o->fps >= FEATURE_MIN_FPS && o->fps <= FEATURE_MAX_FPS)) return fail(err, "%g frames per second: %d to %d are possible", o->fps, FEATURE_MIN_FPS, FEATURE_MAX_FPS);
    if (!(o->start_bpm > 0 && isfinite(o->start_bpm))) return fail(err, "a start tempo of %g BPM makes no sense", o->start_bpm);
    return 0;
}

int music_features_resampled(const float *y, size_t n, const FeatureOptions *options, Music *out, Error *err) {
    *out = (Music){0};
    if (check(y, n, options, err)) return -1;
    const double rate = FEATURE_HOP * options->fps;
    const size_t frames = 1 + n / FEATURE_HOP;
    *out = (Music){.frames = frames, .dim = FEATURE_DIM, .fps = options->fps, .data = calloc(frames * FEATURE_DIM, sizeof(float))};
    float *mel = malloc(frames * FEATURE_MELS * sizeof *mel);
    double tuning = 0;
    int status;
    if (!out->data || !mel) status = fail(err, "out of memory for %zu frames", frames);
    else {
        status = mel_and_tuning(y, n, rate, frames, mel, &tuning, err);
        if (!status) status = add_mel_features(mel, rate, options->start_bpm, out, err);
    }
    free(mel);
    if (!status) status = add_chroma(y, n, rate, tuning, out, err);
    if (!status) return 0;
    free(out->data);
    *out = (Music){0};
    return -1;
}

int music_resample(const float *mono, size_t n, double rate, const FeatureOptions *options, float **y, size_t *m, Error *err) {
    *y = NULL;
    if (check(mono, n, options, err)) return -1;
    if (!(rate >= FEATURE_MIN_RATE && rate <= FEATURE_MAX_RATE))
        return fail(err, "a sample rate of %g Hz: %d to %d are possible", rate, FEATURE_MIN_RATE, FEATURE_MAX_RATE);
    return resample(mono, n, rate, FEATURE_HOP * options->fps, y, m, err);
}

int music_features(const float *mono, size_t n, double rate, const FeatureOptions *options, Music *out, Error *err) {
    *out = (Music){0};
    float *y;
    size_t m;
    if (music_resample(mono, n, rate, options, &y, &m, err)) return -1;
    const int status = music_features_resampled(y, m, options, out, err);
    free(y);
    return status;
}
