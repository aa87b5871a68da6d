/* palette.h: the dancers' colours on pages, in images and videos, for light and dark backgrounds.
 */
#ifndef EXPORT_PALETTE_H
#define EXPORT_PALETTE_H

#include <stddef.h>

/* "#rrggbb" of dancer i; after eight they come again. */
const char *palette_colour(size_t i);

#endif
