/* Attention of a head against its equation in double, and in bfloat16 against the same equation of
 * numbers rounded by their definition. */
#include "test/scratch.h"

#include "lib/base/rng.h"
#include "lib/nn/kernels/attention.h"
#include "test/lib/nn/kernels/eight_bits.h"

enum { PAD = 3 }; /* numbers between rows, which nobody may touch */

static float *noise(size_t n, uint64_t seed) {
    Rng r = rng_seed(seed);
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = (float)rng_normal(&r);
    return x;
}

static double as_is(double x) { return x; }

static bool sees(const AttentionHead *h, size_t i, size_t j) {
    const AttentionWindow *w = h->window;
    const size_t at = h->keys - h->rows + i;
    if (!w || j < w->prefix) return true;
    if (at < w->prefix) return false;
    return (j >= at || at - j <= w->before) && (j <= at || j - at <= w->after);
}

/* Row i: o [dim], and the logarithm of the sum. */
static double reference(const AttentionHead *h, double (*rounded)(double), size_t i, double *o) {
    double *s = calloc(h->keys, sizeof *s), top = -1e300, sum = 0;
    for (size_t j = 0; j < h->keys; j++) {
        for (size_t k = 0; k < h->dim; k++)
            s[j] += rounded((double)(h->scale * h->q[i * h->q_stride + k])) *
                    rounded((double)h->k[j * h->kv_stride + k]);
        if (!sees(h, i, j)) s[j] = -1e300;
        top = s[j] > top ? s[j] : top;
    }
    for (size_t k = 0; k < h->dim; k++) o[k] = 0;
    for (size_t j = 0; j < h->keys; j++) {
        const double p = exp(s[j] - top);
        sum += p;
        for (size_t k = 0; k < h->dim; k++)
            o[k] += rounded(p) * rounded((double)h->v[j * h->kv_stride + k]);
    }
    for (size_t k = 0; k < h->dim; k++) o[k] /= sum;
    free(s);
    return top + log(sum);
}

static void check(AttentionHead h, int kernel, double tolerance) {
    const bool half = kernel >= 0;
    h.q_stride = h.kv_stride = h.o_stride = h.dim + PAD;
    float *q = noise(h.rows * h.q_stride, 1), *k = noise(h.keys * h.kv_stride, 2),
          *v = noise(h.keys * h.kv_stride, 3), *o = malloc(h.rows * h.o_stride * sizeof *o),
          *lse = malloc(h.rows * sizeof *lse);
    for (size_t i = 0; i < h.rows * h.o_stride; i++) o[i] = -7;
    h.q = q, h.k = k, h.v = v, h.o = o, h.lse = lse;
    const size_t bytes = half ? attention_room_bf16((Bf16Kernel)kernel, h.rows, h.keys, h.dim)
                              : attention_room(h.rows, h.keys) * sizeof(float);
    void *room = aligned_alloc(64, (bytes + 63) / 64 * 64);
    double *wanted = malloc(h.dim * sizeof *wanted);
    if (half)
        attention_head_bf16((Bf16Kernel)kernel, &h, room);
    else
        attention_head(&h, room);
    for (size_t i = 0; i < h.rows; i++) {
        const double sum = reference(&h, half ? eight_bits : as_is, i, wanted);
        assert_true(fabs((double)lse[i] - sum) < 1e-5 * (1 + fabs(sum)));
        for (size_t d = 0; d < h.dim; d++)
            assert_true(fabs((double)o[i * h.o_stride + d] - wanted[d]) < tolerance);
        for (size_t d = h.dim; d < h.o_stride; d++) assert_true(o[i * h.o_stride + d] == -7);
    }
    free(wanted), free(room), free(q), free(k), free(v), free(o), free(lse);
}

static const AttentionHead heads[] = {
    {.rows = 1, .keys = 1, .dim = 1, .scale = 1},
    {.rows = 5, .keys = 17, .dim = 8, .scale = 0.35f},
    {.rows = 150, .keys = 150, .dim = 24, .scale = 0.2f},
    {.rows = 300, .keys = 333, .dim = 64, .scale = 0.125f},
    {.rows = 3, .keys = 2, .dim = 70, .scale = 0.12f},
    {.rows = 140, .keys = 161, .dim = 33, .scale = 0.17f, .window = &(AttentionWindow){4, 9, 2}},
    {.rows = 40, .keys = 40, .dim = 16, .scale = 0.25f, .window = &(AttentionWindow){0, 40, 0}},
};

static void its_equation(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) check(heads[i], -1, 2e-6);
}

/* exp(S - max) is on the other side of a rounding now and then: 2^-8 of one of many terms. */
static void rounded_numbers(void **state) {
    (void)state;
    for (int kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        for (size_t i = 0; choice_offered(CHOICE_BF16, kernel) && i < sizeof heads / sizeof *heads;
             i++)
            check(heads[i], kernel, 1e-3);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(its_equation),
                                       cmocka_unit_test(rounded_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
