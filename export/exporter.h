/* exporter.h: motion files -> result files of one format. */
#ifndef EXPORT_EXPORTER_H
#define EXPORT_EXPORTER_H

#include "export/formats.h"

typedef enum {
    FEET_BY_FORMAT, /* held still where the format is looked at and the body has SMPL's legs */
    FEET_HELD, /* an error for other bodies */
    FEET_AS_THEY_ARE
} FeetChoice;

typedef struct {
    const ExportFormat *format;
    const ExportChoices *choices;
    const char *skeleton; /* path of a skeleton .npz; NULL: SMPL's or SMPL-H's, by the joints */
    const char *output; /* a file, "-" for standard output, or a folder */
    FeetChoice feet;
    bool quiet;
    void (*warn)(const char *text); /* one line each */
} ExportRun;

/* Reads the motions that the operands stand for (motion_list.h) and writes the result: one file, or
 * one for each motion into a folder. Fails with the path of the motion or of the result. */
int export_motions(const ExportRun *run, char *const *operands, size_t count, Error *err);

#endif
