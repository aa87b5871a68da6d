/* extract.h: sound files into feature files, several at a time. */
#ifndef FEATURES_EXTRACT_H
#define FEATURES_EXTRACT_H

#include "features/mint35/mint35.h"
#include "lib/base/file.h"
#include "lib/cli/progress.h"

typedef struct {
    Mint35Options features;
    bool start_bpm_given; /* else a sound's name may set it: mint35_start_bpm */
    bool skip_existing; /* leave sounds whose target is there already */
    const char *trace_path; /* of one sound: where what is computed on the way goes; or NULL */
    int threads; /* sounds at a time */
} ExtractOptions;

typedef struct {
    const char *source; /* borrowed */
    char *target; /* owned */
    enum { EXTRACT_FAILED, EXTRACT_SKIPPED, EXTRACT_DONE } state;
    unsigned notes; /* Music.notes */
    Error err; /* if it failed */
} ExtractJob;

/* Jobs for `sources`, whose strings are borrowed: into files STEM.npz of the folder `output` or, if
 * that ends in .npz and is not a folder, of one sound into that file. Refuses two sources for one
 * target, and several for one file. Writes nothing. *jobs [sources->count] is owned: extract_free;
 * NULL on error. */
int extract_plan(const Strings *sources, const char *output, ExtractJob **jobs, Error *err);
void extract_free(ExtractJob *jobs, size_t count);

/* Whether `output` names a file, into which one sound goes. */
bool extract_names_file(const char *output);

/* Makes the folder `output` or, of a file, the one that it goes into. */
int extract_make_folder(const char *output, Error *err);

/* Computes and writes the features of every job; what goes wrong with one does not stop the others.
 * stderr is muted meanwhile, but for progress. */
void extract_all(ExtractJob *jobs, size_t count, const ExtractOptions *o, Progress *p);

#endif
