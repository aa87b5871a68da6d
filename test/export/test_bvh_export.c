/* BVH as written: read back by lib/bvh, which has tests of its own, it is the same dance. */
#include "test/export/clips.h"

#include "export/bvh_write.h"
#include "lib/motion/import/bvh_retarget.h"

static void write_and_parse(const Clip *c, double units, Bvh *b) {
    Error err;
    Buffer out = {0};
    assert_done(bvh_write(c, units, &out, &err), &err);
    buffer_byte(&out, '\0');
    assert_done(bvh_parse((const char *)out.data, out.size - 1, b, &err), &err);
    buffer_free(&out);
}

static void the_round_trip_is_exact(void **state) {
    (void)state;
    for (int cm = 0; cm < 2; cm++) {
        Error err;
        Clip c;
        Skeleton s;
        Bvh b;
        Motion back;
        make_clip(&c, &s, 700);
        write_and_parse(&c, cm ? 100 : 1, &b);
        assert_done(bvh_to_motion(&b, NULL, &back, NULL, &err), &err);
        assert_true(back.frames == 700 && back.joints == 24 && back.fps == 60);
        double worst = 0, far = 0;
        for (size_t t = 0; t < back.frames; t++) {
            const float *frame = back.data + t * motion_dim(&back);
            for (size_t k = 0; k < 3; k++)
                far = fmax(far, fabs((double)frame[k] - c.body.translations[3 * t + k]));
            for (size_t j = 0; j < 24; j++) {
                double m[9], r[9];
                for (size_t k = 0; k < 9; k++) m[k] = (double)frame[3 + 9 * j + k];
                rotation_nearest(m, r);
                worst = fmax(worst, rotation_angle_between(r, c.body.rotations + 9 * (24 * t + j)) *
                                        (180 / M_PI));
            }
        }
        if (!(worst < 1e-4 && far < 2e-6)) fail_msg("%g degrees, %g m", worst, far);
        motion_free(&back);
        bvh_free(&b);
        clip_free(&c);
        skeleton_free(&s);
    }
}

/* No angle moves much faster than the joint itself, which an order kept away from its singularity
 * makes possible. */
static void angles_do_not_flip(void **state) {
    (void)state;
    Clip c;
    Skeleton s;
    Bvh b;
    make_clip(&c, &s, 700);
    write_and_parse(&c, 1, &b);
    for (size_t i = 0; i < b.columns; i++)
        for (size_t t = 1; t < b.frames; t++) {
            double step = fabs(b.values[t * b.columns + i] - b.values[(t - 1) * b.columns + i]);
            if (!(step < 120)) fail_msg("column %zu frame %zu: %g degrees", i, t, step);
        }
    bvh_free(&b);
    clip_free(&c);
    skeleton_free(&s);
}

static void any_skeleton_is_written(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 2, 1024};
    for (size_t i = 0; i < 3; i++) {
        Error err;
        Motion m;
        Skeleton s;
        Clip c;
        Bvh b;
        make_motion(&m, 2, sizes[i]);
        make_chain(&s, sizes[i]);
        assert_done(clip_new(&c, &m, "chain", &s, &err), &err);
        write_and_parse(&c, 1, &b);
        assert_true(b.joints == sizes[i] && b.frames == 2);
        assert_string_equal(b.joint[b.joints - 1].name, i == 0   ? "Joint0"
                                                        : i == 1 ? "Joint1"
                                                                 : "Joint1023");
        assert_int_equal(b.joint[b.joints - 1].parent, (int)b.joints - 2);
        bvh_free(&b);
        clip_free(&c);
        motion_free(&m);
        skeleton_free(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_round_trip_is_exact),
        cmocka_unit_test(angles_do_not_flip),
        cmocka_unit_test(any_skeleton_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
