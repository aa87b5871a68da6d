/* Reference values: splitmix64 and xoshiro256++ as published by Blackman and Vigna
 * (prng.di.unimi.it). */
#include "lib/base/rng.h"

#include <math.h>

#include "test/scratch.h"

static void seeds_go_through_splitmix64(void **state) {
    (void)state;
    Rng r = rng_seed(1234567);
    assert_true(r.s[0] == 6457827717110365317u && r.s[1] == 3203168211198807973u &&
                r.s[2] == 9817491932198370423u && r.s[3] == 4593380528125082431u);
    r = rng_seed(0);
    assert_true(r.s[0] == 0xe220a8397b1dcdafu && r.s[1] == 0x6e789e6aa1b965f4u);
}

static void numbers_are_those_of_xoshiro256plusplus(void **state) {
    (void)state;
    /* From the state 1, 2, 3, 4; the first is rotl(1 + 4, 23) + 1 = 5 * 2^23 + 1. */
    static const uint64_t expected[] = {41943041u,
                                        58720359u,
                                        3588806011781223u,
                                        3591011842654386u,
                                        9228616714210784205u,
                                        9973669472204895162u,
                                        14011001112246962877u,
                                        12406186145184390807u,
                                        15849039046786891736u,
                                        10450023813501588000u};
    Rng r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(rng_next(&r) == expected[i]);
}

static void uniform_numbers_are_the_upper_53_bits(void **state) {
    (void)state;
    Rng a = rng_seed(5), b = a;
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        double u = rng_uniform(&a);
        assert_true(u == (double)(rng_next(&b) >> 11) / 9007199254740992.0);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(fabs(sum / 10000 - 0.5) < 5 * sqrt(1.0 / 12 / 10000)); /* five standard errors */
}

static void below_is_even_and_within(void **state) {
    (void)state;
    Rng r = rng_seed(6);
    size_t counts[7] = {0};
    for (int i = 0; i < 70000; i++) counts[rng_below(&r, 7)]++;
    double chi2 = 0;
    for (int i = 0; i < 7; i++)
        chi2 += ((double)counts[i] - 10000) * ((double)counts[i] - 10000) / 10000;
    assert_true(chi2 < 22.5); /* 6 degrees of freedom, p = 0.001 */
    for (int i = 0; i < 10; i++) assert_int_equal(rng_below(&r, 1), 0);
    for (int i = 0; i < 10; i++) assert_true(rng_below(&r, SIZE_MAX) < SIZE_MAX);
}

static void normal_numbers_have_the_moments_of_the_normal(void **state) {
    (void)state;
    Rng r = rng_seed(7);
    const double n = 40000;
    double m1 = 0, m2 = 0, m4 = 0;
    for (int i = 0; i < 40000; i++) {
        double x = rng_normal(&r);
        assert_true(isfinite(x));
        m1 += x / n;
        m2 += x * x / n;
        m4 += x * x * x * x / n;
    }
    /* Five standard errors each; var x^2 = 2, var x^4 = 96. */
    assert_true(fabs(m1) < 5 * sqrt(1 / n));
    assert_true(fabs(m2 - 1) < 5 * sqrt(2 / n));
    assert_true(fabs(m4 - 3) < 5 * sqrt(96 / n));
}

static void shuffles_are_permutations_and_even(void **state) {
    (void)state;
    Rng r = rng_seed(8);
    size_t counts[6] = {0};
    for (int i = 0; i < 6000; i++) {
        size_t items[3] = {0, 1, 2};
        rng_shuffle(&r, items, 3, sizeof *items);
        assert_int_equal(items[0] + items[1] + items[2], 3);
        assert_true(items[0] != items[1] && items[1] != items[2] && items[0] != items[2]);
        counts[items[0] * 2 + (items[1] > items[2])]++;
    }
    double chi2 = 0;
    for (int i = 0; i < 6; i++)
        chi2 += ((double)counts[i] - 1000) * ((double)counts[i] - 1000) / 1000;
    assert_true(chi2 < 20.5); /* 5 degrees of freedom, p = 0.001 */
    rng_shuffle(&r, NULL, 0, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_go_through_splitmix64),
        cmocka_unit_test(numbers_are_those_of_xoshiro256plusplus),
        cmocka_unit_test(uniform_numbers_are_the_upper_53_bits),
        cmocka_unit_test(below_is_even_and_within),
        cmocka_unit_test(normal_numbers_have_the_moments_of_the_normal),
        cmocka_unit_test(shuffles_are_permutations_and_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
