#include "lib/nn/kernels/row_kernels.h"

static const RowKernels *chosen(void) {
    static const RowKernels *const ways[] = LOOPS_WAYS(row_kernels);
    return ways[choice(CHOICE_LANES)];
}

void kernel_gelu_erf(float *x, size_t n) { chosen()->gelu_erf(x, n); }

void kernel_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t rows, size_t n, float *y) {
    chosen()->layer_norm(x, weight, bias, epsilon, rows, n, y);
}

void kernel_softmax(float *x, size_t rows, size_t n) { chosen()->softmax(x, rows, n); }
