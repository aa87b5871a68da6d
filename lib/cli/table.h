/* table.h: results: one list of columns feeds the aligned text and the JSON. */
#ifndef LIB_CLI_TABLE_H
#define LIB_CLI_TABLE_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *key, *title; /* of JSON and text; a column without title is in JSON only */
    int digits; /* after the point, in text */
    double factor; /* of the text: 100 for percentages; JSON has the value itself */
} Column;

/* A line of titles, a line of values. `name` is left-aligned in `width` characters. NaN, no value,
 * is "-". */
void table_titles(FILE *f, int width, const char *name, const Column *columns, size_t count);
void table_row(FILE *f, int width, const char *name, const Column *columns, const double *values,
               size_t count);

/* Adds key: value to a JSON object for every column; NaN becomes null, whole numbers are printed
 * whole. -1 when memory is out. */
int table_json(cJSON *object, const Column *columns, const double *values, size_t count);

/* Prints JSON and a newline, escaping the control characters that cJSON leaves (DEL, U+0080 to
 * U+009F): a terminal may act upon them. */
void table_put_json(FILE *f, const char *text);

/* Prints the object and a newline, and deletes it. -1 when memory was out. */
int table_print_json(FILE *f, cJSON *object);

#endif
