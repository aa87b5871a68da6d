/* The numbers of librosa 0.8.1: resampling, all 35 columns, beats; and the rules in which it
 * differs from 0.11. */
#include <string.h>

#include "features/mint35/beat_track.h"
#include "features/mint35/mint35.h"
#include "features/mint35/stft.h"
#include "lib/audio/kaiser.h"
#include "lib/audio/resample.h"
#include "test/features/mint35/signals.h"

static Mint35Options options_0_8(double fps) {
    return (Mint35Options){
        .fps = fps, .start_bpm = 120, .blocks = MINT35_ALL, .version = LIBROSA_0_8};
}

static void assert_features(const Tensors *set, const char *features, const char *tempo,
                            const float *x, size_t n, double rate, double fps) {
    Error err = {0};
    Music m;
    size_t count;
    double *wanted = numbers(set, features, &count);
    const Mint35Options options = options_0_8(fps);
    if (mint35_features(x, n, rate, &options, &m, &err)) fail_msg("%s", err.text);
    assert_int_equal(m.frames * MINT35_DIM, count);
    for (size_t i = 0; i < count; i++) {
        const size_t k = i % MINT35_DIM;
        const double tolerance = k == MINT35_COLUMN_ONSET_STRENGTH ? 1e-4
                                 : k < MINT35_COLUMN_CHROMA        ? 2e-3
                                 : k < MINT35_COLUMN_ONSET         ? 1e-5
                                                                   : 0;
        const double error = fabs((double)m.data[i] - wanted[i]);
        if (!(error <= tolerance))
            fail_msg("%s: frame %zu column %zu is off by %g", features, i / MINT35_DIM, k, error);
    }
    assert_true(fabs(m.tempo - number(set, tempo)) < 1e-9);
    free(wanted);
    music_free(&m);
}

static void song_like_librosa_0_8(void **state) {
    (void)state;
    Tensors set;
    golden("librosa08", &set);
    float *x = song(22050, 6 * 22050);
    assert_features(&set, "features60", "tempo60", x, 6 * 22050, 22050, 60);
    assert_features(&set, "features30", "tempo30", x, 6 * 22050, 22050, 30);
    assert_features(&set, "features120", "tempo120", x, 2 * 22050, 22050, 120);
    free(x);
    for (unsigned n = 512; n <= 3000; n += n == 512 ? 1024 : 1464) {
        char features[32], tempo[32];
        snprintf(features, sizeof features, "noise%u", n);
        snprintf(tempo, sizeof tempo, "noise_tempo%u", n);
        x = white(n, n);
        assert_features(&set, features, tempo, x, n, 30720, 60);
        free(x);
    }
    tensors_free(&set);
}

static void resampled_like_resampy(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double rate;
        size_t seconds;
    } cases[] = {{"y60", 30720, 6}, {"y30", 15360, 6}, {"y120", 61440, 2}};
    Tensors set;
    golden("librosa08", &set);
    for (size_t i = 0; i < 3; i++) {
        Error err = {0};
        float *y, *x = song(22050, cases[i].seconds * 22050);
        size_t n, count;
        double *wanted = numbers(&set, cases[i].name, &count);
        if (resample(x, cases[i].seconds * 22050, 22050, cases[i].rate, KAISER_BEST, &y, &n, &err))
            fail_msg("%s", err.text);
        assert_int_equal((n + 100) / 101, count);
        assert_close(cases[i].name, y, 1, 101, wanted, count, 1, 0);
        free(wanted);
        free(x);
        free(y);
    }
    tensors_free(&set);
}

/* A low tone comes out as the same tone at the new rate, away from the ends (resampy 0.2.2 itself
 * is off by 3.9e-4 here). The samples that it does not make are zero. */
static void tones_survive_resampling(void **state) {
    (void)state;
    enum { N = 4410 };
    Error err;
    float x[N], *y;
    size_t m;
    for (size_t i = 0; i < N; i++) x[i] = (float)(0.5 * sin(2 * M_PI * 441 * (double)i / 44100));
    assert_int_equal(resample(x, N, 44100, 30720, KAISER_BEST, &y, &m, &err), 0);
    assert_int_equal(m, 3072);
    for (size_t t = 200; t < m - 200; t++)
        assert_true(fabs((double)y[t] - 0.5 * sin(2 * M_PI * 441 * (double)t / 30720)) < 5e-4);
    free(y);
    assert_int_equal(resample(x, 5, 2, 1, KAISER_FAST, &y, &m, &err), 0);
    assert_true(m == 3 && y[2] == 0);
    free(y);
    assert_int_equal(resample(x, 1, 44100, 30720, KAISER_BEST, &y, &m, &err), 0);
    assert_true(m == 1 && isfinite(y[0]));
    free(y);
    assert_int_equal(resample(x, N, 1e6, 1000, KAISER_BEST, &y, &m, &err), -1);
    assert_null(y);
}

/* A frame beyond the ends is that of the signal written out with its mirror images. */
static void frames_are_mirrored(void **state) {
    (void)state;
    enum { N = 32, HOP = 8 };
    Error err;
    Stft *reflect, *constant;
    assert_int_equal(stft_new(&reflect, N, HOP, NULL, STFT_DOUBLE, STFT_REFLECT, &err), 0);
    assert_int_equal(stft_new(&constant, N, HOP, NULL, STFT_DOUBLE, STFT_CONSTANT, &err), 0);
    for (size_t n = 1; n < 60; n += n < 5 ? 1 : 13) {
        float *y = white((uint32_t)n, n), mirrored[N], a[N + 2], b[N + 2];
        for (size_t t = 0; t <= n / HOP; t++) {
            for (long i = 0; i < N; i++) {
                long at = (long)(t * HOP) + i - N / 2;
                while (at < 0 || at >= (long)n)
                    at = n == 1 ? 0 : at < 0 ? -at : 2 * ((long)n - 1) - at;
                mirrored[i] = y[at];
            }
            stft_frame(reflect, y, n, t);
            stft_bins(reflect, 0, N / 2 + 1, a, a + N / 2 + 1, 1);
            stft_frame(constant, mirrored, N, N / 2 / HOP);
            stft_bins(constant, 0, N / 2 + 1, b, b + N / 2 + 1, 1);
            assert_memory_equal(a, b, sizeof a);
        }
        free(y);
    }
    stft_free(reflect);
    stft_free(constant);
}

static void random_envelopes_like_librosa_0_8(void **state) {
    (void)state;
    Error err;
    Tensors set;
    size_t count, at = 0;
    golden("librosa08", &set);
    double *beats = numbers(&set, "beats", &count), *tempi = numbers(&set, "tempi", &count);
    for (size_t c = 0; c < count; c++) {
        const size_t frames = 5 + 17 * c;
        static const double start_bpm[3] = {60, 120, 180};
        float *x = random_envelope(c, frames);
        BeatTrack b;
        assert_int_equal(
            beat_track(x, frames, 30720, MINT35_HOP, start_bpm[c % 3], LIBROSA_0_8, &b, &err), 0);
        if (!(fabs(b.bpm - tempi[c]) < 1e-9))
            fail_msg("case %zu: tempo %g, not %g", c, b.bpm, tempi[c]);
        for (size_t t = 0; t < frames; t++)
            if (b.beat[t] != (beats[at + t] != 0)) fail_msg("case %zu: beat at frame %zu", c, t);
        at += frames;
        free(x);
        beat_track_free(&b);
    }
    free(beats);
    free(tempi);
    tensors_free(&set);
}

/* Worked by hand. */
static void beat_stages_by_the_rules_of_0_8(void **state) {
    (void)state;
    Error err;
    double cumulative[12], local[12];
    long link[12];
    const float envelope[12] = {[0] = 1, [8] = 1};
    assert_int_equal(beat_local_score(envelope, 12, 4, LIBROSA_0_8, local, &err), 0);
    assert_true(fabs(local[0] - 1 / sqrt(20.0 / 132)) < 1e-6); /* frame 0 counts */
    /* period 4: frame 3 starts for free, as do all before it; frame 4 follows frame 0; frame 5
     * would rather follow 1 than come 6 after nothing */
    const double one[6] = {1, 0, 0, 1, 1, 1};
    assert_int_equal(beat_dynamic_program(one, 6, 4, LIBROSA_0_8, cumulative, link, &err), 0);
    assert_true(link[3] == -1 && cumulative[3] == 1 && link[4] == 0 &&
                fabs(cumulative[4] - 2) < 1e-12);
    assert_true(link[5] == 1 && fabs(cumulative[5] - 1) < 1e-12);
}

static void refuses_what_0_8_does_otherwise(void **state) {
    (void)state;
    Error err;
    Music m;
    const float x[600] = {0};
    Mint35Options options = options_0_8(19);
    assert_int_equal(mint35_features(x, 600, 44100, &options, &m, &err), -1);
    assert_non_null(strstr(err.text, "20"));
    options.fps = 20;
    assert_int_equal(mint35_features(x, 600, 44100, &options, &m, &err), 0);
    music_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(song_like_librosa_0_8),
        cmocka_unit_test(resampled_like_resampy),
        cmocka_unit_test(tones_survive_resampling),
        cmocka_unit_test(frames_are_mirrored),
        cmocka_unit_test(random_envelopes_like_librosa_0_8),
        cmocka_unit_test(beat_stages_by_the_rules_of_0_8),
        cmocka_unit_test(refuses_what_0_8_does_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
