/* bfloat16_matmul.h: products whose operands are both rounded to bfloat16 when they are made, for
 * training: bfloat16.h has those whose weights stay as they are.
 *
 * Sums are in float, begun afresh after every 2048 terms and then added up. An element is computed
 * by the same operations whatever the number of threads. Each operand is off by 2^-8 of
 * itself at most, half a unit in the last of 8 binary digits, and so an element by less than 2^-7
 * (1 + 2^-9) sum |a| |b|, float's own rounding apart. */
#ifndef LIB_NN_KERNELS_BFLOAT16_MATMUL_H
#define LIB_NN_KERNELS_BFLOAT16_MATMUL_H

#include "lib/nn/kernels/bfloat16.h"

/* C [m, n] = op(A) op(B) + bias + D, row-major, without gaps between rows. */
typedef struct {
    bool ta, tb; /* A is there as [k, m], not [m, k]; B as [n, k], not [k, n] */
    size_t m, n, k;
    const real *a, *b;
    const real *bias, *d; /* [n] and [m, n], or NULL; D may be C itself */
    real *c;
} Bf16Product;

/* Room for the rounded operands of any product of at most these sizes, in uint16_t. */
size_t bf16_room_size(size_t m, size_t n, size_t k);

/* Where a graph's products are computed, and their room. */
typedef struct {
    Bf16Kernel kernel;
    uint16_t *data;
} Bf16Room;

/* room: bf16_room_size, aligned to 64 bytes. Runs on all threads. */
void bf16_matmul(Bf16Kernel kernel, const Bf16Product *p, uint16_t *room);

#endif
