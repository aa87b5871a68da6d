/* json_fields.h: a JSON object of settings, as config.json is: its fields by name, each asked for
 * by type. */
#ifndef LIB_FORMATS_JSON_FIELDS_H
#define LIB_FORMATS_JSON_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

typedef struct {
    char *name; /* owned */
    const char *begin, *end; /* its value in the text */
} JsonField;

typedef struct {
    JsonField *items; /* sorted by name */
    size_t count, capacity;
    char *text; /* owned; NULL for json_fields_parse */
} JsonFields;

/* Reads a file that is one object. Names that occur twice are refused. *out is empty on error.
 * Errors begin with the path. */
int json_fields_read(const char *path, JsonFields *out, Error *err);
/* The same from text[0..size), which must outlive *out. Errors do not name a file. */
int json_fields_parse(const char *text, size_t size, JsonFields *out, Error *err);
void json_fields_free(JsonFields *f);

/* NULL if there is none, or its value is null. */
const JsonField *json_field(const JsonFields *f, const char *name);

/* Each leaves *out as it is where the field is absent or null, and says the field's name where it
 * is of another type or out of bounds. */
int json_field_size(const JsonFields *f, const char *name, size_t min, size_t max, size_t *out,
                    Error *err);
int json_field_real(const JsonFields *f, const char *name, double *out, Error *err);
int json_field_bool(const JsonFields *f, const char *name, bool *out, Error *err);
/* A string of at most size - 1 bytes. */
int json_field_text(const JsonFields *f, const char *name, char *out, size_t size, Error *err);
/* An array of 1 to `room` natural numbers, each from min to max. */
int json_field_sizes(const JsonFields *f, const char *name, size_t min, size_t max, size_t room,
                     size_t *out, size_t *count, Error *err);

#endif
