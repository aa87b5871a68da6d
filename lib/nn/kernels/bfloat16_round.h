/* bfloat16_round.h: operands of products rounded to bfloat16, to nearest, ties to even, in the
 * order in which the kernels (bfloat16_kernels.h) read them. */
#ifndef LIB_NN_KERNELS_BFLOAT16_ROUND_H
#define LIB_NN_KERNELS_BFLOAT16_ROUND_H

#include "lib/nn/kernels/bfloat16.h"

/* One side of a product: its places (rows of A, columns of B) and the terms that are summed. */
typedef struct {
    const real *x; /* [places, terms], or if turned [terms, places] */
    size_t stride; /* between rows of x */
    bool turned;
    size_t places, terms;
} Bf16Operand;

/* Terms first .. last - 1 of the places of a tile, 16 tile .. 16 tile + 15; what is outside the
 * operand is 0. */
typedef struct {
    size_t tile, first, last;
} Bf16Strip;

/* As 16 rows of terms, up to whole tiles of 32. */
void bf16_round_input(Bf16Kernel k, const Bf16Operand *o, Bf16Strip s, uint16_t *to);
/* As [tiles of terms][BF16_TILE]: 16 rows, one for each pair of terms, of 16 pairs. */
void bf16_round_weights(Bf16Kernel k, const Bf16Operand *o, Bf16Strip s, uint16_t *to);
/* n numbers, one after the other. */
void bf16_round_row(Bf16Kernel k, const real *x, size_t n, uint16_t *to);

#endif
