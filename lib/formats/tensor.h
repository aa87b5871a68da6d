/* tensor.h: an n-dimensional array in memory, C order, native byte order, with its element type. */
#ifndef LIB_FORMATS_TENSOR_H
#define LIB_FORMATS_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

enum { TENSOR_MAX_RANK = 8 };

typedef enum { TENSOR_F32, TENSOR_F64, TENSOR_I64, TENSOR_BYTES } TensorType;

typedef struct {
    TensorType type;
    int rank; /* 0 for a scalar */
    size_t shape[TENSOR_MAX_RANK]; /* outermost first */
    size_t item_size; /* bytes of one element: 4, 8, 8, or n of NumPy's |Sn */
    void *data; /* owned; NULL when there are no elements */
} Tensor;

/* A tensor under its name, as archives hold them. */
typedef struct {
    char *name; /* owned */
    Tensor tensor;
} NamedTensor;

/* Named tensors in the order of the file. Owned whole: tensors_free releases everything. */
typedef struct {
    NamedTensor *items;
    size_t count;
    size_t unread; /* arrays of the file that were passed over: objects, dates, structures */
} Tensors;

/* Zeroed tensor. item_size is looked at for TENSOR_BYTES only. Refuses sizes that overflow. On
 * error *out is empty. */
int tensor_new(Tensor *out, TensorType type, int rank, const size_t *shape, size_t item_size,
               Error *err);
void tensor_free(Tensor *t); /* leaves *t empty; may be called twice */

/* Product of the shape: 1 for a scalar. */
size_t tensor_count(const Tensor *t);

static inline float *tensor_f32(const Tensor *t) { return t->data; }
static inline double *tensor_f64(const Tensor *t) { return t->data; }
static inline int64_t *tensor_i64(const Tensor *t) { return t->data; }

/* Turns *t into float32 (from f32, f64, i64), float64, or int64 (from i64 only) in place. A tensor
 * of bytes is refused. */
int tensor_convert(Tensor *t, TensorType type, Error *err);

/* Refuses NaN and infinities, saying where the first one is. */
int tensor_check_finite(const Tensor *t, Error *err);

/* "[3, 4]" into text (at least 200 bytes); returns text. */
char *tensor_shape_text(const Tensor *t, char *text);

/* Adds a tensor under a name; takes over *t's data (and frees it on error). A name that exists
 * already is an error. */
int tensors_add(Tensors *set, const char *name, Tensor *t, Error *err);
/* Shorthands: a float64 or int64 scalar, or a |Sn scalar holding text (n at least 1). */
int tensors_add_f64(Tensors *set, const char *name, double value, Error *err);
int tensors_add_i64(Tensors *set, const char *name, int64_t value, Error *err);
int tensors_add_text(Tensors *set, const char *name, const char *text, Error *err);

/* The tensor of that name, or NULL. */
Tensor *tensors_find(const Tensors *set, const char *name);
/* The same, but its absence is an error that lists the names there are. */
Tensor *tensors_need(const Tensors *set, const char *name, Error *err);
void tensors_free(Tensors *set);

#endif
