/* y4m.h: YUV4MPEG2, the stream of raw pictures that ffmpeg, mpv and x264 read without being told
 * its size or rate. */
#ifndef EXPORT_Y4M_H
#define EXPORT_Y4M_H

#include "lib/base/buffer.h"

/* The stream's first line. fps is written as a fraction of 1000ths where it is not whole. */
void y4m_header(Buffer *out, size_t width, size_t height, double fps);

/* One picture: rgb [height, width, 3] as 4:4:4 Y'CbCr, ITU-R BT.601, limited range. */
void y4m_frame(Buffer *out, const unsigned char *rgb, size_t width, size_t height);

#endif
