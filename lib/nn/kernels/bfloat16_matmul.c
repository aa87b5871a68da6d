#include "lib/nn/kernels/bfloat16_matmul.h"

#include "lib/base/threads.h"
#include "lib/nn/kernels/bfloat16_kernels.h"
#include "lib/nn/kernels/bfloat16_round.h"

enum { DEPTH = 2048 }; /* terms at a time: two tiles of so many stay in the second-level cache */

static size_t padded_depth(size_t k) {
    return bf16_tiles(k < DEPTH ? k : DEPTH, BF16_IN) * BF16_IN;
}

static size_t left_size(size_t m, size_t k) {
    return bf16_tiles(m, BF16_ROWS) * BF16_ROWS * padded_depth(k);
}

size_t bf16_room_size(size_t m, size_t n, size_t k) {
    return left_size(m, k) + bf16_tiles(n, BF16_OUT) * BF16_OUT * padded_depth(k);
}

/* Terms first .. last - 1: both sides are rounded, then every thread multiplies its part of C. */
static void multiply_terms(Bf16Kernel kernel, const Bf16Product *p, size_t first, size_t last,
                           uint16_t *room) {
    const Bf16Operand a = {p->a, p->ta ? p->m : p->k, p->ta, p->m, p->k};
    const Bf16Operand b = {p->b, p->tb ? p->k : p->n, !p->tb, p->n, p->k};
    size_t down = bf16_tiles(p->m, BF16_ROWS), across = bf16_tiles(p->n, BF16_OUT),
           depth = bf16_tiles(last - first, BF16_IN) * BF16_IN;
    uint16_t *left = room, *right = room + left_size(p->m, p->k);
    const Bf16Job job = {.rows = p->m,
                         .out = p->n,
                         .input_stride = depth,
                         .stride = p->n,
                         .across = depth / BF16_IN,
                         .weights = right,
                         .input = left,
                         .bias = first == 0 ? p->bias : NULL,
                         .onto = first == 0 ? p->d : p->c,
                         .y = p->c};
#pragma omp parallel if (p->m * p->n * (last - first) > WORTH_THREADS)
    {
#pragma omp for schedule(static)
        for (size_t i = 0; i < down + across; i++) {
            if (i < down)
                bf16_round_input(kernel, &a, (Bf16Strip){i, first, last},
                                 left + i * BF16_ROWS * depth);
            else
                bf16_round_weights(kernel, &b, (Bf16Strip){i - down, first, last},
                                   right + (i - down) * BF16_OUT * depth);
        }
        bool by_rows = p->m >= p->n;
        Part rows = by_rows ? threads_part(p->m, BF16_ROW_UNIT) : (Part){0, p->m};
        Part tiles = by_rows ? (Part){0, across} : threads_part(across, 2);
        if (rows.count > 0) bf16_run(kernel, &job, rows, tiles);
    }
}

void bf16_matmul(Bf16Kernel kernel, const Bf16Product *p, uint16_t *room) {
    for (size_t first = 0; first < p->k; first += DEPTH)
        multiply_terms(kernel, p, first, first + DEPTH < p->k ? first + DEPTH : p->k, room);
}
