/* buffer.h: a growing array of bytes, for files that are made in memory before they are written.
 *
 * Adding never reports an error: once memory is out the buffer drops what is added, and
 * buffer_check, called at the end, fails. */
#ifndef LIB_BASE_BUFFER_H
#define LIB_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef struct {
    unsigned char *data; /* owned */
    size_t size, capacity;
    bool failed;
} Buffer; /* {0} is an empty one */

void buffer_add(Buffer *b, const void *bytes, size_t size);
void buffer_text(Buffer *b, const char *text);
void buffer_print(Buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_byte(Buffer *b, unsigned char byte);
void buffer_fill(Buffer *b, unsigned char byte, size_t count);
void buffer_le32(Buffer *b, uint32_t v); /* little-endian */
void buffer_f32(Buffer *b, float v);
/* value with `digits` digits after the point, without trailing zeros and never "-0": short and the
 * same everywhere. */
void buffer_number(Buffer *b, double value, int digits);
/* Text for XML and HTML: < > & " ' escaped, control characters and invalid UTF-8 replaced by
 * '?'. */
void buffer_escaped(Buffer *b, const char *text);
/* A JSON string with its quotes, likewise; safe inside an HTML <script> too. */
void buffer_json(Buffer *b, const char *text);

/* -1 if memory was out. */
int buffer_check(const Buffer *b, Error *err);
void buffer_free(Buffer *b);

#endif
