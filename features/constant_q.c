/* constant_q.c: librosa.cqt (0.11: librosa.vqt with gamma 0), Schoerkhuber and Klapuri's scheme: the filters of the top octave, then the
 * signal at half the rate under the same filters, and so on down. */
#include "constant_q.h"

#include <math.h>
#include <stdlib.h>

#include "resample.h"
#include "stft.h"
#include "wavelet.h"

static const double c1_hz = 32.70319566257483, hann_bandwidth = 1.50018310546875;

typedef struct {
    double frequency[CQ_BINS], alpha[CQ_BINS], length[CQ_BINS];
} Bins;

/* Frequencies, bandwidths, and lengths at `rate`; returns the highest frequency that a filter reaches. */
static double layout(Bins *b, double rate, double tuning) {
    const double lowest = c1_hz * pow(2, tuning / CQ_PER_OCTAVE);
    for (size_t i = 0; i < CQ_BINS; i++) {
        const size_t octave = i / CQ_PER_OCTAVE, step = i % CQ_PER_OCTAVE;
        b->frequency[i] = ldexp(pow(2, (double)step / CQ_PER_OCTAVE), (int)octave) * lowest;
    }
    relative_bandwidth(b->frequency, CQ_BINS, b->alpha);
    double top = 0;
    for (size_t i = 0; i < CQ_BINS; i++) {
        b->length[i] = 1 / b->alpha[i] * rate / b->frequency[i];
        top = fmax(top, b->frequency[i] * (1 + 0.5 * hann_bandwidth * b->alpha[i]));
    }
    return top;
}

/* Magnitudes of one octave's bins: spectra of rectangular frames times the filters. */
static int octave_response(const float *y, size_t n, size_t hop, const WaveletFilters *f, const double *length, size_t frames, float *magnitude,
                           Error *err) {
    Stft *stft;
    if (stft_new(&stft, f->n_fft, hop, NULL, err)) return -1;
    for (size_t t = 0; t < frames; t++) {
        const float complex *spectrum = stft_frame(stft, y, n, t), *c = f->coefficients;
        for (size_t i = 0; i < f->count; i++) {
            const float complex *s = spectrum + f->first[i];
            float re = 0, im = 0;
            for (size_t k = 0; k < f->width[i]; k++) {
                re += crealf(c[k]) * crealf(s[k]) - cimagf(c[k]) * cimagf(s[k]);
                im += crealf(c[k]) * cimagf(s[k]) + cimagf(c[k]) * crealf(s[k]);
            }
            magnitude[t * CQ_BINS + i] = sqrtf(re * re + im * im) / (float)sqrt(length[i]);
            c += f->width[i];
        }
    }
    stft_free(stft);
    return 0;
}

/* librosa halves the rate first, with the energy kept, as often as the filters, and 7 octaves with whole hops, allow. */
static unsigned early_halvings(double rate, double top, size_t hop) {
    const int by_filters = (int)ceil(log2(rate / 2 / top)) - 2;
    int twos = 0;
    while (hop % 2 == 0) {
        hop /= 2;
        twos++;
    }
    const int by_hop = twos - CQ_OCTAVES + 1, least = by_filters < by_hop ? by_filters : by_hop;
    return least > 0 ? (unsigned)least : 0;
}

/* From the top octave down; *y is the signal at hand, freed and replaced by its half. */
static int all_octaves(float **y, size_t n, double rate, size_t hop, const Bins *b, size_t frames, float *magnitude, Error *err) {
    for (size_t i = 0; i < CQ_OCTAVES; i++) {
        const size_t first = CQ_BINS - CQ_PER_OCTAVE * (i + 1);
        const double octave_rate = ldexp(rate, -(int)i);
        WaveletFilters f;
        if (wavelet_filters_new(&f, b->frequency + first, b->alpha + first, CQ_PER_OCTAVE, octave_rate, sqrt(ldexp(1, (int)i)), err)) return -1;
        const int status = octave_response(*y, n, hop >> i, &f, b->length + first, frames, magnitude + first, err);
        wavelet_filters_free(&f);
        if (status) return -1;
        if (i + 1 == CQ_OCTAVES) break;
        float *half;
        size_t m;
        if (resample_scaled(*y, n, 2, 1, &half, &m, err)) return -1;
        free(*y);
        *y = half;
        n = m;
    }
    return 0;
}

int constant_q(const float *y, size_t n, double rate, size_t hop, double tuning, float *magnitude, Error *err) {
    Bins b;
    const double top = layout(&b, rate, tuning);
    if (top > rate / 2) return fail(err, "at a sample rate of %g Hz the constant-Q filters would reach beyond the Nyquist frequency", rate);
    const size_t frames = 1 + n / hop;
    const unsigned halvings = early_halvings(rate, top, hop);
    const double factor = ldexp(1, (int)halvings);
    float *signal;
    size_t m;
    if (halvings ? resample_scaled(y, n, factor, 1, &signal, &m, err) : resample(y, n, 1, 1, &signal, &m, err)) return -1;
    rate /= factor;
    layout(&b, rate, tuning);
    const int status = all_octaves(&signal, m, rate, hop >> halvings, &b, frames, magnitude, err);
    free(signal);
    return status;
}
