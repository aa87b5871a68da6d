/* png.h: Portable Network Graphics (ISO/IEC 15948), 8-bit RGB. */
#ifndef EXPORT_PNG_H
#define EXPORT_PNG_H

#include "lib/base/buffer.h"

/* rgb [height, width, 3]. */
int png_write(const unsigned char *rgb, size_t width, size_t height, Buffer *out, Error *err);

#endif
