/* clips.h: dances cut into clips of one length: what motion prediction is measured on (paper,
 * Table 7), and its training data at a lower rate. */
#ifndef LIB_DATA_CLIPS_H
#define LIB_DATA_CLIPS_H

#include <stdbool.h>

#include "lib/base/buffer.h"
#include "lib/data/dataset.h"
#include "lib/motion/motion.h"

typedef struct {
    size_t every; /* one frame of so many is kept; 1: all */
    double fps; /* resampled to this rate instead; 0: not */
    size_t length; /* frames of a clip, of those; 0: the dance as it is */
    size_t stride; /* frames from one clip to the next */
    size_t skip; /* frames before the first */
    const char *genre; /* of all clips; NULL: the row's */
    bool music; /* cut the music, too */
} ClipOptions;

/* The frames that are kept of a dance, with its names. *out is empty on error. */
int clips_thin(const Motion *m, size_t every, Motion *out, Error *err);

/* Clips that a dance of so many frames has. */
size_t clips_count(const ClipOptions *o, size_t frames);

typedef struct {
    size_t count; /* of clips */
    bool fps_assumed; /* the dance does not say its rate; 60 was taken */
} ClipResult;

/* Cuts a row's dance into FOLDER/NAME-000125.npz, the number being the clip's first frame (a dance
 * that stays whole: NAME.npz), and its music, where there is some and it is asked for, into
 * FOLDER/music/ likewise; appends a line of a data set for each to `lines`. A dance that is too
 * short has no clip. Music of another rate than the clips' is refused. */
int clips_cut(const DatasetRow *row, const ClipOptions *o, const char *folder, Buffer *lines,
              ClipResult *result, Error *err);

#endif
