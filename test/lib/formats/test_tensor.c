#include "lib/formats/tensor.h"

#include <math.h>

#include "test/scratch.h"

static Tensor made(TensorType type, int rank, const size_t *shape, size_t item_size) {
    Tensor t;
    Error err;
    assert_done(tensor_new(&t, type, rank, shape, item_size, &err), &err);
    return t;
}

static void new_tensors_are_zero(void **state) {
    (void)state;
    Tensor t = made(TENSOR_F64, 3, (size_t[]){2, 3, 4}, 0);
    assert_int_equal(tensor_count(&t), 24);
    assert_int_equal(t.item_size, 8);
    for (size_t i = 0; i < 24; i++) assert_true(tensor_f64(&t)[i] == 0);
    tensor_free(&t);
    tensor_free(&t); /* twice is harmless */
    assert_null(t.data);
    t = made(TENSOR_I64, 0, NULL, 0);
    assert_int_equal(tensor_count(&t), 1);
    tensor_free(&t);
    t = made(TENSOR_F32, 2, (size_t[]){5, 0}, 0);
    assert_int_equal(tensor_count(&t), 0);
    assert_null(t.data);
    t = made(TENSOR_BYTES, 1, (size_t[]){3}, 12);
    assert_int_equal(t.item_size, 12);
    tensor_free(&t);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    Tensor t = {.data = &t};
    Error err;
    assert_failed(tensor_new(&t, TENSOR_F32, 9, (size_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, &err),
                  &err, "9 dimensions");
    assert_null(t.data);
    assert_failed(
        tensor_new(&t, TENSOR_F32, 2, (size_t[]){(size_t)1 << 32, (size_t)1 << 32}, 0, &err), &err,
        "beyond 64 bits");
    assert_failed(tensor_new(&t, TENSOR_F32, 1, (size_t[]){(size_t)1 << 62}, 0, &err), &err,
                  "beyond 64 bits");
    assert_failed(tensor_new(&t, TENSOR_BYTES, 0, NULL, 0, &err), &err, "0 bytes");
}

static void numbers_are_converted(void **state) {
    (void)state;
    Error err;
    Tensor t = made(TENSOR_I64, 2, (size_t[]){1, 2}, 0);
    tensor_i64(&t)[0] = -7;
    tensor_i64(&t)[1] = ((int64_t)1 << 24) + 1; /* the first integer that float32 lacks */
    assert_done(tensor_convert(&t, TENSOR_I64, &err), &err);
    assert_done(tensor_convert(&t, TENSOR_F64, &err), &err);
    assert_true(tensor_f64(&t)[0] == -7 && tensor_f64(&t)[1] == 16777217);
    assert_done(tensor_convert(&t, TENSOR_F32, &err), &err);
    assert_true(tensor_f32(&t)[0] == -7 && tensor_f32(&t)[1] == 16777216);
    assert_int_equal(t.item_size, 4);
    assert_int_equal(t.rank, 2);
    assert_int_equal(t.shape[1], 2);
    assert_failed(tensor_convert(&t, TENSOR_I64, &err), &err,
                  "float32 found where int64 is needed");
    tensor_free(&t);
    t = made(TENSOR_BYTES, 0, NULL, 3);
    assert_failed(tensor_convert(&t, TENSOR_F32, &err), &err,
                  "bytes found where float32 is needed");
    tensor_free(&t);
}

static void numbers_that_are_not_finite_are_found(void **state) {
    (void)state;
    Error err;
    Tensor t = made(TENSOR_F32, 2, (size_t[]){3, 4}, 0);
    assert_done(tensor_check_finite(&t, &err), &err);
    tensor_f32(&t)[11] = INFINITY;
    tensor_f32(&t)[6] = NAN;
    assert_failed(tensor_check_finite(&t, &err), &err, "NaN at [1, 2]");
    tensor_f32(&t)[6] = 0;
    assert_failed(tensor_check_finite(&t, &err), &err, "infinity at [2, 3]");
    tensor_free(&t);
    t = made(TENSOR_F64, 0, NULL, 0);
    *tensor_f64(&t) = 1e300;
    assert_done(tensor_check_finite(&t, &err), &err);
    assert_done(tensor_convert(&t, TENSOR_F32, &err), &err); /* too large for it */
    assert_failed(tensor_check_finite(&t, &err), &err, "infinity at []");
    tensor_free(&t);
}

static void sets_keep_names_apart(void **state) {
    (void)state;
    Error err;
    Tensors set = {0};
    assert_null(tensors_need(&set, "motion", &err));
    assert_non_null(strstr(err.text, "there is: nothing"));
    assert_done(tensors_add_f64(&set, "fps", 60, &err), &err);
    assert_done(tensors_add_i64(&set, "seed_frames", 120, &err), &err);
    assert_done(tensors_add_text(&set, "genre", "BR", &err), &err);
    assert_done(tensors_add_text(&set, "music", "", &err), &err);
    Tensor t = made(TENSOR_F32, 1, (size_t[]){2}, 0);
    assert_failed(tensors_add(&set, "fps", &t, &err), &err, "'fps' occurs twice");
    assert_null(t.data); /* taken over all the same */
    assert_int_equal(set.count, 4);
    assert_true(*tensor_f64(tensors_find(&set, "fps")) == 60);
    assert_int_equal(*tensor_i64(tensors_need(&set, "seed_frames", &err)), 120);
    assert_int_equal(tensors_find(&set, "genre")->item_size, 2);
    assert_memory_equal(tensors_find(&set, "genre")->data, "BR", 2);
    assert_int_equal(tensors_find(&set, "music")->item_size, 1); /* NumPy has no |S0 */
    assert_null(tensors_find(&set, "fp"));
    assert_null(tensors_need(&set, "motion", &err));
    assert_string_equal(err.text,
                        "no array 'motion' (there is: 'fps', 'seed_frames', 'genre', 'music')");
    tensors_free(&set);
    assert_int_equal(set.count, 0);
}

static void many_names_still_make_one_line(void **state) {
    (void)state;
    Error err;
    Tensors set = {0};
    for (int i = 0; i < 200; i++) {
        char name[64];
        snprintf(name, sizeof name, "an array with a rather long name %d", i);
        assert_done(tensors_add_f64(&set, name, i, &err), &err);
    }
    assert_null(tensors_need(&set, "other", &err));
    assert_non_null(strstr(err.text, ", ...)"));
    tensors_free(&set);
}

static void shapes_are_printed(void **state) {
    (void)state;
    char text[200];
    Tensor t = {.rank = 2, .shape = {3, 4}};
    assert_string_equal(tensor_shape_text(&t, text), "[3, 4]");
    t.rank = 0;
    assert_string_equal(tensor_shape_text(&t, text), "[]");
    t = (Tensor){
        .rank = 8,
        .shape = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    assert_true(strlen(tensor_shape_text(&t, text)) < sizeof text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_tensors_are_zero),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(numbers_are_converted),
        cmocka_unit_test(numbers_that_are_not_finite_are_found),
        cmocka_unit_test(sets_keep_names_apart),
        cmocka_unit_test(many_names_still_make_one_line),
        cmocka_unit_test(shapes_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
