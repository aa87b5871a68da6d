/* Motion files into result files: which skeleton, which feet, one file or many. */
#include "test/export/clips.h"

#include <cjson/cJSON.h>

#include "export/exporter.h"
#include "export/figure.h"
#include "lib/base/bytes.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/smpl_joint_names.h"

static char warning[400];

static void keep_warning(const char *text) { snprintf(warning, sizeof warning, "%s", text); }

static const ExportFormat *format(const char *name) {
    for (int i = 0; i < EXPORT_FORMATS; i++)
        if (strcmp(export_formats[i].name, name) == 0) return &export_formats[i];
    fail_msg("no format %s", name);
    return NULL;
}

/* A body that stands upright and slides 3 cm a second. */
static void write_slide(const char *name, size_t joints) {
    Error err;
    Motion m;
    assert_done(motion_new(&m, 120, joints, &err), &err);
    for (size_t t = 0; t < m.frames; t++) {
        float *frame = m.data + t * motion_dim(&m);
        frame[0] = 0.0005f * (float)t;
        frame[1] = 1.2f;
        for (size_t k = 0; k < 9 * joints; k++) frame[3 + k] = k % 9 % 4 == 0;
    }
    assert_done(motion_write(scratch(name), &m, &err), &err);
    motion_free(&m);
}

static const Strings no_texts;
static const ExportChoices plain = {.labels = &no_texts, .notes = &no_texts, .units = 1};

static Buffer exported(const char *to, const char *name, FeetChoice feet, const char *skeleton) {
    Error err;
    Buffer b = {0};
    unsigned char *data;
    size_t size;
    char *operands[] = {(char *)(uintptr_t)scratch(name)};
    const ExportRun run = {.format = format(to),
                           .choices = &plain,
                           .skeleton = skeleton,
                           .output = scratch("result"),
                           .feet = feet,
                           .quiet = true,
                           .warn = keep_warning};
    assert_done(export_motions(&run, operands, 1, &err), &err);
    assert_done(file_read(run.output, &data, &size, &err), &err);
    buffer_add(&b, data, size);
    free(data);
    return b;
}

static bool alike(Buffer a, Buffer b) {
    bool same = a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
    buffer_free(&a);
    buffer_free(&b);
    return same;
}

static void feet_are_held_where_a_dance_is_looked_at(void **state) {
    (void)state;
    static const char *const seen[] = {"html", "bvh", "glb", "png"};
    static const char *const measured[] = {"pkl", "joints", "svg"};
    write_slide("slide.npz", SMPL_JOINTS);
    for (size_t i = 0; i < 4; i++) {
        const char *to = seen[i];
        assert_true(alike(exported(to, "slide.npz", FEET_BY_FORMAT, NULL),
                          exported(to, "slide.npz", FEET_HELD, NULL)));
        assert_false(alike(exported(to, "slide.npz", FEET_BY_FORMAT, NULL),
                           exported(to, "slide.npz", FEET_AS_THEY_ARE, NULL)));
    }
    for (size_t i = 0; i < 3; i++)
        assert_true(alike(exported(measured[i], "slide.npz", FEET_BY_FORMAT, NULL),
                          exported(measured[i], "slide.npz", FEET_AS_THEY_ARE, NULL)));
}

static void other_bodies_keep_their_feet(void **state) {
    (void)state;
    Error err;
    Motion m;
    Tensors set = {0};
    Tensor parents, offsets;
    make_motion(&m, 20, 3);
    assert_done(motion_write(scratch("three.npz"), &m, &err), &err);
    motion_free(&m);
    assert_done(tensor_new(&parents, TENSOR_I64, 1, (size_t[]){3}, 0, &err), &err);
    assert_done(tensor_new(&offsets, TENSOR_F64, 2, (size_t[]){3, 3}, 0, &err), &err);
    for (int j = 0; j < 3; j++) {
        tensor_i64(&parents)[j] = j - 1;
        tensor_f64(&offsets)[3 * j + 1] = 0.3;
    }
    assert_done(tensors_add(&set, "parents", &parents, &err), &err);
    assert_done(tensors_add(&set, "offsets", &offsets, &err), &err);
    assert_done(npz_write(scratch("body.npz"), &set, &err), &err);
    tensors_free(&set);
    Buffer b = exported("glb", "three.npz", FEET_BY_FORMAT, scratch("body.npz"));
    assert_true(b.size > 1000);
    buffer_free(&b);
    char *operands[] = {(char *)(uintptr_t)scratch("three.npz")};
    ExportRun run = {.format = format("glb"),
                     .choices = &plain,
                     .skeleton = scratch("body.npz"),
                     .output = scratch("x"),
                     .feet = FEET_HELD,
                     .quiet = true};
    assert_failed(export_motions(&run, operands, 1, &err), &err, "begin as SMPL's");
    run.skeleton = NULL;
    assert_failed(export_motions(&run, operands, 1, &err), &err, "3 joints");
    assert_false(file_exists(scratch("x")));
}

/* SMPL-H: every format takes it by default; glTF has its 52 joints by name, and vertices
 * that follow the last finger. */
static void hands_are_shown(void **state) {
    (void)state;
    static const char *const all[] = {"html", "bvh", "glb", "png", "joints", "svg"};
    write_slide("hands.npz", SMPLH_JOINTS);
    for (size_t i = 0; i < 6; i++) {
        Buffer b = exported(all[i], "hands.npz", FEET_BY_FORMAT, NULL);
        assert_true(b.size > 1000);
        if (i == 1) {
            assert_non_null(memmem(b.data, b.size, "JOINT R_Thumb3", 14));
            assert_non_null(memmem(b.data, b.size, "JOINT L_Index1", 14));
        }
        buffer_free(&b);
    }
    Buffer b = exported("glb", "hands.npz", FEET_BY_FORMAT, NULL);
    cJSON *json = cJSON_ParseWithLength((const char *)b.data + 20, read_le32(b.data + 12));
    const cJSON *nodes = cJSON_GetObjectItem(json, "nodes");
    assert_int_equal(cJSON_GetArraySize(nodes), SMPLH_JOINTS + 1); /* and the figure */
    for (int j = 0; j < SMPLH_JOINTS; j++) {
        char name[24];
        const cJSON *node = cJSON_GetArrayItem(nodes, j);
        assert_string_equal(cJSON_GetObjectItem(node, "name")->valuestring,
                            smpl_joint_name(SMPLH_JOINTS, (size_t)j, name));
    }
    cJSON_Delete(json);
    buffer_free(&b);

    Error err;
    Skeleton s;
    Figure f;
    bool followed[SMPLH_JOINTS] = {0};
    assert_done(skeleton_smplh(&s, &err), &err);
    assert_done(figure_new(&f, &s, &err), &err);
    for (size_t i = 0; i < 2 * f.vertices; i++)
        if (f.weight[i] > 0.5f) followed[f.joint[i]] = true;
    for (int j = 22; j < SMPLH_JOINTS; j++)
        if (!followed[j]) fail_msg("no part of the figure follows joint %d", j);
    figure_free(&f);
    skeleton_free(&s);
}

static void results_have_names_of_their_own(void **state) {
    (void)state;
    Error err;
    write_slide("a.npz", SMPL_JOINTS);
    write_slide("b.npz", SMPL_JOINTS);
    char *operands[] = {(char *)(uintptr_t)scratch("a.npz"), (char *)(uintptr_t)scratch("b.npz")};
    char *twice[] = {operands[0], operands[0]};
    ExportRun run = {
        .format = format("joints"), .choices = &plain, .output = scratch("out"), .quiet = true};
    assert_done(export_motions(&run, operands, 2, &err), &err);
    assert_true(file_exists(scratch("out/a.npy")) && file_exists(scratch("out/b.npy")));
    run.output = "-";
    assert_failed(export_motions(&run, operands, 2, &err), &err, "one dance, not 2");
    run.output = scratch("again");
    assert_failed(export_motions(&run, twice, 2, &err), &err, "two results of one name");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feet_are_held_where_a_dance_is_looked_at),
        cmocka_unit_test(other_bodies_keep_their_feet),
        cmocka_unit_test(hands_are_shown),
        cmocka_unit_test(results_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
