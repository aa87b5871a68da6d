/* stages.h: intermediate results, kept for comparison with librosa's. Every function does nothing
 * where `stages` is NULL. Matrices are stored as librosa returns them, [bands, frames]. */
#ifndef FEATURES_MINT35_STAGES_H
#define FEATURES_MINT35_STAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/formats/tensor.h"

/* x [frames, stride], of which the first `bands` of each row count -> name f32 [bands, frames]. */
int stage_matrix(Tensors *stages, const char *name, const float *x, size_t frames, size_t bands,
                 size_t stride, Error *err);
int stage_f32(Tensors *stages, const char *name, const float *x, size_t count, Error *err);
int stage_f64(Tensors *stages, const char *name, const double *x, size_t count, Error *err);
int stage_links(Tensors *stages, const char *name, const long *x, size_t count,
                Error *err); /* i64 [count] */
int stage_frames(Tensors *stages, const char *name, const bool *mark, size_t count,
                 Error *err); /* i64: the frames that are marked */
int stage_number(Tensors *stages, const char *name, double value, Error *err);

#endif
