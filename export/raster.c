#include "export/raster.h"

#include <math.h>
#include <stdlib.h>

int raster_new(Raster *r, size_t width, size_t height) {
    *r = (Raster){.width = width,
                  .height = height,
                  .depth = malloc(width * height * sizeof *r->depth),
                  .owner = malloc(width * height * sizeof *r->owner)};
    if (r->depth && r->owner) return 0;
    raster_free(r);
    return -1;
}

void raster_clear(Raster *r, float depth) {
    for (size_t i = 0; i < r->width * r->height; i++) r->depth[i] = depth;
}

void raster_free(Raster *r) {
    free(r->depth);
    free(r->owner);
    *r = (Raster){0};
}

/* Sides as linear functions, positive inside: value at the origin, growth along x and along y. */
typedef struct {
    double x[3], y[3]; /* corners */
    double area; /* twice, with its sign */
} Sides;

static Sides sides_of(const RasterPoint corners[3]) {
    Sides s;
    for (int k = 0; k < 3; k++) {
        s.x[k] = rint(256.0 * (double)corners[k].x) / 256;
        s.y[k] = rint(256.0 * (double)corners[k].y) / 256;
    }
    s.area = (s.x[1] - s.x[0]) * (s.y[2] - s.y[0]) - (s.x[2] - s.x[0]) * (s.y[1] - s.y[0]);
    return s;
}

/* The side opposite to corner k at (x, y): twice the area of the triangle that it makes with the
 * point. */
static double side_at(const Sides *s, int k, double x, double y) {
    int a = (k + 1) % 3, b = (k + 2) % 3;
    return (s->x[a] - x) * (s->y[b] - y) - (s->x[b] - x) * (s->y[a] - y);
}

static double least(const double v[3]) { return fmin(v[0], fmin(v[1], v[2])); }
static double most(const double v[3]) { return fmax(v[0], fmax(v[1], v[2])); }

/* The points i with low <= i + 0.5 <= high, from *first to before *end, within 0 .. count. */
static void span(double low, double high, size_t count, size_t *first, size_t *end) {
    double a = ceil(low - 0.5), b = floor(high - 0.5) + 1;
    *first = a > 0 ? (size_t)fmin(a, (double)count) : 0;
    *end = b > 0 ? (size_t)fmin(b, (double)count) : 0;
}

void raster_triangle(Raster *r, const RasterPoint corners[3], uint32_t owner) {
    Sides s = sides_of(corners);
    size_t x0, x1, y0, y1;
    if (!(fabs(s.area) > 0)) return;
    span(least(s.x), most(s.x), r->width, &x0, &x1);
    span(least(s.y), most(s.y), r->height, &y0, &y1);
    if (x0 >= x1 || y0 >= y1) return;

    double sign = s.area > 0 ? 1 : -1, row[3], dx[3], dy[3], depth = 0, depth_dx = 0, depth_dy = 0;
    for (int k = 0; k < 3; k++) {
        int a = (k + 1) % 3, b = (k + 2) % 3;
        row[k] = sign * side_at(&s, k, (double)x0 + 0.5, (double)y0 + 0.5);
        dx[k] = sign * (s.y[a] - s.y[b]);
        dy[k] = sign * (s.x[b] - s.x[a]);
        double part = (double)corners[k].depth / fabs(s.area);
        depth += part * row[k];
        depth_dx += part * dx[k];
        depth_dy += part * dy[k];
    }
    for (size_t y = y0; y < y1; y++) {
        double e0 = row[0], e1 = row[1], e2 = row[2], d = depth;
        float *at = r->depth + y * r->width;
        uint32_t *owners = r->owner + y * r->width;
        for (size_t x = x0; x < x1; x++) {
            if (e0 >= 0 && e1 >= 0 && e2 >= 0 && (float)d > at[x]) {
                at[x] = (float)d;
                owners[x] = owner;
            }
            e0 += dx[0];
            e1 += dx[1];
            e2 += dx[2];
            d += depth_dx;
        }
        for (int k = 0; k < 3; k++) row[k] += dy[k];
        depth += depth_dy;
    }
}

void raster_shares(const RasterPoint corners[3], float x, float y, float share[3]) {
    Sides s = sides_of(corners);
    for (int k = 0; k < 3; k++) share[k] = (float)(side_at(&s, k, (double)x, (double)y) / s.area);
}
