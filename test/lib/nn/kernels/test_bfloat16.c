/* Products in bfloat16 against sums in double of numbers rounded by their definition, for every
 * kernel that this machine has. */
#include "test/scratch.h"

#include "lib/base/rng.h"
#include "lib/nn/kernels/bfloat16.h"
#include "test/lib/nn/kernels/eight_bits.h"

/* Outputs first .. last - 1 of `out`. */
static void check_outputs(Bf16Kernel kernel, size_t rows, size_t out, size_t in, bool with_bias,
                          bool onto, size_t first, size_t last) {
    size_t wanted = last - first;
    Rng r = rng_seed(rows * 1000003 + out * 1009 + in);
    float *x = malloc(rows * in * sizeof *x), *w = malloc(out * in * sizeof *w),
          *bias = malloc(out * sizeof *bias), *y = malloc(rows * out * sizeof *y),
          *r0 = malloc(rows * out * sizeof *r0);
    void *input = aligned_alloc(64, bf16_input_size(kernel, rows, in));
    for (size_t i = 0; i < rows * in; i++) x[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < out * in; i++) w[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < out; i++) bias[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < rows * out; i++) r0[i] = (float)rng_normal(&r);
    Bf16Matrix m;
    Error err;
    assert_done(bf16_matrix(&m, kernel, out, in, w, &err), &err);
    bf16_product(&m, first, wanted, rows, x, with_bias ? bias + first : NULL, onto ? r0 : NULL,
                 input, y);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = first; k < last; k++) {
            double sum = (with_bias ? (double)bias[k] : 0) +
                         (onto ? (double)r0[i * wanted + k - first] : 0),
                   size = 1;
            for (size_t c = 0; c < in; c++) {
                double term = eight_bits((double)x[i * in + c]) * eight_bits((double)w[k * in + c]);
                sum += term;
                size += fabs(term);
            }
            assert_true(fabs((double)y[i * wanted + k - first] - sum) <
                        1e-6 * size); /* float's own rounding */
        }
    bf16_matrix_free(&m);
    free(x);
    free(w);
    free(bias);
    free(y);
    free(r0);
    free(input);
}

static void check_product(Bf16Kernel kernel, size_t rows, size_t out, size_t in, bool with_bias) {
    check_outputs(kernel, rows, out, in, with_bias, !with_bias, 0, out);
    check_outputs(kernel, rows, out, in, with_bias, true, out / 3, out);
    check_outputs(kernel, rows, out, in, with_bias, false, out / 2, (out + out / 2 + 1) / 2);
    check_outputs(kernel, rows, out, in, with_bias, false, 0, (out + 1) / 2);
}

static void products(void **state) {
    (void)state;
    static const size_t shapes[][3] = {{1, 1, 1},     {16, 16, 32},  {17, 33, 65}, {5, 100, 31},
                                       {60, 48, 128}, {33, 16, 205}, {12, 31, 7},  {100, 70, 40},
                                       {600, 5, 900}}; /* the last input is passed in pieces */
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        for (size_t i = 0;
             choice_offered(CHOICE_BF16, (int)kernel) && i < sizeof shapes / sizeof *shapes; i++)
            check_product(kernel, shapes[i][0], shapes[i][1], shapes[i][2], i % 2);
}

/* A convolution over time: rows of `in` numbers that begin `stride` apart. */
static void check_rows(Bf16Kernel kernel, size_t rows, size_t out, size_t in, size_t stride) {
    enum { FIRST = 5, PAD = 2 };
    const size_t numbers = FIRST + (rows - 1) * stride + in, apart = out + PAD;
    Rng r = rng_seed(rows * 1000003 + out * 1009 + in);
    float *x = malloc(numbers * sizeof *x), *w = malloc(out * in * sizeof *w),
          *bias = malloc(out * sizeof *bias), *y = malloc(rows * apart * sizeof *y);
    char *input = aligned_alloc(64, (bf16_rows_size(kernel, rows, stride, in) + 127) / 64 * 64);
    for (size_t i = 0; i < numbers; i++) x[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < out * in; i++) w[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < out; i++) bias[i] = (float)rng_normal(&r);
    for (size_t i = 0; i < rows * apart; i++) y[i] = -7;
    Bf16Matrix m;
    Error err;
    assert_done(bf16_matrix(&m, kernel, out, in, w, &err), &err);
    bf16_round_numbers(kernel, x, FIRST + 1, input, 0);
    bf16_round_numbers(kernel, x + FIRST + 1, numbers - FIRST - 1, input, FIRST + 1);
    const size_t size = kernel == BF16_PLAIN ? sizeof(float) : sizeof(uint16_t);
    bf16_end_rows(kernel, rows, stride, in, input + FIRST * size);
    bf16_product_rows(&m, input, FIRST, stride, rows, bias, y, apart);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < out; k++) {
            double sum = (double)bias[k], terms = 1;
            for (size_t c = 0; c < in; c++) {
                const double term = eight_bits((double)x[FIRST + i * stride + c]) *
                                    eight_bits((double)w[k * in + c]);
                sum += term;
                terms += fabs(term);
            }
            assert_true(fabs((double)y[i * apart + k] - sum) < 1e-6 * terms);
        }
        for (size_t k = out; k < apart; k++) assert_true(y[i * apart + k] == -7);
    }
    bf16_matrix_free(&m);
    free(x), free(w), free(bias), free(y), free(input);
}

static void rows_that_share_numbers(void **state) {
    (void)state;
    static const size_t shapes[][4] = {
        {1, 1, 1, 1}, {30, 48, 96, 64}, {17, 20, 30, 6}, {100, 6, 128, 1}, {13, 16, 40, 40}};
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        for (size_t i = 0;
             choice_offered(CHOICE_BF16, (int)kernel) && i < sizeof shapes / sizeof *shapes; i++)
            check_rows(kernel, shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3]);
}

static void nan_and_infinity_stay(void **state) {
    (void)state;
    uint32_t bits[] = {0x7fffffff, 0x7f800001, 0x7f800000};
    for (Bf16Kernel kernel = BF16_AMX; kernel <= BF16_PLAIN; kernel++)
        for (size_t i = 0; choice_offered(CHOICE_BF16, (int)kernel) && i < 3; i++) {
            float x, w = 1, y = 0;
            memcpy(&x, &bits[i], sizeof x);
            void *input = aligned_alloc(64, bf16_input_size(kernel, 1, 1));
            Bf16Matrix m;
            Error err;
            assert_done(bf16_matrix(&m, kernel, 1, 1, &w, &err), &err);
            bf16_product(&m, 0, 1, 1, &x, NULL, NULL, input, &y);
            assert_true(y - y != 0); /* infinite or not a number */
            bf16_matrix_free(&m);
            free(input);
        }
}

static void training_needs_a_fast_kernel(void **state) {
    (void)state;
    Error err;
    assert_failed(bf16_check_training(BF16_PLAIN, false, &err), &err,
                  "neither AMX nor AVX512-BF16");
    assert_done(bf16_check_training(BF16_PLAIN, true, &err), &err);
    assert_done(bf16_check_training(BF16_AVX512, false, &err), &err);
    assert_done(bf16_check_training(BF16_AMX, false, &err), &err);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products), cmocka_unit_test(rows_that_share_numbers),
        cmocka_unit_test(nan_and_infinity_stay), cmocka_unit_test(training_needs_a_fast_kernel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
