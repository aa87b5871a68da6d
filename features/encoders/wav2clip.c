/* wav2clip.c: pieces of sound to spectra, brought to one scale, through the network. */
#include "features/encoders/wav2clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2clip_parts.h"
#include "features/mint35/hann.h"
#include "features/mint35/stft.h"
#include "lib/base/memory.h"

/* As the package has them: added to power, and to the deviation. */
static const double least_power = 1e-7, least_deviation = 1e-9;

static size_t columns_of(const Wav2clipPieces *p) { return 1 + p->piece / WAV2CLIP_HOP; }

/* --- spectra --- */

static int spectrum_new(Stft **out, Error *err) {
    double window[WAV2CLIP_FFT];
    hann_periodic(window, WAV2CLIP_FFT);
    return stft_new(out, WAV2CLIP_FFT, WAV2CLIP_HOP, window, STFT_DOUBLE, STFT_REFLECT, err);
}

/* ln(power + 1e-7) of piece i -> x [bins, columns]. */
static void log_power(Stft *s, const Wav2clipPieces *p, size_t i, float *x) {
    float re[WAV2CLIP_BINS], im[WAV2CLIP_BINS];
    const size_t half = WAV2CLIP_FFT / 2, columns = columns_of(p);
    for (size_t t = 0; t < columns; t++) {
        stft_frame(s, p->samples + i * p->hop, p->piece, t);
        stft_bins(s, 0, half, re, im, 1);
        stft_bins(s, half, 1, re + half, im + half, 1);
        for (size_t b = 0; b <= half; b++) {
            const double power = (double)re[b] * re[b] + (double)im[b] * im[b];
            x[b * columns + t] = (float)log(power + least_power);
        }
    }
}

typedef struct {
    double mean, squares; /* of the numbers' distances from it */
} Moments;

static Moments moments_of(const float *x, size_t n) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    return (Moments){mean, squares};
}

/* Each piece has its moments; added up in their order (Chan, Golub and LeVeque 1979). */
static Wav2clipScale combine(const Moments *m, size_t count, size_t each) {
    double mean = 0, squares = 0, n = 0;
    for (size_t i = 0; i < count; i++) {
        const double more = (double)each, apart = m[i].mean - mean;
        squares += m[i].squares + apart * apart * n * more / (n + more);
        mean += apart * more / (n + more);
        n += more;
    }
    return (Wav2clipScale){mean, n > 1 ? sqrt(squares / (n - 1)) : 0};
}

static int check(const Wav2clipPieces *p, Error *err) {
    if (p->count == 0) return error_set(err, "too few samples for a piece of %zu", p->piece);
    if (p->piece > WAV2CLIP_FFT / 2) return 0;
    return error_set(err, "a piece of %zu samples is too short: %d are mirrored at its ends",
                     p->piece, WAV2CLIP_FFT / 2);
}

int wav2clip_measure(const Wav2clipPieces *p, Wav2clipScale *out, Error *err) {
    const size_t each = WAV2CLIP_BINS * columns_of(p);
    if (check(p, err)) return -1;
    Moments *m = malloc(p->count * sizeof *m);
    int failed = m ? 0 : error_set(err, "out of memory for %zu pieces", p->count);
#pragma omp parallel if (!failed)
    {
        Stft *s = NULL;
        Error e;
        float *x = malloc(each * sizeof *x);
        const int bad = !x || !m || spectrum_new(&s, &e);
#pragma omp for schedule(static)
        for (size_t i = 0; i < p->count; i++) {
            if (bad) continue;
            log_power(s, p, i, x);
            m[i] = moments_of(x, each);
        }
        if (bad) {
#pragma omp critical(wav2clip)
            failed = error_set(err, "out of memory for a piece of %zu samples", p->piece);
        }
        stft_free(s);
        free(x);
    }
    if (!failed) *out = combine(m, p->count, each);
    free(m);
    return failed;
}

/* --- a batch --- */

/* Where everything of a batch lies. */
typedef struct {
    float *spectra, *room, *pooled;
} Batch;

static size_t piece_floats(const Wav2clip *m, size_t columns) {
    return WAV2CLIP_BINS * columns + wav2clip_room(m, columns) + wav2clip_embedding(m);
}

size_t wav2clip_batch(const Wav2clip *m, size_t piece) {
    enum { FLOATS = 1 << 24, MOST = 64 };
    const size_t fit = FLOATS / piece_floats(m, 1 + piece / WAV2CLIP_HOP);
    if (fit > MOST) return MOST;
    return fit > 0 ? fit : 1;
}

typedef struct {
    const Wav2clipPieces *pieces;
    EncoderStage *stage;
    void *context;
    float *turned; /* room for pictures, channels outermost */
} Stages;

static void tell_layer(void *context, const char *name, const Pictures *p) {
    const Stages *s = context;
    const size_t places = p->height * p->width, n = p->channels;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < places; j++)
                s->turned[(i * n + k) * places + j] = p->x[(i * places + j) * n + k];
    s->stage(s->context, name, s->turned, 4, (size_t[]){p->count, n, p->height, p->width});
}

static void tell_frames(const Stages *s, size_t first, size_t count, float *x) {
    const Wav2clipPieces *p = s->pieces;
    for (size_t i = 0; i < count; i++)
        memcpy(x + i * p->piece, p->samples + (first + i) * p->hop, p->piece * sizeof *x);
    s->stage(s->context, "frames", x, 2, (size_t[]){count, p->piece});
}

static void tell_spectra(const Stages *s, const char *name, size_t count, const float *x) {
    s->stage(s->context, name, x, 3, (size_t[]){count, WAV2CLIP_BINS, columns_of(s->pieces)});
}

static void standardise(Wav2clipScale scale, float *x, size_t n) {
    if (scale.deviation <= least_deviation) {
        memset(x, 0, n * sizeof *x);
        return;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (float)((x[i] - scale.mean) / (scale.deviation + least_deviation));
}

static void run_batch(const Wav2clip *m, const Stages *s, Wav2clipScale scale, size_t first,
                      size_t count, Stft *spectrum, const Batch *b, float *out) {
    const Wav2clipPieces *p = s->pieces;
    const size_t columns = columns_of(p), each = WAV2CLIP_BINS * columns;
    const size_t d = wav2clip_embedding(m);
    for (size_t i = 0; i < count; i++) log_power(spectrum, p, first + i, b->spectra + i * each);
    if (s->stage) {
        tell_frames(s, first, count, s->turned);
        tell_spectra(s, "log_power", count, b->spectra);
    }
    standardise(scale, b->spectra, count * each);
    if (s->stage) tell_spectra(s, "standardised", count, b->spectra);
    wav2clip_network(m, b->spectra, count, columns, b->room, b->pooled, out,
                     s->stage ? tell_layer : NULL, (void *)(uintptr_t)s);
    if (!s->stage) return;
    s->stage(s->context, "pooled", b->pooled, 2, (size_t[]){count, d});
    s->stage(s->context, "embedding", out, 2, (size_t[]){count, d});
}

int wav2clip_run(const Wav2clip *m, const Wav2clipPieces *p, Wav2clipScale scale, size_t first,
                 size_t count, float *out, EncoderStage *stage, void *context, Error *err) {
    const size_t columns = columns_of(p), each = piece_floats(m, columns);
    if (check(p, err)) return -1;
    Stft *spectrum = NULL;
    float *room = memory_block((count * each + wav2clip_shared_room(m)) * sizeof *room);
    const size_t turned =
        wav2clip_room(m, columns) > p->piece ? wav2clip_room(m, columns) : p->piece;
    const Stages s = {p, stage, context,
                      stage ? memory_block(count * turned * sizeof *room) : NULL};
    int status =
        room && (s.turned || !stage)
            ? spectrum_new(&spectrum, err)
            : error_set(err, "out of memory for %zu pieces of %zu samples", count, p->piece);
    if (!status) {
        const size_t spectra = count * WAV2CLIP_BINS * columns;
        const Batch b = {.spectra = room,
                         .pooled = room + spectra,
                         .room = room + spectra + count * wav2clip_embedding(m)};
        run_batch(m, &s, scale, first, count, spectrum, &b, out);
    }
    stft_free(spectrum);
    free(s.turned);
    free(room);
    return status;
}
