#include "lib/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/utf8.h"

/* Room for `size` more bytes, or NULL. */
static unsigned char *grow(Buffer *b, size_t size) {
    if (b->failed) return NULL;
    if (size > b->capacity - b->size) {
        size_t capacity = 0;
        if (__builtin_add_overflow(b->size, size, &capacity) ||
            __builtin_add_overflow(capacity, capacity / 2 + 256, &capacity))
            capacity = 0;
        unsigned char *data = capacity ? realloc(b->data, capacity) : NULL;
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    b->size += size;
    return b->data + b->size - size;
}

void buffer_add(Buffer *b, const void *bytes, size_t size) {
    unsigned char *room = size ? grow(b, size) : NULL;
    if (room) memcpy(room, bytes, size);
}

void buffer_text(Buffer *b, const char *text) { buffer_add(b, text, strlen(text)); }

void buffer_byte(Buffer *b, unsigned char byte) { buffer_add(b, &byte, 1); }

void buffer_fill(Buffer *b, unsigned char byte, size_t count) {
    unsigned char *room = count ? grow(b, count) : NULL;
    if (room) memset(room, byte, count);
}

void buffer_print(Buffer *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    unsigned char *room = n < 0 ? NULL : grow(b, (size_t)n + 1); /* and the '\0', taken back */
    if (room) {
        vsnprintf((char *)room, (size_t)n + 1, format, again);
        b->size--;
    } else
        b->failed = true;
    va_end(args);
    va_end(again);
}

void buffer_le32(Buffer *b, uint32_t v) {
    unsigned char bytes[4];
    write_le32(bytes, v);
    buffer_add(b, bytes, sizeof bytes);
}

void buffer_f32(Buffer *b, float v) {
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    buffer_le32(b, bits);
}

void buffer_number(Buffer *b, double value, int digits) {
    char text[400];
    int n = snprintf(text, sizeof text, "%.*f", digits, value);
    if (n < 0 || n >= (int)sizeof text) n = snprintf(text, sizeof text, "%g", value);
    if (memchr(text, '.', (size_t)n)) {
        while (text[n - 1] == '0') n--;
        if (text[n - 1] == '.') n--;
    }
    bool minus_zero = n == 2 && text[0] == '-' && text[1] == '0';
    buffer_add(b, text + minus_zero, (size_t)n - minus_zero);
}

void buffer_escaped(Buffer *b, const char *text) {
    while (*text) {
        bool shown;
        size_t size = utf8_next(text, &shown);
        if (!shown)
            buffer_byte(b, '?');
        else if (strchr("<>&\"'", *text))
            buffer_print(b, "&#%d;", *text);
        else
            buffer_add(b, text, size);
        text += size;
    }
}

void buffer_json(Buffer *b, const char *text) {
    buffer_byte(b, '"');
    while (*text) {
        bool shown;
        size_t size = utf8_next(text, &shown);
        if (!shown)
            buffer_byte(b, '?');
        else if (strchr("<>&\"'\\", *text))
            buffer_print(b, "\\u%04x", (unsigned)*text);
        else if (memcmp(text, "\xe2\x80\xa8", size) == 0 || memcmp(text, "\xe2\x80\xa9", size) == 0)
            buffer_byte(b, ' '); /* ends a line in JavaScript */
        else
            buffer_add(b, text, size);
        text += size;
    }
    buffer_byte(b, '"');
}

int buffer_check(const Buffer *b, Error *err) {
    return b->failed ? error_set(err, "out of memory for the output") : 0;
}

void buffer_free(Buffer *b) {
    free(b->data);
    *b = (Buffer){0};
}
