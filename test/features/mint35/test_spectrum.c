/* Resampling, short-time spectra, mel bands, MFCC, tuning, constant-Q, chroma against librosa's
 * numbers and their definitions. */
#include <stdbool.h>

#include "features/mint35/chroma_cens.h"
#include "features/mint35/constant_q.h"
#include "features/mint35/hann.h"
#include "features/mint35/mel_spectrogram.h"
#include "features/mint35/mfcc.h"
#include "features/mint35/mint35.h"
#include "features/mint35/stft.h"
#include "features/mint35/tuning.h"
#include "features/mint35/wavelet.h"
#include "lib/audio/resample.h"
#include "test/features/mint35/signals.h"

enum { RATE = 30720, SOURCE_RATE = 22050, BINS = MINT35_FFT / 2 + 1 };

/* The song at 30720 Hz and librosa's numbers of it. */
typedef struct {
    float *y;
    size_t n, frames;
    Tensors golden;
} Song;

static int set_up(void **state) {
    Song *s = calloc(1, sizeof *s);
    Error err = {0};
    float *x = song(SOURCE_RATE, 6 * SOURCE_RATE);
    if (resample(x, 6 * SOURCE_RATE, SOURCE_RATE, RATE, SOXR_HIGH, &s->y, &s->n, &err))
        fail_msg("%s", err.text);
    free(x);
    s->frames = 1 + s->n / MINT35_HOP;
    golden("song", &s->golden);
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    Song *s = *state;
    tensors_free(&s->golden);
    free(s->y);
    free(s);
    return 0;
}

/* librosa's numbers are from x86. libsoxr's samples have the same bits there; on other processors
 * it sums in another order, and what is computed from the samples takes that over: `of`, the
 * largest of the numbers, times so many units of float's last place. */
static double last_places(double of) {
#ifdef __x86_64__
    return 0 * of;
#else
    return 32 * 0x1p-24 * of;
#endif
}

static double largest_of(const double *x, size_t n) {
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

static void resampled_like_librosa(void **state) {
    const Song *s = *state;
    size_t count;
    double *wanted = numbers(&s->golden, "y", &count);
    assert_int_equal(s->n, (size_t)number(&s->golden, "samples"));
    assert_close("y", s->y, 1, 101, wanted, count, 1, last_places(1));
    free(wanted);
}

static void resampling_fills_up_and_copies(void **state) {
    (void)state;
    Error err;
    const float x[5] = {1, 2, 3, 4, 5};
    float *y;
    size_t m;
    assert_int_equal(resample(x, 5, 8000, 8000, SOXR_HIGH, &y, &m, &err), 0);
    assert_int_equal(m, 5);
    assert_memory_equal(x, y, sizeof x);
    free(y);
    assert_int_equal(resample(x, 5, 2, 1, SOXR_HIGH, &y, &m, &err), 0);
    assert_int_equal(m, 3); /* ceil(5 / 2) */
    free(y);
    assert_int_equal(resample(x, 1, 44100, 30720, SOXR_HIGH, &y, &m, &err), 0);
    assert_int_equal(m, 1);
    free(y);
}

/* The transform by its definition, zeros beyond both ends. */
static void spectrum_is_the_fourier_transform(void **state) {
    (void)state;
    enum { N = 64, HOP = 16, SAMPLES = 150 };
    Error err;
    double window[N];
    hann_periodic(window, N);
    float *x = white(5, SAMPLES);
    for (int variant = 0; variant < 4; variant++) {
        const int windowed = variant % 2;
        const StftPrecision precision = variant < 2 ? STFT_DOUBLE : STFT_SINGLE;
        Stft *stft;
        assert_int_equal(
            stft_new(&stft, N, HOP, windowed ? window : NULL, precision, STFT_CONSTANT, &err), 0);
        for (size_t t = 0; t <= SAMPLES / HOP; t++) {
            float re[N / 2 + 1], im[N / 2 + 1], some_re[2 * 5], some_im[2 * 5];
            stft_frame(stft, x, SAMPLES, t);
            stft_bins(stft, 0, N / 2 + 1, re, im, 1);
            stft_bins(stft, 7, 5, some_re, some_im, 2);
            for (size_t k = 0; k <= N / 2; k++) {
                double a = 0, b = 0;
                for (size_t i = 0; i < N; i++) {
                    const long at = (long)(t * HOP + i) - N / 2;
                    const double v =
                        at < 0 || at >= SAMPLES ? 0 : (double)x[at] * (windowed ? window[i] : 1);
                    a += v * cos(2 * M_PI * (double)(k * i) / (double)N);
                    b -= v * sin(2 * M_PI * (double)(k * i) / (double)N);
                }
                assert_true(fabs(re[k] - a) < 2e-6 && fabs(im[k] - b) < 2e-6);
                if (k >= 7 && k < 12)
                    assert_true(some_re[2 * (k - 7)] == re[k] && some_im[2 * (k - 7)] == im[k]);
            }
        }
        stft_free(stft);
    }
    free(x);
}

static void mel_and_mfcc_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    size_t count;
    double window[MINT35_FFT];
    hann_periodic(window, MINT35_FFT);
    Stft *stft;
    MelFilters filters;
    assert_int_equal(
        stft_new(&stft, MINT35_FFT, MINT35_HOP, window, STFT_DOUBLE, STFT_CONSTANT, &err), 0);
    assert_int_equal(
        mel_filters_new(&filters, RATE, 0, (double)RATE / 2, MINT35_FFT, MINT35_MELS, &err), 0);
    float *mel = calloc(s->frames * MINT35_MELS, sizeof *mel),
          *cepstrum = calloc(s->frames * MINT35_CEPSTRA, sizeof *cepstrum);
    float re[BINS], im[BINS], power[BINS + MEL_LANES] = {0};
    for (size_t t = 0; t < s->frames; t++) {
        stft_frame(stft, s->y, s->n, t);
        stft_bins(stft, 0, BINS, re, im, 1);
        for (size_t k = 0; k < BINS; k++) power[k] = re[k] * re[k] + im[k] * im[k];
        mel_frame(&filters, power, mel + t * MINT35_MELS);
    }
    double *wanted = numbers(&s->golden, "mel", &count), loudest = largest_of(wanted, count);
    for (size_t i = 0; i < count; i++) {
        const double got = mel[i / MINT35_MELS * 40 * MINT35_MELS + i % MINT35_MELS];
        const double rounding = last_places(sqrt(wanted[i] * loudest)); /* of a squared amplitude */
        if (!(fabs(got - wanted[i]) <= 2e-5 * wanted[i] + 1e-9 + rounding))
            fail_msg("mel %zu: %g, not %g", i, got, wanted[i]);
    }
    free(wanted);
    mel_power_to_db(mel, s->frames * MINT35_MELS);
    wanted = numbers(&s->golden, "mel_db", &count);
    assert_close("mel_db", mel, MINT35_MELS, 40, wanted, count, MINT35_MELS, 2e-4);
    free(wanted);
    assert_int_equal(
        mfcc(mel, s->frames, MINT35_MELS, MINT35_CEPSTRA, cepstrum, MINT35_CEPSTRA, &err), 0);
    wanted = numbers(&s->golden, "features", &count);
    for (size_t i = 0; i < s->frames * MINT35_CEPSTRA; i++) {
        const size_t t = i / MINT35_CEPSTRA, k = i % MINT35_CEPSTRA;
        assert_true(fabs((double)cepstrum[i] - wanted[t * MINT35_DIM + MINT35_COLUMN_MFCC + k]) <
                    2e-3);
    }
    free(wanted);
    free(mel);
    free(cepstrum);
    mel_filters_free(&filters);
    stft_free(stft);
}

static void decibels_have_a_floor(void **state) {
    (void)state;
    float x[4] = {1, 1e-3f, 1e-9f, 0};
    mel_power_to_db(x, 4);
    assert_true(fabsf(x[0]) < 1e-5f && fabsf(x[1] + 30) < 1e-5f && fabsf(x[2] + 80) < 1e-5f &&
                fabsf(x[3] + 80) < 1e-5f);
    float silence[2] = {0, 0};
    mel_power_to_db(silence, 2);
    assert_true(fabsf(silence[0] + 100) < 1e-4f);
}

/* Filters of unit area: weight times bin width sums to about 1 where bins are many. */
static void mel_filters_have_unit_area(void **state) {
    (void)state;
    Error err;
    MelFilters f;
    assert_int_equal(mel_filters_new(&f, RATE, 0, (double)RATE / 2, MINT35_FFT, MINT35_MELS, &err),
                     0);
    const float *w = f.weights;
    for (size_t b = 0; b < f.bands; b++) {
        double area = 0;
        for (size_t i = 0; i < f.count[b]; i++)
            area += (double)w[i] * (double)RATE / (double)MINT35_FFT;
        w += f.count[b];
        assert_true(f.first[b] + f.count[b] <= BINS + MEL_LANES);
        assert_true(fabs(area - 1) < (b > 60 ? 0.05 : 0.5));
    }
    mel_filters_free(&f);
}

/* A parabola through three bins is interpolated exactly; peaks must lie within 150 .. 4000 Hz and
 * reach a tenth of the largest magnitude. */
static void peaks_by_the_rules(void **state) {
    (void)state;
    static const struct {
        double bin, height;
        bool counts;
    } peaks[] = {{9.2, 0.5, false},  {10.3, 0.5, true},  {50.25, 1, true},    {100, 0.12, true},
                 {150, 0.09, false}, {266.4, 0.4, true}, {267.3, 0.4, false}, {400, 0.4, false}};
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
        Error err;
        Peaks found = {0};
        float s[BINS] = {0};
        s[1000] = 1; /* the largest of all; beyond 4000 Hz */
        const long k = lround(peaks[i].bin);
        for (long j = k - 1; j <= k + 1; j++)
            s[j] = (float)(peaks[i].height * (1 - 0.2 * pow((double)j - peaks[i].bin, 2)));
        assert_int_equal(peaks_add(&found, s, MINT35_FFT, RATE, LIBROSA_0_11, &err), 0);
        assert_int_equal(found.count, peaks[i].counts);
        if (peaks[i].counts) {
            assert_true(fabs((double)found.pitch[0] - peaks[i].bin * 15) < 0.01); /* 15 Hz a bin */
            assert_true(fabs((double)found.magnitude[0] - peaks[i].height) < 1e-6);
        }
        peaks_free(&found);
    }
}

static double tuning_of(const float *y, size_t n) {
    Error err;
    double window[MINT35_FFT], tuning = 99;
    float re[BINS], im[BINS], magnitude[BINS];
    hann_periodic(window, MINT35_FFT);
    Stft *stft;
    Peaks peaks = {0};
    assert_int_equal(
        stft_new(&stft, MINT35_FFT, MINT35_HOP, window, STFT_DOUBLE, STFT_CONSTANT, &err), 0);
    for (size_t t = 0; t <= n / MINT35_HOP; t++) {
        stft_frame(stft, y, n, t);
        stft_bins(stft, 0, BINS, re, im, 1);
        for (size_t k = 0; k < BINS; k++) magnitude[k] = hypotf(re[k], im[k]);
        assert_int_equal(peaks_add(&peaks, magnitude, MINT35_FFT, RATE, LIBROSA_0_11, &err), 0);
    }
    assert_int_equal(tuning_estimate(&peaks, CQ_PER_OCTAVE, &tuning, &err), 0);
    peaks_free(&peaks);
    stft_free(stft);
    return tuning;
}

static void tuning_like_librosa(void **state) {
    const Song *s = *state;
    assert_true(fabs(tuning_of(s->y, s->n) - number(&s->golden, "tuning")) < 1e-9);
    static const int cents[] = {-40, -12, 0, 7, 26};
    Tensors tones;
    golden("tones", &tones);
    float *x = malloc(RATE * sizeof *x);
    for (size_t c = 0; c < 5; c++) {
        const double ratio = pow(2, cents[c] / 1200.0);
        char name[20];
        snprintf(name, sizeof name, "tuning%d", cents[c]);
        for (size_t i = 0; i < RATE; i++)
            x[i] = quantised(0.5 * sin(2 * M_PI * (440 * ratio) * (double)i / (double)RATE)) +
                   quantised(0.5 * sin(2 * M_PI * (880 * ratio) * (double)i / (double)RATE));
        assert_true(fabs(tuning_of(x, RATE) - number(&tones, name)) < 1e-9);
    }
    for (uint32_t seed = 0; seed < 6; seed++) {
        uint32_t random = seed;
        double frequency[8], amplitude[8];
        char name[20];
        snprintf(name, sizeof name, "mixture%u", seed);
        for (size_t k = 0; k < 8; k++) {
            frequency[k] = 2250 + 2150 * noise(&random);
            amplitude[k] = 0.06 * (1.05 + noise(&random));
        }
        for (size_t i = 0; i < RATE / 2; i++) {
            double v = 0;
            for (size_t k = 0; k < 8; k++)
                v += amplitude[k] * sin(2 * M_PI * frequency[k] * (double)i / (double)RATE);
            x[i] = quantised(v + 0.03 * noise(&random));
        }
        const double tuning = tuning_of(x, RATE / 2), wanted = number(&tones, name);
        if (!(fabs(tuning - wanted) < 1e-9)) fail_msg("%s: %g, not %g", name, tuning, wanted);
    }
    free(x);
    tensors_free(&tones);
    const float silence[3] = {0};
    assert_true(tuning_of(silence, 3) == 0);
}

static void constant_q_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    size_t count;
    float *magnitude = malloc(s->frames * CQ_BINS * sizeof *magnitude),
          *chroma = malloc(s->frames * MINT35_PITCHES * sizeof *chroma);
    assert_int_equal(constant_q(s->y, s->n, RATE, MINT35_HOP, number(&s->golden, "tuning"),
                                LIBROSA_0_11, magnitude, &err),
                     0);
    double *wanted = numbers(&s->golden, "cqt", &count);
    assert_close("cqt", magnitude, CQ_BINS, 40, wanted, count, CQ_BINS,
                 2e-6 + last_places(largest_of(wanted, count)));
    free(wanted);
    chroma_from_cq(magnitude, s->frames, chroma);
    wanted = numbers(&s->golden, "chroma", &count);
    assert_int_equal(count, s->frames * MINT35_PITCHES);
    assert_close("chroma", chroma, MINT35_PITCHES, 1, wanted, count, MINT35_PITCHES,
                 1e-5 + last_places(largest_of(wanted, count)));
    free(wanted);
    float *cens = malloc(s->frames * MINT35_DIM * sizeof *cens);
    chroma_cens(chroma, s->frames, LIBROSA_0_11, cens, MINT35_DIM);
    wanted = numbers(&s->golden, "features", &count);
    for (size_t t = 0; t < s->frames; t++)
        for (size_t k = 0; k < MINT35_PITCHES; k++)
            assert_true(fabs((double)cens[t * MINT35_DIM + k] -
                             wanted[t * MINT35_DIM + MINT35_COLUMN_CHROMA + k]) < 1e-5);
    free(wanted);
    free(cens);
    free(magnitude);
    free(chroma);
}

/* A tone at a bin's centre is loudest in that bin, in every octave. */
static void constant_q_finds_tones(void **state) {
    (void)state;
    enum { N = 3 * RATE };
    Error err;
    float *x = malloc(N * sizeof *x),
          *magnitude = malloc((1 + N / MINT35_HOP) * CQ_BINS * sizeof *magnitude);
    for (size_t bin = 5; bin < CQ_BINS; bin += 37) {
        const double frequency = 32.70319566257483 * pow(2, (double)bin / (double)CQ_PER_OCTAVE);
        for (size_t i = 0; i < N; i++)
            x[i] = (float)sin(2 * M_PI * frequency * (double)i / (double)RATE);
        assert_int_equal(constant_q(x, N, RATE, MINT35_HOP, 0, LIBROSA_0_11, magnitude, &err), 0);
        const float *m = magnitude + N / MINT35_HOP / 2 * CQ_BINS;
        size_t best = 0;
        for (size_t i = 0; i < CQ_BINS; i++) best = m[i] > m[best] ? i : best;
        assert_int_equal(best, bin);
    }
    assert_int_equal(constant_q(x, N, 8000, MINT35_HOP, 0, LIBROSA_0_11, magnitude, &err), -1);
    free(x);
    free(magnitude);
}

static void wavelets_drop_a_hundredth(void **state) {
    (void)state;
    Error err;
    double frequency[36], alpha[36];
    for (size_t i = 0; i < 36; i++) frequency[i] = 2093 * pow(2, (double)i / 36);
    wavelet_relative_bandwidth(frequency, 36, alpha);
    for (size_t i = 0; i < 36; i++)
        assert_true(fabs(alpha[i] - (pow(2, 1.0 / 18) - 1) / (pow(2, 1.0 / 18) + 1)) < 1e-12);
    WaveletFilters f;
    assert_int_equal(wavelet_filters_new(&f, frequency, alpha, 36, RATE, &err), 0);
    assert_int_equal(f.n_fft, 1024);
    size_t used = 0;
    for (size_t i = 0; i < f.count; i++) {
        /* the peak lies at the filter's frequency, and the main lobe is narrow */
        size_t best = 0;
        for (size_t k = 0; k < f.width[i]; k++)
            best = cabsf(f.coefficients[used + k]) > cabsf(f.coefficients[used + best]) ? k : best;
        assert_true(fabs((double)(f.first[i] + best) - frequency[i] / (double)RATE * 1024) <= 0.51);
        assert_true(f.width[i] >= 4 && f.width[i] <= 40);
        used += f.width[i];
    }
    wavelet_filters_free(&f);
}

/* Worked by hand: shares 0.5, 0.3, 0.15, 0.05 count 1, 3/4, 1/2, 0 (0.05 does not exceed itself).
 */
static void chroma_is_quantised_in_quarters(void **state) {
    (void)state;
    float chroma[MINT35_PITCHES] = {0.5f, 0.3f, 0.15f, 0.05f}, out[MINT35_PITCHES];
    chroma_cens(chroma, 1, LIBROSA_0_11, out, MINT35_PITCHES);
    const double norm = sqrt(1 + 0.75 * 0.75 + 0.5 * 0.5),
                 wanted[4] = {1 / norm, 0.75 / norm, 0.5 / norm, 0};
    for (size_t k = 0; k < MINT35_PITCHES; k++)
        assert_true(fabs((double)out[k] - (k < 4 ? wanted[k] : 0)) < 1e-6);
    float zero[2 * MINT35_PITCHES] = {0}, still[2 * MINT35_PITCHES];
    chroma_cens(zero, 2, LIBROSA_0_11, still, MINT35_PITCHES);
    for (size_t k = 0; k < 2 * MINT35_PITCHES; k++) assert_true(still[k] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resampled_like_librosa),
        cmocka_unit_test(resampling_fills_up_and_copies),
        cmocka_unit_test(spectrum_is_the_fourier_transform),
        cmocka_unit_test(mel_and_mfcc_like_librosa),
        cmocka_unit_test(decibels_have_a_floor),
        cmocka_unit_test(mel_filters_have_unit_area),
        cmocka_unit_test(peaks_by_the_rules),
        cmocka_unit_test(tuning_like_librosa),
        cmocka_unit_test(constant_q_like_librosa),
        cmocka_unit_test(constant_q_finds_tones),
        cmocka_unit_test(wavelets_drop_a_hundredth),
        cmocka_unit_test(chroma_is_quantised_in_quarters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
