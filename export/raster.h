/* raster.h: triangles on a grid of points: which of them is foremost at each. */
#ifndef EXPORT_RASTER_H
#define EXPORT_RASTER_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t width, height; /* points */
    float *depth; /* [height, width] the greatest so far; owned */
    uint32_t *owner; /* [height, width] the triangle that it belongs to; owned */
} Raster;

typedef struct {
    float x, y, depth;
} RasterPoint;

/* Contents are undefined until raster_clear. -1 when memory is out; *r is then empty. */
int raster_new(Raster *r, size_t width, size_t height);
void raster_clear(Raster *r, float depth);
void raster_free(Raster *r);

/* Twice the area, positive where the corners run clockwise as rows run downwards. */
static inline float raster_area(const RasterPoint c[3]) {
    return (c[1].x - c[0].x) * (c[2].y - c[0].y) - (c[2].x - c[0].x) * (c[1].y - c[0].y);
}

/* Point (i, j) lies at (i + 0.5, j + 0.5). Corners are rounded to 1/256, which makes the sides
 * exact: a point between two triangles that share a side is never left out. Depth is linear over
 * the triangle; at a point where it is greater than what is there, it and `owner` take its place.
 */
void raster_triangle(Raster *r, const RasterPoint corners[3], uint32_t owner);

/* Barycentric coordinates of (x, y), which is inside, by the same rounding; sum 1. */
void raster_shares(const RasterPoint corners[3], float x, float y, float share[3]);

#endif
