/* sheet.h: contact sheets: a row of poses for each dance. */
#ifndef EXPORT_SHEET_H
#define EXPORT_SHEET_H

#include "export/clip.h"
#include "lib/base/buffer.h"

/* A PNG file, `width` pixels wide, on white. One row per clip, `poses` figures a row at equal
 * distances in time from the first to the last frame of its range, each above its time; the camera
 * stands before the dancer and goes along with him. Seed frames are paler; with several clips their
 * names stand at the left. */
int sheet_png(const Clip *clips, const FrameRange *ranges, size_t count, size_t poses, size_t width,
              Buffer *out, Error *err);

#endif
