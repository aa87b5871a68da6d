/* safetensors_header.h: the JSON header of a .safetensors file, as text. */
#ifndef LIB_FORMATS_SAFETENSORS_HEADER_H
#define LIB_FORMATS_SAFETENSORS_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/formats/safetensors.h"

/* A tensor as the header describes it. */
typedef struct {
    char *name; /* owned */
    SafetensorsType type;
    size_t item_size; /* bytes */
    int rank; /* or SAFETENSORS_DEEP */
    size_t shape[TENSOR_MAX_RANK];
    uint64_t elements; /* the product of all dimensions */
    bool too_many; /* that product is beyond 64 bits, and no dimension is 0 */
    uint64_t begin, end; /* in the data */
} HeaderEntry;

typedef struct {
    HeaderEntry *entries; /* sorted by begin */
    size_t count;
    Metadata metadata;
} SafetensorsHeader;

/* Parses and checks text[0..size) for a file with data_size bytes of data. *out is empty on error.
 */
int safetensors_header_parse(const char *text, size_t size, size_t data_size,
                             SafetensorsHeader *out, Error *err);
void safetensors_header_free(SafetensorsHeader *h);

/* Bytes of one element; 0 for OTHER. */
size_t safetensors_item_size(SafetensorsType type);

/* Writes the header, without length and padding. Refuses names and values that are not UTF-8, and a
 * name that occurs twice. */
int safetensors_header_print(FILE *f, const SafetensorsView *views, size_t count,
                             const Metadata *metadata, Error *err);

#endif
