/* checkpoint.h: what readers of published checkpoints share: the settings in a folder's JSON files,
 * and weights that are taken one after the other. */
#ifndef FEATURES_ENCODERS_CHECKPOINT_H
#define FEATURES_ENCODERS_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/formats/json_fields.h"
#include "lib/formats/weights.h"
#include "lib/nn/kernels/matmul.h"

/* --- settings --- */

/* Reads file `name` of a folder if there is one; *f is to be freed if *there. Errors begin with the
 * path. */
int settings_read(const char *folder, const char *name, JsonFields *f, bool *there, Error *err);

/* Refuses a flag that is true, or is not one; absent counts as false. */
int setting_need_off(const JsonFields *f, const char *name, Error *err);
/* Refuses a flag that is false, or is not one; absent counts as true. */
int setting_need_on(const JsonFields *f, const char *name, Error *err);
/* Refuses a text other than `wanted`; absent counts as it. */
int setting_need_text(const JsonFields *f, const char *name, const char *wanted, Error *err);

/* --- weights --- */

/* Arrays that are freed together. {0} is empty. */
typedef struct {
    float **items;
    size_t count, capacity;
    uint64_t print; /* of all tensors that were read: two checkpoints of one shape differ in it */
} WeightBlocks;

void weight_blocks_free(WeightBlocks *b);
/* Frees one of them. */
void weight_blocks_drop(WeightBlocks *b, const float *item);

/* Packs weights, which are one of the blocks, and frees what is not needed any more. */
int weight_blocks_pack(WeightBlocks *b, MatmulWeights *w, Error *err);

/* Of a norm [n], [n] or a linear layer [out, in], [out]. */
typedef struct {
    float *weight, *bias;
} Affine;

/* Reads tensors into blocks. The first error stays: everything asked for after it is NULL, so that
 * it suffices to look at `failed` in the end. */
typedef struct {
    Weights *weights;
    WeightBlocks *blocks;
    bool in_place; /* the weights stay open as long as what is loaded is used */
    bool failed; /* err says why */
    Error *err;
} WeightLoader;

/* Room for so many floats, owned by the blocks; NULL where something failed. */
float *loader_room(WeightLoader *l, size_t count);

/* The tensor of that shape and name, as printf makes it; NULL where something failed. */
float *loader_take(WeightLoader *l, int rank, const size_t *shape, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same where it lies in the file, if it can be used there (in_place). */
const float *loader_view(WeightLoader *l, int rank, const size_t *shape, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same into `out`, which is [product of shape] and the caller's; not read where something
 * failed. */
void loader_read(WeightLoader *l, int rank, const size_t *shape, float *out, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* NAME.weight [n] and NAME.bias [n]; NAME.weight [out, in] and NAME.bias [out]. */
Affine loader_norm(WeightLoader *l, size_t n, const char *name);
Affine loader_linear(WeightLoader *l, size_t out, size_t in, const char *name);

#endif
