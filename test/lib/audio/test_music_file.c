#include "lib/audio/music_file.h"

#include <math.h>

#include "lib/formats/tensor_file.h"
#include "test/scratch.h"

/* An archive with features of that shape and these scalars. */
static const char *archive(const char *features, int rank, const size_t *shape, TensorType type,
                           double value, double fps, double tempo) {
    Error err;
    Tensors set = {0};
    Tensor t;
    assert_done(tensor_new(&t, type, rank, shape, 3, &err), &err);
    if (type == TENSOR_F32 && tensor_count(&t)) tensor_f32(&t)[tensor_count(&t) - 1] = (float)value;
    if (type == TENSOR_F64 && tensor_count(&t)) tensor_f64(&t)[tensor_count(&t) - 1] = value;
    assert_done(tensors_add(&set, features, &t, &err), &err);
    assert_done(tensors_add_f64(&set, "fps", fps, &err), &err);
    assert_done(tensors_add_f64(&set, "tempo", tempo, &err), &err);
    const char *path = scratch("music.npz");
    assert_done(npz_write(path, &set, &err), &err);
    tensors_free(&set);
    return path;
}

static void features_come_back(void **state) {
    (void)state;
    float data[70];
    for (int i = 0; i < 70; i++) data[i] = (float)i / 7;
    Error err;
    Music m, music = {.frames = 2, .dim = 35, .data = data, .fps = 30, .tempo = 127.5};
    assert_done(music_write(scratch("m.npz"), &music, &err), &err);
    assert_done(music_read(scratch("m.npz"), &m, &err), &err);
    assert_true(m.frames == 2 && m.dim == 35 && m.fps == 30 && m.tempo == 127.5);
    assert_memory_equal(m.data, data, sizeof data);
    music_free(&m);
    assert_null(m.data);
    assert_failed(music_write(scratch("no/m.npz"), &music, &err), &err, "no/m.npz: cannot write");
}

static void a_bare_array_has_60_frames_a_second(void **state) {
    (void)state;
    Error err;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F64, 2, (size_t[]){3, 5}, 0, &err), &err);
    tensor_f64(&t)[14] = 0.1;
    assert_done(npy_write(scratch("m.npy"), &t, &err), &err);
    tensor_free(&t);
    Music m;
    assert_done(music_read(scratch("m.npy"), &m, &err), &err);
    assert_true(m.frames == 3 && m.dim == 5 && m.fps == 60 && m.tempo == 0 && m.data[14] == 0.1f);
    music_free(&m);
}

static void what_is_no_music_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int rank;
        size_t shape[3];
        TensorType type;
        double value, fps, tempo;
        const char *says;
    } cases[] = {
        {"motion",
         2,
         {4, 35},
         TENSOR_F32,
         0,
         60,
         120,
         "no array 'features' (there is: 'motion', 'fps', 'tempo')"},
        {"features", 1, {35}, TENSOR_F32, 0, 60, 120, "shape [35]"},
        {"features", 3, {1, 4, 35}, TENSOR_F32, 0, 60, 120, "shape [1, 4, 35]"},
        {"features", 2, {0, 35}, TENSOR_F32, 0, 60, 120, "shape [0, 35]"},
        {"features", 2, {4, 0}, TENSOR_F32, 0, 60, 120, "shape [4, 0]"},
        {"features", 2, {4, 35}, TENSOR_BYTES, 0, 60, 120, "bytes found"},
        {"features", 2, {4, 35}, TENSOR_F32, NAN, 60, 120, "NaN at [3, 34]"},
        {"features", 2, {4, 35}, TENSOR_F64, 1e300, 60, 120, "infinity at [3, 34]"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, 0, 120, "'fps' is 0"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, -60, 120, "'fps' is -60"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, NAN, 120, "'fps' is nan"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, 1e300, 120, "'fps' is 1e+300"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, 0.5, 120, "'fps' is 0.5"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, 60, 1001, "'tempo' is 1001"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, 60, INFINITY, "'tempo' is inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = archive(cases[i].name, cases[i].rank, cases[i].shape, cases[i].type,
                                   cases[i].value, cases[i].fps, cases[i].tempo);
        Music m;
        Error err;
        assert_failed(music_read(path, &m, &err), &err, cases[i].says);
        assert_memory_equal(err.text, path, strlen(path));
        assert_null(m.data);
    }
}

static void scalars_must_be_scalars(void **state) {
    (void)state;
    Error err;
    Music m;
    for (int text = 0; text < 2; text++) {
        Tensors set = {0};
        Tensor features, fps;
        assert_done(tensor_new(&features, TENSOR_F32, 2, (size_t[]){1, 35}, 0, &err), &err);
        assert_done(tensors_add(&set, "features", &features, &err), &err);
        assert_done(
            tensor_new(&fps, text ? TENSOR_BYTES : TENSOR_F64, !text, (size_t[]){7}, 2, &err),
            &err);
        assert_done(tensors_add(&set, "fps", &fps, &err), &err);
        assert_done(npz_write(scratch("m.npz"), &set, &err), &err);
        tensors_free(&set);
        assert_failed(music_read(scratch("m.npz"), &m, &err), &err, "'fps' is not one number");
    }
}

static void blocks_are_named(void **state) {
    (void)state;
    Error err;
    unsigned blocks = 99;
    assert_done(music_blocks_parse("beats,mfcc", &blocks, &err), &err);
    assert_int_equal(blocks, MUSIC_MFCC | MUSIC_BEATS);
    assert_int_equal(music_width(blocks), 21);
    assert_int_equal(music_column(blocks, MUSIC_BEATS), 20);
    assert_int_equal(music_column(MUSIC_ALL, MUSIC_CHROMA), 21);
    assert_int_equal(music_width(MUSIC_ALL), 35);
    assert_failed(music_blocks_parse("mfcc,tempo", &blocks, &err), &err, "'tempo' is not one of");
    assert_failed(music_blocks_parse("mfcc,", &blocks, &err), &err, "'' is not one of");
    assert_failed(music_blocks_parse("mfc", &blocks, &err), &err, "'mfc' is not one of");
    assert_failed(music_blocks_parse("beats,mfcc,beats", &blocks, &err), &err,
                  "beats is named twice");
}

static void columns_come_back(void **state) {
    (void)state;
    float data[42] = {0};
    char text[100];
    size_t column;
    Error err;
    Music m, music = {.frames = 2,
                      .dim = 21,
                      .data = data,
                      .fps = 60,
                      .blocks = MUSIC_ONSET_STRENGTH | MUSIC_MFCC};
    assert_done(music_write(scratch("m.npz"), &music, &err), &err);
    assert_done(music_read(scratch("m.npz"), &m, &err), &err);
    assert_int_equal(m.blocks, music.blocks);
    assert_string_equal(music_dim_text(&m, text), "21 (onset_strength, mfcc)");
    assert_done(music_need(&m, MUSIC_MFCC, &column, &err), &err);
    assert_int_equal(column, 1);
    assert_failed(music_need(&m, MUSIC_BEATS, &column, &err), &err,
                  "no column 'beats': its features a frame are 21 (onset_strength, mfcc)");
    music_free(&m);
    Music whole = {.frames = 1, .dim = 35, .data = data, .fps = 60};
    assert_done(music_write(scratch("m.npz"), &whole, &err), &err);
    assert_done(music_read(scratch("m.npz"), &m, &err), &err);
    assert_int_equal(m.blocks, MUSIC_ALL);
    assert_string_equal(music_dim_text(&m, text), "35");
    assert_done(music_need(&m, MUSIC_BEATS, &column, &err), &err);
    assert_int_equal(column, 34);
    music_free(&m);
}

/* Two columns with these names. */
static void wrong_columns_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t count;
        const char *names[3];
        int good;
    } cases[] = {{2, {"onsets", "beats"}, 1}, {2, {"beats", "onsets"}, 0},
                 {2, {"beats", "beats"}, 0},  {2, {"onsets", "tempo"}, 0},
                 {1, {"onsets"}, 0},          {3, {"onset_strength", "onsets", "beats"}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        Tensors set = {0};
        Tensor t;
        Music m;
        assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){4, 2}, 0, &err), &err);
        assert_done(tensors_add(&set, "features", &t, &err), &err);
        assert_done(tensor_new(&t, TENSOR_BYTES, 1, &cases[i].count, 14, &err), &err);
        for (size_t k = 0; k < cases[i].count; k++)
            memcpy((char *)t.data + 14 * k, cases[i].names[k], strlen(cases[i].names[k]));
        assert_done(tensors_add(&set, "columns", &t, &err), &err);
        assert_done(npz_write(scratch("m.npz"), &set, &err), &err);
        tensors_free(&set);
        if (cases[i].good) {
            assert_done(music_read(scratch("m.npz"), &m, &err), &err);
            assert_int_equal(m.blocks, MUSIC_ONSETS | MUSIC_BEATS);
            music_free(&m);
        } else
            assert_failed(music_read(scratch("m.npz"), &m, &err), &err, "'columns' ");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_come_back),
        cmocka_unit_test(a_bare_array_has_60_frames_a_second),
        cmocka_unit_test(what_is_no_music_is_refused),
        cmocka_unit_test(scalars_must_be_scalars),
        cmocka_unit_test(blocks_are_named),
        cmocka_unit_test(columns_come_back),
        cmocka_unit_test(wrong_columns_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
