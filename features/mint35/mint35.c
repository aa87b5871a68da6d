/* mint35.c: the steps in order. */
#include "features/mint35/mint35.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/chroma_cens.h"
#include "features/mint35/constant_q.h"
#include "features/mint35/hann.h"
#include "features/mint35/mel_spectrogram.h"
#include "features/mint35/mfcc.h"
#include "features/mint35/onset_detect.h"
#include "features/mint35/onset_strength.h"
#include "features/mint35/stft.h"
#include "features/mint35/tuning.h"
#include "features/mint35/work.h"
#include "lib/audio/resample.h"
#include "lib/base/numbers.h"

enum { RHYTHM = MINT35_ONSET_STRENGTH | MINT35_ONSETS | MINT35_BEATS };

static bool wants(const Mint35Work *w, unsigned blocks) { return w->options->blocks & blocks; }

/* Where a block's columns begin in the first row. */
static float *column(const Mint35Work *w, unsigned block) {
    return w->out->data + mint35_column(w->options->blocks, block);
}

static void put_marks(const Mint35Work *w, unsigned block, const bool *mark) {
    float *out = column(w, block);
    for (size_t t = 0; t < w->frames && wants(w, block); t++) out[t * w->out->dim] = mark[t];
}

static int no_memory(const Mint35Work *w, Error *err) {
    return error_set(err, "out of memory for %zu frames", w->frames);
}

/* --- spectra, from which mel bands and the tuning come --- */

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
    double window[MINT35_FFT];
    hann_periodic(window, MINT35_FFT);
    *s = (Spectra){0};
    if (stft_new(&s->stft, MINT35_FFT, MINT35_HOP, window, STFT_DOUBLE,
                 w->options->version == LIBROSA_0_8 ? STFT_REFLECT : STFT_CONSTANT, err) ||
        mel_filters_new(&s->filters, w->rate, 0, w->rate / 2, MINT35_FFT, MINT35_MELS, err) ||
        (w->onset_mel != w->mel &&
         mel_filters_new(&s->onset_filters, w->rate, 0, onset_top, MINT35_FFT, MINT35_MELS, err))) {
        spectra_free(s);
        return -1;
    }
    return 0;
}

/* |x + iy| with numpy.abs's rounding (2.4, complex64). It decides which bins are peaks where the
 * spectrum is flat, and so the tuning of lone clicks. */
static float magnitude_of(float x, float y) {
    const float a = fabsf(x);
    const float b = fabsf(y);
    const float most = a > b ? a : b;
    const float least = a > b ? b : a;
    const float ratio = most > 0 ? least / most : 0;
    return most * sqrtf(fmaf(ratio, ratio, 1));
}

/* One pass over short-time spectra gives both the mel bands and the peaks, from which the tuning
 * is estimated. */
static int pass_over_frames(Mint35Work *w, Spectra *s, Error *err) {
    enum { BINS = MINT35_FFT / 2 + 1 };
    float re[BINS], im[BINS], magnitude[BINS], power[BINS + MEL_LANES] = {0};
    for (size_t t = 0; t < w->frames; t++) {
        stft_frame(s->stft, w->y, w->n, t);
        stft_bins(s->stft, 0, BINS, re, im, 1);
        for (size_t k = 0; k < BINS; k++) magnitude[k] = magnitude_of(re[k], im[k]);
        for (size_t k = 0; k < BINS; k++) power[k] = magnitude[k] * magnitude[k];
        if (w->mel) mel_frame(&s->filters, power, w->mel + t * MINT35_MELS);
        if (w->onset_mel != w->mel)
            mel_frame(&s->onset_filters, power, w->onset_mel + t * MINT35_MELS);
        if (wants(w, MINT35_CHROMA) &&
            peaks_add(&s->peaks, magnitude, MINT35_FFT, w->rate, w->options->version, err))
            return -1;
    }
    return 0;
}

static int find_spectra(Mint35Work *w, Error *err) {
    Spectra s;
    if (spectra_new(&s, w, err)) return -1;
    int status = pass_over_frames(w, &s, err);
    if (!status && wants(w, MINT35_CHROMA))
        status = tuning_estimate(&s.peaks, CQ_PER_OCTAVE, &w->tuning, err);
    spectra_free(&s);
    return status;
}

static int to_decibels(const Mint35Work *w, float *mel, Error *err) {
    const size_t count = w->frames * MINT35_MELS;
    if (floats_first_nonfinite(mel, count) < count)
        return error_set(err, "samples are too large: their power overflows");
    mel_power_to_db(mel, count);
    return 0;
}

static int find_decibels(Mint35Work *w, Error *err) {
    if (to_decibels(w, w->mel, err)) return -1;
    return w->onset_mel == w->mel ? 0 : to_decibels(w, w->onset_mel, err);
}

/* --- rhythm --- */

static int find_onsets(Mint35Work *w, Error *err) {
    w->envelope = malloc(w->frames * sizeof *w->envelope);
    w->onset = malloc(w->frames * sizeof *w->onset);
    if (!w->envelope || !w->onset) return no_memory(w, err);
    onset_strength(w->onset_mel, w->frames, MINT35_MELS, w->envelope);
    float *out = column(w, MINT35_ONSET_STRENGTH);
    for (size_t t = 0; t < w->frames && wants(w, MINT35_ONSET_STRENGTH); t++)
        out[t * w->out->dim] = w->envelope[t];
    if (onset_detect(w->envelope, w->frames, w->rate, MINT35_HOP, w->onset, err)) return -1;
    put_marks(w, MINT35_ONSETS, w->onset);
    return 0;
}

static int find_beats(Mint35Work *w, Error *err) {
    const Mint35Options *o = w->options;
    if (beat_track(w->envelope, w->frames, w->rate, MINT35_HOP, o->start_bpm, o->version, &w->beats,
                   err))
        return -1;
    w->out->tempo = w->beats.bpm;
    if (!(w->beats.bpm > 0) && wants(w, MINT35_ONSETS | MINT35_BEATS))
        w->out->notes |= MUSIC_SILENT;
    put_marks(w, MINT35_BEATS, w->beats.beat);
    return 0;
}

/* --- timbre and harmony --- */

static int find_cepstra(Mint35Work *w, Error *err) {
    return mfcc(w->mel, w->frames, MINT35_MELS, MINT35_CEPSTRA, column(w, MINT35_MFCC), w->out->dim,
                err);
}

static void free_mel(Mint35Work *w) {
    if (w->onset_mel != w->mel) free(w->onset_mel);
    free(w->mel);
    w->mel = w->onset_mel = NULL;
}

static int find_constant_q(Mint35Work *w, Error *err) {
    free_mel(w); /* a third of what an hour of sound takes */
    w->constant_q = malloc(w->frames * CQ_BINS * sizeof *w->constant_q);
    if (!w->constant_q) return no_memory(w, err);
    return constant_q(w->y, w->n, w->rate, MINT35_HOP, w->tuning, w->options->version,
                      w->constant_q, err);
}

static int find_chroma(Mint35Work *w, Error *err) {
    w->chroma = malloc(w->frames * MINT35_PITCHES * sizeof *w->chroma);
    if (!w->chroma) return no_memory(w, err);
    chroma_from_cq(w->constant_q, w->frames, w->chroma);
    return 0;
}

static int find_cens(Mint35Work *w, Error *err) {
    (void)err;
    chroma_cens(w->chroma, w->frames, w->options->version, column(w, MINT35_CHROMA), w->out->dim);
    return 0;
}

/* --- all of them --- */

/* A step is taken if one of these blocks is wanted. */
static const struct {
    unsigned blocks;
    int (*take)(Mint35Work *w, Error *err);
} steps[STEPS] = {
    [STEP_SPECTRA] = {MINT35_ALL, find_spectra},
    [STEP_DECIBELS] = {RHYTHM | MINT35_MFCC, find_decibels},
    [STEP_ONSETS] = {RHYTHM, find_onsets},
    [STEP_BEATS] = {RHYTHM, find_beats},
    [STEP_CEPSTRA] = {MINT35_MFCC, find_cepstra},
    [STEP_CONSTANT_Q] = {MINT35_CHROMA, find_constant_q},
    [STEP_CHROMA] = {MINT35_CHROMA, find_chroma},
    [STEP_CENS] = {MINT35_CHROMA, find_cens},
};

static int take_steps(Mint35Work *w, const Mint35Observer *observer, Error *err) {
    for (int step = 0; step < STEPS; step++) {
        if (!wants(w, steps[step].blocks)) continue;
        if (steps[step].take(w, err)) return -1;
        if (observer && observer->observe(observer->user, w, step, err)) return -1;
    }
    return 0;
}

static int work_begin(Mint35Work *w, Error *err) {
    const size_t mel_size = w->frames * MINT35_MELS * sizeof(float);
    w->out->data = calloc(w->frames * w->out->dim, sizeof *w->out->data);
    if (!w->out->data) return no_memory(w, err);
    if (!wants(w, RHYTHM | MINT35_MFCC)) return 0;
    const bool two = w->options->version == LIBROSA_0_8 && wants(w, RHYTHM);
    w->mel = malloc(mel_size);
    w->onset_mel = two ? malloc(mel_size) : w->mel;
    return w->mel && w->onset_mel ? 0 : no_memory(w, err);
}

static void work_end(Mint35Work *w) {
    free_mel(w);
    free(w->envelope);
    free(w->onset);
    beat_track_free(&w->beats);
    free(w->constant_q);
    free(w->chroma);
}

int mint35_check(const Mint35Options *o, Error *err) {
    if (!(o->fps >= (double)MINT35_MIN_FPS && o->fps <= (double)MINT35_MAX_FPS))
        return error_set(err, "%g frames a second: %s is computed at %d to %d", o->fps, mint35_name,
                         MINT35_MIN_FPS, MINT35_MAX_FPS);
    if (o->version == LIBROSA_0_8 && o->fps < (double)MINT35_MIN_FPS_0_8)
        return error_set(err, "%g frames a second: librosa 0.8's numbers begin at %d", o->fps,
                         MINT35_MIN_FPS_0_8);
    if (!(o->blocks & MINT35_ALL) || o->blocks & ~(unsigned)MINT35_ALL)
        return error_set(err, "no columns are asked for");
    if (!(o->start_bpm > 0 && isfinite(o->start_bpm)))
        return error_set(err, "a start tempo of %g BPM makes no sense", o->start_bpm);
    return 0;
}

static int check(const float *x, size_t n, const Mint35Options *o, Error *err) {
    if (n == 0) return error_set(err, "there are no samples in it");
    const size_t bad = floats_first_nonfinite(x, n);
    if (bad < n) return error_set(err, "sample %zu is not a finite number", bad);
    return mint35_check(o, err);
}

static void identify(Music *m, const Mint35Options *o) {
    strcpy(m->identity.name, mint35_name);
    strcpy(m->identity.version, mint35_versions[o->version]);
    mint35_layout_of(o->blocks, m->identity.columns);
}

int mint35_features_resampled(const float *y, size_t n, const Mint35Options *options, Music *out,
                              const Mint35Observer *observer, Error *err) {
    *out = (Music){0};
    if (check(y, n, options, err)) return -1;
    *out = (Music){
        .frames = 1 + n / MINT35_HOP, .dim = mint35_width(options->blocks), .fps = options->fps};
    identify(out, options);
    Mint35Work w = {.options = options,
                    .y = y,
                    .n = n,
                    .frames = out->frames,
                    .rate = (double)MINT35_HOP * options->fps,
                    .out = out};
    int status = work_begin(&w, err);
    if (!status) status = take_steps(&w, observer, err);
    work_end(&w);
    if (status) music_free(out);
    return status;
}

int mint35_resample(const float *mono, size_t n, double rate, const Mint35Options *options,
                    float **y, size_t *m, Error *err) {
    *y = NULL;
    if (check(mono, n, options, err)) return -1;
    if (!(rate >= (double)MINT35_MIN_RATE && rate <= (double)MINT35_MAX_RATE))
        return error_set(err, "a sample rate of %g Hz: %d to %d are possible", rate,
                         MINT35_MIN_RATE, MINT35_MAX_RATE);
    return resample(mono, n, rate, (double)MINT35_HOP * options->fps,
                    options->version == LIBROSA_0_8 ? KAISER_BEST : SOXR_HIGH, y, m, err);
}

int mint35_features(const float *mono, size_t n, double rate, const Mint35Options *options,
                    Music *out, Error *err) {
    *out = (Music){0};
    float *y;
    size_t m;
    if (mint35_resample(mono, n, rate, options, &y, &m, err)) return -1;
    const int status = mint35_features_resampled(y, m, options, out, NULL, err);
    free(y);
    return status;
}
