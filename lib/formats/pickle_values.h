/* pickle_values.h: what the pickle interpreter (pickle.c) and its imitations of NumPy's and
 * PyTorch's constructors (pickle_numpy.c, pickle_torch.c) share. */
#ifndef LIB_FORMATS_PICKLE_VALUES_H
#define LIB_FORMATS_PICKLE_VALUES_H

#include "lib/base/file_map.h"
#include "lib/formats/pickle.h"
#include "lib/formats/pickle_torch.h"

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
    GLOBAL_TORCH_TENSOR, /* torch._utils._rebuild_tensor_v2(storage, offset, shape, stride, ...) */
    GLOBAL_TORCH_PARAMETER, /* torch._utils._rebuild_parameter(tensor, ...) */
    GLOBAL_TORCH_SIZE, /* torch.Size(tuple) */
    GLOBAL_TORCH_STORAGE, /* torch.FloatStorage and the others after it, only as an argument */
} PickleGlobal;

struct Pickle {
    FileMap file; /* owned; nothing for pickle_parse */
    PickleValue *root;
    bool torch; /* PyTorch's persistent ids and constructors are permitted */
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

/* Whether v is that text, or those bytes. */
bool pickle_text_is(const PickleValue *v, const char *text);

/* The machine itself: p is empty, and owned by the caller whatever happens. *used: bytes up to the
 * pickle's end. */
int pickle_run(Pickle *p, const unsigned char *data, size_t size, size_t *used, Error *err);

/* Finds a permitted constructor; refuses others by name. */
int pickle_global(const Pickle *p, const unsigned char *module, size_t module_size,
                  const unsigned char *name, size_t name_size, PickleGlobal *out, Error *err);
/* REDUCE: callable(*args), and BUILD: object.__setstate__(state), for the permitted ones. */
PickleValue *pickle_reduce(Pickle *p, const PickleValue *callable, const PickleValue *args,
                           Error *err);
int pickle_build(const Pickle *p, PickleValue *object, const PickleValue *state, Error *err);

/* The same for PyTorch's; BINPERSID. */
bool pickle_torch_global(const unsigned char *module, size_t module_size, const unsigned char *name,
                         size_t name_size, PickleGlobal *out);
PickleValue *pickle_torch_reduce(Pickle *p, PickleGlobal callable, const PickleValue *args,
                                 Error *err);
PickleValue *pickle_torch_persistent(Pickle *p, const PickleValue *id, Error *err);

/* The error for a file that does not begin as pickles of protocol 2 to 5 do: compressed, of an
 * older protocol, or something else; returns -1. */
int pickle_refuse(const unsigned char *data, size_t size, Error *err);

#endif
