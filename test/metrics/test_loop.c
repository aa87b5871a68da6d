/* The score of exact loops: hand-made bodies that repeat themselves, and some that do not. */
#include "metrics/loop.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/rng.h"

#include <cmocka.h>

#include "test/metrics/body.h"
#include "test/metrics/near.h"

static double loop_of(const PoseTrack *b, size_t step, size_t *lag) {
    double score;
    Error err;
    assert_int_equal(loop_score(b, step, &score, lag, &err), 0);
    return score;
}

static void loops(void **state) {
    (void)state;
    enum { T = 240, J = 3 };
    PoseTrack b = body(T, J);
    Rng r = rng_seed(3);
    double angles[60][J];
    size_t lag;
    near(loop_of(&b, 20, &lag), 1, 0); /* standing still is a loop of one step */
    assert_int_equal(lag, 20);
    for (size_t t = 0; t < 60; t++)
        for (size_t j = 0; j < J; j++) angles[t][j] = rng_normal(&r);
    for (size_t t = 0; t < T; t++)
        for (size_t j = 0; j < J; j++) turn(&b, t, j, angles[t % 60][j]);
    near(loop_of(&b, 20, &lag), 1, 0);
    assert_int_equal(lag, 60);
    assert_true(loop_of(&b, 13, &lag) <
                0.5); /* 60 is no multiple of 13 up to 10 steps within half of the stretch */
    for (size_t t = 0; t < T; t++)
        for (size_t j = 0; j < J; j++) turn(&b, t, j, rng_normal(&r));
    assert_true(fabs(loop_of(&b, 20, &lag)) < 0.2);
    for (size_t t = 0; t < T; t++)
        for (size_t j = 0; j < J; j++)
            turn(&b, t, j,
                 t / 20 % 2 ? 0.7 : -0.7); /* opposite after one step, the same after two */
    near(loop_of(&b, 20, &lag), 1, 0);
    assert_int_equal(lag, 40);
    PoseTrack short_one = pose_track_part(&b, 0, 40);
    near(loop_of(&short_one, 20, &lag), -1,
         1e-12); /* only one lag fits: only sin changes, and its sign */
    short_one = pose_track_part(&b, 0, 39);
    assert_true(isnan(loop_of(&short_one, 20, &lag)));
    assert_int_equal(lag, 0);
    pose_track_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
