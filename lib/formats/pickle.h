/* pickle.h: reads Python pickles that hold plain data, without executing anything.
 *
 * An interpreter of the opcodes that dicts of NumPy arrays, numbers, texts, lists and tuples need,
 * protocols 2 to 5 (Python 2's included). NumPy's own constructors (numpy.core and numpy._core:
 * _reconstruct, scalar, dtype, ndarray, _frombuffer), _codecs.encode and OrderedDict are imitated,
 * not called; whatever else a pickle asks for is refused by name. Nothing recurses; memory is a
 * small multiple of the file's size and at most PICKLE_VALUES_MAX values, whatever lengths the file
 * claims. */
#ifndef LIB_FORMATS_PICKLE_H
#define LIB_FORMATS_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/formats/tensor.h"

enum { PICKLE_VALUES_MAX = 1 << 18, PICKLE_STACK_MAX = 1 << 16 };

typedef enum {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_REAL,
    PICKLE_TEXT, /* str, UTF-8, not checked */
    PICKLE_BYTES, /* bytes, bytearray, Python 2's str */
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT,
    PICKLE_ARRAY, /* numpy array or scalar */
    PICKLE_DTYPE, /* numpy.dtype */
    PICKLE_GLOBAL, /* one of the permitted constructors */
    PICKLE_STORAGE, /* PyTorch's: pickle_torch.h */
    PICKLE_TENSOR,
} PickleType;

typedef struct {
    char kind; /* NumPy's: f i u b S U O V ... */
    bool big; /* big endian */
    size_t size; /* bytes of one element */
} PickleDtype;

typedef struct {
    bool built; /* false: its contents never came */
    bool numbers; /* kind is f, i, u or b: bytes hold exactly the product of shape elements */
    PickleDtype dtype;
    bool fortran;
    int rank;
    size_t shape[TENSOR_MAX_RANK];
    const unsigned char *bytes;
    const struct PickleValue *objects; /* of kind O: the list of its elements, in C order; NULL
                                          where the pickle has none */
} PickleArray;

typedef struct PickleValue PickleValue;
struct PickleValue {
    PickleType type;
    union {
        int64_t integer; /* INT, BOOL; GLOBAL: which */
        double real;
        struct {
            const unsigned char *bytes;
            size_t size;
        } text; /* TEXT, BYTES; not terminated */
        struct {
            PickleValue **items; /* DICT: key, value, key, value... */
            size_t count, capacity;
        } list; /* TUPLE, LIST, DICT; may contain itself */
        PickleArray *array;
        PickleDtype dtype;
        struct PickleStorage *storage;
        struct PickleTensor *tensor;
    } as;
};

typedef struct Pickle Pickle; /* owns every value */

/* Reads a file whole. *out is NULL on error. Errors begin with the path. */
int pickle_read(const char *path, Pickle **out, Error *err);
/* The same from memory, which must outlive *out. Errors do not name a file. */
int pickle_parse(const unsigned char *data, size_t size, Pickle **out, Error *err);
void pickle_free(Pickle *p);

/* What was pickled. */
const PickleValue *pickle_root(const Pickle *p);
/* The value of the last entry with that key; NULL if there is none or dict is no dict. */
const PickleValue *pickle_get(const PickleValue *dict, const char *key);
/* "dict", "list", ...: for messages. */
const char *pickle_type_name(PickleType type);
/* The text keys of a dict, sorted as they come, separated by ", ", cut to fit; returns text. */
char *pickle_keys(const PickleValue *dict, char *text, size_t size);

/* Makes a tensor (f32, f64 or i64; C order) of an array or scalar of numbers, a Python number, or a
 * list or tuple of Python numbers (f64 [n]). Everything else is refused. */
int pickle_tensor(const PickleValue *v, Tensor *out, Error *err);

#endif
