/* png.h: Portable Network Graphics (ISO/IEC 15948). */
#ifndef EXPORT_PNG_H
#define EXPORT_PNG_H

#include "lib/base/buffer.h"

/* rgb [height, width, 3], 8 bits each. */
int png_write(const unsigned char *rgb, size_t width, size_t height, Buffer *out, Error *err);

/* The same in at most 256 colours (quantise.h): a third of the size. */
int png_write_indexed(const unsigned char *rgb, size_t width, size_t height, Buffer *out,
                      Error *err);

#endif
