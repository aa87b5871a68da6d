#include "features/mint35/stages.h"

#include <string.h>

int stage_matrix(Tensors *stages, const char *name, const float *x, size_t frames, size_t bands,
                 size_t stride, Error *err) {
    Tensor t;
    if (!stages) return 0;
    if (tensor_new(&t, TENSOR_F32, 2, (size_t[]){bands, frames}, 0, err)) return -1;
    float *out = tensor_f32(&t);
    for (size_t b = 0; b < bands; b++)
        for (size_t i = 0; i < frames; i++) out[b * frames + i] = x[i * stride + b];
    return tensors_add(stages, name, &t, err);
}

static int add(Tensors *stages, const char *name, TensorType type, const void *x, size_t count,
               size_t size, Error *err) {
    Tensor t;
    if (!stages) return 0;
    if (tensor_new(&t, type, 1, &count, 0, err)) return -1;
    if (count) memcpy(t.data, x, count * size);
    return tensors_add(stages, name, &t, err);
}

int stage_f32(Tensors *stages, const char *name, const float *x, size_t count, Error *err) {
    return add(stages, name, TENSOR_F32, x, count, sizeof *x, err);
}

int stage_f64(Tensors *stages, const char *name, const double *x, size_t count, Error *err) {
    return add(stages, name, TENSOR_F64, x, count, sizeof *x, err);
}

int stage_links(Tensors *stages, const char *name, const long *x, size_t count, Error *err) {
    Tensor t;
    if (!stages) return 0;
    if (tensor_new(&t, TENSOR_I64, 1, &count, 0, err)) return -1;
    for (size_t i = 0; i < count; i++) tensor_i64(&t)[i] = x[i];
    return tensors_add(stages, name, &t, err);
}

int stage_frames(Tensors *stages, const char *name, const bool *mark, size_t count, Error *err) {
    Tensor t;
    if (!stages) return 0;
    size_t marked = 0, at = 0;
    for (size_t i = 0; i < count; i++) marked += mark[i];
    if (tensor_new(&t, TENSOR_I64, 1, &marked, 0, err)) return -1;
    for (size_t i = 0; i < count; i++)
        if (mark[i]) tensor_i64(&t)[at++] = (int64_t)i;
    return tensors_add(stages, name, &t, err);
}

int stage_number(Tensors *stages, const char *name, double value, Error *err) {
    return stages ? tensors_add_f64(stages, name, value, err) : 0;
}
