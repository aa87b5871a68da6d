/* torch_file.h: tensors of the files that torch.save writes (.bin, .pt, .pth, .th), mapped for
 * reading: zip archives, and the format of PyTorch before 1.6 (torch/serialization.py).
 *
 * The pickle inside is read by the interpreter of pickle.h, which can call nothing; what it asks
 * for beyond tensors and plain data is refused by name. Tensors are views into the mapping. Before
 * one is believed, its offset, shape and strides are compared with its storage's size, and that
 * with the file's; the checksums of a zip archive are compared with every byte of its storages. */
#ifndef LIB_FORMATS_TORCH_FILE_H
#define LIB_FORMATS_TORCH_FILE_H

#include <stdbool.h>

#include "lib/formats/pickle_torch.h"

enum { TORCH_TENSORS_MAX = 1 << 16, TORCH_NAME_MAX = 512 };

typedef struct {
    const char *name;
    TorchType type;
    int rank; /* 0 for a scalar */
    size_t shape[TENSOR_MAX_RANK];
    size_t stride[TENSOR_MAX_RANK]; /* in elements; 0 where a dimension is expanded */
    size_t item_size; /* bytes of one element */
    bool contiguous; /* in C order without gaps */
    const unsigned char *data; /* the first element, little endian, not aligned; read-only */
} TorchTensor;

typedef struct TorchFile TorchFile;

/* Tensors are called by their keys, those inside dicts and lists by all keys on the way with dots
 * between: {"model": {"w": t}, "l": [t]} gives "model.w" and "l.0". Names longer than
 * TORCH_NAME_MAX, tensors in more than 8 dicts and everything that is not a tensor are ignored.
 * *out is NULL on error. Error texts begin with the path. */
int torch_file_open(const char *path, TorchFile **out, Error *err);
void torch_file_close(TorchFile *f);
size_t torch_file_count(const TorchFile *f);
const TorchTensor *torch_file_at(const TorchFile *f, size_t i); /* sorted by name */
const TorchTensor *torch_file_find(const TorchFile *f, const char *name); /* NULL if absent */

/* The product of the shape, 1 for a scalar, below 2^60. An expanded tensor can have more elements
 * than its file has bytes: compare with the shape that is wanted before allocating. */
size_t torch_elements(const TorchTensor *t);
/* All elements in C order as float32, rounded to the nearest where need be; truth values are 0 and
 * 1. Refuses OTHER; error texts begin with the tensor's name. */
int torch_read_f32(const TorchTensor *t, float *out, Error *err);

/* Rows first .. first + count - 1, which there must be, of a tensor of rank 1 or more: a view, of
 * which no more than that is ever read. */
TorchTensor torch_rows(const TorchTensor *t, size_t first, size_t count);

#endif
