/* Work cut into parts, and what threads_set does to every thread. */
#include "test/scratch.h"

#include <float.h>
#include <stdbool.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "lib/base/threads.h"

/* Parts follow each other, miss nothing, begin at whole units and differ by one unit at most. */
static void parts(void **state) {
    (void)state;
    for (size_t n = 0; n < 40; n++)
        for (size_t unit = 1; unit < 9; unit += 3)
            for (size_t count = 1; count < 7; count++) {
                size_t at = 0, least = n, most = 0;
                for (size_t k = 0; k < count; k++) {
                    Part p = part_of(n, unit, k, count);
                    assert_int_equal(p.first, at);
                    assert_true(p.count == 0 || p.first % unit == 0);
                    at += p.count;
                    if (p.count < least) least = p.count;
                    if (p.count > most) most = p.count;
                }
                assert_int_equal(at, n);
                assert_true(most - least < 2 * unit);
            }
}

static bool quarter_is_zero(void) {
    volatile float small = FLT_MIN;
    small = small / 4;
    return small == 0;
}

/* Whether subnormal numbers can count as zero at all: not under Valgrind. */
static bool can_flush(void) {
#ifdef __SSE2__
    unsigned old = _mm_getcsr();
    _mm_setcsr(old | 0x8000);
    bool can = quarter_is_zero();
    _mm_setcsr(old);
    return can;
#else
    return false;
#endif
}

static void every_thread(void **state) {
    (void)state;
    bool flushed = can_flush();
    for (int threads = 1; threads <= 4; threads++) {
        int seen = 0, subnormal = 0;
        assert_int_equal(threads_set(threads), threads);
        assert_int_equal(threads_count(), threads);
#pragma omp parallel reduction(+ : seen, subnormal)
        {
            seen++;
            subnormal += !quarter_is_zero();
        }
        assert_int_equal(seen, threads);
        if (flushed) assert_int_equal(subnormal, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(parts), cmocka_unit_test(every_thread)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
