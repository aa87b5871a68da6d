/* Single numbers in files: bounds, and what is not one number. */
#include "lib/formats/scalar.h"

#include <math.h>

#include "test/scratch.h"

static void bounds_are_included(void **state) {
    (void)state;
    static const struct {
        double value;
        bool good;
    } cases[] = {{1, true},     {1000, true}, {29.97, true},     {0.999, false}, {1000.001, false},
                 {-60, false},  {0, false},   {1e300, false},    {NAN, false},   {INFINITY, false},
                 {1e-3, false}, {60, true},   {-INFINITY, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        int status = scalar_check(&scalar_fps, cases[i].value, &err);
        if ((status == 0) != cases[i].good) fail_msg("%g: %d", cases[i].value, status);
        if (status) assert_failed(status, &err, "but must lie between 1 and 1000");
    }
}

static void one_number_is_taken(void **state) {
    (void)state;
    Error err;
    Tensors set = {0};
    Tensor t;
    double x = 7;
    bool found;
    assert_done(scalar_find(&set, &scalar_fps, &x, &found, &err), &err);
    assert_true(!found && x == 7);
    assert_failed(scalar_need(&set, &scalar_fps, &x, &err), &err, "'fps'");
    assert_done(tensor_new(&t, TENSOR_I64, 1, (size_t[]){1}, 0, &err), &err);
    *tensor_i64(&t) = 30; /* a whole number, in brackets */
    assert_done(tensors_add(&set, "fps", &t, &err), &err);
    assert_done(scalar_find(&set, &scalar_fps, &x, &found, &err), &err);
    assert_true(found && x == 30);
    assert_done(scalar_need(&set, &scalar_fps, &x, &err), &err);
    assert_done(tensor_new(&t, TENSOR_F32, 1, (size_t[]){2}, 0, &err), &err);
    assert_done(tensors_add(&set, "tempo", &t, &err), &err);
    assert_failed(scalar_need(&set, &scalar_tempo, &x, &err), &err, "'tempo' is not one number");
    assert_done(tensors_add_text(&set, "quantile", "0.5", &err), &err);
    assert_failed(scalar_need(&set, &scalar_quantile, &x, &err), &err, "not one number");
    assert_true(x == 30);
    tensors_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bounds_are_included),
                                       cmocka_unit_test(one_number_is_taken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
