/* npy.h: one .npy array in memory: its header and its elements (numpy/lib/format.py, versions 1.0
 * to 3.0). */
#ifndef LIB_FORMATS_NPY_H
#define LIB_FORMATS_NPY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/formats/tensor.h"

/* NumPy itself refuses longer headers of files that it does not trust. */
enum { NPY_MAX_HEADER = 10000, NPY_PEEK = NPY_MAX_HEADER + 12 };

typedef struct {
    char kind; /* 'f', 'i', 'u', 'b', 'S' or 'U' */
    size_t item_size; /* bytes of an element in the file */
    int swapped; /* byte order is not the machine's */
    int fortran;
    int rank;
    size_t shape[TENSOR_MAX_RANK];
    size_t offset; /* where the elements begin */
    char unread[40]; /* dtype of elements that are not read (objects, dates, structures, complex
                        numbers); then only `offset` above is set. Empty for all others */
} NpyHeader;

/* Parses the header in data[0..available); total is the size of the whole array file, and elements
 * must fill it exactly unless their dtype is an `unread` one. available >= NPY_PEEK or == total is
 * enough. Allocates nothing. */
int npy_parse(const unsigned char *data, size_t available, size_t total, NpyHeader *out,
              Error *err);

/* Converts the elements (which begin at data + h->offset) into a new tensor: C order, native byte
 * order. Owned. Refuses an `unread` dtype. */
int npy_decode(const NpyHeader *h, const unsigned char *data, Tensor *out, Error *err);

/* Writes t's version 1.0 header into text (at least 512 bytes); its length, a multiple of 64. */
size_t npy_header(const Tensor *t, unsigned char *text);

/* Bytes of t's elements. */
size_t npy_data_size(const Tensor *t);

#endif
