/* jukebox_prior.h: Jukebox's prior over codes as an encoder: hidden states of its transformer.
 * Reference: jukebox/prior/autoregressive.py, prior/conditioners.py, transformer/, and what
 * jukemirlib does with them: artist and genre are "unknown", the song is taken as one of 62 seconds
 * of which these are the first codes.
 *
 *     x[0] = genre[0] + artist[0],  x[t] = code_embedding[code[t - 1]];  x[t] += position[t] +
 * time[t] block i: a = attention(LN0(x)), pattern i mod 3;  x = x + a + mlp(LN1(x + a))
 *
 * Row t has seen codes 0 ... t - 1 and depends on no later one.
 *
 * Weights, 10 GB of the published prior, stay in the mapped file (matrices in 16 bits) and are
 * converted one block at a time. */
#ifndef FEATURES_ENCODERS_JUKEBOX_PRIOR_H
#define FEATURES_ENCODERS_JUKEBOX_PRIOR_H

#include <stdint.h>

#include "features/encoders/encoder.h"
#include "features/encoders/jukebox_config.h"
#include "lib/nn/kernels/bfloat16.h"

typedef struct JukeboxPrior JukeboxPrior;

/* Opens the weights and checks that every tensor of the first `layers` blocks is there and has its
 * shape. *out is NULL on error. Errors begin with the path and name the tensor. */
int jukebox_prior_open(const char *path, const JukeboxConfig *c, size_t layers, JukeboxPrior **out,
                       Error *err);
void jukebox_prior_close(JukeboxPrior *p);
uint64_t jukebox_prior_print(const JukeboxPrior *p); /* of biases, norms and embeddings of times */

/* What enters the first block for codes [n], n at most the context -> x [n, columns]. stage (may be
 * NULL) is given y, x_cond, y_cond and input. */
int jukebox_prior_input(const JukeboxPrior *p, const size_t *codes, size_t n, float *x,
                        EncoderStage *stage, void *context, Error *err);

/* A linear layer: x w + bias. */
typedef struct {
    size_t in, out;
    float *w, *bias; /* [in, out], [out] */
    Bf16Matrix rounded; /* instead of w where there is one */
} JukeboxLinear;

/* A block's weights in float32. */
typedef struct {
    float *room; /* owned; all that follow but for rounded weights lie in it */
    float *norm, *norm_bias; /* LN0 [columns] */
    JukeboxLinear project; /* columns to 3 attention */
    JukeboxLinear out; /* attention to columns */
    float *second, *second_bias; /* LN1 [columns] */
    JukeboxLinear up, down; /* columns to inner and back */
    size_t number;
} JukeboxBlock;

/* *b is all zero before the first call. By several threads at a time, each with its own block. */
int jukebox_block_read(const JukeboxPrior *p, size_t i, JukeboxBlock *b, Error *err);
/* Rounds the linear layers' weights to bfloat16, with which they are computed then. */
int jukebox_block_round(JukeboxBlock *b, Error *err);
void jukebox_block_free(JukeboxBlock *b);

/* Memory that running a block takes, for up to n rows. */
typedef struct {
    size_t rows;
    float *room; /* owned */
    float *projected, *mixed, *scores, *normed, *inner;
    void *input; /* owned: of rounded layers; or NULL */
} JukeboxSpace;

/* rounded: for blocks that are. */
int jukebox_space_new(const JukeboxConfig *c, size_t rows, bool rounded, JukeboxSpace *out,
                      Error *err);
void jukebox_space_free(JukeboxSpace *s);

/* The block of x [n, columns] in place. attention: the result of its attention [n, columns], or
 * NULL. */
void jukebox_block_run(const JukeboxConfig *c, const JukeboxBlock *b, JukeboxSpace *s, float *x,
                       size_t n, float *attention);

/* Numbers of a block's weights; floating-point operations of a block for one row. */
size_t jukebox_block_size(const JukeboxConfig *c);
double jukebox_block_operations(const JukeboxConfig *c);

#endif
