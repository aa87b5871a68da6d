/* json.h: just enough strict JSON to read a .safetensors header without building a tree: memory
 * stays bounded by what is kept, integers are exact, every name is seen even if it occurs twice.
 * Values are asked for by type. json_fields.h reads whole objects of settings.
 *
 * Each function skips blanks first and returns 0, or -1 when something else comes next (err then
 * says what was wanted). */
#ifndef LIB_FORMATS_JSON_H
#define LIB_FORMATS_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef struct {
    const char *at, *end;
} JsonReader;

/* Takes one of { } [ ] : , if it comes next: 1, else 0. */
int json_take(JsonReader *r, char c);
/* The same, but its absence is an error. */
int json_need(JsonReader *r, char c, Error *err);
/* A string, owned, UTF-8, escapes resolved. Refuses control characters, lone surrogates and U+0000.
 */
int json_string(JsonReader *r, char **out, Error *err);
/* A natural number in decimal digits, below 2^64. */
int json_natural(JsonReader *r, uint64_t *out, Error *err);
/* Any finite number, as the nearest double. */
int json_number(JsonReader *r, double *out, Error *err);
/* true or false: 1 or 0. */
int json_truth(JsonReader *r, int *out, Error *err);
/* Any value, whole; nested up to JSON_DEPTH_MAX. */
enum { JSON_DEPTH_MAX = 64 };
int json_skip(JsonReader *r, Error *err);
/* Nothing but blanks is left: 1, else 0. */
int json_at_end(JsonReader *r);

#endif
