#include "export/floor.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/raster.h"
#include "export/scalar.h"

enum { N = FLOOR_SHADOW, ROW_PIXELS = 256 };

/* --- the shadow --- */

/* Where the light takes p on the floor, and how high p is above it. */
static void cast(const float p[3], float floor, float *x, float *z, float *height) {
    *height = scalar_max(p[1] - floor, 0);
    float way = *height / view_light[1];
    *x = p[0] - way * view_light[0];
    *z = p[2] - way * view_light[2];
}

/* Mean over 2 radius + 1 points along the rows, into the columns of out. */
static void blur_turned(const float *in, float *out, int radius) {
    float scale = 1 / (float)(2 * radius + 1);
    for (int row = 0; row < N; row++) {
        const float *line = in + row * N;
        float sum = 0;
        for (int i = 0; i < radius; i++) sum += line[i];
        for (int i = 0; i < N; i++) {
            if (i + radius < N) sum += line[i + radius];
            out[i * N + row] = scalar_max(sum, 0) * scale;
            if (i >= radius) sum -= line[i - radius];
        }
    }
}

static void blur(float *map, float *scratch, float metres, float texel) {
    int radius = (int)scalar_min(scalar_max(rintf(metres / texel), 1), N / 4);
    for (int pass = 0; pass < 2; pass++) {
        blur_turned(map, scratch, radius);
        blur_turned(scratch, map, radius);
    }
}

/* The rectangle that all shadows lie in. */
static void place_shadow(FloorShadow *s, const Caster *casters, size_t count, float floor) {
    const float margin = 0.3f, farthest = 4; /* metres: a body in the air has its shadow far off */
    float low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < casters[c].vertices; i++) {
            float at[2], height;
            cast(casters[c].position + 3 * i, floor, &at[0], &at[1], &height);
            if (height > farthest) continue;
            for (int k = 0; k < 2; k++) {
                low[k] = scalar_min(low[k], at[k]);
                high[k] = scalar_max(high[k], at[k]);
            }
        }
    float size = scalar_max(high[0] - low[0], high[1] - low[1]) + 2 * margin;
    s->texel = size > 0 && size < 100 ? size / (float)N : 1;
    s->x = isfinite(low[0]) ? low[0] - margin : 0;
    s->z = isfinite(low[1]) ? low[1] - margin : 0;
}

/* The lowest caster over each texel, as the greatest -height. */
static void draw_casters(const FloorShadow *s, const Caster *casters, size_t count, float floor,
                         Raster *r) {
    raster_clear(r, -INFINITY);
    for (size_t c = 0; c < count; c++)
        for (size_t t = 0; t < casters[c].triangles; t++) {
            RasterPoint corners[3];
            for (int k = 0; k < 3; k++) {
                const float *p = casters[c].position + 3 * casters[c].index[3 * t + (size_t)k];
                float x, z, height;
                cast(p, floor, &x, &z, &height);
                corners[k] = (RasterPoint){(x - s->x) / s->texel, (z - s->z) / s->texel, -height};
            }
            if (raster_area(corners) < 0) raster_triangle(r, corners, 0); /* lit from above */
        }
}

int floor_shadow_new(FloorShadow *out, const Caster *casters, size_t count, float height) {
    enum { POINTS = N * N };
    *out = (FloorShadow){.dark = malloc(POINTS * sizeof *out->dark)};
    float *near = malloc(2 * POINTS * sizeof *near), *scratch = near + POINTS;
    Raster r;
    if (raster_new(&r, N, N) || !near || !out->dark) {
        raster_free(&r);
        free(near);
        floor_shadow_free(out);
        return -1;
    }
    place_shadow(out, casters, count, height);
    draw_casters(out, casters, count, height, &r);
    for (size_t i = 0; i < POINTS; i++) {
        bool covered = r.depth[i] > -INFINITY;
        out->dark[i] = covered ? 0.8f : 0;
        near[i] = covered ? scalar_clamp(1 + 2.5f * r.depth[i]) : 0;
    }
    blur(out->dark, scratch, 0.05f, out->texel);
    blur(near, scratch, 0.014f, out->texel);
    for (size_t i = 0; i < POINTS; i++) out->dark[i] = scalar_max(out->dark[i], near[i]);
    raster_free(&r);
    free(near);
    return 0;
}

void floor_shadow_free(FloorShadow *s) {
    free(s->dark);
    *s = (FloorShadow){0};
}

/* --- one row of pixels --- */

/* Where the row's pixels meet the floor: x and z are linear along it, as the camera is level. */
typedef struct {
    bool meets;
    float x, z, dx, dz; /* of the first pixel's middle, and from one to the next */
    float grain[2]; /* metres of x and z that a pixel covers */
} FloorLine;

static FloorLine line_of(const Floor *f, const View *v, size_t y) {
    float rise = (v->y - (float)y - 0.5f) / v->focal;
    float way = -v->back[1] + v->up[1] * rise, steps = (f->height - v->eye[1]) / way;
    FloorLine l = {.meets = steps > 0 && steps < 1e4f};
    if (!l.meets) return l;
    float across = (0.5f - v->x) / v->focal, step = steps / v->focal;
    l.dx = step * v->right[0];
    l.dz = step * v->right[2];
    l.x = v->eye[0] + steps * (-v->back[0] + v->up[0] * rise + v->right[0] * across);
    l.z = v->eye[2] + steps * (-v->back[2] + v->up[2] * rise + v->right[2] * across);
    float deep = step / fabsf(way); /* from one row to the next, along the view */
    l.grain[0] = fabsf(l.dx) + deep * fabsf(v->back[0]);
    l.grain[1] = fabsf(l.dz) + deep * fabsf(v->back[2]);
    return l;
}

/* Narrows low .. high to where 0 <= at + i step < end may hold. */
static void narrow(float at, float step, float end, float *low, float *high) {
    if (fabsf(step) < 1e-9f) {
        if (!(at >= 0 && at < end)) *high = *low;
        return;
    }
    float a = -at / step, b = (end - at) / step;
    *low = scalar_max(*low, floorf(scalar_min(a, b)));
    *high = scalar_min(*high, ceilf(scalar_max(a, b)) + 1);
}

/* Darkness at pixels first .. first + count - 1; zero outside the map. */
static void shadow_along(const FloorShadow *s, const FloorLine *l, size_t first, size_t count,
                         float *dark) {
    float scale = s->texel > 0 ? 1 / s->texel : 0;
    float u = (l->x + (float)first * l->dx - s->x) * scale - 0.5f, du = l->dx * scale;
    float w = (l->z + (float)first * l->dz - s->z) * scale - 0.5f, dw = l->dz * scale;
    memset(dark, 0, count * sizeof *dark);
    if (!s->dark || !l->meets) return;
    float low = 0, high = (float)count;
    narrow(u, du, N - 1, &low, &high);
    narrow(w, dw, N - 1, &low, &high);
    for (size_t i = (size_t)low; (float)i < high; i++) {
        float a = u + (float)i * du, b = w + (float)i * dw;
        if (!(a >= 0 && b >= 0 && a < N - 1 && b < N - 1)) continue;
        size_t x = (size_t)a, z = (size_t)b;
        float right = a - (float)x, below = b - (float)z;
        const float *p = s->dark + z * N + x;
        float upper = p[0] + right * (p[1] - p[0]);
        float lower = p[N] + right * (p[N + 1] - p[N]);
        dark[i] = upper + below * (lower - upper);
    }
}

/* How much of a pixel of size `grain` lies on a line of the grid, half of which is `half`. */
static float on_grid(float x, float half, float grain) {
    float distance = fabsf(x - rintf(x));
    return scalar_clamp((half + grain - distance) / (2 * grain)) * scalar_clamp(half / grain);
}

/* sRGB, of 255 */
static const float backdrop_high[3] = {244, 242, 238}, backdrop_low[3] = {233, 230, 223};
static const float floor_colour[3] = {228, 224, 216};
static const float fade_first = 1.7f, fade_last = 6.5f; /* metres from the floor's middle */
static const float line_half = 0.006f, line_dark = 0.12f, shadow_dark = 0.42f;

/* How much of each of `count` pixels from `first` on is floor rather than backdrop. */
static void fade_away(const Floor *f, const FloorLine *line, size_t first, size_t count,
                      float *restrict share) {
    const FloorLine l = *line;
    const float x0 = f->middle[0], z0 = f->middle[1];
    for (size_t i = 0; i < count; i++) {
        float step = (float)(int)(first + i);
        float x = l.x + step * l.dx - x0, z = l.z + step * l.dz - z0;
        share[i] = (fade_last - sqrtf(x * x + z * z)) / (fade_last - fade_first);
    }
    for (size_t i = 0; i < count; i++) {
        float fade = scalar_clamp(share[i]);
        share[i] = fade * fade * (3 - 2 * fade);
    }
}

/* The light on the floor there: less on the lines of the grid, and in the shadow. */
static void light_floor(const FloorLine *line, size_t first, size_t count,
                        const float *restrict dark, float *restrict light) {
    const FloorLine l = *line;
    for (size_t i = 0; i < count; i++) {
        float step = (float)(int)(first + i);
        light[i] = scalar_max(on_grid(l.x + step * l.dx, line_half, l.grain[0]),
                              on_grid(l.z + step * l.dz, line_half, l.grain[1]));
    }
    for (size_t i = 0; i < count; i++)
        light[i] = (1 - line_dark * light[i]) * (1 - shadow_dark * dark[i]);
}

static void fade_sides(float side, size_t first, size_t count, size_t width, float *share) {
    for (size_t i = 0; i < count; i++) {
        float x = (float)(first + i) + 0.5f,
              edge = scalar_clamp(scalar_min(x, (float)width - x) / side);
        share[i] *= edge * edge * (3 - 2 * edge);
    }
}

/* Whole pixels are stored at once, which loops over bytes are not. */
static void mix_pixels(const float back[3], const float *restrict share,
                       const float *restrict light, size_t count, unsigned char *restrict rgba) {
    static const unsigned char ones[4][4] = {{1}, {0, 1}, {0, 0, 1}, {0, 0, 0, 255}};
    uint32_t unit[4]; /* of each byte, in the machine's order */
    memcpy(unit, ones, sizeof unit);
    const uint32_t u0 = unit[0], u1 = unit[1], u2 = unit[2], opaque = unit[3];
    const float b0 = back[0], b1 = back[1], b2 = back[2];
    for (size_t i = 0; i < count; i++) {
        uint32_t r = (uint32_t)(int)(b0 + share[i] * (floor_colour[0] * light[i] - b0) + 0.5f);
        uint32_t g = (uint32_t)(int)(b1 + share[i] * (floor_colour[1] * light[i] - b1) + 0.5f);
        uint32_t b = (uint32_t)(int)(b2 + share[i] * (floor_colour[2] * light[i] - b2) + 0.5f);
        uint32_t pixel = opaque + r * u0 + g * u1 + b * u2;
        memcpy(rgba + 4 * i, &pixel, sizeof pixel);
    }
}

void floor_row(const Floor *f, const FloorShadow *s, const View *v, size_t y, size_t width,
               unsigned char *rgba) {
    const FloorLine l = line_of(f, v, y);
    float dark[ROW_PIXELS], share[ROW_PIXELS] = {0}, light[ROW_PIXELS] = {0}, back[3];
    float low = scalar_clamp((float)y / scalar_max(2 * v->y, 1)), mix = low * low * (3 - 2 * low);
    for (int k = 0; k < 3; k++)
        back[k] = backdrop_high[k] + mix * (backdrop_low[k] - backdrop_high[k]);
    for (size_t first = 0; first < width; first += ROW_PIXELS) {
        size_t count = width - first < ROW_PIXELS ? width - first : ROW_PIXELS;
        shadow_along(s, &l, first, count, dark);
        if (l.meets) {
            fade_away(f, &l, first, count, share);
            light_floor(&l, first, count, dark, light);
        }
        if (f->side > 0) fade_sides(f->side, first, count, width, share);
        mix_pixels(back, share, light, count, rgba + 4 * first);
    }
}

void floor_shadow_row(const Floor *f, const FloorShadow *s, const View *v, size_t y, size_t width,
                      unsigned char *rgba) {
    const FloorLine l = line_of(f, v, y);
    float dark[ROW_PIXELS];
    memset(rgba, 0, 4 * width);
    for (size_t first = 0; first < width; first += ROW_PIXELS) {
        size_t count = width - first < ROW_PIXELS ? width - first : ROW_PIXELS;
        shadow_along(s, &l, first, count, dark);
        for (size_t i = 0; i < count; i++)
            rgba[4 * (first + i) + 3] = (unsigned char)(int)(255 * shadow_dark * dark[i] + 0.5f);
    }
}
