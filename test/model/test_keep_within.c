/* keep_within on movements worked by hand, with a stage of 2 metres around (1, 1). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/keep_within.h"

#include <cmocka.h>

enum { D = 4 }; /* a root and one more number */

static void expect(const float *frame, double x, double z) {
    assert_true(fabs((double)frame[0] - x) < 1e-6 && fabs((double)frame[2] - z) < 1e-6);
    assert_true(frame[1] == 0.9f && frame[3] == 7);
}

/* Frame 1 is 3 metres away along x; e = min(1, 3/2 - 1) / 2 = 1/4. */
static void away_back_and_around(void **state) {
    (void)state;
    static const struct {
        double move[2], made[2];
    } cases[] = {
        {{1, 0}, {0.75, 0}}, /* away */
        {{-1, 0}, {-1.25, 0}}, /* back */
        {{0, 2}, {0, 2}}, /* around */
        {{1, 2}, {0.75, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float motion[3][D] = {
            {1, 0.9f, 1, 7},
            {4, 0.9f, 1, 7},
            {(float)(4 + cases[i].move[0]), 0.9f, (float)(1 + cases[i].move[1]), 7}};
        keep_within(motion[0], D, 2, 3, 2);
        expect(motion[1], 4, 1);
        expect(motion[2], 4 + cases[i].made[0], 1 + cases[i].made[1]);
    }
}

/* Movements add up: 5 metres away e is 1/2, and stays so; inside the stage it is 0. */
static void frames_in_a_row(void **state) {
    (void)state;
    float far[4][D] = {{1, 0.9f, 1, 7}, {1, 0.9f, 6, 7}, {1, 0.9f, 7, 7}, {1, 0.9f, 5, 7}};
    keep_within(far[0], D, 2, 4, 2);
    expect(far[2], 1, 6.5); /* 1 away */
    expect(far[3], 1, 3.5); /* 2 back */
    float inside[4][D] = {{1, 0.9f, 1, 7}, {2, 0.9f, 1, 7}, {3, 0.9f, 1, 7}, {6, 0.9f, 2, 7}},
          as[4][D];
    memcpy(as, inside, sizeof as);
    keep_within(inside[0], D, 1, 4, 2); /* from no frame that is outside */
    assert_memory_equal(inside, as, sizeof as);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(away_back_and_around),
                                       cmocka_unit_test(frames_in_a_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
