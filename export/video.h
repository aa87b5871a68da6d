/* video.h: dances as a video, each in a panel of its own whose camera goes along with the dancer,
 * all in step. */
#ifndef EXPORT_VIDEO_H
#define EXPORT_VIDEO_H

#include <stdbool.h>
#include <stdio.h>

#include "export/clip.h"

typedef struct Video Video;

/* Of the frames of `range`; clips that are over stand still in their last one. Borrows the clips.
 * *out is NULL on error. Clips of different rates are refused. */
int video_new(const Clip *clips, size_t count, FrameRange range, size_t width, size_t height,
              Video **out, Error *err);
void video_free(Video *v);

/* Frame t of the range as rgba [height, width, 4], opaque. Several may be drawn at the same time.
 */
int video_frame(const Video *v, size_t t, unsigned char *rgba, Error *err);

/* The whole as YUV4MPEG2 (y4m.h), frames drawn by all threads and written in their order as soon as
 * they are there: the same bytes for any number of threads. */
int video_write(const Clip *clips, size_t count, FrameRange range, size_t width, size_t height,
                bool quiet, FILE *out, Error *err);

#endif
