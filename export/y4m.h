/* y4m.h: YUV4MPEG2, uncompressed video that says its own size and rate, read by ffmpeg, mpv and
 * x264. */
#ifndef EXPORT_Y4M_H
#define EXPORT_Y4M_H

#include "lib/base/buffer.h"

/* The stream's first line. fps is written as a fraction of 1000ths where it is not whole. */
void y4m_header(Buffer *out, size_t width, size_t height, double fps);

/* One frame: rgba [height, width, 4] as 4:4:4 Y'CbCr, ITU-R BT.601, limited range. */
void y4m_frame(Buffer *out, const unsigned char *rgba, size_t width, size_t height);

#endif
