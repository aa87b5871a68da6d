/* constant_q.c: librosa.cqt (0.11, 0.8: librosa.vqt with gamma 0), Schoerkhuber and Klapuri's
 * scheme: the filters of the top octave, then the signal at half the rate under the same filters,
 * and so on down. */
#include "features/mint35/constant_q.h"

#include <math.h>
#include <stdlib.h>

#include "features/mint35/feature_loops.h"
#include "features/mint35/stft.h"
#include "features/mint35/wavelet.h"
#include "lib/audio/kaiser.h"
#include "lib/audio/resample.h"

static const double c1_hz = 32.70319566257483, hann_bandwidth = 1.50018310546875;

typedef struct {
    double frequency[CQ_BINS], alpha[CQ_BINS], length[CQ_BINS];
} Bins;

/* Frequencies, bandwidths, and lengths at `rate`; returns the highest frequency that a filter
 * reaches. */
static double layout(Bins *b, double rate, double tuning, LibrosaVersion version) {
    const double lowest = c1_hz * pow(2, tuning / (double)CQ_PER_OCTAVE);
    for (size_t i = 0; i < CQ_BINS; i++) {
        const size_t octave = i / CQ_PER_OCTAVE;
        const size_t step = i % CQ_PER_OCTAVE;
        b->frequency[i] = ldexp(pow(2, (double)step / (double)CQ_PER_OCTAVE), (int)octave) * lowest;
    }
    wavelet_relative_bandwidth(b->frequency, CQ_BINS, b->alpha);
    for (size_t i = 0; i < CQ_BINS && version == LIBROSA_0_8; i++)
        b->alpha[i] = pow(2, 1.0 / (double)CQ_PER_OCTAVE) - 1;
    double top = 0;
    for (size_t i = 0; i < CQ_BINS; i++) {
        b->length[i] = 1 / b->alpha[i] * rate / b->frequency[i];
        top = fmax(top, b->frequency[i] * (1 + 0.5 * hann_bandwidth * b->alpha[i]));
    }
    return top;
}

/* Frames go through the filters many at a time: spectra and sums lie as [bin][frame], so that the
 * innermost loop runs over frames. */
enum { BLOCK = CQ_BLOCK };

typedef struct {
    WaveletFilters filters;
    float scale[CQ_PER_OCTAVE];
    size_t first, count; /* bins that any filter touches */
    float *re, *im; /* [count][BLOCK] */
} Bank;

static void bank_free(Bank *b) {
    wavelet_filters_free(&b->filters);
    free(b->re);
    free(b->im);
}

/* The top octave's filters serve every octave: half the rate under half the frequency is the same
 * filter. Magnitudes are divided by the square root of the filter's length, and multiplied by that
 * of the halvings, to which the length is proportional. */
static int bank_new(Bank *bank, const Bins *b, double rate, Error *err) {
    const size_t top = CQ_BINS - CQ_PER_OCTAVE;
    *bank = (Bank){0};
    if (wavelet_filters_new(&bank->filters, b->frequency + top, b->alpha + top, CQ_PER_OCTAVE, rate,
                            err))
        return -1;
    const WaveletFilters *f = &bank->filters;
    size_t end = 0;
    bank->first = f->n_fft;
    for (size_t i = 0; i < f->count; i++) {
        bank->scale[i] = (float)(1 / sqrt(b->length[top + i]));
        bank->first = f->first[i] < bank->first ? f->first[i] : bank->first;
        end = f->first[i] + f->width[i] > end ? f->first[i] + f->width[i] : end;
    }
    bank->count = end - bank->first;
    bank->re = calloc(bank->count * BLOCK, sizeof(float));
    bank->im = calloc(bank->count * BLOCK, sizeof(float));
    if (bank->re && bank->im) return 0;
    bank_free(bank);
    return error_set(err, "out of memory for constant-Q filters");
}

/* |sum over k of filter[k] spectrum[k]| of the block's frames: magnitude[j CQ_BINS + i] of frame j,
 * filter i. */
static void filter_block(const Bank *bank, size_t frames, float *magnitude) {
    const FeatureLoops *loops = feature_loops_chosen();
    const WaveletFilters *f = &bank->filters;
    const float complex *c = f->coefficients;
    for (size_t i = 0; i < f->count; i++) {
        const float *re = bank->re + (f->first[i] - bank->first) * BLOCK;
        const float *im = bank->im + (f->first[i] - bank->first) * BLOCK;
        float sum_re[BLOCK], sum_im[BLOCK];
        loops->filter(c, re, im, f->width[i], sum_re, sum_im);
        c += f->width[i];
        for (size_t j = 0; j < frames; j++)
            magnitude[j * CQ_BINS + i] =
                sqrtf(sum_re[j] * sum_re[j] + sum_im[j] * sum_im[j]) * bank->scale[i];
    }
}

/* Magnitudes of one octave's bins: spectra of rectangular frames times the filters. */
static int octave_response(const float *y, size_t n, size_t hop, Bank *bank, StftPadding padding,
                           size_t frames, float *magnitude, Error *err) {
    Stft *stft;
    if (stft_new(&stft, bank->filters.n_fft, hop, NULL, STFT_SINGLE, padding, err)) return -1;
    for (size_t t = 0; t < frames; t += BLOCK) {
        const size_t block = frames - t < BLOCK ? frames - t : BLOCK;
        for (size_t j = 0; j < block; j++) {
            stft_frame(stft, y, n, t + j);
            stft_bins(stft, bank->first, bank->count, bank->re + j, bank->im + j, BLOCK);
        }
        filter_block(bank, block, magnitude + t * CQ_BINS);
    }
    stft_free(stft);
    return 0;
}

/* librosa halves the rate first, with the energy kept, as often as the filters, and 7 octaves with
 * whole hops, allow. */
static unsigned early_halvings(double rate, double top, size_t hop, LibrosaVersion version) {
    const double passed = version == LIBROSA_0_8 ? kaiser_fast.rolloff : 1;
    const int by_filters = (int)ceil(log2(passed * rate / 2 / top)) - 2;
    int twos = 0;
    while (hop % 2 == 0) {
        hop /= 2;
        twos++;
    }
    const int by_hop = twos - CQ_OCTAVES + 1;
    const int least = by_filters < by_hop ? by_filters : by_hop;
    return least > 0 ? (unsigned)least : 0;
}

static Resampler halving_of(LibrosaVersion version) {
    return version == LIBROSA_0_8 ? KAISER_FAST : SOXR_HIGH;
}
static StftPadding padding_of(LibrosaVersion version) {
    return version == LIBROSA_0_8 ? STFT_REFLECT : STFT_CONSTANT;
}

/* From the top octave down, halving the signal in between. */
static int all_octaves(const float *y, size_t n, size_t hop, Bank *bank, LibrosaVersion version,
                       size_t frames, float *magnitude, Error *err) {
    float *signal = NULL; /* y at half the rate, and so on */
    int status = 0;
    for (size_t octave = CQ_OCTAVES; octave-- > 0 && !status; hop /= 2) {
        status = octave_response(signal ? signal : y, n, hop, bank, padding_of(version), frames,
                                 magnitude + octave * CQ_PER_OCTAVE, err);
        if (octave == 0 || status) break;
        float *half;
        size_t m;
        status = resample_scaled(signal ? signal : y, n, 2, 1, halving_of(version), &half, &m, err);
        free(signal);
        signal = half;
        n = m;
    }
    free(signal);
    return status;
}

int constant_q(const float *y, size_t n, double rate, size_t hop, double tuning,
               LibrosaVersion version, float *magnitude, Error *err) {
    Bins b;
    const double top = layout(&b, rate, tuning, version);
    if (top > rate / 2)
        return error_set(err,
                         "at a sample rate of %g Hz the constant-Q filters would reach beyond the "
                         "Nyquist frequency",
                         rate);
    const size_t frames = 1 + n / hop;
    const unsigned halvings = early_halvings(rate, top, hop, version);
    float *low = NULL;
    if (halvings) {
        size_t m;
        if (resample_scaled(y, n, ldexp(1, (int)halvings), 1, halving_of(version), &low, &m, err))
            return -1;
        rate = ldexp(rate, -(int)halvings);
        layout(&b, rate, tuning, version);
        n = m;
    }
    Bank bank;
    int status = bank_new(&bank, &b, rate, err);
    if (!status) {
        status =
            all_octaves(low ? low : y, n, hop >> halvings, &bank, version, frames, magnitude, err);
        bank_free(&bank);
    }
    free(low);
    return status;
}
