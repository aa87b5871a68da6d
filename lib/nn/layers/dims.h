/* dims.h: the sizes of a transformer. */
#ifndef LIB_NN_LAYERS_DIMS_H
#define LIB_NN_LAYERS_DIMS_H

#include <stddef.h>

typedef struct {
    size_t width, heads, mlp;
} Dims;

/* Rounded up where heads do not divide the width: 2048 over 10 heads gives 205. */
static inline size_t head_dim(Dims d) { return (d.width + d.heads - 1) / d.heads; }

#endif
