/* utf8.h: names inside files: are they distinct, are they text? */
#ifndef LIB_BASE_UTF8_H
#define LIB_BASE_UTF8_H

#include <stddef.h>

#include "lib/base/error.h"

/* Sorts names by bytes. A name that occurs twice is an error. O(n log n), so that a file of many
 * names costs no more. */
int utf8_sort_distinct(const char **names, size_t count, Error *err);

/* Is text of size bytes valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF)? */
int utf8_valid(const char *text, size_t size);

/* Writes code point c as UTF-8 into out (4 bytes); returns the length, 0 if c is no scalar value.
 */
size_t utf8_encode(unsigned long c, char out[4]);

#endif
