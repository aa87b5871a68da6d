/* dataset.h: the data-set .tsv: header `name genre motion music`, tab-separated, paths relative to
 * the .tsv. */
#ifndef LIB_DATA_DATASET_H
#define LIB_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/file.h"

typedef struct {
    char *name, *genre;
    char *motion; /* path, already joined with the .tsv's folder; "" if the row has none */
    char *music; /* path to music features (.npz), likewise */
} DatasetRow;

typedef struct {
    DatasetRow *rows;
    size_t count;
} Dataset;

/* Columns may come in any order, others are ignored; `name`, `genre` and `motion` are needed,
 * `music` may be absent. CRLF is taken. No rows, a repeated name, a row with too few fields, a name
 * with '/', an empty name or genre are errors that give the line. Errors begin with the path. */
int dataset_read(const char *path, Dataset *out, Error *err);
void dataset_free(Dataset *d);
/* Whether any row names music. */
bool dataset_has_music(const Dataset *d);

/* Sorted distinct genres. *genres is an owned array of pointers into d. */
int dataset_genres(const Dataset *d, const char ***genres, size_t *count, Error *err);

/* A list of names, one per line, as AIST++'s splits and ignore_list.txt are: spaces at both ends
 * and CRLF are trimmed, empty lines skipped, order kept, no line at all allowed. Errors begin with
 * the path. */
int dataset_names_read(const char *path, Strings *out, Error *err);
/* Whether a list sorted by strings_sort has the name. */
int dataset_names_have(const Strings *sorted, const char *name);

#endif
