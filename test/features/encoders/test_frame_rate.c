/* From an encoder's frames to those of dances, against SciPy's and PyTorch's resampling and a tent
 * written with NumPy. */
#include "features/encoders/frame_rate.h"

#include <math.h>

#include "test/scratch.h"

static const float x[8] = {0.5f, -1.25f, 2, 0.75f, -0.5f, 3, 1, -2};

/* x at `rate` for a song of so many seconds, `step` frames at a time, in two columns, the second
 * being -2 x. */
static FrameRate resampled(FrameRule rule, double rate, double fps, double seconds, size_t step) {
    FrameRate r;
    Error err;
    assert_done(frame_rate_begin(&r, rule, 8, 2, rate, 0.625, fps, seconds, &err), &err);
    for (size_t i = 0; i < 8; i += step) {
        float rows[16];
        const size_t count = 8 - i < step ? 8 - i : step;
        for (size_t k = 0; k < count; k++) {
            rows[2 * k] = x[i + k];
            rows[2 * k + 1] = -2 * x[i + k];
        }
        frame_rate_add(&r, i, rows, count);
    }
    assert_done(frame_rate_end(&r, &err), &err);
    return r;
}

static void check(FrameRule rule, double rate, double fps, double seconds, size_t count,
                  const double *expected) {
    for (size_t step = 1; step <= 8; step += 7) {
        FrameRate r = resampled(rule, rate, fps, seconds, step);
        assert_int_equal(r.out, count);
        for (size_t k = 0; k < count; k++)
            for (size_t c = 0; c < 2; c++) {
                const double e = expected[k] * (c ? -2 : 1);
                if (!(fabs(r.result[2 * k + c] - e) < 2e-6))
                    fail_msg("rule %d, frame %zu: %.8f, not %.8f", (int)rule, k,
                             (double)r.result[2 * k + c], e);
            }
        frame_rate_free(&r);
    }
}

static void tents_down_and_up(void **state) {
    (void)state;
    check(FRAMES_TENT, 75, 30, 0.1, 3, (double[]){0.08333333, 0.60784314, 1.06632653});
    check(FRAMES_TENT, 50, 60, 1. / 6, 10,
          (double[]){0.5, 0.1354167, -1.1145833, 1.59375, 1.1145833, 0.0729167, 0.8125, 2.5833333,
                     0.875, -1.625});
}

static void linear_is_torchs_interpolate(void **state) {
    (void)state;
    check(FRAMES_LINEAR, 75, 30, 0.1, 3, (double[]){-0.95833333, 0.125, 0.5});
    check(FRAMES_LINEAR, 50, 60, 1. / 6, 10,
          (double[]){0.5, -0.725, 0.375, 1.625, 0.625, -0.375, 1.95, 2, 0.1, -2});
}

static void fft_is_scipys_resample(void **state) {
    (void)state;
    check(FRAMES_FFT, 60, 30, 9, 4, (double[]){-1.29993687, 1.17233496, 0.67493687, 1.20266504});
    check(FRAMES_FFT, 48, 60, 9, 10,
          (double[]){0.5, -1.09114951, 0.36155662, 2.4968717, -0.00074133, -0.5, 2.42357317,
                     2.80178237, -1.09688846, -1.52000456});
}

static void native_frames_stay(void **state) {
    (void)state;
    check(FRAMES_NATIVE, 75, 0, 0.1, 8, (double[]){0.5, -1.25, 2, 0.75, -0.5, 3, 1, -2});
}

/* Frames that hold their own time give rows that hold theirs, to a millisecond. */
static void time_is_kept(void **state) {
    (void)state;
    enum { FRAMES = 400 };
    static const double fps[] = {30, 60, 75, 120};
    for (size_t f = 0; f < sizeof fps / sizeof *fps; f++) {
        FrameRate r;
        Error err;
        double worst = 0;
        assert_done(frame_rate_begin(&r, FRAMES_TENT, FRAMES, 1, 75, 0.625, fps[f], 5.3, &err),
                    &err);
        for (size_t i = 0; i < FRAMES; i++) {
            const float ramp = (float)(((double)i + 0.625) / 75);
            frame_rate_add(&r, i, &ramp, 1);
        }
        for (size_t k = 5; k + 10 < r.out; k++)
            worst = fmax(worst, fabs(r.result[k] - (double)k / fps[f]));
        if (!(worst < 1e-3)) fail_msg("at %g frames a second: %g s", fps[f], worst);
        frame_rate_free(&r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tents_down_and_up),      cmocka_unit_test(linear_is_torchs_interpolate),
        cmocka_unit_test(fft_is_scipys_resample), cmocka_unit_test(native_frames_stay),
        cmocka_unit_test(time_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
