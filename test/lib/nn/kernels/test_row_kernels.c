/* Row kernels against their definitions in double precision. */
#include "lib/nn/kernels/row_kernels.h"

#include <math.h>

#include "test/scratch.h"

static void gelu_is_that_of_erf(void **state) {
    (void)state;
    enum { N = 4001 }; /* -10, ..., 10 */
    float x[N];
    for (size_t i = 0; i < N; i++) x[i] = (float)((double)i / 200 - 10);
    kernel_gelu_erf(x, N);
    for (size_t i = 0; i < N; i++) {
        double at = (float)((double)i / 200 - 10), expected = at * (1 + erf(at / sqrt(2))) / 2;
        if (!(fabs(x[i] - expected) <= 3e-7 * fmax(1, fabs(at))))
            fail_msg("%g: %.9g, not %.9g", at, x[i], expected);
    }
}

/* By hand: 1, 2, 3, 6 have the mean 3 and the variance 3.5. */
static void layer_norm_brings_rows_to_mean_and_variance(void **state) {
    (void)state;
    const float x[8] = {1, 2, 3, 6, 1001, 1002, 1003, 1006};
    const float weight[4] = {1, 2, -1, 0.5f}, bias[4] = {0, 1, 2, 3};
    float y[8];
    kernel_layer_norm(x, weight, bias, 0.5f, 2, 4, y); /* divided by the root of 4 */
    const float expected[4] = {-1, 0, 2, 3.75f};
    for (size_t i = 0; i < 8; i++) assert_true(fabsf(y[i] - expected[i % 4]) < 1e-5f);
}

static void softmax_sums_to_one(void **state) {
    (void)state;
    enum { N = 37 };
    float x[2 * N];
    double sum = 0;
    for (size_t i = 0; i < 2 * N; i++)
        x[i] = (float)(i % N) * (i < N ? 0.1f : 20.0f) - 300; /* the second row overflows exp */
    kernel_softmax(x, 2, N);
    for (size_t i = 0; i < N; i++) sum += exp(0.1 * (double)i);
    for (size_t i = 0; i < N; i++) {
        double expected = exp(0.1 * (double)i) / sum;
        assert_true(fabs(x[i] - expected) <= 2e-5 * expected); /* of a float near 300 */
        double far = i == N - 1 ? 1 : exp(20.0 * ((double)i - (N - 1)));
        assert_true(fabs(x[N + i] - far) <= 1e-6);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gelu_is_that_of_erf),
        cmocka_unit_test(layer_norm_brings_rows_to_mean_and_variance),
        cmocka_unit_test(softmax_sums_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
