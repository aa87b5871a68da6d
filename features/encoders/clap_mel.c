/* clap_mel.c: ClapFeatureExtractor's mel spectrogram and ClapAudioEncoder's picture of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/clap_parts.h"
#include "features/mint35/hann.h"
#include "features/mint35/stft.h"

/* Weight of a frame at a distance of d < 2: cubic convolution, as PyTorch's bicubic. */
static double cubic(double d) {
    const double a = -0.75;
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/* The picture's columns stand at equal distances from the first mel frame to the last. Positions
 * are computed in float as PyTorch does: ten seconds on that is 6e-5 of a frame. */
static void place_columns(Clap *m, size_t columns) {
    const size_t n = m->mel_frames;
    const float step = (float)(n - 1) / (float)(columns - 1);
    for (size_t o = 0; o < columns; o++) {
        const double u = n < columns ? (double)(step * (float)o) : (double)o;
        const double from = floor(u);
        for (int k = 0; k < 4; k++) {
            double at = from + k - 1;
            m->taps[4 * o + (size_t)k] = (float)cubic(fabs(u - at));
            at = fmin(fmax(at, 0), (double)(n - 1));
            m->taps_at[4 * o + (size_t)k] = (size_t)at;
        }
    }
}

int clap_mel_prepare(Clap *m, Error *err) {
    const ClapConfig *c = &m->config;
    const size_t columns = c->side / c->bands * c->side;
    m->mel_frames = 1 + c->samples / c->hop;
    if (m->mel_frames > columns)
        return error_set(err, "a clip has %zu mel frames; the picture has room for %zu",
                         m->mel_frames, columns);
    m->window = malloc(c->n_fft * sizeof *m->window);
    m->taps = malloc(4 * columns * sizeof *m->taps);
    m->taps_at = malloc(4 * columns * sizeof *m->taps_at);
    if (!m->window || !m->taps || !m->taps_at) return error_set(err, "out of memory");
    hann_periodic(m->window, c->n_fft);
    place_columns(m, columns);
    return mel_filters_new(&m->filters, c->rate, c->lowest, c->highest, c->n_fft, c->bands, err);
}

/* --- spectrogram --- */

/* The clip at its full length: *owned, or itself. */
static const float *fill(const Clap *m, const ClapClip *clip, float **owned, Error *err) {
    const ClapConfig *c = &m->config;
    *owned = NULL;
    if (clip->count >= c->samples) return clip->samples;
    float *x = *owned = calloc(c->samples, sizeof *x);
    if (!x) {
        error_set(err, "out of memory for %zu samples", c->samples);
        return NULL;
    }
    size_t copies = c->padding == CLAP_PAD ? 1 : c->samples / clip->count;
    for (size_t i = 0; i < copies; i++)
        memcpy(x + i * clip->count, clip->samples, clip->count * sizeof *x);
    size_t done = copies * clip->count;
    if (c->padding == CLAP_REPEAT) memcpy(x + done, clip->samples, (c->samples - done) * sizeof *x);
    return x;
}

/* What a thread needs. */
typedef struct {
    Stft *stft;
    float *re, *im, *power;
} Spectrum;

static void spectrum_free(Spectrum *s) {
    stft_free(s->stft);
    free(s->re);
}

static int spectrum_new(Spectrum *s, const Clap *m, Error *err) {
    const ClapConfig *c = &m->config;
    const size_t room = c->n_fft / 2 + 1 + MEL_LANES;
    *s = (Spectrum){.re = calloc(3 * room, sizeof *s->re)};
    if (!s->re) return error_set(err, "out of memory");
    s->im = s->re + room;
    s->power = s->im + room;
    return stft_new(&s->stft, c->n_fft, c->hop, m->window, STFT_DOUBLE, STFT_REFLECT, err);
}

static void mel_of_frame(const Clap *m, Spectrum *s, const float *x, size_t t, float *mel) {
    const size_t half = m->config.n_fft / 2;
    stft_frame(s->stft, x, m->config.samples, t);
    stft_bins(s->stft, 0, half, s->re, s->im, 1);
    stft_bins(s->stft, half, 1, s->re + half, s->im + half, 1);
    for (size_t k = 0; k <= half; k++) s->power[k] = s->re[k] * s->re[k] + s->im[k] * s->im[k];
    mel_frame(&m->filters, s->power, mel);
    for (size_t b = 0; b < m->config.bands; b++)
        mel[b] = 10 * log10f(mel[b] > 1e-10f ? mel[b] : 1e-10f);
}

int clap_mel(const Clap *m, const ClapClip *clip, float *mel, Error *err) {
    float *owned;
    const float *x = fill(m, clip, &owned, err);
    if (!x) return -1;
    int failed = 0;
#pragma omp parallel
    {
        Spectrum s;
        Error e;
        const int bad = spectrum_new(&s, m, &e);
        if (bad) {
#pragma omp critical(clap_mel)
            {
                failed = -1;
                *err = e;
            }
        }
#pragma omp barrier
        if (!failed) {
#pragma omp for schedule(static)
            for (size_t t = 0; t < m->mel_frames; t++)
                mel_of_frame(m, &s, x, t, mel + t * m->config.bands);
        }
        spectrum_free(&s);
    }
    free(owned);
    return failed;
}

/* --- picture --- */

void clap_image(const Clap *m, float *mel, float *image) {
    const size_t bands = m->config.bands, side = m->config.side;
    for (size_t t = 0; t < m->mel_frames; t++)
        for (size_t b = 0; b < bands; b++)
            mel[t * bands + b] = mel[t * bands + b] * m->band_scale[b] + m->band_shift[b];
#pragma omp parallel for
    for (size_t p = 0; p < side / bands; p++)
        for (size_t column = 0; column < side; column++) {
            const size_t o = p * side + column;
            const float *w = m->taps + 4 * o;
            const float *x[4];
            for (size_t k = 0; k < 4; k++) x[k] = mel + m->taps_at[4 * o + k] * bands;
            for (size_t b = 0; b < bands; b++)
                image[(p * bands + b) * side + column] =
                    w[0] * x[0][b] + w[1] * x[1][b] + w[2] * x[2][b] + w[3] * x[3][b];
        }
}
