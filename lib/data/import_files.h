/* import_files.h: motions of other projects into motion files, several at a time. */
#ifndef LIB_DATA_IMPORT_FILES_H
#define LIB_DATA_IMPORT_FILES_H

#include "lib/base/file.h"
#include "lib/cli/progress.h"
#include "lib/motion/import/motion_import.h"

typedef struct {
    double fps, from_fps; /* wanted; of files that do not say theirs; 0: not given */
    MotionImportOptions import;
} ImportOptions;

typedef struct {
    const char *source; /* borrowed */
    char *target; /* owned */
    enum { IMPORT_PENDING, IMPORT_DONE, IMPORT_IGNORED, IMPORT_KEPT, IMPORT_FAILED } state;
    bool resampled;
    bool many; /* the file holds many recordings; the target is what is written last */
    size_t takes; /* of such a file: how many were written, under names of their own */
    Error note; /* what was guessed; empty where nothing was */
    Error err; /* if it failed */
} ImportJob;

/* Jobs for `sources`, whose strings are borrowed: into files STEM.npz of the folder, which is made
 * (Human3.6M's S1/walking_1.txt: S1-walking_1.npz).
 * Those whose stem is in the sorted list `ignored` are IMPORT_IGNORED; with skip_existing those
 * whose target is not older than the source IMPORT_KEPT. A source whose result would replace itself
 * or another's fails. *jobs [sources->count] is owned: import_free; NULL on error. */
int import_plan(const Strings *sources, const char *folder, const Strings *ignored,
                bool skip_existing, ImportJob **jobs, Error *err);
void import_free(ImportJob *jobs, size_t count);

/* Reads and writes what is pending; what goes wrong with one does not stop the others. */
void import_all(ImportJob *jobs, size_t count, const ImportOptions *o, Progress *p);

#endif
