/* export_job.h: what the formats of export-motion get to work with. A format that needs more than
 * export/ alone (measures of metrics/, sound, several files) is joined together in
 * cmd/shared/export_NAME.c. */
#ifndef EXPORT_EXPORT_JOB_H
#define EXPORT_EXPORT_JOB_H

#include <stdbool.h>

#include "export/clip.h"
#include "lib/base/buffer.h"
#include "lib/base/file.h"
#include "metrics/thresholds.h"

typedef struct {
    const char *audio; /* sound file; NULL if not given */
    const Thresholds *thresholds; /* NULL if not given */
    const char *music; /* music features or a sound file: where the beats are; NULL if not given */
    const char *unit; /* "m" or "cm" */
    size_t poses, width, height; /* of pictures; 0: as the format likes */
    const char *title; /* of the whole; NULL if not given */
    bool clean_feet; /* feet_clean was asked for */
} ExportChoices;

/* One result file: one clip, or all of them where a format holds several. */
typedef struct {
    const Clip *clips;
    const Strings
        *files; /* [count] where the clips come from; NULL where a format takes one clip */
    size_t count;
    const ExportChoices *choices;
} ExportJob;

/* Names clips that go together into one result: by labels as far as there are, else by their files,
 * or these' folders where the files' names are the same. */
int export_job_name_clips(Clip *clips, const Strings *files, const Strings *labels, Error *err);

#endif
