/* aist_check.h: what a folder of AIST++'s layout has, lacks, and has damaged. */
#ifndef LIB_DATA_AIST_CHECK_H
#define LIB_DATA_AIST_CHECK_H

#include "lib/cli/options.h"
#include "lib/data/aist_folder.h"

/* Names of one list, by what they lack; the list of everything may be missing. */
typedef struct {
    bool there;
    size_t names, usable, ignored, no_motion, no_music, damaged;
} AistSplitCheck;

typedef struct {
    AistFiles motions, music;
    Strings ignored;
    size_t damaged_motions, damaged_music;
    AistSplitCheck split[AIST_SPLITS];
    bool good; /* nothing that is needed is missing or damaged */
} AistFindings;

typedef struct {
    const char *folder;
    const char *music; /* folder of the music; NULL: folder/music */
    bool name_missing; /* a line on stdout for each missing file */
    bool quiet; /* no progress */
} AistCheckOptions;

/* Reads every file whole; what is damaged or unreadable gets a line on stderr in the name of
 * `program`. -1 only when memory is out. *out must be freed, after an error too. */
int aist_check(const Program *program, const AistCheckOptions *o, AistFindings *out, Error *err);
void aist_findings_free(AistFindings *f);

#endif
