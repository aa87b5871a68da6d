/* Products of training in bfloat16, in every way that this machine offers: against sums in double
 * of numbers rounded by their definition, against unrounded ones within what rounding can do, and
 * to the bit where no sum is rounded. */
#include "test/scratch.h"

#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/nn/kernels/bfloat16_matmul.h"
#include "test/lib/nn/kernels/eight_bits.h"

enum { M = 130, N = 100, K = 2100, MOST = 300000 };

typedef struct {
    float a[MOST], b[MOST], bias[N], d[M * N], c[M * N];
    double rounded_a[MOST], rounded_b[MOST];
    uint16_t *room;
} Data;

static float any(Rng *r) { return (float)rng_normal(r); }
static float whole(Rng *r) { return (float)floor(16 * rng_uniform(r)); }

static void fill(Data *t, float (*number)(Rng *r)) {
    Rng r = rng_seed(4);
    for (size_t i = 0; i < MOST; i++) t->a[i] = number(&r);
    for (size_t i = 0; i < MOST; i++) t->b[i] = number(&r);
    for (size_t i = 0; i < MOST; i++) t->rounded_a[i] = eight_bits((double)t->a[i]);
    for (size_t i = 0; i < MOST; i++) t->rounded_b[i] = eight_bits((double)t->b[i]);
    for (size_t i = 0; i < N; i++) t->bias[i] = number(&r);
    for (size_t i = 0; i < M * N; i++) t->d[i] = number(&r);
}

/* Where the t-th term of A's row i and of B's column j are. */
static size_t in_a(const Bf16Product *p, size_t i, size_t t) {
    return p->ta ? t * p->m + i : i * p->k + t;
}
static size_t in_b(const Bf16Product *p, size_t t, size_t j) {
    return p->tb ? j * p->k + t : t * p->n + j;
}

/* C[i, j] by the definition; *size: of its terms. Without rounding it is as near as the header
 * says. */
static double expected(const Data *x, const Bf16Product *p, size_t i, size_t j, double *size) {
    double rounded = (p->bias ? (double)p->bias[j] : 0) + (p->d ? (double)p->d[i * p->n + j] : 0);
    double exact = rounded;
    *size = 1;
    for (size_t t = 0; t < p->k; t++) {
        size_t a = in_a(p, i, t), b = in_b(p, t, j);
        rounded += x->rounded_a[a] * x->rounded_b[b];
        exact += (double)x->a[a] * (double)x->b[b];
        *size += fabs((double)x->a[a] * (double)x->b[b]);
    }
    assert_true(fabs(rounded - exact) <= ldexp(1 + ldexp(1, -9), -7) * *size);
    return rounded;
}

static void check(Data *t, Bf16Kernel kernel, const Bf16Product *p, double tolerance) {
    bf16_matmul(kernel, p, t->room);
    Bf16Product before = *p; /* where C is added to, as it was */
    before.d = p->d ? t->d : NULL;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            double size, sum = expected(t, &before, i, j, &size);
            double off = fabs((double)p->c[i * p->n + j] - sum);
            assert_true(off <= tolerance * size);
        }
}

static void check_shapes(Data *t, Bf16Kernel kernel, double tolerance) {
    static const size_t shapes[][3] = {{1, 1, 1},    {16, 16, 32},  {17, 33, 65}, {5, 100, 31},
                                       {60, 48, 70}, {130, 16, 99}, {12, 31, 7},  {50, 70, 40},
                                       {3, 5, K},    {20, 10, 2080}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int way = 0; way < 16; way++) {
            Bf16Product p = {.ta = way & 1,
                             .tb = way & 2,
                             .m = shapes[i][0],
                             .n = shapes[i][1],
                             .k = shapes[i][2],
                             .a = t->a,
                             .b = t->b,
                             .bias = way & 4 ? t->bias : NULL,
                             .d = way & 8 ? t->d : NULL,
                             .c = t->c};
            check(t, kernel, &p, tolerance);
            if (!p.d) continue;
            memcpy(t->c, t->d, sizeof t->c);
            p.d = t->c;
            check(t, kernel, &p, tolerance);
        }
}

static Data *begin(float (*number)(Rng *r)) {
    Data *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->room = aligned_alloc(64, bf16_room_size(M, N, K) * sizeof *t->room);
    assert_non_null(t->room);
    fill(t, number);
    return t;
}

static void end(Data *t) {
    free(t->room);
    free(t);
}

static void products_of_rounded_numbers(void **state) {
    (void)state;
    Data *t = begin(any);
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        if (choice_offered(CHOICE_BF16, (int)kernel)) check_shapes(t, kernel, 1e-6); /* float's */
    end(t);
}

/* Whole numbers below 16: neither an operand nor a sum is rounded. */
static void exact_where_nothing_is_rounded(void **state) {
    (void)state;
    Data *t = begin(whole);
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        if (choice_offered(CHOICE_BF16, (int)kernel)) check_shapes(t, kernel, 0);
    end(t);
}

/* One term: 1.00390625 = 1 + 2^-8 lies between 1 and 1 + 2^-7 and goes to the even one, 1;
 * 1 + 3 2^-8 goes to 1 + 2^-6; 1.005 up. By hand. */
static void rounding_by_hand(void **state) {
    (void)state;
    static const float x[4] = {1.00390625f, 1.01171875f, 1.005f, -3.1415927f};
    static const float rounded[4] = {1, 1.015625f, 1.0078125f, -3.140625f};
    Data *t = begin(any);
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++) {
        if (!choice_offered(CHOICE_BF16, (int)kernel)) continue;
        for (int way = 0; way < 4; way++) {
            const Bf16Product p = {
                .ta = way & 1, .tb = way & 2, .m = 4, .n = 4, .k = 1, .a = x, .b = x, .c = t->c};
            bf16_matmul(kernel, &p, t->room);
            for (size_t i = 0; i < 16; i++) assert_true(t->c[i] == rounded[i / 4] * rounded[i % 4]);
        }
    }
    end(t);
}

static void as_many_threads_as_you_like(void **state) {
    (void)state;
    static float one[M * N];
    static const size_t shapes[][3] = {{M, 90, 300}, {70, N, 2060}};
    Data *t = begin(any);
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        for (size_t i = 0; choice_offered(CHOICE_BF16, (int)kernel) && i < 2; i++) {
            const size_t *s = shapes[i];
            const Bf16Product p = {
                .tb = true, .m = s[0], .n = s[1], .k = s[2], .a = t->a, .b = t->b, .c = t->c};
            threads_set(1);
            bf16_matmul(kernel, &p, t->room);
            memcpy(one, t->c, sizeof one);
            for (int threads = 2; threads <= 5; threads++) {
                threads_set(threads);
                bf16_matmul(kernel, &p, t->room);
                assert_memory_equal(one, t->c, s[0] * s[1] * sizeof *one);
            }
        }
    end(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_rounded_numbers),
        cmocka_unit_test(exact_where_nothing_is_rounded),
        cmocka_unit_test(rounding_by_hand),
        cmocka_unit_test(as_many_threads_as_you_like),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
