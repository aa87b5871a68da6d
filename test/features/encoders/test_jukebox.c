/* Jukebox with the tiny model of test/golden/encoders/jukebox, whose stages are those of OpenAI's
 * code (make_jukebox.py). */
#include <math.h>

#include "features/encoders/encoders.h"
#include "features/encoders/jukebox_song.h"
#include "features/encoders/jukebox_windows.h"
#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "test/scratch.h"

#define FOLDER "test/golden/encoders/jukebox"
enum { COLUMNS = 16, HOP = 128, CONTEXT = 24 };

extern const Encoder encoder_jukebox;
static const Encoder *const jukebox = &encoder_jukebox;

/* make_jukebox.py's sound. */
static float *sound(size_t n) {
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) x[i] = (float)((int)((i * i * 31 + i * 17) % 255) - 127) / 256;
    return x;
}

static void *opened(EncoderOptions o, EncoderInfo *info) {
    void *state;
    Error err;
    assert_done(encoder_open(jukebox, FOLDER, &o, &state, info, &err), &err);
    return state;
}

static EncoderOptions layers(size_t count, size_t a, size_t b) {
    return (EncoderOptions){.layers = {.count = count, .items = {a, b}}};
}

/* What a song gives. */
typedef struct {
    float *x; /* [rows, columns] */
    size_t rows, columns;
    Tensors stages;
    size_t steps; /* that progress was told of; it stops the run after `allowed` of them */
    size_t allowed;
    double part;
} Heard;

static int take_frames(void *context, size_t first, const float *x, size_t rows, Error *err) {
    (void)err;
    Heard *h = context;
    assert_int_equal(first, h->rows);
    h->x = realloc(h->x, (first + rows) * h->columns * sizeof *x);
    assert_non_null(h->x);
    memcpy(h->x + first * h->columns, x, rows * h->columns * sizeof *x);
    h->rows += rows;
    return 0;
}

static void take_stage(void *context, const char *name, const float *x, int rank,
                       const size_t *shape) {
    Heard *h = context;
    Tensor t;
    Error err;
    assert_done(tensor_new(&t, TENSOR_F32, rank, shape, 0, &err), &err);
    memcpy(t.data, x, tensor_count(&t) * sizeof *x);
    assert_done(tensors_add(&h->stages, name, &t, &err), &err);
}

static int take_progress(void *context, double part) {
    Heard *h = context;
    assert_true(part > h->part && part <= 1);
    h->part = part;
    return ++h->steps == h->allowed;
}

static void forget(Heard *h) {
    free(h->x);
    tensors_free(&h->stages);
    *h = (Heard){0};
}

/* n samples through an opened encoder; resume may be NULL; 0 or -1. */
static int hear(void *state, const EncoderInfo *info, size_t n, const char *resume, bool stages,
                size_t allowed, Heard *h, Error *err) {
    *h = (Heard){.columns = info->columns, .allowed = allowed};
    const EncoderSink sink = {take_frames, h, stages ? take_stage : NULL, h, take_progress, resume};
    float *x = sound(n);
    const int status = jukebox->run(state, x, n, &sink, err);
    free(x);
    return status;
}

static Heard heard(EncoderOptions o, size_t n, bool stages) {
    EncoderInfo info;
    Heard h;
    Error err;
    void *state = opened(o, &info);
    assert_done(hear(state, &info, n, NULL, stages, 0, &h, &err), &err);
    assert_int_equal(h.rows, jukebox->frames(state, n));
    encoder_close(jukebox, state);
    return h;
}

static void assert_near(const float *x, const float *wanted, size_t n, double tolerance,
                        const char *what) {
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (double)wanted[i] * (double)wanted[i];
    const double rms = sqrt(square / (double)n);
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)wanted[i]) <= tolerance * rms))
            fail_msg("%s[%zu] is %g, not %g", what, i, (double)x[i], (double)wanted[i]);
}

static void stages_are_those_of_openais_code(void **state) {
    (void)state;
    Tensors wanted;
    Error err;
    EncoderInfo info;
    encoder_close(jukebox, opened((EncoderOptions){0}, &info));
    assert_string_equal(info.name, "jukebox-4x16");
    assert_true(info.frame_rate == 44100.0 / (double)HOP && info.offset == 0.5 && info.states == 5);
    assert_done(tensor_file_read(FOLDER "/stages.npz", &wanted, &err), &err);
    Heard h = heard((EncoderOptions){0}, 20 * HOP + 77, true);
    assert_int_equal(wanted.count, 14);
    for (size_t i = 0; i < wanted.count; i++) {
        const Tensor *w = &wanted.items[i].tensor;
        const Tensor *t = tensors_find(&h.stages, wanted.items[i].name);
        assert_non_null(t);
        assert_int_equal(t->rank, w->rank);
        assert_memory_equal(t->shape, w->shape, (size_t)w->rank * sizeof *w->shape);
        assert_near(t->data, w->data, tensor_count(w), 1e-5, wanted.items[i].name);
    }
    assert_memory_equal(h.x, tensors_find(&h.stages, "layer_04")->data,
                        20 * COLUMNS * sizeof(float));
    forget(&h);
    tensors_free(&wanted);
}

/* The published file has no config.json: the sizes are known, and its tensors others than these. */
static void a_folder_without_a_config_is_the_published_model(void **state) {
    (void)state;
    JukeboxConfig c;
    Error err;
    assert_done(jukebox_config_read(scratch("."), &c, &err), &err);
    assert_true(c.columns == 4800 && c.attention == 1200 && c.block == 64 && c.hop == 128);
    assert_true(jukebox_block_size(&c) ==
                4800 * 3600 + 3600 + 1200 * 4800 + 2 * 4800 * 4800 + 7 * 4800);
    assert_false(jukebox->recognise(scratch("."), NULL, ""));
    scratch_write("prior_level_2.pth.tar", "", 0);
    assert_true(jukebox->recognise(scratch("."), NULL, ""));
    assert_true(jukebox->recognise("gone", NULL, "jukebox"));
    unlink(scratch("prior_level_2.pth.tar"));
}

/* Windows 0..9, 6..15 and 10..19: what a window has in common with the one before is left out. */
static void windows_end_with_the_song(void **state) {
    (void)state;
    JukeboxWindows w = jukebox_windows(20, 10, 4);
    assert_int_equal(w.count, 3);
    assert_int_equal(jukebox_window_first(&w, 1), 6);
    assert_int_equal(jukebox_window_known(&w, 1), 4);
    assert_int_equal(jukebox_window_first(&w, 2), 10);
    assert_int_equal(jukebox_window_known(&w, 2), 6);
    w = jukebox_windows(7, 10, 4);
    assert_true(w.count == 1 && w.length == 7 && jukebox_window_known(&w, 0) == 0);
    assert_int_equal(jukebox_windows(0, 10, 4).count, 0);
    for (size_t frames = 1; frames < 60; frames++)
        for (size_t length = 1; length < 12; length++)
            for (size_t overlap = 0; overlap < length; overlap++) {
                size_t at = 0;
                w = jukebox_windows(frames, length, overlap);
                for (size_t i = 0; i < w.count; i++) {
                    const size_t known = jukebox_window_known(&w, i);
                    assert_int_equal(jukebox_window_first(&w, i) + known, at);
                    assert_true(known < w.length && (i == 0 || known >= overlap));
                    at += w.length - known;
                }
                assert_int_equal(at, frames);
            }
}

/* scipy.signal.resample (1.17.1). */
static void resampling_is_scipys(void **state) {
    (void)state;
    static const double x[7] = {1, 4, 2, 8, 5, 7, 3};
    static const struct {
        size_t in, out;
        double y[9];
    } cases[] = {
        {7, 3, {1.89975569, 4.78806137, 6.1693258}},
        {6, 4, {2.83333333, 2.76794919, 6.16666667, 6.23205081}},
        {6, 8, {1, 3.39310626, 2.76794919, 3.157404, 8, 5.60689374, 6.23205081, 5.842596}},
        {6, 9, {1, 3.02658513, 3.42151597, 2, 6.39042477, 7.5752173, 5, 6.8329901, 5.25326673}},
        {6, 6, {1, 4, 2, 8, 5, 7}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        float *m = jukebox_fft_matrix(cases[k].in, cases[k].out);
        assert_non_null(m);
        for (size_t j = 0; j < cases[k].out; j++) {
            double sum = 0;
            for (size_t t = 0; t < cases[k].in; t++) sum += (double)m[j * cases[k].in + t] * x[t];
            assert_true(fabs(sum - cases[k].y[j]) < 1e-5);
        }
        free(m);
    }
}

/* 60 codes in windows of 24 that share 6: codes are those of the whole song, and a window's states
 * those of its codes alone. */
static void a_song_in_windows(void **state) {
    (void)state;
    enum { N = 60, FIRST = 36 }; /* of the last window */
    static const size_t known = 6; /* of it, in the window before, which begins at 18 */
    Error err;
    JukeboxConfig c;
    JukeboxCodec *codec;
    JukeboxPrior *prior;
    JukeboxBlock block = {0};
    JukeboxSpace space;
    size_t whole[N], part[CONTEXT];
    float states[CONTEXT * COLUMNS];
    float *x = sound(N * HOP);
    for (size_t i = 0; i < N * HOP; i++) x[i] /= 127.0f / 256; /* its peak */
    assert_done(jukebox_config_read(FOLDER, &c, &err), &err);
    assert_done(jukebox_codec_load(FOLDER "/vqvae.pth.tar", &c, &codec, &err), &err);
    assert_done(jukebox_prior_open(FOLDER "/prior_level_2.pth.tar", &c, 4, &prior, &err), &err);
    assert_done(jukebox_codec_run(codec, x, N * HOP, 0, N, whole, NULL, NULL, &err), &err);
    for (size_t first = 0; first + CONTEXT <= N; first++) {
        assert_done(jukebox_codec_run(codec, x, N * HOP, first, CONTEXT, part, NULL, NULL, &err),
                    &err);
        assert_memory_equal(part, whole + first, sizeof part);
    }
    assert_done(jukebox_prior_input(prior, whole + FIRST, CONTEXT, states, NULL, NULL, &err), &err);
    assert_done(jukebox_space_new(&c, CONTEXT, false, &space, &err), &err);
    for (size_t i = 0; i < 4; i++) {
        assert_done(jukebox_block_read(prior, i, &block, &err), &err);
        jukebox_block_run(&c, &block, &space, states, CONTEXT, NULL);
    }
    Heard h = heard((EncoderOptions){.window_given = true,
                                     .window = CONTEXT * HOP / 44100.0,
                                     .overlap = 6 * HOP / 44100.0},
                    N * HOP, false);
    assert_int_equal(h.rows, N);
    assert_near(h.x + (FIRST + known) * COLUMNS, states + known * COLUMNS,
                (CONTEXT - known) * COLUMNS, 1e-6, "the last window");
    forget(&h);
    jukebox_block_free(&block);
    jukebox_space_free(&space);
    jukebox_prior_close(prior);
    jukebox_codec_free(codec);
    free(x);
}

/* A row depends on no later sample but through its own code's neighbourhood: 12 codes are the
 * first of 20 but for the last, whose sound ends. */
static void states_do_not_look_ahead(void **state) {
    (void)state;
    const EncoderOptions o = {.normalise = NORMALISE_OFF};
    Heard all = heard(o, 60 * HOP, false), some = heard(o, 59 * HOP, false);
    assert_int_equal(some.rows, 59);
    assert_near(some.x, all.x, 10 * COLUMNS, 1e-5, "the first rows");
    forget(&all);
    forget(&some);
}

/* Numbers of 8 bits: a relative error of 2^-9 in each of the terms of four blocks. */
static void rounding_changes_little(void **state) {
    (void)state;
    Heard exact = heard((EncoderOptions){0}, 20 * HOP + 77, false);
    Heard rounded = heard((EncoderOptions){.bfloat16 = true}, 20 * HOP + 77, false);
    assert_near(rounded.x, exact.x, 20 * COLUMNS, 0.05, "rounded");
    assert_true(memcmp(rounded.x, exact.x, 20 * COLUMNS * sizeof(float)) != 0);
    forget(&exact);
    forget(&rounded);
}

static void layers_stand_side_by_side(void **state) {
    (void)state;
    Heard both = heard(layers(2, 4, 1), 50 * HOP, false);
    Heard four = heard(layers(1, 4, 0), 50 * HOP, false);
    Heard one = heard(layers(1, 1, 0), 50 * HOP, false);
    assert_int_equal(both.columns, 2 * COLUMNS);
    for (size_t t = 0; t < 50; t++) {
        assert_memory_equal(both.x + 2 * t * COLUMNS, four.x + t * COLUMNS, COLUMNS * 4);
        assert_memory_equal(both.x + (2 * t + 1) * COLUMNS, one.x + t * COLUMNS, COLUMNS * 4);
    }
    forget(&both);
    forget(&four);
    forget(&one);
    one = heard(layers(1, 0, 0), 20 * HOP + 77, true);
    assert_memory_equal(one.x, tensors_find(&one.stages, "input")->data, 20 * COLUMNS * 4);
    forget(&one);
}

/* Interrupted after each of its steps (3 windows, 4 blocks) and gone on with: the same bytes, and
 * only what was left is done. */
static void an_interrupted_song_is_gone_on_with(void **state) {
    (void)state;
    enum { N = 55 * HOP, STEPS = 12 };
    char resume[600];
    snprintf(resume, sizeof resume, "%s", scratch("song.npz"));
    EncoderInfo info;
    Error err;
    Heard whole, h;
    void *j = opened(layers(2, 1, 4), &info);
    assert_done(hear(j, &info, N, NULL, false, 0, &whole, &err), &err);
    assert_int_equal(whole.steps, STEPS);
    for (size_t stop = 1; stop <= STEPS; stop++) {
        assert_failed(hear(j, &info, N, resume, false, stop, &h, &err), &err, "stopped");
        assert_true(h.rows == 0 && file_exists(scratch("song.npz.jukebox")));
        assert_done(hear(j, &info, N, resume, false, 0, &h, &err), &err);
        assert_int_equal(h.steps, STEPS - stop);
        assert_memory_equal(h.x, whole.x, whole.rows * whole.columns * sizeof(float));
        assert_false(file_exists(scratch("song.npz.jukebox")));
        assert_false(file_exists(scratch("song.npz.jukebox.lock")));
        forget(&h);
    }
    /* another song, or other layers, begin again */
    assert_failed(hear(j, &info, N, resume, false, 5, &h, &err), &err, "stopped");
    assert_done(hear(j, &info, N - HOP, resume, false, 0, &h, &err), &err);
    assert_int_equal(h.steps, STEPS);
    forget(&h);
    forget(&whole);
    encoder_close(jukebox, j);
}

static void a_changed_file_is_refused(void **state) {
    (void)state;
    enum { N = 55 * HOP };
    char resume[600], left[640];
    snprintf(resume, sizeof resume, "%s", scratch("other.npz"));
    snprintf(left, sizeof left, "%s.jukebox", resume);
    EncoderInfo info;
    Error err;
    Heard h;
    void *j = opened((EncoderOptions){0}, &info);
    assert_failed(hear(j, &info, N, resume, false, 5, &h, &err), &err, "stopped");
    FILE *f = fopen(left, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, -1, SEEK_END), 0);
    assert_int_equal(fputc(0x55, f), 0x55);
    assert_int_equal(fclose(f), 0);
    assert_failed(hear(j, &info, N, resume, false, 0, &h, &err), &err,
                  "other.npz.jukebox: it was changed or is damaged; remove it");
    forget(&h);
    assert_int_equal(truncate(left, 40), 0); /* a beginning that is not whole: begun again */
    assert_done(hear(j, &info, N, resume, false, 0, &h, &err), &err);
    assert_int_equal(h.steps, 12);
    forget(&h);
    encoder_close(jukebox, j);
}

/* Slices of two frames of 1/30 s, 22 codes each, that share one: each encoded by itself with its
 * own peak, its states resampled by scipy's formula, which is worked out in double here. */
static void slices_are_edges(void **state) {
    (void)state;
    enum { SLICE = 2940, CODES = 22 };
    EncoderOptions o = {
        .preset = "edge", .window_given = true, .window = 2 / 30.0, .overlap = 1 / 30.0};
    EncoderInfo info;
    Error err;
    Heard h;
    void *j = opened(o, &info);
    assert_true(info.frame_rate == 30 && info.offset == 0);
    assert_int_equal(jukebox->frames(j, SLICE - 1), 0);
    assert_done(hear(j, &info, SLICE + 1470 + 700, NULL, false, 0, &h, &err), &err);
    assert_int_equal(h.rows, 3);
    encoder_close(jukebox, j);
    Heard first = heard((EncoderOptions){.normalise = NORMALISE_WINDOW}, SLICE, false);
    assert_int_equal(first.rows, CODES);
    for (size_t i = 0; i < COLUMNS; i++) { /* length 2: the mean, and twice the first harmonic */
        double mean = 0, wave = 0;
        for (size_t t = 0; t < CODES; t++) {
            mean += (double)first.x[t * COLUMNS + i] / (double)CODES;
            wave += (double)first.x[t * COLUMNS + i] *
                    cos(6.283185307179586 * (double)t / (double)CODES);
        }
        const float wanted[2] = {(float)(mean + 2 * wave / (double)CODES),
                                 (float)(mean - 2 * wave / (double)CODES)};
        for (size_t k = 0; k < 2; k++) assert_true(fabsf(h.x[k * COLUMNS + i] - wanted[k]) < 1e-4f);
    }
    forget(&first);
    forget(&h);
    o.window = 2.5 / 30;
    assert_failed(encoder_open(jukebox, FOLDER, &o, &j, &info, &err), &err, "whole frames");
    o.window_given = false;
    assert_failed(encoder_open(jukebox, FOLDER, &o, &j, &info, &err), &err,
                  "1722 codes is more than the 24");
}

static void refused(EncoderOptions o, const char *why) {
    EncoderInfo info;
    Error err;
    void *state;
    assert_failed(encoder_open(jukebox, FOLDER, &o, &state, &info, &err), &err, why);
    assert_null(state);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    EncoderInfo info;
    Error err;
    Heard h;
    refused((EncoderOptions){.layers = {.mean = true}}, "a mean over layers");
    refused(layers(1, 5, 0), "there is no layer 5; there are 0 to 4");
    refused((EncoderOptions){.output = "x"}, "leave out 'x'");
    refused((EncoderOptions){.preset = "x"}, "no preset 'x'");
    refused((EncoderOptions){.window_given = true, .window = 1}, "more than the 24");
    refused((EncoderOptions){.window_given = true, .window = 1e-4}, "less than a frame");
    refused((EncoderOptions){.window_given = true, .window = 0.02, .overlap = 0.02}, "overlap");
    void *j = opened((EncoderOptions){0}, &info);
    assert_failed(hear(j, &info, HOP - 1, NULL, false, 0, &h, &err), &err, "too few");
    EncoderEstimate e;
    assert_done(jukebox->estimate(j, 100 * HOP, &e, &err), &err);
    assert_true(e.seconds > 0 && e.memory > 4.0 * (double)CONTEXT * (double)COLUMNS);
    /* 100 codes in windows of 24, 18 apart: 6, and one more */
    assert_true(e.disk == 4.0 * 7 * (double)CONTEXT * (double)COLUMNS);
    assert_true(jukebox->operations(j, 200 * HOP) > 1.8 * jukebox->operations(j, 100 * HOP));
    encoder_close(jukebox, j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_those_of_openais_code),
        cmocka_unit_test(a_folder_without_a_config_is_the_published_model),
        cmocka_unit_test(windows_end_with_the_song),
        cmocka_unit_test(resampling_is_scipys),
        cmocka_unit_test(a_song_in_windows),
        cmocka_unit_test(states_do_not_look_ahead),
        cmocka_unit_test(rounding_changes_little),
        cmocka_unit_test(layers_stand_side_by_side),
        cmocka_unit_test(an_interrupted_song_is_gone_on_with),
        cmocka_unit_test(a_changed_file_is_refused),
        cmocka_unit_test(slices_are_edges),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
