#include "lib/formats/tensor_file.h"

#include "lib/base/file.h"
#include "lib/formats/safetensors.h"
#include "lib/formats/zip.h"
#include "test/scratch.h"

static Tensors some_arrays(void) {
    Error err;
    Tensors set = {0};
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){2, 3}, 0, &err), &err);
    for (int i = 0; i < 6; i++) tensor_f32(&t)[i] = (float)i / 4;
    assert_done(tensors_add(&set, "a", &t, &err), &err);
    assert_done(tensors_add_f64(&set, "fps", 59.94, &err), &err);
    assert_done(tensors_add_i64(&set, "seed_frames", -120, &err), &err);
    assert_done(tensors_add_text(&set, "genre", "gBR", &err), &err);
    assert_done(tensors_add_text(&set, "music", "", &err), &err);
    assert_done(tensor_new(&t, TENSOR_I64, 2, (size_t[]){0, 3}, 0, &err), &err);
    assert_done(tensors_add(&set, "\xc3\xa4mpty", &t, &err), &err);
    return set;
}

static void assert_same(const Tensors *a, const Tensors *b) {
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const Tensor *x = &a->items[i].tensor, *y = &b->items[i].tensor;
        assert_string_equal(a->items[i].name, b->items[i].name);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->rank, y->rank);
        assert_int_equal(x->item_size, y->item_size);
        assert_memory_equal(x->shape, y->shape, sizeof x->shape);
        if (tensor_count(x)) assert_memory_equal(x->data, y->data, tensor_count(x) * x->item_size);
    }
}

static void arrays_come_back(void **state) {
    (void)state;
    Error err;
    Tensors set = some_arrays(), back;
    assert_done(npz_write(scratch("a.npz"), &set, &err), &err);
    assert_done(tensor_file_read(scratch("a.npz"), &back, &err), &err);
    assert_same(&set, &back);
    assert_done(tensors_add_f64(&back, "more", 1, &err), &err); /* what was read can grow */
    tensors_free(&back);
    assert_done(npy_write(scratch("a.npy"), &set.items[0].tensor, &err), &err);
    assert_done(tensor_file_read(scratch("a.npy"), &back, &err), &err);
    free(set.items[0].name);
    set.items[0].name = strdup("");
    assert_same(&(Tensors){.items = set.items, .count = 1}, &back);
    tensors_free(&back);
    tensors_free(&set);
}

static void the_same_arrays_give_the_same_bytes(void **state) {
    (void)state;
    Error err;
    Tensors set = some_arrays();
    unsigned char *bytes[2];
    size_t size[2];
    for (int i = 0; i < 2; i++) {
        const char *path = scratch(i ? "second.npz" : "first.npz");
        assert_done(npz_write(path, &set, &err), &err);
        assert_done(file_read(path, &bytes[i], &size[i], &err), &err);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    assert_memory_equal(bytes[0], "PK\3\4\24\0\0\0\0\0\0\0\x21\0",
                        14); /* version 2.0, stored, 1 January 1980 */
    ZipDirectory d;
    assert_done(zip_directory(bytes[0], size[0], &d, &err), &err);
    assert_string_equal(d.items[1].name, "fps.npy");
    assert_int_equal(d.items[1].size, 136); /* as from NumPy: 128 of header, 8 of data */
    zip_free(&d);
    for (int i = 0; i < 2; i++) free(bytes[i]);
    tensors_free(&set);
}

static void numpys_archives_are_read(void **state) {
    (void)state;
    static const char *const names[] = {"npz_savez", "npz_savez_compressed", "npz_zip64_local",
                                        "npz_zip64_central", "npz_data_descriptor"};
    for (size_t i = 0; i < 5; i++) {
        char path[100];
        Error err;
        Tensors set;
        snprintf(path, sizeof path, "test/golden/tensors/%s.npz", names[i]);
        assert_done(tensor_file_read(path, &set, &err), &err);
        assert_int_equal(set.count, 5);
        const Tensor *a = tensors_find(&set, "a"), *d = tensors_find(&set, "d"),
                     *e = tensors_find(&set, "e");
        assert_true(a->rank == 2 && a->shape[0] == 3 && a->shape[1] == 4);
        assert_true(tensor_f32(a)[0] == 2.2479746341705322f &&
                    tensor_f32(a)[3] == 0.44167718291282654f &&
                    tensor_f32(a)[11] == -0.0809683949f);
        assert_true(*tensor_f64(tensors_find(&set, "b")) == 60);
        assert_int_equal(*tensor_i64(tensors_find(&set, "c")), 120);
        assert_true(d->type == TENSOR_BYTES && d->rank == 0 && d->item_size == 3);
        assert_memory_equal(d->data, "gBR", 3);
        assert_true(e->rank == 2 && e->shape[0] == 0 && e->shape[1] == 3);
        tensors_free(&set);
    }
}

static void numpys_orders_are_read(void **state) {
    (void)state;
    Error err;
    Tensors set;
    assert_done(tensor_file_read("test/golden/tensors/npy_fortran_big_endian.npy", &set, &err),
                &err);
    const Tensor *t = tensors_find(&set, "");
    static const float expected[15] = {
        -2.6735345e-01f, -8.2850057e-01f, 1.9467127e+00f,  6.6611248e-01f,  2.1276164e-03f,
        -2.5014928e-01f, -2.4897485e+00f, 4.3640453e-01f,  -3.3565700e-01f, -2.6287490e-01f,
        -2.3165507e+00f, -1.0017134e+00f, -4.2943943e-01f, 1.3812008e+00f,  9.4671768e-01f};
    assert_int_equal(tensor_count(t), 15);
    assert_memory_equal(t->data, expected, sizeof expected);
    tensors_free(&set);
}

/* Objects and dates beside an array are passed over; needing one, or having nothing else, is not.
 */
static void members_of_objects_are_passed_over(void **state) {
    (void)state;
    Error err;
    Tensors set;
    assert_done(tensor_file_read("test/golden/tensors/npz_objects.npz", &set, &err), &err);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.unread, 2);
    assert_true(tensor_f32(tensors_find(&set, "a"))[1] == 2.5f);
    assert_null(tensors_need(&set, "gender", &err));
    assert_non_null(strstr(err.text, "Python objects"));
    tensors_free(&set);
    assert_failed(tensor_file_read("test/golden/tensors/npz_only_objects.npz", &set, &err), &err,
                  "Python objects");
}

static void pythons_safetensors_are_read(void **state) {
    (void)state;
    Error err;
    Safetensors *s;
    assert_done(safetensors_open("test/golden/tensors/st_many_dtypes.safetensors", &s, &err), &err);
    assert_int_equal(safetensors_count(s), 10);
    const SafetensorsView *w = safetensors_find(s, "predictor.head.weight"),
                          *e = safetensors_find(s, "e.scalar");
    assert_true(w->type == SAFETENSORS_F32 && w->rank == 2 && w->shape[0] == 4 && w->shape[1] == 3);
    assert_true(((const float *)w->data)[0] == 0.23611868917942047f &&
                ((const float *)w->data)[3] == 1.211763620376587f);
    assert_true(e->rank == 0 && *(const float *)e->data == 2.5f);
    assert_true(((const double *)safetensors_find(s, "a.f64")->data)[2] == -0.8037287333263189);
    assert_int_equal(((const int64_t *)safetensors_find(s, "b.i64")->data)[4], 4);
    float half[4]; /* numpy.float16's values */
    static const float expected[4] = {0x1.7ap-1f, 0x1.74p+0f, 0x1.80cp-1f, 0x1.1bp+0f};
    assert_int_equal(safetensors_find(s, "g.f16")->type, SAFETENSORS_F16);
    assert_done(safetensors_read_f32(safetensors_find(s, "g.f16"), half, &err), &err);
    assert_memory_equal(half, expected, sizeof half);
    assert_int_equal(safetensors_find(s, "h.i32")->type, SAFETENSORS_OTHER);
    safetensors_close(s);
}

/* Many cuts and flipped bits of NumPy's own compressed archive: the same arrays, or one line that
 * begins with the path. */
static void damage_is_noticed(void **state) {
    (void)state;
    unsigned char *bytes;
    size_t size;
    Error err;
    Tensors whole, set;
    assert_done(file_read("test/golden/tensors/npz_savez_compressed.npz", &bytes, &size, &err),
                &err);
    assert_done(tensor_file_read("test/golden/tensors/npz_savez_compressed.npz", &whole, &err),
                &err);
    for (size_t cut = 0; cut < size; cut += 3) {
        const char *path = scratch_write("cut", bytes, cut);
        assert_int_equal(tensor_file_read(path, &set, &err), -1);
        assert_int_equal(set.count, 0);
        assert_memory_equal(err.text, path, strlen(path));
    }
    for (size_t bit = 0; bit < 8 * size; bit += 5) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (tensor_file_read(scratch_write("flipped", bytes, size), &set, &err) == 0) {
            assert_same(&whole, &set);
            tensors_free(&set);
        }
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    tensors_free(&whole);
    free(bytes);
}

static void other_files_are_refused(void **state) {
    (void)state;
    Error err;
    Tensors set;
    assert_failed(tensor_file_read(scratch("absent"), &set, &err), &err, "absent: No such file");
    assert_failed(tensor_file_read(scratch_folder, &set, &err), &err, "folder");
    assert_failed(tensor_file_read(scratch_write("x", "", 0), &set, &err), &err, "empty");
    assert_failed(tensor_file_read(scratch_write("x", "some text", 9), &set, &err), &err,
                  "neither a .npz nor a .npy file");
    assert_failed(
        tensor_file_read(scratch_write("x", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22), &set,
                         &err),
        &err, "without arrays");
}

static void what_cannot_be_written_leaves_no_file(void **state) {
    (void)state;
    Error err;
    Tensors set = {0};
    assert_done(tensors_add_f64(&set, "a\xff", 1, &err), &err);
    assert_failed(npz_write(scratch("none.npz"), &set, &err), &err, "none.npz");
    assert_false(file_exists(scratch("none.npz")));
    assert_failed(npz_write(scratch("no/folder.npz"), &set, &err), &err, "cannot write");
    Tensor huge = {.type = TENSOR_F32, .rank = 1, .shape = {(size_t)1 << 31}, .item_size = 4};
    assert_failed(npz_write(scratch("none.npz"),
                            &(Tensors){.items = &(NamedTensor){"huge", huge}, .count = 1}, &err),
                  &err, "4 GiB");
    assert_false(file_exists(scratch("none.npz")));
    tensors_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_come_back),
        cmocka_unit_test(the_same_arrays_give_the_same_bytes),
        cmocka_unit_test(numpys_archives_are_read),
        cmocka_unit_test(members_of_objects_are_passed_over),
        cmocka_unit_test(numpys_orders_are_read),
        cmocka_unit_test(pythons_safetensors_are_read),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(what_cannot_be_written_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
