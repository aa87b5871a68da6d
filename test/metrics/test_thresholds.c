/* Freezing thresholds: fitted to a share of frozen windows, kept in a file. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/motion/resample_motion.h"
#include "metrics/loop.h"
#include "metrics/movement.h"
#include "metrics/pfc.h"

#include <cmocka.h>

#include "test/metrics/near.h"

static void thresholds_reach_the_target(void **state) {
    (void)state;
    enum { N = 500 };
    double pose[N], trans[N];
    Rng r = rng_seed(7);
    for (size_t i = 0; i < N; i++) {
        pose[i] = exp(rng_normal(&r));
        trans[i] = pose[i] * exp(rng_normal(&r));
    }
    Thresholds t;
    double rate;
    Error err;
    assert_int_equal(thresholds_fit(pose, trans, N, 0.187, &t, &rate, &err), 0);
    near(rate, 0.187,
         0.5 / (double)N + 1e-12); /* continuous values: each k adds at most two windows */
    near((double)thresholds_frozen_count(pose, trans, N, &t) / (double)N, rate, 1e-15);
    size_t below_pose = 0, below_trans = 0;
    for (size_t i = 0; i < N; i++)
        below_pose += pose[i] <= t.pose, below_trans += trans[i] <= t.trans;
    assert_int_equal(below_pose, below_trans); /* one quantile for both */
    near((double)below_pose / (double)N, t.quantile, 1e-15);

    /* Worked: max ranks are 2, 2, 3, 4; shares 0, 1/2, 3/4, 1 for k = 1..4 */
    const double p[4] = {1, 2, 3, 4}, q[4] = {20, 10, 30, 40};
    const struct {
        double target, pose, trans, rate;
    } cases[] = {{0, 1, 10, 0},     {0.2, 1, 10, 0},    {0.25, 1, 10, 0},
                 {0.3, 2, 20, 0.5}, {0.7, 3, 30, 0.75}, {1, 4, 40, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(thresholds_fit(p, q, 4, cases[i].target, &t, &rate, &err), 0);
        near(t.pose, cases[i].pose, 0);
        near(t.trans, cases[i].trans, 0);
        near(rate, cases[i].rate, 0);
    }
    const double still[3] = {0, 0, 0};
    assert_int_equal(thresholds_fit(still, still, 3, 0.187, &t, &rate, &err), 0);
    near(rate, 1, 0); /* ties leave no choice */
    assert_false(t.nets);
    assert_int_equal(thresholds_held_count(still, still, 3, &t), 0); /* not known */
    const double nets[4] = {4, 1, 3, 2};
    assert_int_equal(thresholds_fit_net(nets, nets, 4, 0.5, &t, &err), 0);
    near(t.net_pose, 2, 0);
    near(t.net_trans, 2, 0);
    near(t.net_quantile, 0.5, 0);
    assert_int_equal(thresholds_held_count(nets, nets, 4, &t), 2);
    near(t.pose, still[0], 0); /* as it was */
}

static void thresholds_are_kept(void **state) {
    (void)state;
    const Thresholds t = {.pose = 0.5, .trans = 0.25, .quantile = 0.3};
    Thresholds back;
    Tensors set;
    Error err;
    assert_int_equal(thresholds_to_tensors(&t, &set, &err), 0);
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), 0);
    assert_memory_equal(&t, &back, sizeof t);
    near(*tensor_f64(tensors_find(&set, "fps")), 60, 0);
    *tensor_f64(tensors_find(&set, "fps")) = 30; /* per frame of a thirtieth: half at sixtieths */
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), 0);
    near(back.pose, 0.25, 0);
    near(back.trans, 0.125, 0);
    *tensor_f64(tensors_find(&set, "fps")) = 1e300;
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), -1);
    strcpy(set.items[3].name, "xps"); /* a file of an older version: 60 */
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), 0);
    assert_memory_equal(&t, &back, sizeof t);
    *tensor_f64(tensors_find(&set, "trans")) = -1;
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), -1);
    *tensor_f64(tensors_find(&set, "trans")) = NAN;
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), -1);
    tensors_free(&set);
    assert_int_equal(thresholds_from_tensors(&(Tensors){0}, &back, &err), -1);
}

static void net_thresholds_are_kept(void **state) {
    (void)state;
    const Thresholds t = {0.5, 0.25, 0.3, true, 0.125, 0.75, 0.375};
    Thresholds back;
    Tensors set;
    Error err;
    assert_int_equal(thresholds_to_tensors(&t, &set, &err), 0);
    *tensor_f64(tensors_find(&set, "fps")) = 30;
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), 0);
    assert_true(back.nets);
    near(back.net_pose, 0.0625, 0);
    near(back.net_trans, 0.375, 0);
    near(back.net_quantile, 0.375, 0);
    strcpy(set.items[5].name, "other"); /* two of the three */
    assert_int_equal(thresholds_from_tensors(&set, &back, &err), -1);
    assert_non_null(strstr(err.text, "net_trans"));
    tensors_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_reach_the_target),
        cmocka_unit_test(thresholds_are_kept),
        cmocka_unit_test(net_thresholds_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
