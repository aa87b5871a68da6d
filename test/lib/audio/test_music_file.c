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

static const MusicIdentity some = {
    .name = "sound7", .version = "made-up-1.0", .columns = "loudness,pitch:3,beats"};

static void features_come_back(void **state) {
    (void)state;
    float data[10];
    for (int i = 0; i < 10; i++) data[i] = (float)i / 7;
    Error err;
    Music m,
        music = {.frames = 2, .dim = 5, .data = data, .fps = 30, .tempo = 127.5, .identity = some};
    assert_done(music_write(scratch("m.npz"), &music, &err), &err);
    assert_done(music_read(scratch("m.npz"), &m, &err), &err);
    assert_true(m.frames == 2 && m.dim == 5 && m.fps == 30 && m.tempo == 127.5 && m.notes == 0);
    assert_memory_equal(m.data, data, sizeof data);
    assert_memory_equal(&m.identity, &some, sizeof some);
    music_free(&m);
    assert_null(m.data);
    assert_failed(music_write(scratch("no/m.npz"), &music, &err), &err, "no/m.npz: cannot write");
    music.dim = 4;
    assert_failed(music_write(scratch("m.npz"), &music, &err), &err,
                  "m.npz: the columns of the music features, 'loudness,pitch:3,beats', are not 4");
}

/* As numpy.load shows it. */
static void files_say_what_they_hold(void **state) {
    (void)state;
    Error err;
    float data[5] = {0};
    Tensors set;
    const Music music = {.frames = 1, .dim = 5, .data = data, .fps = 75, .identity = some};
    assert_done(music_write(scratch("m.npz"), &music, &err), &err);
    assert_done(tensor_file_read(scratch("m.npz"), &set, &err), &err);
    const Tensor *name = tensors_find(&set, "name"), *version = tensors_find(&set, "version"),
                 *columns = tensors_find(&set, "columns");
    assert_true(name && name->rank == 0 && name->item_size == 6);
    assert_memory_equal(name->data, "sound7", 6);
    assert_true(version && version->rank == 0 && version->item_size == 11);
    assert_memory_equal(version->data, "made-up-1.0", 11);
    assert_true(columns && columns->rank == 1 && columns->shape[0] == 5 && columns->item_size == 8);
    assert_memory_equal(columns->data, "loudnesspitch\0\0\0pitch\0\0\0pitch\0\0\0beats\0\0\0", 40);
    assert_true(*tensor_f64(tensors_find(&set, "fps")) == 75);
    tensors_free(&set);
}

static void a_bare_array_says_nothing(void **state) {
    (void)state;
    Error err;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F64, 2, (size_t[]){3, 5}, 0, &err), &err);
    tensor_f64(&t)[14] = 0.1;
    assert_done(npy_write(scratch("m.npy"), &t, &err), &err);
    tensor_free(&t);
    Music m;
    assert_done(music_read(scratch("m.npy"), &m, &err), &err);
    assert_true(m.frames == 3 && m.dim == 5 && m.fps == 0 && m.tempo == 0 && m.data[14] == 0.1f);
    assert_false(music_identity_known(&m.identity));
    assert_string_equal(m.identity.columns, "");
    assert_done(music_write(scratch("m.npz"), &m, &err), &err); /* no guess is written */
    Tensors set;
    assert_done(tensor_file_read(scratch("m.npz"), &set, &err), &err);
    assert_int_equal(set.count, 2); /* features, tempo */
    tensors_free(&set);
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
        {"features",
         2,
         {4, 35},
         TENSOR_F32,
         0,
         0,
         120,
         "'fps' is 0, but must lie between 1 and 1000"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, -60, 120, "'fps' is -60"},
        {"features", 2, {4, 35}, TENSOR_F32, 0, NAN, 120, "'fps' is nan"},
        {"features",
         2,
         {4, 35},
         TENSOR_F32,
         0,
         1e-3,
         120,
         "'fps' is 0.001, but must lie between 1 and 1000"},
        {"features",
         2,
         {4, 35},
         TENSOR_F32,
         0,
         1e300,
         120,
         "'fps' is 1e+300, but must lie between 1 and 1000"},
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

static void blocks_are_found(void **state) {
    (void)state;
    size_t column;
    Error err;
    Music m = {.dim = 5, .identity = some};
    assert_done(music_need(&m, "beats", &column, &err), &err);
    assert_int_equal(column, 4);
    assert_done(music_need(&m, "pitch", &column, &err), &err);
    assert_int_equal(column, 1);
    assert_failed(music_need(&m, "pitc", &column, &err), &err,
                  "the music has no column 'pitc', only loudness,pitch:3,beats");
    m.identity.columns[0] = '\0';
    assert_failed(music_need(&m, "beats", &column, &err), &err, "its 5 columns have no names");
}

/* Features of two columns, with `columns`, `name` and `version` as given. */
static const char *with_columns(size_t count, const char *const *names, const char *name,
                                const char *version) {
    Error err;
    Tensors set = {0};
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){4, 2}, 0, &err), &err);
    assert_done(tensors_add(&set, "features", &t, &err), &err);
    if (count) {
        assert_done(tensor_new(&t, TENSOR_BYTES, 1, &count, 14, &err), &err);
        for (size_t k = 0; k < count; k++)
            memcpy((char *)t.data + 14 * k, names[k], strlen(names[k]));
        assert_done(tensors_add(&set, "columns", &t, &err), &err);
    }
    if (name) assert_done(tensors_add_text(&set, "name", name, &err), &err);
    if (version) assert_done(tensors_add_text(&set, "version", version, &err), &err);
    assert_done(npz_write(scratch("m.npz"), &set, &err), &err);
    tensors_free(&set);
    return scratch("m.npz");
}

static void columns_are_blocks(void **state) {
    (void)state;
    static const struct {
        size_t count;
        const char *names[3], *layout; /* NULL: refused */
    } cases[] = {{2, {"onsets", "beats"}, "onsets,beats"},
                 {2, {"beats", "onsets"}, "beats,onsets"},
                 {2, {"beats", "beats"}, "beats:2"},
                 {2, {"", "beats"}, NULL},
                 {2, {"a b", "beats"}, NULL},
                 {2, {"mfcc:20", "beats"}, NULL},
                 {2, {"\xc3\xa9", "beats"}, NULL},
                 {1, {"onsets"}, NULL},
                 {3, {"onset_strength", "onsets", "beats"}, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        Music m;
        const char *path = with_columns(cases[i].count, cases[i].names, NULL, NULL);
        if (!cases[i].layout) {
            assert_failed(music_read(path, &m, &err), &err, "'columns' ");
            continue;
        }
        assert_done(music_read(path, &m, &err), &err);
        assert_string_equal(m.identity.columns, cases[i].layout);
        music_free(&m);
    }
}

/* A block whose columns lie apart would be found at its first one only. */
static void columns_of_a_block_are_neighbours(void **state) {
    (void)state;
    static const char names[5][4] = {"a", "a", "b", "a", "c"};
    Error err;
    Tensors set = {0};
    Tensor t;
    Music m;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){1, 5}, 0, &err), &err);
    assert_done(tensors_add(&set, "features", &t, &err), &err);
    assert_done(tensor_new(&t, TENSOR_BYTES, 1, (size_t[]){5}, 4, &err), &err);
    memcpy(t.data, names, sizeof names);
    assert_done(tensors_add(&set, "columns", &t, &err), &err);
    assert_done(npz_write(scratch("m.npz"), &set, &err), &err);
    tensors_free(&set);
    assert_failed(music_read(scratch("m.npz"), &m, &err), &err, "not side by side");
}

static void names_and_versions_go_together(void **state) {
    (void)state;
    Error err;
    Music m;
    assert_done(music_read(with_columns(0, NULL, "sound7", "1"), &m, &err), &err);
    assert_string_equal(m.identity.name, "sound7");
    assert_string_equal(m.identity.version, "1");
    music_free(&m);
    assert_done(music_read(with_columns(0, NULL, "a song of mine", NULL), &m, &err), &err);
    assert_false(music_identity_known(&m.identity)); /* `name` means something else there */
    music_free(&m);
    assert_failed(music_read(with_columns(0, NULL, "a b", "1"), &m, &err), &err,
                  "not printable ASCII");
    assert_failed(music_read(with_columns(0, NULL, "a", "1\n"), &m, &err), &err,
                  "not printable ASCII");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_come_back),
        cmocka_unit_test(files_say_what_they_hold),
        cmocka_unit_test(a_bare_array_says_nothing),
        cmocka_unit_test(what_is_no_music_is_refused),
        cmocka_unit_test(scalars_must_be_scalars),
        cmocka_unit_test(blocks_are_found),
        cmocka_unit_test(columns_are_blocks),
        cmocka_unit_test(columns_of_a_block_are_neighbours),
        cmocka_unit_test(names_and_versions_go_together),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
