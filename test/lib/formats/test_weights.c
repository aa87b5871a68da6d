/* Checkpoint folders: PyTorch's shards (test/golden/torch/make.py), .safetensors written here. */
#include "lib/formats/weights.h"

#include <sys/stat.h>

#include "lib/base/file.h"
#include "lib/formats/safetensors.h"
#include "test/scratch.h"

#define FOLDER "test/golden/torch/sharded"

static const char *const prefixes[] = {"", "encoder.", NULL};

static Weights *opened(const char *path) {
    Weights *w;
    Error err;
    assert_done(weights_open(path, &w, &err), &err);
    return w;
}

static void refused(const char *path, const char *part) {
    Weights *w;
    Error err;
    assert_failed(weights_open(path, &w, &err), &err, part);
    assert_null(w);
}

/* A tensor [2] of 1 and 2 under each name, at FOLDER/name in the scratch folder. */
static void write_safetensors(const char *file, const char *const *names, size_t count) {
    static const float data[2] = {1, 2};
    SafetensorsView views[4];
    Error err;
    for (size_t i = 0; i < count; i++)
        views[i] = (SafetensorsView){
            .name = names[i], .type = SAFETENSORS_F32, .rank = 1, .shape = {2}, .data = data};
    assert_done(safetensors_write(scratch(file), views, count, NULL, &err), &err);
}

static const char *folder(const char *name) {
    const char *path = scratch(name);
    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static void write_index(const char *file, const char *text) {
    scratch_write(file, text, strlen(text));
}

static void shards_are_one_set_of_tensors(void **state) {
    (void)state;
    Weights *w = opened(FOLDER);
    Error err;
    float a[4], b[2];
    static const size_t square[2] = {2, 2}, pair[1] = {2};
    assert_string_equal(weights_path(w), FOLDER "/pytorch_model.bin.index.json");
    assert_false(weights_have(w, "a"));
    assert_done(weights_set_prefix(w, prefixes, "a", &err), &err);
    assert_true(weights_have(w, "a"));
    assert_done(weights_read(w, "a", 2, square, a, &err), &err);
    assert_memory_equal(a, ((float[]){1, 3, 2, 4}), sizeof a);
    static const char *const heads[] = {"head.", NULL}, *const none[] = {NULL};
    assert_failed(weights_check_rest(w, heads, &err), &err,
                  "tensor 'encoder.b' does not belong to such a model");
    assert_done(weights_read(w, "b", 1, pair, b, &err), &err);
    assert_memory_equal(b, ((float[]){0.5f, -1.5f}), sizeof b);
    assert_done(weights_check_rest(w, heads, &err), &err);
    assert_failed(weights_check_rest(w, none, &err), &err, "tensor 'head.w' does not belong");
    weights_close(w);
}

/* a = [[1, 3], [2, 4]], which lies transposed in PyTorch's file. */
static void rows_are_read_alone(void **state) {
    (void)state;
    static const size_t square[2] = {2, 2}, wide[2] = {3, 2};
    static const float data[6] = {1, 2, 3, 4, 5, 6};
    float row[4] = {0};
    Error err;
    Weights *w = opened(FOLDER);
    assert_done(weights_set_prefix(w, prefixes, "a", &err), &err);
    assert_done(weights_read_rows(w, "a", 2, square, 1, 1, row, &err), &err);
    assert_true(row[0] == 2 && row[1] == 4 && row[2] == 0);
    assert_failed(weights_read_rows(w, "a", 2, wide, 1, 1, row, &err), &err, "the shape [2, 2]");
    assert_failed(weights_check_rest(w, (const char *const[]){NULL}, &err), &err, "tensor '");
    weights_close(w);
    const SafetensorsView v = {
        .name = "w", .type = SAFETENSORS_F32, .rank = 2, .shape = {3, 2}, .data = data};
    const char *path = scratch("rows.safetensors");
    assert_done(safetensors_write(path, &v, 1, NULL, &err), &err);
    w = opened(path);
    assert_done(weights_read_rows(w, "w", 2, wide, 1, 2, row, &err), &err);
    assert_memory_equal(row, data + 2, sizeof row);
    assert_done(weights_expect(w, "w", 2, wide, &err), &err);
    assert_done(weights_check_rest(w, (const char *const[]){NULL}, &err), &err);
    weights_close(w);
}

/* In the file itself: float32 in C order. a lies transposed there, b is bfloat16. */
static void views_are_of_what_lies_in_order(void **state) {
    (void)state;
    static const size_t square[2] = {2, 2}, pair[1] = {2};
    static const char *const names[] = {"w"}, *const rest[] = {"encoder.", NULL};
    static const size_t one[1] = {1};
    Error err;
    Weights *w = opened(FOLDER);
    assert_done(weights_set_prefix(w, prefixes, "a", &err), &err);
    assert_null(weights_view(w, "a", 2, square));
    assert_null(weights_view(w, "b", 1, pair));
    assert_null(weights_view(w, "c", 1, pair));
    assert_done(weights_set_prefix(w, (const char *const[]){"head.", NULL}, "w", &err), &err);
    assert_null(weights_view(w, "w", 1, pair));
    assert_failed(weights_check_rest(w, rest, &err), &err, "tensor 'head.w'");
    const float *seven = weights_view(w, "w", 1, one);
    assert_non_null(seven);
    assert_true(*seven == 7);
    assert_done(weights_check_rest(w, rest, &err), &err);
    weights_close(w);
    write_safetensors("view.safetensors", names, 1);
    w = opened(scratch("view.safetensors"));
    const float *x = weights_view(w, "w", 1, pair);
    assert_non_null(x);
    assert_true(x[0] == 1 && x[1] == 2);
    weights_close(w);
}

static void missing_and_misshaped_tensors_are_named(void **state) {
    (void)state;
    Weights *w = opened(FOLDER);
    Error err;
    float out[8];
    static const size_t wrong[3] = {2, 3, 1};
    assert_failed(weights_set_prefix(w, prefixes, "c", &err), &err, "tensor 'c' is missing");
    assert_done(weights_set_prefix(w, prefixes, "a", &err), &err);
    assert_failed(weights_read(w, "c", 1, wrong, out, &err), &err,
                  "index.json: tensor 'encoder.c' is missing");
    assert_failed(weights_read(w, "a", 2, wrong, out, &err), &err,
                  "tensor 'encoder.a' has the shape [2, 2], not [2, 3]");
    assert_failed(weights_read(w, "a", 3, wrong, out, &err), &err, "not [2, 3, 1]");
    assert_failed(weights_read(w, "a", 0, NULL, out, &err), &err, "not []");
    weights_close(w);
}

static void safetensors_come_first_and_whole(void **state) {
    (void)state;
    static const char *const names[] = {"x", "y"};
    const size_t shape[1] = {2};
    float out[2];
    Error err;
    const char *path = folder("whole");
    write_index("whole/pytorch_model.bin.index.json", "{}");
    write_safetensors("whole/model.safetensors", names, 2);
    Weights *w = opened(path);
    assert_non_null(strstr(weights_path(w), "whole/model.safetensors"));
    assert_done(weights_read(w, "y", 1, shape, out, &err), &err);
    assert_true(out[0] == 1 && out[1] == 2);
    weights_close(w);
}

static void indices_are_believed_only_within_their_folder(void **state) {
    (void)state;
    static const char *const first[] = {"x"}, *const both[] = {"x", "y"};
    const char *path = folder("index");
    char index[600];
    snprintf(index, sizeof index, "%s/model.safetensors.index.json", path);
    write_safetensors("index/1.safetensors", first, 1);
    write_safetensors("index/2.safetensors", both, 2);
#define INDEX "index/model.safetensors.index.json"
    write_index(INDEX, "{\"weight_map\":{\"x\":\"1.safetensors\"}}");
    weights_close(opened(path));
    weights_close(opened(index));
    write_index(INDEX, "{\"weight_map\":{\"x\":\"1.safetensors\",\"y\":\"1.safetensors\"}}");
    refused(path, "tensor 'y' is missing in '1.safetensors'");
    write_index(INDEX, "{\"weight_map\":{\"x\":\"1.safetensors\",\"y\":\"2.safetensors\"}}");
    refused(path, "tensor 'x' is in two of its files");
    write_index(INDEX, "{\"weight_map\":{\"x\":\"../index/1.safetensors\"}}");
    refused(path, "is not the name of a file beside it");
    write_index(INDEX, "{\"weight_map\":{\"x\":\"3.safetensors\"}}");
    refused(path, "3.safetensors: No such file");
    write_index(INDEX, "{\"weight_map\":{\"x\":3}}");
    refused(path, "'x' is not a text");
    write_index(INDEX, "{\"weight_map\":[]}");
    refused(path, "'{' is missing");
    write_index(INDEX, "{\"a\":1}");
    refused(path, "without 'weight_map'");
    write_index(INDEX, "{");
    refused(path, "index.json: ");
}

static void folders_without_weights_say_what_is_sought(void **state) {
    (void)state;
    refused(folder("empty"), "model.safetensors or pytorch_model.bin");
    refused(scratch("absent.bin"), "No such file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_are_one_set_of_tensors),
        cmocka_unit_test(rows_are_read_alone),
        cmocka_unit_test(views_are_of_what_lies_in_order),
        cmocka_unit_test(missing_and_misshaped_tensors_are_named),
        cmocka_unit_test(safetensors_come_first_and_whole),
        cmocka_unit_test(indices_are_believed_only_within_their_folder),
        cmocka_unit_test(folders_without_weights_say_what_is_sought),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
