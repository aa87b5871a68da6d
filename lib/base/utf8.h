/* utf8.h: names and other text from files: distinctness, validity, safe display. */
#ifndef LIB_BASE_UTF8_H
#define LIB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

/* Sorts names by bytes. A name that occurs twice is an error. O(n log n), so that a file of many
 * names costs no more. */
int utf8_sort_distinct(const char **names, size_t count, Error *err);

/* Is text of size bytes valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF)? */
int utf8_valid(const char *text, size_t size);

/* Writes code point c as UTF-8 into out (4 bytes); returns the length, 0 if c is not a scalar
 * value. */
size_t utf8_encode(unsigned long c, char out[4]);

/* Bytes of the character at text (not its end); 1 for a byte that is not UTF-8. *shown: whether a
 * terminal or a page may get it as it is, which is false for control characters (ESC, DEL, U+0080
 * to U+009F) and for what is not UTF-8. */
size_t utf8_next(const char *text, bool *shown);

/* Makes text one line that no terminal acts upon, in place: a control character becomes '?', and so
 * does a byte that is not UTF-8 and a control character of 8-bit terminals (0x80 to 0x9f). */
void utf8_make_printable(char *text);

/* The same of as much of text as fits `size` bytes, into out, which it returns. */
const char *utf8_printable(const char *text, char *out, size_t size);

#endif
