#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/tensorfile.h"

#include <cmocka.h> /* last: it defines a macro fail() */

/* A file of the test's own in the folder that setup made. */
static char folder[] = "build/test-tensorfile-XXXXXX";
static char path[sizeof folder + 16];

static int setup(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void assert_done(int status, const Error *err) {
    if (status) fail_msg("%s", err->text);
}

static void arrays_come_back(void **state) {
    (void)state;
    Error err;
    Tensors set = {0};
    Tensor a;
    assert_done(tensor_new(&a, TENSOR_F32, 2, (size_t[]){2, 3}, 0, &err), &err);
    for (int i = 0; i < 6; i++) tensor_f32(&a)[i] = (float)i / 4;
    assert_done(tensors_add(&set, "a", &a, &err), &err);
    assert_done(tensors_add_f64(&set, "fps", 59.94, &err), &err);
    assert_done(tensors_add_i64(&set, "seed_frames", -120, &err), &err);
    assert_done(tensors_add_text(&set, "genre", "gBR", &err), &err);
    assert_done(tensors_add_text(&set, "music", "", &err), &err);
    assert_done(tensor_new(&a, TENSOR_I64, 2, (size_t[]){0, 3}, 0, &err), &err);
    assert_done(tensors_add(&set, "empty", &a, &err), &err);
    assert_done(npz_write(path, &set, &err), &err);
    Tensors back;
    assert_done(tensorfile_read(path, &back, &err), &err);
    assert_int_equal(back.count, set.count);
    for (size_t i = 0; i < set.count; i++) {
        const Tensor *x = &set.items[i].tensor, *y = &back.items[i].tensor;
        assert_string_equal(set.items[i].name, back.items[i].name);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->rank, y->rank);
        assert_int_equal(x->item_size, y->item_size);
        assert_memory_equal(x->shape, y->shape, sizeof x->shape);
        if (tensor_count(x)) assert_memory_equal(x->data, y->data, tensor_count(x) * x->item_size);
    }
    tensors_free(&set);
    tensors_free(&back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_come_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
