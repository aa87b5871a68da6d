#include "lib/formats/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/utf8.h"
#include "lib/formats/float16.h"

/* --- the header: a Python dictionary of three entries --- */

typedef struct {
    const unsigned char *at, *end;
} Cursor;

static void skip_blanks(Cursor *c) {
    while (c->at < c->end && memchr(" \t\r\n", *c->at, 4)) c->at++;
}

/* Takes the character if it comes next, after blanks. */
static int take(Cursor *c, char what) {
    skip_blanks(c);
    if (c->at == c->end || *c->at != (unsigned char)what) return 0;
    c->at++;
    return 1;
}

static int take_word(Cursor *c, const char *word) {
    size_t size = strlen(word);
    skip_blanks(c);
    if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size) != 0) return 0;
    c->at += size;
    return 1;
}

/* A quoted string without escapes, into text of `room` bytes. */
static int take_string(Cursor *c, char *text, size_t room) {
    skip_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return 0;
    const unsigned char *start = c->at + 1;
    const unsigned char *close = memchr(start, *c->at, (size_t)(c->end - start));
    if (!close || (size_t)(close - start) >= room || memchr(start, '\\', (size_t)(close - start)) ||
        memchr(start, 0, (size_t)(close - start)))
        return 0;
    memcpy(text, start, (size_t)(close - start));
    text[close - start] = '\0';
    c->at = close + 1;
    return 1;
}

static int take_shape(Cursor *c, NpyHeader *h, Error *err) {
    if (!take(c, '(')) return error_set(err, "the shape is no tuple");
    while (!take(c, ')')) {
        skip_blanks(c);
        size_t n = 0;
        const unsigned char *start = c->at;
        for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
            if (__builtin_mul_overflow(n, (size_t)10, &n) ||
                __builtin_add_overflow(n, (size_t)(*c->at - '0'), &n))
                return error_set(err, "a dimension beyond 64 bits");
        if (c->at == start) return error_set(err, "a dimension in the shape is no natural number");
        if (c->at < c->end && *c->at == 'L') c->at++; /* Python 2 */
        if (h->rank == TENSOR_MAX_RANK)
            return error_set(err, "more than %d dimensions", TENSOR_MAX_RANK);
        h->shape[h->rank++] = n;
        if (!take(c, ',')) {
            if (!take(c, ')')) return error_set(err, "the shape is damaged");
            break;
        }
    }
    return 0;
}

/* "<f4" and its like. */
static int parse_dtype(const char *descr, NpyHeader *h, Error *err) {
    char order = descr[0];
    if (!order || !strchr("<>|=", order))
        return error_set(err, "dtype '%s' is not supported", descr);
    h->kind = descr[1];
    const char *digits = descr + 2;
    size_t length = strspn(digits, "0123456789");
    if (strcmp(descr, "|O") == 0) {
        snprintf(h->unread, sizeof h->unread, "'|O'");
        return 0;
    }
    if (length == 0 || length > 9 || (digits[length] && !strchr("Mm", h->kind)))
        return error_set(err, "dtype '%s' is not supported (numbers and text are)", descr);
    size_t n = (size_t)strtoul(digits, NULL, 10);
    int known = 0;
    switch (h->kind) {
    case 'f':
        known = n == 2 || n == 4 || n == 8;
        break;
    case 'i':
    case 'u':
        known = n == 1 || n == 2 || n == 4 || n == 8;
        break;
    case 'b':
        known = n == 1;
        break;
    case 'S':
        known = 1;
        break;
    case 'U':
        known = 1;
        n *= 4;
        break;
    default:
        break;
    }
    if (!known) snprintf(h->unread, sizeof h->unread, "'%s'", descr);
    h->item_size = n;
    h->swapped = order == '>' ? native_is_little() : order == '<' ? !native_is_little() : 0;
    return 0;
}

static int parse_dictionary(Cursor c, NpyHeader *h, Error *err) {
    int descr = 0, order = 0, shape = 0;
    if (!take(&c, '{')) return error_set(err, "the array's header is no dictionary");
    while (!take(&c, '}')) {
        char key[16], text[32];
        if (!take_string(&c, key, sizeof key) || !take(&c, ':'))
            return error_set(err, "the array's header is damaged");
        if (strcmp(key, "descr") == 0 && !descr++) {
            if (take(&c, '[')) {
                snprintf(h->unread, sizeof h->unread, "structured");
                return 0;
            }
            if (!take_string(&c, text, sizeof text))
                return error_set(err, "the array's dtype is damaged");
            if (parse_dtype(text, h, err)) return -1;
            if (*h->unread) return 0;
        } else if (strcmp(key, "fortran_order") == 0 && !order++) {
            h->fortran = take_word(&c, "True");
            if (!h->fortran && !take_word(&c, "False"))
                return error_set(err, "fortran_order is neither True nor False");
        } else if (strcmp(key, "shape") == 0 && !shape++) {
            if (take_shape(&c, h, err)) return -1;
        } else
            return error_set(err, "unexpected '%s' in the array's header", key);
        if (!take(&c, ',')) {
            if (!take(&c, '}')) return error_set(err, "the array's header is damaged");
            break;
        }
    }
    skip_blanks(&c);
    if (c.at != c.end) return error_set(err, "the array's header is damaged");
    if (!descr || !order || !shape)
        return error_set(err, "the array's header lacks %s",
                         !descr   ? "descr"
                         : !order ? "fortran_order"
                                  : "shape");
    return 0;
}

int npy_parse(const unsigned char *data, size_t available, size_t total, NpyHeader *out,
              Error *err) {
    NpyHeader h = {0};
    *out = h;
    if (available < 6 || memcmp(data, "\x93NUMPY", 6) != 0)
        return error_set(err, "not a NumPy array (its magic number is missing)");
    if (available < 8) return error_set(err, "cut short in the array's header");
    if (data[6] < 1 || data[6] > 3 || data[7] != 0)
        return error_set(err, "version %d.%d of the .npy format is not supported", data[6],
                         data[7]);
    size_t field = data[6] == 1 ? 2 : 4;
    if (available < 8 + field) return error_set(err, "cut short in the array's header");
    size_t length = field == 2 ? read_le16(data + 8) : read_le32(data + 8);
    if (length > total - 8 - field)
        return error_set(err, "the array's header claims %zu bytes, the file ends before", length);
    if (length > NPY_MAX_HEADER)
        return error_set(err, "the array's header is %zu bytes long, at most %d are read", length,
                         NPY_MAX_HEADER);
    h.offset = 8 + field + length;
    const unsigned char *text = data + 8 + field;
    if (parse_dictionary((Cursor){text, text + length}, &h, err)) return -1;
    if (*h.unread) {
        *out = h;
        return 0;
    }

    size_t need = h.item_size, have = total - h.offset;
    int empty = 0, overflow = 0;
    for (int i = 0; i < h.rank; i++) {
        if (h.shape[i] == 0) empty = 1;
        overflow |= __builtin_mul_overflow(need, h.shape[i], &need);
    }
    if (empty)
        need = 0;
    else if (h.item_size == 0) /* empty text: only a scalar is bounded by the file's size */
        for (int i = 0; i < h.rank; i++)
            if (h.shape[i] != 1) return error_set(err, "an array whose elements have no bytes");
    if ((overflow && !empty) || need > have) {
        char shape[256];
        Tensor t = {.rank = h.rank};
        memcpy(t.shape, h.shape, sizeof t.shape);
        return error_set(err, "the array claims shape %s, there are only %zu bytes of it",
                         tensor_shape_text(&t, shape), have);
    }
    if (need < have) return error_set(err, "%zu bytes follow the array's data", have - need);
    *out = h;
    return 0;
}

/* The element as an unsigned number in native order. */
static uint64_t load(const unsigned char *p, size_t size, int swapped) {
    uint64_t x = 0;
    int little = native_is_little() != swapped;
    for (size_t i = 0; i < size; i++) x = x << 8 | p[little ? size - 1 - i : i];
    return x;
}

static int decode_number(const NpyHeader *h, const unsigned char *p, Tensor *t, size_t i,
                         Error *err) {
    uint64_t x = load(p, h->item_size, h->swapped);
    if (h->kind == 'f') {
        if (h->item_size == 8)
            memcpy(tensor_f64(t) + i, &x, 8);
        else if (h->item_size == 2)
            tensor_f32(t)[i] = float_of_f16((uint16_t)x);
        else {
            uint32_t bits = (uint32_t)x;
            memcpy(tensor_f32(t) + i, &bits, 4);
        }
        return 0;
    }
    if (h->kind == 'b') x = x != 0;
    if (h->kind == 'i' && h->item_size < 8) { /* sign extension */
        uint64_t sign = 1ull << (8 * h->item_size - 1);
        x = (x ^ sign) - sign;
    }
    if (h->kind == 'u' && x > INT64_MAX)
        return error_set(err, "the unsigned number %llu does not fit into int64",
                         (unsigned long long)x);
    memcpy(tensor_i64(t) + i, &x, 8);
    return 0;
}

/* UTF-32 text of one element as UTF-8 into out (may be NULL); its length, or -1 for what is no
 * character. */
static long utf8_of(const NpyHeader *h, const unsigned char *p, char *out) {
    long length = 0;
    size_t n = h->item_size / 4;
    while (n > 0 && load(p + 4 * (n - 1), 4, 0) == 0) n--; /* NumPy pads with zeros */
    for (size_t k = 0; k < n; k++) {
        char bytes[4];
        size_t size = utf8_encode((unsigned long)load(p + 4 * k, 4, h->swapped), bytes);
        if (size == 0) return -1;
        if (out) memcpy(out + length, bytes, size);
        length += (long)size;
    }
    return length;
}

/* Position in the file (in elements) of element i of the tensor. */
static size_t fortran_position(const NpyHeader *h, size_t i) {
    size_t index[TENSOR_MAX_RANK], position = 0;
    for (int d = h->rank - 1; d >= 0; d--) {
        index[d] = i % h->shape[d];
        i /= h->shape[d];
    }
    for (int d = h->rank - 1; d >= 0; d--) position = position * h->shape[d] + index[d];
    return position;
}

int npy_decode(const NpyHeader *h, const unsigned char *data, Tensor *out, Error *err) {
    if (*h->unread) {
        *out = (Tensor){0};
        return error_set(err, "%s elements are not supported (numbers and text are)", h->unread);
    }
    TensorType type = h->kind == 'f' ? (h->item_size == 8 ? TENSOR_F64 : TENSOR_F32)
                      : h->kind == 'S' || h->kind == 'U' ? TENSOR_BYTES
                                                         : TENSOR_I64;
    const unsigned char *items = data + h->offset;
    *out = (Tensor){0};
    size_t count =
        tensor_count(&(Tensor){.rank = h->rank,
                               .shape = {h->shape[0], h->shape[1], h->shape[2], h->shape[3],
                                         h->shape[4], h->shape[5], h->shape[6], h->shape[7]}});
    size_t width = h->item_size ? h->item_size : 1;
    if (h->kind == 'U') {
        width = 1;
        for (size_t i = 0; i < count; i++) {
            long length = utf8_of(h, items + i * h->item_size, NULL);
            if (length < 0) return error_set(err, "text that is no Unicode");
            if ((size_t)length > width) width = (size_t)length;
        }
    }
    Tensor t;
    if (tensor_new(&t, type, h->rank, h->shape, width, err)) return -1;
    int plain = !h->fortran && !h->swapped && h->item_size == t.item_size &&
                (h->kind == 'f' || h->kind == 'i' || h->kind == 'S');
    if (plain && count > 0) memcpy(t.data, items, count * h->item_size);
    for (size_t i = 0; i < count && !plain; i++) {
        const unsigned char *p = items + h->item_size * (h->fortran ? fortran_position(h, i) : i);
        if (h->kind == 'U')
            utf8_of(h, p, (char *)t.data + i * width);
        else if (h->kind == 'S')
            memcpy((char *)t.data + i * width, p, h->item_size);
        else if (decode_number(h, p, &t, i, err)) {
            tensor_free(&t);
            return -1;
        }
    }
    *out = t;
    return 0;
}

/* --- writing --- */

size_t npy_data_size(const Tensor *t) { return tensor_count(t) * t->item_size; }

size_t npy_header(const Tensor *t, unsigned char *text) {
    char descr[32], shape[256];
    char order = native_is_little() ? '<' : '>';
    if (t->type == TENSOR_BYTES)
        snprintf(descr, sizeof descr, "|S%zu", t->item_size);
    else
        snprintf(descr, sizeof descr, "%c%s", order,
                 t->type == TENSOR_F32   ? "f4"
                 : t->type == TENSOR_F64 ? "f8"
                                         : "i8");
    tensor_shape_text(t, shape);
    shape[0] = '(';
    snprintf(strchr(shape, ']'), 3, "%s", t->rank == 1 ? ",)" : ")");
    int length = sprintf((char *)text + 10,
                         "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    size_t size = (10 + (size_t)length + 1 + 63) / 64 * 64;
    memcpy(text, "\x93NUMPY\x01", 8);
    memset(text + 10 + length, ' ', size - 10 - (size_t)length - 1);
    text[size - 1] = '\n';
    write_le16(text + 8, (uint16_t)(size - 10));
    return size;
}
