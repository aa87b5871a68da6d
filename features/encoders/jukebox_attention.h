/* jukebox_attention.h: the three sparse patterns of attention of Jukebox's prior (Sparse
 * Transformer, Child et al. 2019; jukebox/transformer/factored_attention.py), each as products of
 * the rows that see each other: nothing is computed in order to be masked, but for the upper
 * triangles of blocks. */
#ifndef FEATURES_ENCODERS_JUKEBOX_ATTENTION_H
#define FEATURES_ENCODERS_JUKEBOX_ATTENTION_H

#include <stddef.h>

typedef enum {
    JUKEBOX_SAME_BLOCK, /* row t sees the rows of its block up to itself */
    JUKEBOX_SAME_PLACE, /* the rows before it that have its place in their blocks, and itself */
    JUKEBOX_BLOCK_BEFORE, /* all rows of the block before; of the first block: zeros, results 0 */
} JukeboxPattern;

/* Floats of scores that jukebox_attend needs for n rows: for each of OpenMP's threads. */
size_t jukebox_attention_scores(size_t n, size_t block);

/* softmax(q k^T / sqrt(columns / heads)) v of every head. projected [n, 3 columns]: queries, keys
 * and values side by side; out [n, columns]. `block` rows are a block, the last one may be
 * shorter. scores: see above. */
void jukebox_attend(JukeboxPattern pattern, const float *projected, size_t n, size_t columns,
                    size_t heads, size_t block, float *scores, float *out);

#endif
