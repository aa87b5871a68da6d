#include "features/encoders/jukebox_attention.h"

#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

#include "lib/nn/kernels/matmul.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Rows first, first + step, ... of which there are `count`. */
typedef struct {
    size_t first, step, count;
} Rows;

static Rows rows_of_block(size_t b, size_t block, size_t n) {
    const size_t first = b * block;
    return (Rows){first, 1, smaller(block, n - first)};
}

/* Group g of the rows that see the same ones, and those; false: they see none. */
static bool find_group(JukeboxPattern pattern, size_t g, size_t block, size_t n, Rows *queries,
                       Rows *keys) {
    if (pattern == JUKEBOX_SAME_PLACE) {
        *queries = *keys = (Rows){g, block, (n - g + block - 1) / block};
        return true;
    }
    *queries = *keys = rows_of_block(g, block, n);
    if (pattern == JUKEBOX_SAME_BLOCK) return true;
    if (g > 0) *keys = rows_of_block(g - 1, block, n);
    return g > 0;
}

static size_t longest_group(size_t n, size_t block) {
    const size_t blocks = (n + block - 1) / block;
    const size_t longest = block > blocks ? block : blocks;
    return smaller(n, longest);
}

size_t jukebox_attention_scores(size_t n, size_t block) {
    const size_t side = longest_group(n, block);
    return (size_t)omp_get_max_threads() * side * side;
}

/* The first `seen` numbers; the others become 0. */
static void softmax(float *x, size_t seen, size_t n) {
    float most = x[0];
    float sum = 0;
    for (size_t i = 1; i < seen; i++) most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < seen; i++) x[i] = expf(x[i] - most);
    for (size_t i = 0; i < seen; i++) sum += x[i];
    for (size_t i = 0; i < seen; i++) x[i] /= sum;
    memset(x + seen, 0, (n - seen) * sizeof *x);
}

void jukebox_attend(JukeboxPattern pattern, const float *projected, size_t n, size_t columns,
                    size_t heads, size_t block, float *scores, float *out) {
    const size_t head = columns / heads;
    const size_t wide = 3 * columns;
    const size_t groups =
        pattern == JUKEBOX_SAME_PLACE ? smaller(block, n) : (n + block - 1) / block;
    const size_t side = longest_group(n, block);
    const float scale = (float)(1 / sqrt((double)head));
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t job = 0; job < groups * heads; job++) {
        const size_t at = job % heads * head;
        float *mine = scores + (size_t)omp_get_thread_num() * side * side;
        Rows q;
        Rows k;
        const bool see = find_group(pattern, job / heads, block, n, &q, &k);
        for (size_t t = 0; t < q.count && !see; t++)
            memset(out + (q.first + t * q.step) * columns + at, 0, head * sizeof *out);
        if (!see) continue;
        const float *queries = projected + q.first * wide + at;
        const float *keys = projected + k.first * wide + columns + at;
        const float *values = projected + k.first * wide + 2 * columns + at;
        matmul_nt(q.count, k.count, head, scale, queries, q.step * wide, keys, k.step * wide, 0,
                  mine, k.count);
        for (size_t t = 0; t < q.count; t++)
            softmax(mine + t * k.count, pattern == JUKEBOX_BLOCK_BEFORE ? k.count : t + 1, k.count);
        matmul(q.count, head, k.count, 1, mine, k.count, values, k.step * wide, 0,
               out + q.first * columns + at, q.step * columns);
    }
}
