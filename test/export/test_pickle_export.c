/* AIST++'s pickle and joint positions as written, read back by the readers that peers' files are
 * tested with. */
#include "test/export/clips.h"

#include "export/aist_pickle.h"
#include "export/joints.h"
#include "lib/formats/pickle.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/motion_import.h"

static void the_pickle_comes_back(void **state) {
    (void)state;
    Error err;
    Clip c;
    Skeleton s;
    Buffer out = {0};
    Motion back;
    Pickle *p;
    make_clip(&c, &s, 200);
    assert_done(export_aist_pickle(&c, &out, &err), &err);
    assert_done(pickle_parse(out.data, out.size, &p, &err), &err);
    Tensor poses;
    assert_done(pickle_tensor(pickle_get(pickle_root(p), "smpl_poses"), &poses, &err), &err);
    assert_true(poses.type == TENSOR_F32 && poses.rank == 2 && poses.shape[0] == 200 &&
                poses.shape[1] == 72);
    tensor_free(&poses);
    assert_non_null(pickle_get(pickle_root(p), "smpl_scaling"));
    assert_non_null(pickle_get(pickle_root(p), "smpl_loss"));
    pickle_free(p);
    assert_done(motion_import(scratch_write("gWA_sFM_cAll_d01_mWA2_ch01.pkl", out.data, out.size),
                              NULL, &back, NULL, &err),
                &err);
    assert_string_equal(back.genre, "WA");
    for (size_t t = 0; t < 200; t++)
        for (size_t k = 0; k < 219; k++) {
            double expected =
                k < 3 ? c.body.translations[3 * t + k] : c.body.rotations[216 * t + k - 3];
            assert_true(fabs((double)back.data[219 * t + k] - expected) < 1e-6);
        }
    motion_free(&back);
    buffer_free(&out);
    c.body.fps = 30;
    assert_failed(export_aist_pickle(&c, &out, &err), &err, "60 frames a second");
    buffer_free(&out);
    clip_free(&c);
    skeleton_free(&s);
}

static void joints_are_an_array(void **state) {
    (void)state;
    Error err;
    Clip c;
    Skeleton s;
    Buffer out = {0};
    Tensors set;
    make_clip(&c, &s, 7);
    assert_done(joints_npy(&c, &out, &err), &err);
    assert_done(tensor_file_read(scratch_write("j.npy", out.data, out.size), &set, &err), &err);
    const Tensor *t = &set.items[0].tensor;
    assert_true(t->type == TENSOR_F32 && t->rank == 3 && t->shape[0] == 7 && t->shape[1] == 24 &&
                t->shape[2] == 3);
    for (size_t i = 0; i < 7 * 72; i++) assert_true(tensor_f32(t)[i] == (float)c.body.positions[i]);
    tensors_free(&set);
    buffer_free(&out);
    clip_free(&c);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pickle_comes_back),
        cmocka_unit_test(joints_are_an_array),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
