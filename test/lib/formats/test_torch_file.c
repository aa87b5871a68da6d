/* Files that PyTorch wrote (test/golden/torch/make.py has the numbers), whole and damaged. */
#include "lib/formats/torch_file.h"

#include <math.h>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "test/scratch.h"

#define FOLDER "test/golden/torch/"

static TorchFile *opened(const char *path) {
    TorchFile *f;
    Error err;
    assert_done(torch_file_open(path, &f, &err), &err);
    return f;
}

static const TorchTensor *found(const TorchFile *f, const char *name) {
    const TorchTensor *t = torch_file_find(f, name);
    if (!t) fail_msg("no tensor %s", name);
    return t;
}

/* Type, shape ([rank], ended by 0) and all numbers. */
static void check(const TorchFile *f, const char *name, TorchType type, int rank,
                  const size_t *shape, const float *expected) {
    const TorchTensor *t = found(f, name);
    float values[64];
    Error err;
    assert_int_equal(t->type, type);
    assert_int_equal(t->rank, rank);
    for (int d = 0; d < rank; d++) assert_int_equal(t->shape[d], shape[d]);
    size_t n = torch_elements(t);
    assert_in_range(n, 1, 64);
    assert_done(torch_read_f32(t, values, &err), &err);
    for (size_t i = 0; i < n; i++)
        if (values[i] != expected[i])
            fail_msg("%s: element %zu is %.9g, not %.9g", name, i, (double)values[i],
                     (double)expected[i]);
}
#define SHAPE(...) \
    sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t), (const size_t[]) { __VA_ARGS__ }
#define VALUES(...) \
    (const float[]) { __VA_ARGS__ }

static void check_all(const char *path) {
    TorchFile *f = opened(path);
    float whole[24], transposed[24], column[3];
    for (int i = 0; i < 24; i++) whole[i] = (float)i / 4 - 2;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 4; j++) transposed[4 * i + j] = whole[6 * j + i];
    for (int i = 0; i < 3; i++) column[i] = whole[6 * (i + 1) + 4];
    assert_int_equal(torch_file_count(f), 19);
    check(f, "model.whole", TORCH_F32, SHAPE(4, 6), whole);
    check(f, "model.row", TORCH_F32, SHAPE(6), whole + 12);
    check(f, "model.transposed", TORCH_F32, SHAPE(6, 4), transposed);
    check(f, "model.column", TORCH_F32, SHAPE(3), column);
    check(f, "model.expanded", TORCH_F32, SHAPE(3, 2),
          VALUES(1.5f, -2.5f, 1.5f, -2.5f, 1.5f, -2.5f));
    check(f, "model.half", TORCH_F16, SHAPE(4),
          VALUES(1, -0.333251953125f, 65504, 5.960464477539063e-08f));
    /* 1e38 to eight bits of fraction: 1.171875 * 2^126 */
    check(f, "model.bfloat16", TORCH_BF16, SHAPE(2, 2), VALUES(1, 3, 256, ldexpf(1.171875f, 126)));
    check(f, "model.double", TORCH_F64, SHAPE(2), VALUES(0.1f, -INFINITY));
    check(f, "model.int64", TORCH_I64, SHAPE(2), VALUES(-0x1p62f, 7));
    check(f, "model.int32", TORCH_I32, SHAPE(2), VALUES(-5, 6));
    check(f, "model.int16", TORCH_I16, SHAPE(2), VALUES(-300, 300));
    check(f, "model.int8", TORCH_I8, SHAPE(2), VALUES(-128, 127));
    check(f, "model.uint8", TORCH_U8, SHAPE(2), VALUES(0, 255));
    check(f, "model.boolean", TORCH_BOOL, SHAPE(2), VALUES(1, 0));
    check(f, "model.scalar", TORCH_F32, 0, NULL, VALUES(2.75f));
    check(f, "model.parameter", TORCH_F32, SHAPE(2), VALUES(4, 5));
    check(f, "list.0", TORCH_F32, SHAPE(1), VALUES(9));
    assert_int_equal(torch_elements(found(f, "model.empty")), 0);
    assert_null(torch_file_find(f, "step"));
    assert_null(torch_file_find(f, "model"));
    for (size_t i = 1; i < torch_file_count(f); i++)
        assert_true(strcmp(torch_file_at(f, i - 1)->name, torch_file_at(f, i)->name) < 0);
    Error err;
    float value[1];
    assert_failed(torch_read_f32(found(f, "model.complex"), value, &err), &err,
                  "'model.complex' holds complex numbers");
    torch_file_close(f);
}

static void zip_files_are_read(void **state) {
    (void)state;
    check_all(FOLDER "zip.pt");
}

static void files_from_before_1_6_are_read(void **state) {
    (void)state;
    check_all(FOLDER "legacy.pt");
}

static void views_share_their_storage(void **state) {
    (void)state;
    TorchFile *f = opened(FOLDER "zip.pt");
    const TorchTensor *whole = found(f, "model.whole");
    assert_true(whole->contiguous);
    assert_ptr_equal(found(f, "model.row")->data, whole->data + 12 * sizeof(float));
    assert_true(found(f, "model.row")->contiguous);
    assert_ptr_equal(found(f, "model.transposed")->data, whole->data);
    assert_false(found(f, "model.transposed")->contiguous);
    assert_false(found(f, "model.expanded")->contiguous);
    torch_file_close(f);
}

/* Its pickle sets the state of an OrderedDict: _metadata. */
static void state_dicts_of_modules_are_read(void **state) {
    (void)state;
    TorchFile *f = opened(FOLDER "module.bin");
    assert_int_equal(torch_file_count(f), 1);
    check(f, "weight", TORCH_F32, SHAPE(1, 2), VALUES(0.5f, -1));
    torch_file_close(f);
}

static void refused(const char *path, const char *part) {
    TorchFile *f;
    Error err;
    assert_failed(torch_file_open(path, &f, &err), &err, part);
    assert_null(f);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
}

static void other_objects_are_refused_by_name(void **state) {
    (void)state;
    refused(FOLDER "objects.pt", "argparse.Namespace, which is refused");
    refused("test/golden/tensors/npz_savez.npz", "without data.pkl");
    refused("test/golden/tensors/st_many_dtypes.safetensors", "not a file of torch.save");
    refused(scratch("absent.pt"), "No such file");
}

/* A plain pickle may still not have torch's persistent ids and constructors. */
static void plain_pickles_stay_without_tensors(void **state) {
    (void)state;
    static const char text[] = "\x80\x02"
                               "ctorch._utils\n_rebuild_tensor_v2\n.";
    Pickle *p;
    Error err;
    assert_failed(pickle_parse((const unsigned char *)text, sizeof text - 1, &p, &err), &err,
                  "torch._utils._rebuild_tensor_v2, which is refused");
}

/* Both formats, cut anywhere. */
static void cut_files_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {FOLDER "zip.pt", FOLDER "legacy.pt"};
    for (size_t k = 0; k < 2; k++) {
        unsigned char *data;
        size_t size;
        Error err;
        assert_done(file_read(names[k], &data, &size, &err), &err);
        for (size_t n = 0; n < size; n += n + 40 < size ? 37 : 1)
            refused(scratch_write("cut.pt", data, n), "cut.pt: ");
        free(data);
    }
}

/* The legacy file with the first occurrence of `what` replaced. */
static const char *changed(const char *what, size_t size, const char *with) {
    unsigned char *data;
    size_t length;
    Error err;
    assert_done(file_read(FOLDER "legacy.pt", &data, &length, &err), &err);
    unsigned char *at = memmem(data, length, what, size);
    assert_non_null(at);
    memcpy(at, with, size);
    const char *path = scratch_write("changed.pt", data, length);
    free(data);
    return path;
}

static void claims_are_compared_with_the_file(void **state) {
    (void)state;
    /* shape (4, 6), stride (6, 1) */
    refused(changed("K\x04K\x06\x86", 5, "K\x05K\x06\x86"), "reaches beyond its storage");
    refused(changed("K\x04K\x06\x86", 5, "K\x04K\x07\x86"), "reaches beyond its storage");
    refused(changed("K\x06K\x01\x86", 5, "K\x07K\x01\x86"), "reaches beyond its storage");
    /* the storage's count, before None and the tuple's end */
    refused(changed("K\x18Nt", 4, "K\x19Nt"), "elements of 4: the file is damaged");
    refused(changed("little_endian", 13, "little_endiaN"), "big-endian");
    refused(changed("FloatStorage", 12, "FloatStoragE"), "torch.FloatStoragE, which is refused");
}

static void damaged_storages_of_zip_files_are_refused(void **state) {
    (void)state;
    unsigned char *data;
    size_t size;
    Error err;
    TorchFile *f = opened(FOLDER "zip.pt");
    assert_done(file_read(FOLDER "zip.pt", &data, &size, &err), &err);
    unsigned char *at = memmem(data, size, found(f, "model.whole")->data, 96);
    torch_file_close(f);
    assert_non_null(at);
    at[5] ^= 1;
    refused(scratch_write("bit.pt", data, size), "checksum is wrong");
    free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zip_files_are_read),
        cmocka_unit_test(files_from_before_1_6_are_read),
        cmocka_unit_test(views_share_their_storage),
        cmocka_unit_test(state_dicts_of_modules_are_read),
        cmocka_unit_test(other_objects_are_refused_by_name),
        cmocka_unit_test(plain_pickles_stay_without_tensors),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(claims_are_compared_with_the_file),
        cmocka_unit_test(damaged_storages_of_zip_files_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
