/* All 35 columns against librosa's, at several frame rates and for hardly any sound at all; what is
 * refused. */
#include <float.h>
#include <string.h>

#include "features/mint35/mint35.h"
#include "features/mint35/trace.h"
#include "test/features/mint35/signals.h"

static void assert_features(const char *what, const Music *m, const double *wanted, size_t count,
                            double tempo) {
    assert_int_equal(m->dim, MINT35_DIM);
    assert_int_equal(m->frames * MINT35_DIM, count);
    for (size_t i = 0; i < count; i++) {
        const size_t k = i % MINT35_DIM;
        const double tolerance = k == MINT35_COLUMN_ONSET_STRENGTH ? 1e-4
                                 : k < MINT35_COLUMN_CHROMA        ? 2e-3
                                 : k < MINT35_COLUMN_ONSET         ? 1e-5
                                                                   : 0;
        const double error = fabs((double)m->data[i] - wanted[i]);
        if (!(error <= tolerance))
            fail_msg("%s: frame %zu column %zu is off by %g", what, i / MINT35_DIM, k, error);
    }
    if (!(fabs(m->tempo - tempo) < 1e-9)) fail_msg("%s: tempo %g, not %g", what, m->tempo, tempo);
}

static void check(const char *file, const char *features, const char *tempo, const float *x,
                  size_t n, double rate, double fps) {
    Error err = {0};
    Tensors set;
    Music m;
    size_t count;
    golden(file, &set);
    double *wanted = numbers(&set, features, &count);
    if (mint35_features(x, n, rate,
                        &(Mint35Options){.fps = fps, .start_bpm = 120, .blocks = MINT35_ALL}, &m,
                        &err))
        fail_msg("%s", err.text);
    assert_true(m.fps == fps);
    assert_features(features, &m, wanted, count, number(&set, tempo));
    music_free(&m);
    free(wanted);
    tensors_free(&set);
}

static void song_like_librosa(void **state) {
    (void)state;
    float *x = song(22050, 6 * 22050);
    check("song", "features", "tempo", x, 6 * 22050, 22050, 60);
    check("song", "features30", "tempo30", x, 6 * 22050, 22050, 30);
    check("fast", "features", "tempo", x, 44100, 22050, 120);
    free(x);
}

static void little_like_librosa(void **state) {
    (void)state;
    static const unsigned sizes[] = {1, 2, 511, 512, 1535, 1536, 2048, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char features[32], tempo[32];
        snprintf(features, sizeof features, "features%u", sizes[i]);
        snprintf(tempo, sizeof tempo, "tempo%u", sizes[i]);
        float *x = white(sizes[i], sizes[i]);
        check("short", features, tempo, x, sizes[i], 30720, 60);
        free(x);
    }
}

static void silence_is_silent(void **state) {
    (void)state;
    Error err;
    Music m;
    float *x = calloc(44100, sizeof *x);
    const Mint35Options options = mint35_defaults();
    assert_int_equal(mint35_features(x, 44100, 44100, &options, &m, &err), 0);
    assert_int_equal(m.frames, 61);
    assert_true(m.tempo == 0);
    for (size_t i = 0; i < m.frames * MINT35_DIM; i++) {
        /* -100 dB in all bands: only the first cepstral coefficient differs from 0 */
        if (i % MINT35_DIM == MINT35_COLUMN_MFCC)
            assert_true(fabs((double)m.data[i] + 100 * sqrt(128)) < 2e-3);
        else
            assert_true(fabsf(m.data[i]) < 2e-3f);
    }
    music_free(&m);
    for (size_t i = 0; i < 44100; i++)
        x[i] = 0.5f; /* a constant offset makes a bang at both ends, and no trouble */
    assert_int_equal(mint35_features(x, 44100, 44100, &options, &m, &err), 0);
    for (size_t i = 0; i < m.frames * MINT35_DIM; i++) assert_true(isfinite(m.data[i]));
    music_free(&m);
    free(x);
}

/* Twice the sound, level for level: everything but the level stays. */
static void louder_changes_only_the_level(void **state) {
    (void)state;
    enum { N = 2 * 22050 };
    Error err;
    Music a, b;
    const Mint35Options options = mint35_defaults();
    float *x = song(22050, N);
    assert_int_equal(mint35_features(x, N, 22050, &options, &a, &err), 0);
    for (size_t i = 0; i < N; i++) x[i] *= 0.5f;
    assert_int_equal(mint35_features(x, N, 22050, &options, &b, &err), 0);
    for (size_t i = 0; i < a.frames * MINT35_DIM; i++) {
        const double level = i % MINT35_DIM == MINT35_COLUMN_MFCC ? 10 * log10(4) * sqrt(128) : 0;
        assert_true(fabs((double)a.data[i] - (double)b.data[i] - level) < 2e-3);
    }
    assert_true(a.tempo == b.tempo);
    music_free(&a);
    music_free(&b);
    free(x);
}

static void same_input_same_bytes(void **state) {
    (void)state;
    Error err;
    Music a, b;
    const Mint35Options options = mint35_defaults();
    float *x = song(44100, 44100);
    assert_int_equal(mint35_features(x, 44100, 44100, &options, &a, &err), 0);
    assert_int_equal(mint35_features(x, 44100, 44100, &options, &b, &err), 0);
    assert_memory_equal(a.data, b.data, a.frames * a.dim * sizeof(float));
    music_free(&a);
    music_free(&b);
    free(x);
}

/* Any set of blocks holds the same columns as all of them do. */
static void some_blocks_are_some_columns(void **state) {
    (void)state;
    enum { N = 22050 };
    Error err = {0};
    Music all;
    Mint35Options options = mint35_defaults();
    float *x = song(22050, N);
    for (int version = 0; version < 2; version++) {
        options.version = version ? LIBROSA_0_8 : LIBROSA_0_11;
        options.blocks = MINT35_ALL;
        assert_int_equal(mint35_features(x, N, 22050, &options, &all, &err), 0);
        for (options.blocks = 1; options.blocks < MINT35_ALL; options.blocks++) {
            Music some;
            if (mint35_features(x, N, 22050, &options, &some, &err)) fail_msg("%s", err.text);
            assert_true(some.frames == all.frames && strcmp(some.identity.name, "mint35") == 0 &&
                        some.dim == mint35_width(options.blocks));
            for (unsigned block = 1; block < MINT35_ALL; block *= 2)
                for (size_t t = 0; t < all.frames && options.blocks & block; t++)
                    assert_memory_equal(
                        some.data + t * some.dim + mint35_column(options.blocks, block),
                        all.data + t * MINT35_DIM + mint35_column(MINT35_ALL, block),
                        mint35_width(block) * sizeof(float));
            music_free(&some);
        }
        music_free(&all);
    }
    options.blocks = 0;
    assert_int_equal(mint35_features(x, N, 22050, &options, &all, &err), -1);
    options.blocks = MINT35_ALL + 1;
    assert_int_equal(mint35_features(x, N, 22050, &options, &all, &err), -1);
    free(x);
}

/* Three samples of 0.8 in silence. Every spectrum is flat, so that the rounding of its magnitudes
 * decides which bins are peaks; librosa 0.11.0 with NumPy 2.4.6 gives this tuning, and -0.36 where
 * magnitudes are plain square roots of sums of squares. */
static void lone_clicks_are_tuned_like_librosa(void **state) {
    (void)state;
    enum { SECOND = 30720, SAMPLES = 6 * SECOND };
    float *clicks = calloc(SAMPLES, sizeof *clicks);
    assert_non_null(clicks);
    clicks[SECOND] = clicks[3 * SECOND + 100] = clicks[5 * SECOND + 333] = 0.8f;
    const Mint35Options options = mint35_defaults();
    Music m;
    Tensors stages = {0};
    Error err = {0};
    if (mint35_features_resampled(clicks, SAMPLES, &options, &m,
                                  &(Mint35Observer){mint35_trace, &stages}, &err))
        fail_msg("%s", err.text);
    const double tuning = number(&stages, "tuning");
    if (!(fabs(tuning - 0.23) < 1e-9)) fail_msg("tuning %g", tuning);
    tensors_free(&stages);
    music_free(&m);
    free(clicks);
}

/* Stages bear librosa's names and shapes, and are those that led to the columns. */
static void stages_are_kept(void **state) {
    (void)state;
    enum { N = 30720 };
    static const struct {
        const char *name;
        int rank;
        size_t shape[2];
    } cases[] = {{"y", 1, {N}},
                 {"mel", 2, {128, 61}},
                 {"mel_db", 2, {128, 61}},
                 {"tuning", 0, {0}},
                 {"cqt", 2, {252, 61}},
                 {"chroma_cqt", 2, {12, 61}},
                 {"chroma_cens", 2, {12, 61}},
                 {"onset_strength", 1, {61}},
                 {"mfcc", 2, {20, 61}},
                 {"tempogram_mean", 1, {480}},
                 {"start_bpm", 0, {0}},
                 {"tempo", 0, {0}},
                 {"frames_per_beat", 0, {0}},
                 {"localscore", 1, {61}},
                 {"cumscore", 1, {61}},
                 {"backlink", 1, {61}}};
    Error err = {0};
    Music m;
    Tensors stages = {0};
    const Mint35Options options = mint35_defaults();
    float *x = song(30720, N);
    if (mint35_features_resampled(x, N, &options, &m, &(Mint35Observer){mint35_trace, &stages},
                                  &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Tensor *t = tensors_find(&stages, cases[i].name);
        if (!t || t->rank != cases[i].rank ||
            memcmp(t->shape, cases[i].shape, (size_t)t->rank * sizeof(size_t)) != 0)
            fail_msg("stage %s", cases[i].name);
    }
    assert_memory_equal(tensors_find(&stages, "y")->data, x, N * sizeof *x);
    assert_true(number(&stages, "tempo") == m.tempo);
    const float *cepstrum = tensor_f32(tensors_find(&stages, "mfcc"));
    for (size_t t = 0; t < m.frames; t++)
        assert_true(cepstrum[7 * m.frames + t] == m.data[t * MINT35_DIM + MINT35_COLUMN_MFCC + 7]);
    static const struct {
        const char *name;
        size_t column;
    } marks[] = {{"onset_frames", MINT35_COLUMN_ONSET}, {"beat_frames", MINT35_COLUMN_BEAT}};
    for (size_t i = 0; i < 2; i++) {
        const Tensor *frames = tensors_find(&stages, marks[i].name);
        size_t marked = 0;
        for (size_t t = 0; t < m.frames; t++)
            marked += m.data[t * MINT35_DIM + marks[i].column] != 0;
        assert_int_equal(tensor_count(frames), marked);
        for (size_t k = 0; k < marked; k++)
            assert_true(m.data[(size_t)tensor_i64(frames)[k] * MINT35_DIM + marks[i].column] == 1);
    }
    tensors_free(&stages);
    music_free(&m);
    free(x);
}

static void refuses_nonsense(void **state) {
    (void)state;
    Error err;
    Music m;
    float x[600] = {0};
    const Mint35Options good = mint35_defaults();
    assert_int_equal(mint35_features(x, 0, 44100, &good, &m, &err), -1);
    x[77] = NAN;
    assert_int_equal(mint35_features(x, 600, 44100, &good, &m, &err), -1);
    assert_non_null(strstr(err.text, "77"));
    x[77] = INFINITY;
    assert_int_equal(mint35_features_resampled(x, 600, &good, &m, NULL, &err), -1);
    assert_null(m.data);
    x[77] = 1e21f;
    assert_int_equal(mint35_features(x, 600, 44100, &good, &m, &err), -1);
    x[77] = FLT_MAX;
    assert_int_equal(mint35_features(x, 600, 44100, &good, &m, &err), -1);
    x[77] = 1e12f;
    assert_int_equal(mint35_features(x, 600, 44100, &good, &m, &err), 0);
    music_free(&m);
    x[77] = 0;
    assert_int_equal(mint35_features(x, 600, 1, &good, &m, &err), -1);
    assert_int_equal(mint35_features(x, 600, NAN, &good, &m, &err), -1);
    assert_int_equal(
        mint35_features(x, 600, 44100,
                        &(Mint35Options){.fps = 10, .start_bpm = 120, .blocks = MINT35_ALL}, &m,
                        &err),
        -1);
    assert_int_equal(
        mint35_features(x, 600, 44100,
                        &(Mint35Options){.fps = 60, .start_bpm = 0, .blocks = MINT35_ALL}, &m,
                        &err),
        -1);
}

static void names_tell_the_tempo(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double bpm;
    } cases[] = {{"mBR0", 80},  {"mBR5", 130}, {"mPO3", 110}, {"mLO1", 90},   {"mMH4", 120},
                 {"mLH2", 100}, {"mWA0", 80},  {"mKR9", 170}, {"mJS3", 110},  {"mJB2", 100},
                 {"mHO0", 110}, {"mHO5", 135}, {"mHO", 120},  {"mBR12", 120}, {"mXX1", 120},
                 {"xBR1", 120}, {"mR 1", 120}, {"mBRx", 120}, {"", 120},      {"song", 120},
                 {"mbr1", 120}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (mint35_start_bpm(cases[i].name) != cases[i].bpm)
            fail_msg("%s: %g", cases[i].name, mint35_start_bpm(cases[i].name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(song_like_librosa),
        cmocka_unit_test(little_like_librosa),
        cmocka_unit_test(silence_is_silent),
        cmocka_unit_test(louder_changes_only_the_level),
        cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(refuses_nonsense),
        cmocka_unit_test(names_tell_the_tempo),
        cmocka_unit_test(some_blocks_are_some_columns),
        cmocka_unit_test(stages_are_kept),
        cmocka_unit_test(lone_clicks_are_tuned_like_librosa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
