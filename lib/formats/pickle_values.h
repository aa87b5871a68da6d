/* pickle_values.h: what the pickle interpreter (pickle.c) and its imitation of NumPy's constructors
 * (pickle_numpy.c) share. */
#ifndef LIB_FORMATS_PICKLE_VALUES_H
#define LIB_FORMATS_PICKLE_VALUES_H

#include "lib/base/file_map.h"
#include "lib/formats/pickle.h"

typedef enum {
    GLOBAL_RECONSTRUCT, /* numpy.core.multiarray._reconstruct(ndarray, (0,), b'b'), completed by
                           BUILD */
    GLOBAL_SCALAR, /* numpy.core.multiarray.scalar(dtype, bytes) */
    GLOBAL_FROMBUFFER, /* numpy.core.numeric._frombuffer(bytes, dtype, shape, order) */
    GLOBAL_DTYPE, /* numpy.dtype(text, align, copy), completed by BUILD */
    GLOBAL_NDARRAY, /* only as an argument */
    GLOBAL_ENCODE, /* _codecs.encode(text, 'latin1') */
    GLOBAL_ORDERED_DICT, /* collections.OrderedDict(), filled by SETITEMS, or of a list of pairs */
    GLOBAL_BYTES, /* bytes(): how protocol 2 writes b'' */
} PickleGlobal;

struct Pickle {
    FileMap file; /* owned; nothing for pickle_parse */
    PickleValue *root;
    PickleValue **values; /* all of them */
    size_t count, capacity;
    void **blocks; /* memory of pickle_bytes */
    size_t block_count, block_bytes, block_limit;
};

/* Makes room for one more item; -1 when memory is out. */
int pickle_grow(PickleValue ***items, size_t count, size_t *capacity);

/* A new value, owned by p; NULL (and err) when there are too many or memory is out. */
PickleValue *pickle_new(Pickle *p, PickleType type, Error *err);
/* size bytes, owned by p. All of them together may not exceed the file's size by much: NULL (and
 * err) otherwise. */
unsigned char *pickle_bytes(Pickle *p, size_t size, Error *err);

/* Finds a permitted constructor; refuses others by name. */
int pickle_global(const unsigned char *module, size_t module_size, const unsigned char *name,
                  size_t name_size, PickleGlobal *out, Error *err);
/* REDUCE: callable(*args), and BUILD: object.__setstate__(state), for the permitted ones. */
PickleValue *pickle_reduce(Pickle *p, const PickleValue *callable, const PickleValue *args,
                           Error *err);
int pickle_build(PickleValue *object, const PickleValue *state, Error *err);

/* The error for a file that does not begin as pickles of protocol 2 to 5 do: compressed, of an
 * older protocol, or something else; returns -1. */
int pickle_refuse(const unsigned char *data, size_t size, Error *err);

#endif
