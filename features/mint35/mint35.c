/* mint35.c: the stages in order. */
#include "features/mint35/mint35.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "features/mint35/beat_track.h"
#include "features/mint35/chroma_cens.h"
#include "features/mint35/constant_q.h"
#include "features/mint35/hann.h"
#include "features/mint35/mel_spectrogram.h"
#include "features/mint35/mfcc.h"
#include "features/mint35/onset_detect.h"
#include "features/mint35/onset_strength.h"
#include "features/mint35/stages.h"
#include "features/mint35/stft.h"
#include "features/mint35/tuning.h"
#include "lib/audio/resample.h"
#include "lib/base/numbers.h"

/* One sound on its way. */
typedef struct {
    const float *y;
    size_t n, frames;
    double rate;
    const MusicFeatureOptions *options;
    float *mel, *onset_mel; /* [frames, FEATURE_MELS] power, then decibels; onset_mel is mel where
                               both have the same bands */
    float *envelope; /* [frames] onset strength */
    double tuning; /* in constant-Q bins */
    Music *out;
    Tensors *stages;
} Mint35Work;

static bool wants(const Mint35Work *w, unsigned blocks) { return w->options->blocks & blocks; }
static bool wants_rhythm(const Mint35Work *w) {
    return wants(w, MUSIC_ONSET_STRENGTH | MUSIC_ONSETS | MUSIC_BEATS);
}
static bool wants_mel(const Mint35Work *w) { return wants(w, MUSIC_MFCC) || wants_rhythm(w); }

/* Where a block's columns begin in the first row. */
static float *column(const Mint35Work *w, unsigned block) {
    return w->out->data + music_column(w->options->blocks, block);
}

static void put_marks(const Mint35Work *w, unsigned block, const bool *mark) {
    for (size_t t = 0; t < w->frames; t++) column(w, block)[t * w->out->dim] = mark[t];
}

typedef struct {
    Stft *stft;
    MelFilters filters, onset_filters;
    Peaks peaks;
} Spectra;

static void spectra_free(Spectra *s) {
    stft_free(s->stft);
    mel_filters_free(&s->filters);
    mel_filters_free(&s->onset_filters);
    peaks_free(&s->peaks);
}

static int spectra_new(Spectra *s, const Mint35Work *w, Error *err) {
    const double onset_top = 11025; /* 0.8's fmax for onset_strength */
    double window[FEATURE_FFT];
    hann_periodic(window, FEATURE_FFT);
    *s = (Spectra){0};
    if (stft_new(&s->stft, FEATURE_FFT, FEATURE_HOP, window, STFT_DOUBLE,
                 w->options->version == LIBROSA_0_8 ? STFT_REFLECT : STFT_CONSTANT, err) ||
        mel_filters_new(&s->filters, w->rate, w->rate / 2, FEATURE_FFT, FEATURE_MELS, err) ||
        (w->onset_mel != w->mel &&
         mel_filters_new(&s->onset_filters, w->rate, onset_top, FEATURE_FFT, FEATURE_MELS, err))) {
        spectra_free(s);
        return -1;
    }
    return 0;
}

/* |x + iy| with numpy.abs's rounding (2.4, complex64). It decides which bins are peaks where the
 * spectrum is flat, and so the tuning of lone clicks. */
static float magnitude_of(float x, float y) {
    const float a = fabsf(x), b = fabsf(y), most = a > b ? a : b, least = a > b ? b : a,
                ratio = most > 0 ? least / most : 0;
    return most * sqrtf(fmaf(ratio, ratio, 1));
}

/* One pass of short-time spectra feeds both the mel bands and the peaks that tell the tuning. */
static int spectral_pass(Mint35Work *w, Spectra *s, Error *err) {
    enum { BINS = FEATURE_FFT / 2 + 1 };
    float re[BINS], im[BINS], magnitude[BINS], power[BINS + MEL_LANES] = {0};
    for (size_t t = 0; t < w->frames; t++) {
        stft_frame(s->stft, w->y, w->n, t);
        stft_bins(s->stft, 0, BINS, re, im, 1);
        for (size_t k = 0; k < BINS; k++) magnitude[k] = magnitude_of(re[k], im[k]);
        for (size_t k = 0; k < BINS; k++) power[k] = magnitude[k] * magnitude[k];
        if (w->mel) mel_frame(&s->filters, power, w->mel + t * FEATURE_MELS);
        if (w->onset_mel != w->mel)
            mel_frame(&s->onset_filters, power, w->onset_mel + t * FEATURE_MELS);
        if (wants(w, MUSIC_CHROMA) &&
            peaks_add(&s->peaks, magnitude, FEATURE_FFT, w->rate, w->options->version, err))
            return -1;
    }
    return 0;
}

static int to_db(const Mint35Work *w, float *mel, Error *err) {
    const size_t count = w->frames * FEATURE_MELS;
    if (floats_first_nonfinite(mel, count) < count)
        return error_set(err, "samples are too large: their power overflows");
    mel_power_to_db(mel, count);
    return 0;
}

/* Mel bands in decibels, and the tuning. */
static int analyse(Mint35Work *w, Error *err) {
    Spectra s;
    if (spectra_new(&s, w, err)) return -1;
    int status = spectral_pass(w, &s, err);
    if (!status && wants(w, MUSIC_CHROMA))
        status = tuning_estimate(&s.peaks, CQ_PER_OCTAVE, &w->tuning, err) ||
                 stage_number(w->stages, "tuning", w->tuning, err);
    spectra_free(&s);
    if (status || !w->mel) return status;
    if (stage_matrix(w->stages, "mel", w->mel, w->frames, FEATURE_MELS, FEATURE_MELS, err) ||
        to_db(w, w->mel, err) ||
        stage_matrix(w->stages, "mel_db", w->mel, w->frames, FEATURE_MELS, FEATURE_MELS, err))
        return -1;
    if (w->onset_mel == w->mel) return 0;
    return to_db(w, w->onset_mel, err) || stage_matrix(w->stages, "onset_mel_db", w->onset_mel,
                                                       w->frames, FEATURE_MELS, FEATURE_MELS, err);
}

static int add_onsets(Mint35Work *w, bool *mark, Error *err) {
    if (onset_detect(w->envelope, w->frames, w->rate, FEATURE_HOP, mark, err)) return -1;
    if (wants(w, MUSIC_ONSETS)) put_marks(w, MUSIC_ONSETS, mark);
    return stage_frames(w->stages, "onset_frames", mark, w->frames, err);
}

static int add_beats(Mint35Work *w, bool *mark, Error *err) {
    const MusicFeatureOptions *o = w->options;
    if (stage_number(w->stages, "start_bpm", o->start_bpm, err) ||
        beat_track(w->envelope, w->frames, w->rate, FEATURE_HOP, o->start_bpm, o->version, mark,
                   &w->out->tempo, w->stages, err))
        return -1;
    if (wants(w, MUSIC_BEATS)) put_marks(w, MUSIC_BEATS, mark);
    return stage_number(w->stages, "tempo", w->out->tempo, err) ||
           stage_frames(w->stages, "beat_frames", mark, w->frames, err);
}

static int add_rhythm(Mint35Work *w, Error *err) {
    onset_strength(w->onset_mel, w->frames, FEATURE_MELS, w->envelope);
    for (size_t t = 0; t < w->frames && wants(w, MUSIC_ONSET_STRENGTH); t++)
        column(w, MUSIC_ONSET_STRENGTH)[t * w->out->dim] = w->envelope[t];
    bool *mark = malloc(w->frames * sizeof *mark);
    if (!mark) return error_set(err, "out of memory for %zu frames", w->frames);
    const int status = stage_f32(w->stages, "onset_strength", w->envelope, w->frames, err) ||
                               add_onsets(w, mark, err) || add_beats(w, mark, err)
                           ? -1
                           : 0;
    free(mark);
    return status;
}

static int add_mfcc(Mint35Work *w, Error *err) {
    float *out = column(w, MUSIC_MFCC);
    return mfcc(w->mel, w->frames, FEATURE_MELS, FEATURE_MFCC, out, w->out->dim, err) ||
           stage_matrix(w->stages, "mfcc", out, w->frames, FEATURE_MFCC, w->out->dim, err);
}

static int add_chroma(Mint35Work *w, Error *err) {
    const size_t frames = w->frames, dim = w->out->dim;
    float *magnitude = malloc(frames * CQ_BINS * sizeof *magnitude),
          *chroma = malloc(frames * FEATURE_CHROMA * sizeof *chroma);
    int status = -1;
    if (!magnitude || !chroma)
        error_set(err, "out of memory for %zu frames", frames);
    else if (constant_q(w->y, w->n, w->rate, FEATURE_HOP, w->tuning, w->options->version, magnitude,
                        err) == 0 &&
             stage_matrix(w->stages, "cqt", magnitude, frames, CQ_BINS, CQ_BINS, err) == 0) {
        chroma_from_cq(magnitude, frames, chroma);
        status = stage_matrix(w->stages, "chroma_cqt", chroma, frames, FEATURE_CHROMA,
                              FEATURE_CHROMA, err);
        chroma_cens(chroma, frames, w->options->version, column(w, MUSIC_CHROMA), dim);
        if (!status)
            status = stage_matrix(w->stages, "chroma_cens", column(w, MUSIC_CHROMA), frames,
                                  FEATURE_CHROMA, dim, err);
    }
    free(magnitude);
    free(chroma);
    return status;
}

static int check(const float *x, size_t n, const MusicFeatureOptions *o, Error *err) {
    if (n == 0) return error_set(err, "there are no samples in it");
    const size_t bad = floats_first_nonfinite(x, n);
    if (bad < n) return error_set(err, "sample %zu is not a finite number", bad);
    if (!(o->fps >= FEATURE_MIN_FPS && o->fps <= FEATURE_MAX_FPS))
        return error_set(err, "%g frames per second: %d to %d are possible", o->fps,
                         FEATURE_MIN_FPS, FEATURE_MAX_FPS);
    if (o->version == LIBROSA_0_8 && o->fps < FEATURE_MIN_FPS_0_8)
        return error_set(err, "%g frames per second: librosa 0.8's numbers begin at %d", o->fps,
                         FEATURE_MIN_FPS_0_8);
    if (!(o->blocks & MUSIC_ALL) || o->blocks & ~(unsigned)MUSIC_ALL)
        return error_set(err, "no columns are asked for");
    if (!(o->start_bpm > 0 && isfinite(o->start_bpm)))
        return error_set(err, "a start tempo of %g BPM makes no sense", o->start_bpm);
    return 0;
}

static int compute(Mint35Work *w, Error *err) {
    if (stage_f32(w->stages, "y", w->y, w->n, err) || analyse(w, err) ||
        (wants_rhythm(w) && add_rhythm(w, err)) || (wants(w, MUSIC_MFCC) && add_mfcc(w, err)))
        return -1;
    if (w->onset_mel != w->mel) free(w->onset_mel);
    free(w->mel); /* a third of what an hour of sound takes */
    w->mel = w->onset_mel = NULL;
    return wants(w, MUSIC_CHROMA) ? add_chroma(w, err) : 0;
}

int music_features_resampled(const float *y, size_t n, const MusicFeatureOptions *options,
                             Music *out, Tensors *stages, Error *err) {
    *out = (Music){0};
    if (check(y, n, options, err)) return -1;
    const size_t frames = 1 + n / FEATURE_HOP, dim = music_width(options->blocks),
                 mel_size = frames * FEATURE_MELS * sizeof(float);
    *out = (Music){.frames = frames,
                   .dim = dim,
                   .fps = options->fps,
                   .blocks = options->blocks,
                   .data = calloc(frames * dim, sizeof(float))};
    Mint35Work w = {.y = y,
                    .n = n,
                    .frames = frames,
                    .rate = FEATURE_HOP * options->fps,
                    .options = options,
                    .out = out,
                    .stages = stages};
    w.mel = wants_mel(&w) ? malloc(mel_size) : NULL;
    w.onset_mel = options->version == LIBROSA_0_8 && wants_rhythm(&w) ? malloc(mel_size) : w.mel;
    w.envelope = malloc(frames * sizeof *w.envelope);
    int status;
    if (!out->data || !w.envelope || (wants_mel(&w) && (!w.mel || !w.onset_mel)))
        status = error_set(err, "out of memory for %zu frames", frames);
    else
        status = compute(&w, err);
    if (w.onset_mel != w.mel) free(w.onset_mel);
    free(w.mel);
    free(w.envelope);
    if (!status) return 0;
    free(out->data);
    *out = (Music){0};
    return -1;
}

int music_resample(const float *mono, size_t n, double rate, const MusicFeatureOptions *options,
                   float **y, size_t *m, Error *err) {
    *y = NULL;
    if (check(mono, n, options, err)) return -1;
    if (!(rate >= FEATURE_MIN_RATE && rate <= FEATURE_MAX_RATE))
        return error_set(err, "a sample rate of %g Hz: %d to %d are possible", rate,
                         FEATURE_MIN_RATE, FEATURE_MAX_RATE);
    return resample(mono, n, rate, FEATURE_HOP * options->fps,
                    options->version == LIBROSA_0_8 ? KAISER_BEST : SOXR_HIGH, y, m, err);
}

int music_features(const float *mono, size_t n, double rate, const MusicFeatureOptions *options,
                   Music *out, Error *err) {
    *out = (Music){0};
    float *y;
    size_t m;
    if (music_resample(mono, n, rate, options, &y, &m, err)) return -1;
    const int status = music_features_resampled(y, m, options, out, NULL, err);
    free(y);
    return status;
}
