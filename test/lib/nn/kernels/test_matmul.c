/* Matrix products against sums in double, element by element: ours and BLAS's, in every
 * orientation, with factors, bias and rows wider than the matrix. */
#include "test/scratch.h"

#include <math.h>

#include "lib/base/memory.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/matmul_kernels.h"

enum { BEYOND = 3 }; /* columns between the end of a row and the next one, which stay */

static float *numbers(Rng *r, size_t n) {
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = (float)rng_normal(r);
    return x;
}

typedef struct {
    Product p;
    float *a, *b, *c, *before, *bias, *d; /* d: NULL where C itself is added to */
} Case;

static void case_new(Case *t, size_t m, size_t n, size_t k, bool ta, bool tb, float alpha,
                     float beta, bool with_bias, bool apart) {
    Rng r = rng_seed(m * 1000003 + n * 1009 + k);
    size_t lda = (ta ? m : k) + BEYOND, ldb = (tb ? k : n) + BEYOND, ldc = n + BEYOND;
    t->a = numbers(&r, (ta ? k : m) * lda);
    t->b = numbers(&r, (tb ? n : k) * ldb);
    t->c = numbers(&r, m * ldc);
    t->bias = with_bias ? numbers(&r, n) : NULL;
    t->d = apart ? numbers(&r, m * ldc) : NULL;
    if (beta == 0 || apart) t->c[0] = NAN; /* must not count */
    t->before = malloc(m * ldc * sizeof *t->before);
    memcpy(t->before, t->c, m * ldc * sizeof *t->before);
    t->p = (Product){.ta = ta,
                     .tb = tb,
                     .m = m,
                     .n = n,
                     .k = k,
                     .lda = lda,
                     .ldb = ldb,
                     .ldc = ldc,
                     .alpha = alpha,
                     .beta = beta,
                     .a = t->a,
                     .b = t->b,
                     .c = t->c,
                     .d = apart ? t->d : t->c,
                     .bias = t->bias};
}

static void case_check(Case *t) {
    const Product *p = &t->p;
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            double sum = 0, size = 1;
            for (size_t k = 0; k < p->k; k++) {
                double term = (double)t->a[p->ta ? k * p->lda + i : i * p->lda + k] *
                              (double)t->b[p->tb ? j * p->ldb + k : k * p->ldb + j];
                sum += term;
                size += fabs(term);
            }
            double due = (double)p->alpha * sum + (p->bias ? (double)p->bias[j] : 0);
            if (p->beta != 0)
                due += (double)p->beta * (double)(t->d ? t->d : t->before)[i * p->ldc + j];
            assert_true(fabs((double)t->c[i * p->ldc + j] - due) < 1e-6 * size);
        }
        assert_memory_equal(t->c + i * p->ldc + p->n, t->before + i * p->ldc + p->n,
                            BEYOND * sizeof *t->c);
    }
    free(t->a);
    free(t->b);
    free(t->c);
    free(t->before);
    free(t->bias);
    free(t->d);
}

static const size_t shapes[][3] = {{1, 1, 1},     {12, 32, 256}, {13, 33, 257}, {5, 100, 31},
                                   {60, 48, 128}, {11, 16, 4},   {24, 17, 3},   {7, 219, 65},
                                   {730, 5, 40},  {2, 31, 600},  {23, 64, 48},  {8, 40, 300},
                                   {49, 130, 33}, {3, 15, 2}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void our_kernel(void **state) {
    (void)state;
    for (size_t i = 0; i < SHAPES; i++)
        for (int way = 0; way < 3; way++) {
            Case t;
            case_new(&t, shapes[i][0], shapes[i][1], shapes[i][2], way == 2, way == 1,
                     i % 2 ? 1 : 0.37f,
                     i % 3   ? 0
                     : i % 2 ? 1
                             : -0.6f,
                     i % 4 == 1, i % 5 == 2);
            matmul_own()->multiply(&t.p);
            case_check(&t);
        }
}

/* By matmul.h's functions, where threads share the work and either kernel does it. */
static void whole_products(void **state) {
    (void)state;
    static const size_t large[][3] = {{130, 70, 90}, {40, 300, 64}, {300, 300, 300}};
    for (int threads = 1; threads <= 3; threads += 2) {
        threads_set(threads);
        for (size_t i = 0; i < SHAPES + 3; i++)
            for (int way = 0; way < 4; way++) {
                const size_t *s = i < SHAPES ? shapes[i] : large[i - SHAPES];
                bool special = way == 3;
                Case t;
                case_new(&t, s[0], s[1], s[2], way == 2, way == 1 || way == 3, special ? 1 : 0.37f,
                         special ? (float)(i % 3 % 2) : -0.6f, special && i % 2 == 0,
                         special && i % 3 == 1);
                const Product *p = &t.p;
                if (special)
                    matmul_nt_onto(p->m, p->n, p->k, p->a, p->lda, p->b, p->ldb, p->bias,
                                   p->beta == 0 ? NULL : p->d, p->c, p->ldc);
                else
                    (way == 0   ? matmul
                     : way == 1 ? matmul_nt
                                : matmul_tn)(p->m, p->n, p->k, p->alpha, p->a, p->lda, p->b, p->ldb,
                                             p->beta, p->c, p->ldc);
                case_check(&t);
            }
    }
}

/* Weights that are packed once, and those that are not, as a convolution's too, whose rows share
 * numbers: against sums in double. */
static void weights(void **state) {
    (void)state;
    enum { M = 61, N = 77, K = 805, PAD = 3 };
    static const size_t strides[] = {K + 2, 400, 23};
    float *a = malloc(M * (K + 2) * sizeof *a), *b = malloc(N * K * sizeof *b), bias[N];
    float *c = malloc(M * (N + PAD) * sizeof *c), *d = malloc(M * (N + PAD) * sizeof *d);
    Rng r = rng_seed(5);
    for (size_t i = 0; i < M * (K + 2); i++) a[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < N * K; i++) b[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < N; i++) bias[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < M * (N + PAD); i++) d[i] = (float)rng_normal(&r);
    for (size_t way = 0; way < 24; way++) {
        const bool transposed = way & 1, packed = way & 2, onto = way & 4;
        const size_t lda = strides[way / 8];
        MatmulWeights w = {.transposed = transposed, .n = N, .k = K, .b = b};
        Error err;
        threads_set(way & 8 ? 3 : 1);
        if (packed) assert_done(matmul_pack(&w, &err), &err);
        for (size_t i = 0; i < M * (N + PAD); i++) c[i] = -7;
        matmul_by_weights(&w, M, a, lda, onto ? NULL : bias, onto ? d : NULL, c, N + PAD);
        for (size_t i = 0; i < M; i++) {
            for (size_t j = 0; j < N; j++) {
                double sum = (double)(onto ? d[i * (N + PAD) + j] : bias[j]), terms = 1;
                for (size_t k = 0; k < K; k++) {
                    const double term =
                        (double)a[i * lda + k] * (double)(transposed ? b[j * K + k] : b[k * N + j]);
                    sum += term;
                    terms += fabs(term);
                }
                assert_true(fabs((double)c[i * (N + PAD) + j] - sum) < 1e-6 * terms);
            }
            for (size_t j = N; j < N + PAD; j++) assert_true(c[i * (N + PAD) + j] == -7);
        }
        matmul_weights_free(&w);
    }
    free(a), free(b), free(c), free(d);
}

/* Weights packed into the caller's room, by one thread and by three, are those of matmul_pack. */
static void weights_in_room_of_others(void **state) {
    (void)state;
    enum { M = 3, N = 203, K = 400 };
    float *a = malloc(M * K * sizeof *a), *b = malloc(N * K * sizeof *b), c[2][M * N];
    Rng r = rng_seed(6);
    for (size_t i = 0; i < M * K; i++) a[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < N * K; i++) b[i] = (float)rng_normal(&r);
    for (size_t way = 0; way < 4; way++) {
        MatmulWeights w = {.transposed = way & 1, .n = N, .k = K, .b = b};
        Error err;
        threads_set(way & 2 ? 3 : 1);
        const size_t size = matmul_packed_size(&w);
        float *room = memory_block(size * sizeof *room);
        const MatmulWeights in_room = matmul_packed(&w, room);
        assert_ptr_equal(in_room.panels, size ? room : NULL);
        matmul_by_weights(&in_room, M, a, K, NULL, NULL, c[0], N);
        assert_done(matmul_pack(&w, &err), &err);
        assert_true(!w.panels || matmul_packed_size(&w) == 0);
        matmul_by_weights(&w, M, a, K, NULL, NULL, c[1], N);
        assert_memory_equal(c[0], c[1], sizeof c[0]);
        matmul_weights_free(&w);
        free(room);
    }
    free(a), free(b);
}

/* NaN and infinity stay in their row and column: padding of vectors takes neither in nor drops it.
 */
static void nan_and_infinity(void **state) {
    (void)state;
    enum { M = 14, N = 35, K = 40 };
    for (int way = 0; way < 3; way++) {
        Case t;
        case_new(&t, M, N, K, way == 2, way == 1, 1, 0, false, false);
        t.a[way == 2 ? 5 * t.p.lda + 13 : 13 * t.p.lda + 5] = INFINITY;
        t.b[way == 1 ? 34 * t.p.ldb + 7 : 7 * t.p.ldb + 34] = NAN;
        matmul_own()->multiply(&t.p);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++)
                assert_true(isfinite(t.c[i * t.p.ldc + j]) == (i != 13 && j != 34));
        free(t.a);
        free(t.b);
        free(t.c);
        free(t.before);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_kernel), cmocka_unit_test(whole_products), cmocka_unit_test(weights),
        cmocka_unit_test(weights_in_room_of_others), cmocka_unit_test(nan_and_infinity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
