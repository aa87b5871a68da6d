/* tsv.h: tables of numbers as text: a header of names, then a line per row, separated by tabs.
 * Training logs are such tables. */
#ifndef LIB_BASE_TSV_H
#define LIB_BASE_TSV_H

#include <stddef.h>

#include "lib/base/error.h"

typedef struct {
    size_t rows, columns;
    double
        *values; /* [columns, rows]: the wanted columns, in the order they were asked for; owned */
} NumberTable;

/* Takes the columns of these names, which must be there; others may be. Fields are decimal numbers,
 * "nan" or "inf"; CRLF and a last line without end are taken, a last line that is not complete (a
 * log that is still being written) is left out. A header that occurs again (logs put one after the
 * other) is skipped. Errors begin with the path. */
int tsv_read(const char *path, const char *const *names, size_t columns, NumberTable *out,
             Error *err);
void tsv_free(NumberTable *t);

#endif
