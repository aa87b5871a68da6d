#include "lib/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int utf8_sort_distinct(const char **names, size_t count, Error *err) {
    if (count > 1) qsort(names, count, sizeof *names, compare);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return error_set(err, "the name '%.100s' occurs twice", names[i]);
    return 0;
}

size_t utf8_encode(unsigned long c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    static const unsigned lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[size] | c);
    return size;
}

int utf8_valid(const char *text, size_t size) {
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < size;) {
        size_t n = p[i] < 0x80   ? 1
                   : p[i] < 0xc2 ? 0
                   : p[i] < 0xe0 ? 2
                   : p[i] < 0xf0 ? 3
                   : p[i] < 0xf5 ? 4
                                 : 0;
        if (n == 0 || n > size - i) return 0;
        unsigned long c = n == 1 ? p[i] : p[i] & (0xffu >> (n + 1));
        for (size_t k = 1; k < n; k++) {
            if ((p[i + k] & 0xc0) != 0x80) return 0;
            c = c << 6 | (p[i + k] & 0x3f);
        }
        char again[4]; /* overlong forms and surrogates do not come back as they were */
        if (utf8_encode(c, again) != n || memcmp(again, p + i, n) != 0) return 0;
        i += n;
    }
    return 1;
}

size_t utf8_next(const char *text, bool *shown) {
    const unsigned char *c = (const unsigned char *)text;
    size_t size = 1u + (c[0] >= 0xc0) + (c[0] >= 0xe0) + (c[0] >= 0xf0);
    if (strnlen(text, size) < size || !utf8_valid(text, size)) {
        *shown = false;
        return 1;
    }
    bool control = c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0);
    *shown = !control;
    return size;
}

void utf8_make_printable(char *text) {
    char *out = text;
    while (*text) {
        bool shown;
        size_t size = utf8_next(text, &shown);
        bool letter = size == 1 && (unsigned char)*text >= 0xa0; /* of Latin-1 */
        if (shown || letter) {
            memmove(out, text, size);
            out += size;
        } else
            *out++ = '?';
        text += size;
    }
    *out = '\0';
}

const char *utf8_printable(const char *text, char *out, size_t size) {
    size_t length = strnlen(text, size - 1);
    memcpy(out, text, length);
    out[length] = '\0';
    utf8_make_printable(out);
    return out;
}
