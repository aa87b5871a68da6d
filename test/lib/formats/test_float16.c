/* All numbers of 16 bits against their definition in double, and roundings at, just below and just
 * above every half way. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/threads.h"
#include "lib/formats/float16.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

/* (-1)^s 2^(e - bias) (1 + f / 2^bits), 2^(1 - bias) f / 2^bits for e = 0; not for the largest e.
 */
static double value_of(unsigned x, int bits, int bias) {
    int e = (int)((x & 0x7fff) >> bits), f = (int)(x & ((1u << bits) - 1));
    double size = e ? ldexp(1 + ldexp(f, -bits), e - bias) : ldexp(f, 1 - bias - bits);
    return x & 0x8000 ? -size : size;
}

/* The float's own bits: comparing floats would not tell -0 from 0, nor subnormals that count as
 * zero. */
static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void every_f16_is_its_number(void **state) {
    (void)state;
    for (unsigned x = 0; x < 0x10000; x++) {
        float y = float_of_f16((uint16_t)x);
        if ((x & 0x7fff) < 0x7c00)
            assert_int_equal(bits_of(y), bits_of((float)value_of(x, 10, 15)));
        else if ((x & 0x7fff) == 0x7c00)
            assert_int_equal(bits_of(y), x & 0x8000 ? 0xff800000 : 0x7f800000);
        else
            assert_int_equal(bits_of(y), (x & 0x8000) << 16 | 0x7f800000 | (x & 0x3ff) << 13);
        if ((x & 0x7fff) <= 0x7c00) assert_int_equal(f16_of_float(y), x);
    }
}

static void every_bf16_is_its_number(void **state) {
    (void)state;
    for (unsigned x = 0; x < 0x10000; x++) {
        float y = float_of_bf16((uint16_t)x);
        assert_int_equal(bits_of(y), x << 16);
        bool normal = (x & 0x7f80) != 0 && (x & 0x7f80) != 0x7f80;
        if (normal) assert_true((double)y == value_of(x, 7, 127));
        if ((x & 0x7fff) <= 0x7f80) assert_int_equal(bf16_of_float(y), x);
    }
}

/* Between neighbours x and x + 1 of the same sign: the middle goes to the even one, and the floats
 * next to it to their own side. */
static void middles_go_to_the_even_one(uint16_t (*round)(float), uint32_t below, uint32_t above,
                                       unsigned x) {
    uint32_t middle = below + (above - below) / 2;
    float at, before, after;
    memcpy(&at, &middle, sizeof at);
    middle--;
    memcpy(&before, &middle, sizeof before);
    middle += 2;
    memcpy(&after, &middle, sizeof after);
    assert_int_equal(round(before), x);
    assert_int_equal(round(at), x + (x & 1));
    assert_int_equal(round(after), x + 1);
}

static void numbers_between_are_rounded(void **state) {
    (void)state;
    for (unsigned x = 0; x < 0x10000; x++) {
        unsigned size = x & 0x7fff;
        /* float32 has as many bits on both sides of a middle, except beside subnormals of binary16,
         * whose neighbours it spaces unevenly, and the ends */
        if (size >= 0x0400 && size < 0x7bff)
            middles_go_to_the_even_one(f16_of_float, bits_of(float_of_f16((uint16_t)x)),
                                       bits_of(float_of_f16((uint16_t)(x + 1))), x);
        if (size < 0x7f7f)
            middles_go_to_the_even_one(bf16_of_float, bits_of(float_of_bf16((uint16_t)x)),
                                       bits_of(float_of_bf16((uint16_t)(x + 1))), x);
    }
    for (unsigned x = 0; x < 0x0400; x++) { /* multiples of 2^-24 */
        float middle = ((float)x + 0.5f) * 0x1p-24f;
        assert_int_equal(f16_of_float(middle), x + (x & 1));
        assert_int_equal(f16_of_float(nextafterf(middle, 0)), x);
        assert_int_equal(f16_of_float(nextafterf(middle, 1)), x + 1);
        assert_int_equal(f16_of_float(-middle), 0x8000 | (x + (x & 1)));
    }
}

static void ends_of_the_range(void **state) {
    (void)state;
    assert_int_equal(f16_of_float(65504), 0x7bff);
    assert_int_equal(f16_of_float(nextafterf(65520, 0)), 0x7bff);
    assert_int_equal(f16_of_float(65520), 0x7c00); /* ties to the even 2^16, which is too large */
    assert_int_equal(f16_of_float(-1e30f), 0xfc00);
    assert_int_equal(f16_of_float(-INFINITY), 0xfc00);
    assert_int_equal(f16_of_float(1e-30f), 0);
    assert_int_equal(f16_of_float(-1e-42f), 0x8000);
    assert_int_equal(bf16_of_float(3.4028235e38f), 0x7f80);
    assert_int_equal(bf16_of_float(3.3895314e38f), 0x7f7f);
    assert_int_equal(bf16_of_float(-INFINITY), 0xff80);
    static const uint32_t nans[] = {0x7f800001, 0xff800001, 0x7fc00000, 0xffffffff};
    for (int i = 0; i < 4; i++) {
        float x;
        memcpy(&x, &nans[i], sizeof x);
        unsigned half = f16_of_float(x), brain = bf16_of_float(x);
        assert_true((half & 0x7c00) == 0x7c00 && (half & 0x03ff) != 0);
        assert_true((brain & 0x7f80) == 0x7f80 && (brain & 0x007f) != 0);
        assert_int_equal(half >> 15, nans[i] >> 31);
        assert_int_equal(brain >> 15, nans[i] >> 31);
    }
}

/* numpy.float16(x).view('u2') and torch.tensor(x).bfloat16().view(torch.int16) for a few numbers.
 */
static void as_numpy_and_torch(void **state) {
    (void)state;
    static const struct {
        float x;
        uint16_t f16, bf16;
    } cases[] = {{1, 0x3c00, 0x3f80},          {-2, 0xc000, 0xc000},
                 {0.1f, 0x2e66, 0x3dcd},       {3.14159265f, 0x4248, 0x4049},
                 {1.0f / 3, 0x3555, 0x3eab},   {-0.0f, 0x8000, 0x8000},
                 {6.0e-8f, 0x0001, 0x3381},    {1e-5f, 0x00a8, 0x3728},
                 {12345.678f, 0x7207, 0x4641}, {-1e-7f, 0x8002, 0xb3d7}};
    enum { COUNT = sizeof cases / sizeof *cases };
    float x[COUNT], back[COUNT];
    uint16_t half[COUNT], brain[COUNT];
    for (size_t i = 0; i < COUNT; i++) x[i] = cases[i].x;
    f16_of_floats(x, COUNT, half);
    bf16_of_floats(x, COUNT, brain);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(half[i], cases[i].f16);
        assert_int_equal(brain[i], cases[i].bf16);
    }
    floats_of_f16(half, COUNT, back);
    for (size_t i = 0; i < COUNT; i++) assert_true(back[i] == float_of_f16(half[i]));
    floats_of_bf16(brain, COUNT, back);
    for (size_t i = 0; i < COUNT; i++) assert_true(back[i] == float_of_bf16(brain[i]));
}

int main(void) {
    threads_set(1); /* subnormal numbers count as zero, as in the programs */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_f16_is_its_number),     cmocka_unit_test(every_bf16_is_its_number),
        cmocka_unit_test(numbers_between_are_rounded), cmocka_unit_test(ends_of_the_range),
        cmocka_unit_test(as_numpy_and_torch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
