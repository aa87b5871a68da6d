/* pickle_numpy.c: what NumPy's and _codecs' constructors would have made, as plain values
 * (numpy/core/src/multiarray: array_setstate, arraydescr_setstate; numpy/core/numeric.py:
 * _frombuffer), and tensors from them. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/formats/float16.h"
#include "lib/formats/pickle.h"
#include "lib/formats/pickle_values.h"

bool pickle_text_is(const PickleValue *v, const char *text) {
    return (v->type == PICKLE_TEXT || v->type == PICKLE_BYTES) && v->as.text.size == strlen(text) &&
           memcmp(v->as.text.bytes, text, v->as.text.size) == 0;
}

/* --- names --- */

static const struct {
    const char *module, *name;
    PickleGlobal which;
} permitted[] = {
    {"numpy.core.multiarray", "_reconstruct", GLOBAL_RECONSTRUCT},
    {"numpy._core.multiarray", "_reconstruct", GLOBAL_RECONSTRUCT},
    {"numpy.core.multiarray", "scalar", GLOBAL_SCALAR},
    {"numpy._core.multiarray", "scalar", GLOBAL_SCALAR},
    {"numpy.core.numeric", "_frombuffer", GLOBAL_FROMBUFFER},
    {"numpy._core.numeric", "_frombuffer", GLOBAL_FROMBUFFER},
    {"numpy", "dtype", GLOBAL_DTYPE},
    {"numpy", "ndarray", GLOBAL_NDARRAY},
    {"_codecs", "encode", GLOBAL_ENCODE},
    {"__builtin__", "bytes", GLOBAL_BYTES},
    {"builtins", "bytes", GLOBAL_BYTES},
    {"collections", "OrderedDict", GLOBAL_ORDERED_DICT},
};

int pickle_global(const Pickle *p, const unsigned char *module, size_t module_size,
                  const unsigned char *name, size_t name_size, PickleGlobal *out, Error *err) {
    for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++)
        if (strlen(permitted[i].module) == module_size &&
            memcmp(permitted[i].module, module, module_size) == 0 &&
            strlen(permitted[i].name) == name_size &&
            memcmp(permitted[i].name, name, name_size) == 0) {
            *out = permitted[i].which;
            return 0;
        }
    if (p->torch && pickle_torch_global(module, module_size, name, name_size, out)) return 0;
    int m = module_size < 100 ? (int)module_size : 100, n = name_size < 100 ? (int)name_size : 100;
    const char *hint = p->torch ? "; save the model's state dict alone" : "";
    return error_set(err,
                     "the pickle asks for %.*s.%.*s, which is refused: only plain data is read, "
                     "nothing is run%s",
                     m, (const char *)module, n, (const char *)name, hint);
}

/* --- dtypes --- */

static PickleValue *bad(Error *err, const char *what) {
    error_set(err, "damaged pickle: %s", what);
    return NULL;
}

/* 'f4', '<f8', 'O8', 'S12', '?', ... */
static int parse_dtype(const unsigned char *s, size_t size, PickleDtype *out) {
    *out = (PickleDtype){0};
    if (size > 0 && strchr("<>|=", s[0])) {
        out->big = s[0] == '>';
        s++;
        size--;
    }
    if (size < 1 || size > 9) return -1;
    out->kind = (char)s[0];
    for (size_t i = 1; i < size; i++) {
        if (s[i] < '0' || s[i] > '9') return -1;
        out->size = 10 * out->size + (size_t)(s[i] - '0');
    }
    return 0;
}

static int is_number(const PickleDtype *d) {
    switch (d->kind) {
    case 'f':
        return d->size == 2 || d->size == 4 || d->size == 8;
    case 'i':
    case 'u':
        return d->size == 1 || d->size == 2 || d->size == 4 || d->size == 8;
    case 'b':
        return d->size == 1;
    default:
        return 0;
    }
}

static PickleValue *make_dtype(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    PickleDtype dtype;
    if (args->as.list.count < 1 || args->as.list.count > 3 ||
        (a[0]->type != PICKLE_TEXT && a[0]->type != PICKLE_BYTES) ||
        parse_dtype(a[0]->as.text.bytes, a[0]->as.text.size, &dtype))
        return bad(err, "numpy.dtype with arguments that it never has");
    PickleValue *v = pickle_new(p, PICKLE_DTYPE, err);
    if (v) v->as.dtype = dtype;
    return v;
}

/* State (version, byte order, subdtype, names, fields, size, alignment, flags). */
static int build_dtype(PickleValue *object, const PickleValue *state, Error *err) {
    PickleValue *const *s = state->as.list.items;
    if (state->type != PICKLE_TUPLE || state->as.list.count < 2 || s[0]->type != PICKLE_INT)
        return error_set(err, "damaged pickle: a numpy.dtype's state");
    if (pickle_text_is(s[1], ">"))
        object->as.dtype.big = true;
    else if (pickle_text_is(s[1], "<") || pickle_text_is(s[1], "=") || pickle_text_is(s[1], "|"))
        object->as.dtype.big = false;
    else
        return error_set(err, "damaged pickle: a numpy.dtype's byte order");
    return 0;
}

/* --- arrays --- */

static int set_shape(PickleArray *a, const PickleValue *shape, Error *err) {
    if (shape->type != PICKLE_TUPLE || shape->as.list.count > TENSOR_MAX_RANK)
        return error_set(err, "damaged pickle: an array's shape is no tuple of at most %d numbers",
                         TENSOR_MAX_RANK);
    a->rank = (int)shape->as.list.count;
    for (size_t i = 0; i < shape->as.list.count; i++) {
        const PickleValue *d = shape->as.list.items[i];
        if (d->type != PICKLE_INT || d->as.integer < 0)
            return error_set(
                err, "damaged pickle: dimension %zu of an array is no whole number from 0 up", i);
        a->shape[i] = (size_t)d->as.integer;
    }
    return 0;
}

/* Completes an array. Of those of other things than numbers only objects keep their contents. */
static int set_contents(PickleArray *a, const PickleDtype *dtype, const PickleValue *data,
                        Error *err) {
    a->dtype = *dtype;
    a->built = true;
    a->numbers = is_number(dtype);
    if (!a->numbers) {
        if (dtype->kind == 'O' && data->type == PICKLE_LIST) a->objects = data;
        return 0;
    }
    size_t bytes = dtype->size;
    for (int i = 0; i < a->rank; i++)
        if (__builtin_mul_overflow(bytes, a->shape[i], &bytes))
            return error_set(err, "damaged pickle: an array's shape is too large");
    if (data->type != PICKLE_BYTES)
        return error_set(err, "damaged pickle: an array's contents are no bytes");
    if (data->as.text.size != bytes)
        return error_set(err, "damaged pickle: an array has %zu bytes of data, its shape wants %zu",
                         data->as.text.size, bytes);
    a->bytes = data->as.text.bytes;
    return 0;
}

/* State (version, shape, dtype, is Fortran, contents). */
static int build_array(PickleArray *a, const PickleValue *state, Error *err) {
    PickleValue *const *s = state->as.list.items;
    if (a->built) return error_set(err, "damaged pickle: an array is filled twice");
    if (state->type != PICKLE_TUPLE || state->as.list.count != 5 || s[2]->type != PICKLE_DTYPE ||
        (s[3]->type != PICKLE_BOOL && s[3]->type != PICKLE_INT))
        return error_set(err, "damaged pickle: an array's state");
    a->fortran = s[3]->as.integer != 0;
    return set_shape(a, s[1], err) ? -1 : set_contents(a, &s[2]->as.dtype, s[4], err);
}

static PickleValue *make_scalar(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    if (args->as.list.count != 2 || a[0]->type != PICKLE_DTYPE)
        return bad(err, "a numpy scalar with arguments that it never has");
    PickleValue *v = pickle_new(p, PICKLE_ARRAY, err);
    return v && set_contents(v->as.array, &a[0]->as.dtype, a[1], err) == 0 ? v : NULL;
}

static PickleValue *make_from_buffer(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    if (args->as.list.count != 4 || a[1]->type != PICKLE_DTYPE ||
        (!pickle_text_is(a[3], "C") && !pickle_text_is(a[3], "F")))
        return bad(err, "an array with arguments that it never has");
    PickleValue *v = pickle_new(p, PICKLE_ARRAY, err);
    if (!v) return NULL;
    v->as.array->fortran = pickle_text_is(a[3], "F");
    return set_shape(v->as.array, a[2], err) ||
                   set_contents(v->as.array, &a[1]->as.dtype, a[0], err)
               ? NULL
               : v;
}

static PickleValue *make_array(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    if (args->as.list.count != 3 || a[0]->type != PICKLE_GLOBAL ||
        a[0]->as.integer != GLOBAL_NDARRAY)
        return bad(err, "_reconstruct of something that is no numpy.ndarray");
    return pickle_new(p, PICKLE_ARRAY, err);
}

/* UTF-8 of U+0000 to U+00FF back to bytes. */
static PickleValue *encode(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    if (args->as.list.count != 2 || a[0]->type != PICKLE_TEXT ||
        (!pickle_text_is(a[1], "latin1") && !pickle_text_is(a[1], "latin-1")))
        return bad(err, "_codecs.encode other than of a text to latin1");
    const unsigned char *s = a[0]->as.text.bytes;
    size_t size = a[0]->as.text.size, n = 0;
    unsigned char *bytes = pickle_bytes(p, size, err);
    PickleValue *v = bytes ? pickle_new(p, PICKLE_BYTES, err) : NULL;
    if (!v) return NULL;
    for (size_t i = 0; i < size; n++) {
        if (s[i] < 0x80) {
            bytes[n] = s[i++];
        } else if ((s[i] == 0xc2 || s[i] == 0xc3) && i + 1 < size && (s[i + 1] & 0xc0) == 0x80) {
            bytes[n] = (unsigned char)((s[i] & 3) << 6 | (s[i + 1] & 0x3f));
            i += 2;
        } else {
            return bad(err, "a text that is not latin1");
        }
    }
    v->as.text.bytes = bytes;
    v->as.text.size = n;
    return v;
}

/* Without arguments, or (protocol 2 of Python 2) of one list of lists of two. */
static PickleValue *make_ordered_dict(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *v = pickle_new(p, PICKLE_DICT, err);
    if (!v || args->as.list.count == 0) return v;
    const PickleValue *pairs = args->as.list.items[0];
    if (args->as.list.count > 1 || pairs->type != PICKLE_LIST)
        return bad(err, "OrderedDict with arguments that it never has");
    size_t count = pairs->as.list.count;
    if (count > 0) v->as.list.items = malloc(2 * count * sizeof *v->as.list.items);
    if (count > 0 && !v->as.list.items) {
        error_set(err, "out of memory");
        return NULL;
    }
    v->as.list.capacity = 2 * count;
    for (size_t i = 0; i < count; i++) {
        const PickleValue *pair = pairs->as.list.items[i];
        if ((pair->type != PICKLE_LIST && pair->type != PICKLE_TUPLE) || pair->as.list.count != 2)
            return bad(err, "OrderedDict of something other than pairs");
        v->as.list.items[v->as.list.count++] = pair->as.list.items[0];
        v->as.list.items[v->as.list.count++] = pair->as.list.items[1];
    }
    return v;
}

PickleValue *pickle_reduce(Pickle *p, const PickleValue *callable, const PickleValue *args,
                           Error *err) {
    if (callable->type != PICKLE_GLOBAL || args->type != PICKLE_TUPLE)
        return bad(err, "a call of something that cannot be called");
    switch ((PickleGlobal)callable->as.integer) {
    case GLOBAL_RECONSTRUCT:
        return make_array(p, args, err);
    case GLOBAL_SCALAR:
        return make_scalar(p, args, err);
    case GLOBAL_FROMBUFFER:
        return make_from_buffer(p, args, err);
    case GLOBAL_DTYPE:
        return make_dtype(p, args, err);
    case GLOBAL_ENCODE:
        return encode(p, args, err);
    case GLOBAL_BYTES:
        if (args->as.list.count == 0) return pickle_new(p, PICKLE_BYTES, err);
        return bad(err, "bytes() with arguments");
    case GLOBAL_ORDERED_DICT:
        return make_ordered_dict(p, args, err);
    case GLOBAL_NDARRAY:
        break;
    default:
        return pickle_torch_reduce(p, (PickleGlobal)callable->as.integer, args, err);
    }
    return bad(err, "a call of numpy.ndarray");
}

int pickle_build(const Pickle *p, PickleValue *object, const PickleValue *state, Error *err) {
    if (object->type == PICKLE_DTYPE) return build_dtype(object, state, err);
    if (object->type == PICKLE_ARRAY) return build_array(object->as.array, state, err);
    if (object->type == PICKLE_DICT && p->torch) return 0;
    return error_set(
        err, "the pickle sets the state of a %s (BUILD), which is refused: only plain data is read",
        pickle_type_name(object->type));
}

/* --- to tensors --- */

const char *pickle_type_name(PickleType type) {
    static const char *const names[] = {"None",          "truth value", "whole number", "number",
                                        "text",          "bytes",       "tuple",        "list",
                                        "dict",          "numpy array", "numpy dtype",  "function",
                                        "torch storage", "torch tensor"};
    return names[type];
}

const PickleValue *pickle_get(const PickleValue *dict, const char *key) {
    if (dict->type != PICKLE_DICT) return NULL;
    for (size_t i = dict->as.list.count; i >= 2; i -= 2)
        if (pickle_text_is(dict->as.list.items[i - 2], key)) return dict->as.list.items[i - 1];
    return NULL;
}

char *pickle_keys(const PickleValue *dict, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; dict->type == PICKLE_DICT && i < dict->as.list.count; i += 2) {
        const PickleValue *key = dict->as.list.items[i];
        if (key->type != PICKLE_TEXT && key->type != PICKLE_BYTES) continue;
        int length = key->as.text.size < 60 ? (int)key->as.text.size : 60;
        int n = snprintf(text + used, size - used, "%s%.*s", used ? ", " : "", length,
                         (const char *)key->as.text.bytes);
        if (n < 0 || (size_t)n >= size - used) {
            text[used] = '\0';
            break;
        }
        used += (size_t)n;
    }
    return text;
}

/* Element i of an array, f8 and i8 as bits. */
static uint64_t element(const PickleArray *a, size_t i) {
    const unsigned char *s = a->bytes + i * a->dtype.size;
    uint64_t bits = 0;
    for (size_t k = 0; k < a->dtype.size; k++)
        bits |= (uint64_t)s[a->dtype.big ? a->dtype.size - 1 - k : k] << (8 * k);
    if (a->dtype.kind == 'i' && a->dtype.size < 8 && bits >> (8 * a->dtype.size - 1))
        bits |= ~UINT64_C(0) << (8 * a->dtype.size);
    return bits;
}

/* Where element i of C order lies in an array of Fortran order. */
static size_t fortran_index(const PickleArray *a, size_t i) {
    size_t stride[TENSOR_MAX_RANK], index = 0;
    for (int d = 0; d < a->rank; d++) stride[d] = d ? stride[d - 1] * a->shape[d - 1] : 1;
    for (int d = a->rank - 1; d >= 0; d--) {
        index += i % a->shape[d] * stride[d];
        i /= a->shape[d];
    }
    return index;
}

static int array_tensor(const PickleArray *a, Tensor *out, Error *err) {
    if (!a->built)
        return error_set(err, "an array whose contents never came; the pickle is damaged");
    if (!a->numbers)
        return error_set(err, "an array of dtype %c%zu; numbers are wanted (float or integer)",
                         a->dtype.kind > ' ' && a->dtype.kind < 127 ? a->dtype.kind : '?',
                         a->dtype.size);
    TensorType type = a->dtype.kind != 'f' ? TENSOR_I64
                      : a->dtype.size <= 4 ? TENSOR_F32
                                           : TENSOR_F64;
    if (tensor_new(out, type, a->rank, a->shape, 0, err)) return -1;
    size_t count = tensor_count(out);
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = element(a, a->fortran ? fortran_index(a, i) : i);
        if (type == TENSOR_F32 && a->dtype.size == 2) {
            tensor_f32(out)[i] = float_of_f16((uint16_t)bits);
        } else if (type == TENSOR_F32) {
            uint32_t low = (uint32_t)bits;
            memcpy(tensor_f32(out) + i, &low, sizeof low);
        } else {
            if (a->dtype.kind == 'u' && bits > INT64_MAX) {
                tensor_free(out);
                return error_set(err, "a whole number beyond 2^63");
            }
            memcpy((char *)out->data + 8 * i, &bits, sizeof bits);
        }
    }
    return 0;
}

static int number(const PickleValue *v, double *out) {
    if (v->type == PICKLE_REAL)
        *out = v->as.real;
    else if (v->type == PICKLE_INT || v->type == PICKLE_BOOL)
        *out = (double)v->as.integer;
    else
        return -1;
    return 0;
}

int pickle_tensor(const PickleValue *v, Tensor *out, Error *err) {
    *out = (Tensor){0};
    if (v->type == PICKLE_ARRAY) return array_tensor(v->as.array, out, err);
    double x;
    if (number(v, &x) == 0) {
        if (tensor_new(out, TENSOR_F64, 0, NULL, 0, err)) return -1;
        *tensor_f64(out) = x;
        return 0;
    }
    if (v->type != PICKLE_LIST && v->type != PICKLE_TUPLE)
        return error_set(err, "numbers are wanted, this is a %s", pickle_type_name(v->type));
    if (tensor_new(out, TENSOR_F64, 1, (size_t[]){v->as.list.count}, 0, err)) return -1;
    for (size_t i = 0; i < v->as.list.count; i++)
        if (number(v->as.list.items[i], tensor_f64(out) + i)) {
            tensor_free(out);
            return error_set(err, "numbers are wanted, this is a list with a %s in it",
                             pickle_type_name(v->as.list.items[i]->type));
        }
    return 0;
}
