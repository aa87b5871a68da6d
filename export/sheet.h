/* sheet.h: pictures of dances: a contact sheet (a row of poses for each dance), and the frames of a
 * film. */
#ifndef EXPORT_SHEET_H
#define EXPORT_SHEET_H

#include "export/clip.h"
#include "export/figure.h"
#include "lib/base/buffer.h"

/* One row per clip, `poses` figures a row at equal distances in time from the first frame to the
 * last, on white, `width` pixels wide, each under its time; the camera stands before the dancer and
 * goes along with him. Seed frames are paler. A PNG file. */
int sheet_png(const Clip *clips, size_t count, size_t poses, size_t width, Buffer *out, Error *err);

/* A film of all clips in step, each on a spot of its own, seen from a place where none leaves the
 * picture. */
typedef struct Video Video;

/* *out is NULL on error; it borrows the clips. Clips of different rates are refused. */
int video_new(const Clip *clips, size_t count, size_t width, size_t height, Video **out,
              Error *err);
size_t video_frames(
    const Video *f); /* of the longest clip; shorter ones stand still at their end */
/* rgb [height, width, 3]. */
int video_frame(Video *f, size_t frame, unsigned char *rgb, Error *err);
void video_free(Video *f);

#endif
