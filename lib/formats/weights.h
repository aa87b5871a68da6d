/* weights.h: the weights of a published checkpoint by name, whichever files they lie in:
 * .safetensors, PyTorch's (torch_file.h), or several of one kind with an index (a JSON object whose
 * weight_map names each tensor's file). Tensors stay mapped until they are read. */
#ifndef LIB_FORMATS_WEIGHTS_H
#define LIB_FORMATS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

typedef struct Weights Weights;

/* path: a file of weights, an index (.json), or a checkpoint's folder, in which the first of
 * model.safetensors, model.safetensors.index.json, pytorch_model.bin and
 * pytorch_model.bin.index.json is taken. An index may only name files beside it; a tensor that it
 * names must be in its file. *out is NULL on error. Errors begin with a path. */
int weights_open(const char *path, Weights **out, Error *err);
void weights_close(Weights *w);

/* The file, or index, that was taken. */
const char *weights_path(const Weights *w);

/* Sets the first of the prefixes (ended by NULL) with which a tensor called `name` exists: it is
 * put before all names from then on. None: an error that names the tensor. */
int weights_set_prefix(Weights *w, const char *const *prefixes, const char *name, Error *err);

bool weights_have(const Weights *w, const char *name);

/* The size of a tensor along an axis from 0; 0 where there is no such tensor or axis. */
size_t weights_size(const Weights *w, const char *name, int axis);

/* Whether there is a tensor of exactly that shape; the same errors as of weights_read. To be asked
 * before memory of a size that only a header claims is allocated. */
int weights_check(const Weights *w, const char *name, int rank, const size_t *shape, Error *err);

/* All elements of a tensor of exactly that shape, in C order, as float32 into out [product of
 * shape]. Errors begin with the path and name the tensor that is missing, of another shape, or not
 * of numbers. */
int weights_read(Weights *w, const char *name, int rank, const size_t *shape, float *out,
                 Error *err);

/* A tensor of exactly that shape where it lies in the file, valid while that is open; NULL where it
 * is there in another form than float32 in C order, or not at all. It counts as read. */
const float *weights_view(Weights *w, const char *name, int rank, const size_t *shape);

/* weights_check, after which the tensor counts as read. */
int weights_expect(Weights *w, const char *name, int rank, const size_t *shape, Error *err);

/* Rows first .. first + count - 1 of a tensor of exactly that shape, which has them: the same
 * numbers and errors as of weights_read, but only these are looked at, and several threads may
 * read at a time. */
int weights_read_rows(const Weights *w, const char *name, int rank, const size_t *shape,
                      size_t first, size_t count, float *out, Error *err);

/* Refuses, by name, a tensor that was not read and whose name begins with none of `ignored` (ended
 * by NULL), prefix and all: the file is of another model than the reader takes it for. */
int weights_check_rest(const Weights *w, const char *const *ignored, Error *err);

#endif
