/* export_job.h: what the formats of export-motion get to work with. */
#ifndef EXPORT_EXPORT_JOB_H
#define EXPORT_EXPORT_JOB_H

#include <stdbool.h>

#include "export/clip.h"
#include "lib/base/file.h"
#include "metrics/thresholds.h"

/* Options that only some formats take; a format says which (formats.h). */
typedef enum {
    EXPORT_THRESHOLDS,
    EXPORT_AUDIO,
    EXPORT_MUSIC,
    EXPORT_TITLE,
    EXPORT_LABEL,
    EXPORT_NOTE,
    EXPORT_UNIT,
    EXPORT_POSES,
    EXPORT_START,
    EXPORT_DURATION,
    EXPORT_WIDTH,
    EXPORT_HEIGHT,
    EXPORT_OPTIONS
} ExportOption;

typedef struct {
    const Thresholds *thresholds; /* NULL if not given */
    const char *audio; /* sound file; NULL if not given */
    const char *music; /* music features or a sound file: where the beats are; NULL if not given */
    const char *title; /* of the whole; NULL if not given */
    const Strings *labels; /* what dances are called, as far as given */
    const Strings *notes; /* a line about each dance, as far as given */
    double units; /* of length per metre in the file */
    size_t poses, width, height; /* of images and videos; 0: as the format likes */
    double start, duration; /* seconds of the dance to show; duration 0: to its end */
} ExportChoices;

/* One result file: one clip, or all of them where a format holds several. */
typedef struct {
    const Clip *clips;
    const Strings *files; /* [count] where the clips come from; NULL for a format of one clip */
    size_t count;
    const ExportChoices *choices;
    bool quiet; /* no progress */
    void (*warn)(const char *text); /* one line about something that the result lacks */
} ExportJob;

/* Names clips that go together into one result: by labels as far as there are, else by their files,
 * or these' folders where the files' names are the same ("baseline/x.npz", "full/x.npz"). */
int export_job_name_clips(Clip *clips, const Strings *files, const Strings *labels, Error *err);

#endif
