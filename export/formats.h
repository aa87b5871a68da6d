/* formats.h: the files that dances can be exported to, a row for each. */
#ifndef EXPORT_FORMATS_H
#define EXPORT_FORMATS_H

#include <stdio.h>

#include "export/export_job.h"
#include "lib/base/buffer.h"

typedef struct {
    const char *name, *ending;
    const char *about; /* for --help */
    bool together; /* one file holds all dances; otherwise each gets its own */
    bool seen; /* made to be looked at: feet that stand are held still by default */
    bool takes[EXPORT_OPTIONS]; /* does it know the option? */
    /* One of the two: into memory, or piece by piece where the result would not fit there. */
    int (*write)(const ExportJob *job, Buffer *out, Error *err);
    int (*stream)(const ExportJob *job, FILE *out, Error *err);
} ExportFormat;

enum { EXPORT_FORMATS = 8 };
extern const ExportFormat export_formats[EXPORT_FORMATS];

#endif
