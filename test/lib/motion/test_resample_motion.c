/* Motions at other rates: SciPy's CubicSpline and Slerp, frames of both rates, ends, seeds. */
#include "lib/motion/resample_motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/motion/cubic_spline.h"

#include "test/scratch.h"

#include "test/metrics/near.h"

/* scipy.interpolate.CubicSpline(range(n), x[:n])(u); a parabola for 3 values, a line for 2. */
static void splines_are_scipys(void **state) {
    (void)state;
    static const double x[8] = {3, 1, 4, 1, 5, 9, 2, 6};
    static const struct {
        size_t n;
        double u[3], y[3];
    } cases[] = {
        {2, {0.25, 0.6, 0.8}, {2.5, 1.8, 1.4}},
        {3, {0.25, 1.6, 1.25}, {2.03125, 2.2, 1.28125}},
        {4, {0.25, 2.6, 2.25}, {1.4296875, 3.624, 4.2421875}},
        {8, {0.25, 6.6, 6.25}, {1.0123355263157896, 1.1195789473684183, 0.7722039473684208}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double two[16], slopes[16], y[2];
        Error err;
        for (size_t t = 0; t < cases[i].n; t++) { /* two columns do not mix */
            two[2 * t] = x[t];
            two[2 * t + 1] = 2;
        }
        assert_done(cubic_spline_slopes(two, cases[i].n, 2, slopes, &err), &err);
        for (size_t k = 0; k < 3; k++) {
            cubic_spline_at(two, slopes, cases[i].n, 2, cases[i].u[k], y);
            near(y[0], cases[i].y[k], 1e-13);
            near(y[1], 2, 1e-15);
        }
        cubic_spline_at(two, slopes, cases[i].n, 2, (double)(cases[i].n - 1), y);
        near(y[0], x[cases[i].n - 1], 0);
    }
    double one = 5, slope, y;
    Error err;
    assert_done(cubic_spline_slopes(&one, 1, 1, &slope, &err), &err);
    cubic_spline_at(&one, &slope, 1, 1, 0, &y);
    near(y, 5, 0);
}

static Motion motion_of(size_t frames, size_t joints, double fps) {
    Motion m;
    Error err;
    assert_done(motion_new(&m, frames, joints, &err), &err);
    m.fps = fps;
    return m;
}

/* SciPy 1.17: Slerp(arange(4) / 25, Rotation.from_rotvec(given))(arange(8) / 60).as_matrix(). */
static void rotations_are_scipys(void **state) {
    (void)state;
    static const double given[4][3] = {
        {0.1, -0.2, 0.3}, {1.2, 0.4, -0.7}, {-2.0, 0.3, 0.5}, {2.9, 0.2, -0.9}};
    static const double want[8][9] = {
        {0.935754803, -0.302932713, -0.180540077, 0.283164961, 0.950580618, -0.127334575,
         0.210191706, 0.068031316, 0.975290309},
        {0.993588897, 0.112529224, 0.010875548, -0.088754393, 0.836000790, -0.541502851,
         -0.070026862, 0.537065968, 0.840628565},
        {0.837728162, 0.546015048, -0.008893527, -0.277126735, 0.411038246, -0.868474716,
         -0.470544684, 0.730010362, 0.495653682},
        {0.712886885, 0.538410624, -0.449339837, -0.164737693, -0.494241661, -0.853572887,
         -0.681655178, 0.682524124, -0.263641874},
        {0.792327410, -0.076183247, -0.605320896, 0.010586274, -0.990306859, 0.138492802,
         -0.610004267, -0.116139736, -0.783840772},
        {0.880963745, -0.388295427, -0.270424741, 0.015780522, -0.547073402, 0.836935880,
         -0.472920558, -0.741577611, -0.475824329},
        {0.859091502, -0.183493652, -0.477798985, 0.068515828, -0.883893309, 0.462642626,
         -0.507215311, -0.430189142, -0.746773011},
        {0.824543891, 0.095526849, -0.557675526, 0.094583286, -0.995046513, -0.030601283,
         -0.557836332, -0.027514683, -0.829494767}};
    Motion m = motion_of(4, 2, 25), out;
    Error err;
    for (size_t t = 0; t < 4; t++) {
        double r[9];
        rotation_from_axis_angle(given[t], r);
        for (size_t i = 0; i < 9; i++) m.data[21 * t + 12 + i] = (float)r[i];
        for (size_t i = 0; i < 9; i += 4) m.data[21 * t + 3 + i] = 1;
    }
    assert_done(motion_resample(&m, 60, &out, &err), &err);
    assert_int_equal(out.frames, 8);
    near(out.fps, 60, 0);
    for (size_t t = 0; t < 8; t++)
        for (size_t i = 0; i < 9; i++) near((double)out.data[21 * t + 12 + i], want[t][i], 1e-6);
    PoseTrack b = {4, 1, 25, (double[12]){0}, malloc(36 * sizeof(double)), (double[12]){0}}, c;
    for (size_t t = 0; t < 4; t++) rotation_from_axis_angle(given[t], b.rotations + 9 * t);
    assert_done(pose_track_resample(&b, 60, &c, &err), &err);
    for (size_t i = 0; i < 72; i++) near(c.rotations[i], want[i / 9][i % 9], 1e-9);
    free(b.rotations);
    pose_track_free(&c);
    motion_free(&m);
    motion_free(&out);
}

static Motion random_motion(size_t frames, double fps) {
    Motion m = motion_of(frames, 2, fps);
    Rng r = rng_seed(11);
    for (size_t t = 0; t < frames; t++) {
        for (size_t i = 0; i < 3; i++) m.data[21 * t + i] = (float)rng_normal(&r);
        for (size_t j = 0; j < 2; j++) {
            double v[3], q[9];
            for (size_t i = 0; i < 3; i++) v[i] = 0.5 * rng_normal(&r);
            rotation_from_axis_angle(v, q);
            for (size_t i = 0; i < 9; i++) m.data[21 * t + 3 + 9 * j + i] = (float)q[i];
        }
    }
    return m;
}

static void frames_of_both_rates_stay(void **state) {
    (void)state;
    static const struct {
        double from, to;
        size_t frames, out, every, step; /* frame every * k of the result is frame step * k */
    } cases[] = {{120, 60, 13, 7, 1, 2}, {120, 60, 12, 6, 1, 2}, {30, 60, 7, 13, 2, 1},
                 {24, 60, 9, 21, 5, 2},  {60, 60, 5, 5, 1, 1},   {29.97, 59.94, 4, 7, 2, 1},
                 {25, 30, 6, 7, 6, 5},   {30, 60, 1, 1, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Motion m = random_motion(cases[i].frames, cases[i].from), out;
        Error err;
        m.seed_frames = 1;
        assert_done(motion_set_names(&m, "BR", "mBR0", &err), &err);
        assert_done(motion_resample(&m, cases[i].to, &out, &err), &err);
        assert_int_equal(out.frames, cases[i].out);
        assert_string_equal(out.genre, "BR");
        assert_string_equal(out.music, "mBR0");
        for (size_t k = 0; cases[i].every * k < out.frames; k++)
            assert_memory_equal(out.data + 21 * cases[i].every * k, m.data + 21 * cases[i].step * k,
                                21 * sizeof(float));
        motion_free(&m);
        motion_free(&out);
    }
}

/* A spline through a parabola is the parabola, up to both ends. */
static void the_root_moves_smoothly(void **state) {
    (void)state;
    Motion m = motion_of(31, 1, 30), out;
    Error err;
    for (size_t t = 0; t < 31; t++) {
        m.data[12 * t] = 0.01f * (float)(t * t);
        for (size_t i = 0; i < 9; i += 4) m.data[12 * t + 3 + i] = 1;
    }
    assert_done(motion_resample(&m, 60, &out, &err), &err);
    assert_int_equal(out.frames, 61);
    for (size_t t = 0; t < 61; t++)
        near((double)out.data[12 * t], 0.01 * (double)(t * t) / 4, 1e-6);
    motion_free(&m);
    motion_free(&out);
}

/* The first frame after the seed is the first at or after its time. */
static void seeds_keep_their_time(void **state) {
    (void)state;
    assert_int_equal(resample_seed(120, 60, 30), 60);
    assert_int_equal(resample_seed(60, 30, 60), 120);
    assert_int_equal(resample_seed(3, 60, 30), 2);
    assert_int_equal(resample_seed(0, 60, 30), 0);
    assert_int_equal(resample_seed(10, 24, 60), 25);
    assert_int_equal(resample_seed(100, 29.97, 59.94), 200);
    assert_int_equal(resample_duration(240, 30, 60), 480);
    assert_int_equal(resample_duration(2399, 120, 60), 1200); /* 1200 frames doubled */
    assert_int_equal(resample_duration(1, 60, 60), 1);
    assert_int_equal(resample_duration(0, 30, 60), 0);
    Motion m = random_motion(3, 60), out;
    Error err;
    m.seed_frames = 3;
    assert_done(motion_resample(&m, 30, &out, &err), &err);
    assert_int_equal(out.seed_frames, 2);
    motion_free(&m);
    motion_free(&out);
}

static void rates_are_bounded(void **state) {
    (void)state;
    Motion m = random_motion(4, 60), out;
    Error err;
    assert_failed(motion_resample(&m, 1e300, &out, &err), &err, "'fps' is 1e+300");
    assert_null(out.data);
    m.fps = 1e-3;
    assert_failed(motion_resample(&m, 60, &out, &err), &err, "'fps' is 0.001");
    PoseTrack b = {1, 1, 60, (double[3]){0}, NULL, (double[3]){0}}, c;
    assert_failed(pose_track_resample(&b, 0, &c, &err), &err, "'fps' is 0");
    assert_true(resample_needed(60, 30) && !resample_needed(60, 60.00005));
    motion_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splines_are_scipys),        cmocka_unit_test(rotations_are_scipys),
        cmocka_unit_test(frames_of_both_rates_stay), cmocka_unit_test(the_root_moves_smoothly),
        cmocka_unit_test(seeds_keep_their_time),     cmocka_unit_test(rates_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
