/* params.h: the named tensors of a model: weights, banks, statistics; with their gradients and
 * Adam's moments.
 *
 * Building a network's graph declares its parameters (graph.h), so that a network is written down
 * once. After the declarations params_allocate makes one block of values (and, for training,
 * gradients and moments of the same layout). */
#ifndef LIB_NN_PARAMS_H
#define LIB_NN_PARAMS_H

#include <stdbool.h>

#include "lib/base/error.h"
#include "lib/base/rng.h"
#include "lib/nn/kernels/bfloat16.h"
#include "lib/nn/real.h"

typedef enum {
    INIT_ZERO,
    INIT_ONE,
    INIT_GLOROT, /* uniform in +-sqrt(6 / (in + out)); in and out times height and width of a
                    convolution's kernel */
    INIT_GLOROT_SMALL, /* a thousandth of it: what is added to a residual begins near nothing */
    INIT_NORMAL, /* truncated at two standard deviations of 0.02 */
    INIT_GIVEN /* values come from elsewhere: banks, statistics, seeds; not trained unless
                  params_set_trainable says so */
} Init;

enum { PARAM_MAX_RANK = 4 };

typedef struct {
    char name[96];
    int rank;
    size_t shape[PARAM_MAX_RANK]; /* of a linear layer [out, in], of a convolution over rows [out,
                                     kernel, in], of a 2-d one [out, in, height, width] */
    size_t count, offset;
    Init init;
    bool trainable;
    bool in_bf16; /* products with it round both operands to bfloat16 (Op.room); its values stay in
                     float */
    const real *mapped; /* params_map's, read-only; else NULL, and the values are at `offset` */
} Param;

typedef struct {
    Param *items;
    size_t count, capacity;
    size_t *slots; /* hash table of the names: 1 + an index in items, or 0 */
    size_t slot_count; /* a power of two, or 0 */
    size_t total; /* elements of all */
    real *value, *grad, *m, *v; /* [total] each; the last three NULL unless training; all NULL if
                                   the parameters are mapped */
    bool mapped; /* params_map took the place of params_allocate */
    const Bf16Weights
        *rounded; /* borrowed; NULL: all products in float. For running forwards only */
} Params;

/* The index of the parameter of that name; declares it if it is new (not possible once allocated).
 * -1 with a message if it exists in another shape, or is missing after allocation. */
int params_declare(Params *p, const char *name, int rank, const size_t *shape, Init init,
                   Error *err);
int params_find(const Params *p, const char *name); /* -1 if absent */

/* Memory for all that was declared, zeroed. With training, gradients and moments too. */
int params_allocate(Params *p, bool training, Error *err);
void params_free(Params *p);
/* Instead of memory of their own: the i-th parameter has the values at data[i] (borrowed), and
 * cannot be trained. */
void params_map(Params *p, const real *const *data);
/* The i-th parameter's values. */
static inline const real *params_values(const Params *p, size_t i) {
    return p->mapped ? p->items[i].mapped : p->value + p->items[i].offset;
}

/* Initial values in the order of declaration, except INIT_GIVEN. */
void params_initialise(Params *p, Rng *rng);

/* Sets `trainable` of every parameter whose name begins with prefix. */
void params_set_trainable(Params *p, const char *prefix, bool trainable);

void params_zero_grad(Params *p);

/* One Adam step (Kingma and Ba 2015) over the trainable parameters; step counts from 1. With b1
 * 0.9, b2 0.999, eps 1e-8: m = b1 m + (1 - b1) g v = b2 v + (1 - b2) g^2 w -= lr (m / (1 -
 * b1^step)) / (sqrt(v / (1 - b2^step)) + eps) */
void params_adam(Params *p, double lr, size_t step);
/* Sets the moments to zero, as at the start of each stage. */
void params_reset_adam(Params *p);

#endif
