/* render.c: per image a shadow map, then bands of rows: floor, the foremost triangle at every
 * sample, light once for each triangle that a pixel shows. */
#include "export/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/colour.h"
#include "export/floor.h"
#include "export/raster.h"
#include "export/scalar.h"

enum { BAND = 32, SHADOW = 512 };

/* A triangle that faces the viewer, on the grid of samples of the whole image. */
typedef struct {
    RasterPoint corners[3];
    float low, high; /* rows of samples that it reaches */
    uint32_t actor, triangle;
} Face;

/* How far towards the light the nearest surface lies, over a square across the light. */
typedef struct {
    Raster map;
    float across[3], along[3], centre[3], scale; /* texels per metre */
} ShadowMap;

typedef struct {
    const Scene *scene;
    size_t width, height;
    View view;
    ShadowMap shadow;
    Floor floor;
    FloorShadow floor_shadow;
    Face *faces;
    size_t face_count;
    Raster band;
    float linear[256]; /* light of sRGB levels */
} Drawing;

/* --- vectors --- */

static float dot(const float a[3], const float b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void normalise(float v[3]) {
    float scale = 1 / sqrtf(scalar_max(dot(v, v), 1e-20f));
    for (int k = 0; k < 3; k++) v[k] *= scale;
}

/* --- shadows that figures throw on themselves and on each other --- */

static RasterPoint light_place(const ShadowMap *s, const float p[3]) {
    const float d[3] = {p[0] - s->centre[0], p[1] - s->centre[1], p[2] - s->centre[2]};
    return (RasterPoint){dot(d, s->across) * s->scale + (float)SHADOW / 2,
                         dot(d, s->along) * s->scale + (float)SHADOW / 2, dot(d, view_light)};
}

static void place_shadow_map(ShadowMap *s, const Scene *scene) {
    float low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (size_t a = 0; a < scene->count; a++)
        for (size_t i = 0; i < 3 * scene->actors[a].figure->vertices; i++) {
            low[i % 3] = scalar_min(low[i % 3], scene->actors[a].position[i]);
            high[i % 3] = scalar_max(high[i % 3], scene->actors[a].position[i]);
        }
    float reach = 0;
    for (int k = 0; k < 3; k++) {
        s->centre[k] = (low[k] + high[k]) / 2;
        reach += (high[k] - low[k]) * (high[k] - low[k]);
    }
    s->scale = (float)SHADOW / (sqrtf(reach) + 0.2f);
    const float *l = view_light; /* up x light, light x that */
    const float across[3] = {l[2], 0, -l[0]};
    memcpy(s->across, across, sizeof across);
    normalise(s->across);
    s->along[0] = l[1] * s->across[2] - l[2] * s->across[1];
    s->along[1] = l[2] * s->across[0] - l[0] * s->across[2];
    s->along[2] = l[0] * s->across[1] - l[1] * s->across[0];
}

static void draw_shadow_map(ShadowMap *s, const Scene *scene) {
    place_shadow_map(s, scene);
    raster_clear(&s->map, -INFINITY);
    for (size_t a = 0; a < scene->count; a++) {
        const Actor *actor = &scene->actors[a];
        for (size_t t = 0; t < actor->figure->triangles; t++) {
            RasterPoint corners[3];
            for (size_t k = 0; k < 3; k++)
                corners[k] = light_place(s, actor->position + 3 * actor->figure->index[3 * t + k]);
            if (raster_area(corners) > 0) raster_triangle(&s->map, corners, 0);
        }
    }
}

/* Share of the light that reaches p: the mean over 3 x 3 texels. bias: metres. */
static float lit(const ShadowMap *s, const float p[3], float bias) {
    RasterPoint at = light_place(s, p);
    if (!(at.x >= 1 && at.y >= 1 && at.x < SHADOW - 1 && at.y < SHADOW - 1)) return 1;
    const float *texel = s->map.depth + (size_t)at.y * SHADOW + (size_t)at.x;
    float limit = at.depth + bias + 1 / s->scale;
    int free = 0;
    for (ptrdiff_t j = -SHADOW; j <= SHADOW; j += SHADOW)
        for (ptrdiff_t i = -1; i <= 1; i++) free += texel[j + i] <= limit;
    return (float)free / 9;
}

/* --- light --- */

/* x^24 */
static float gloss_power(float x) {
    float x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
    return x8 * x8 * x8;
}

/* Light of a warm lamp and a cool sky, a little gloss, and a bright edge that sets limbs off from
 * one another. n need not be of unit length. */
static void shade(const Drawing *d, const float p[3], float n[3], const float colour[3],
                  float out[3]) {
    static const float warm[3] = {1.0f, 0.97f, 0.92f}, cool[3] = {0.86f, 0.92f, 1.0f};
    float eye[3], half[3];
    for (int k = 0; k < 3; k++) eye[k] = d->view.eye[k] - p[k];
    normalise(n);
    normalise(eye);
    for (int k = 0; k < 3; k++) half[k] = eye[k] + view_light[k];
    normalise(half);
    float facing = dot(n, view_light), away = 1 - scalar_clamp(dot(n, eye));
    float lamp = facing > 0 ? facing * lit(&d->shadow, p, 0.02f + 0.02f * (1 - facing)) : 0;
    float gloss = lamp > 0 ? 0.10f * gloss_power(scalar_clamp(dot(n, half))) : 0;
    float sky = 0.5f + 0.5f * n[1], edge = 0.16f * away * away * away * (0.3f + 0.7f * sky);
    for (int k = 0; k < 3; k++)
        out[k] = colour[k] * (0.95f * lamp * warm[k] + (0.20f + 0.36f * sky) * cool[k]) +
                 (gloss + edge) * cool[k];
}

/* The light of a face where it covers (x, y) on the grid of samples. */
static void shade_face(const Drawing *d, const Face *f, float x, float y, float out[3]) {
    const Actor *a = &d->scene->actors[f->actor];
    const uint32_t *vertex = a->figure->index + 3 * f->triangle;
    float share[3], sum = 0, p[3] = {0}, n[3] = {0};
    raster_shares(f->corners, x, y, share);
    for (int k = 0; k < 3; k++) {
        share[k] *= f->corners[k].depth; /* perspective: weights by 1 / distance */
        sum += share[k];
    }
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 3; i++) {
            p[i] += share[k] / sum * a->position[3 * vertex[k] + (uint32_t)i];
            n[i] += share[k] / sum * a->normal[3 * vertex[k] + (uint32_t)i];
        }
    shade(d, p, n, a->colour, out);
}

/* --- faces --- */

/* Takes the triangles that face the viewer. */
static void add_faces(Drawing *d, uint32_t actor, RasterPoint *projected, bool *seen) {
    const Actor *a = &d->scene->actors[actor];
    float samples = (float)d->scene->samples;
    for (size_t i = 0; i < a->figure->vertices; i++) {
        RasterPoint *q = &projected[i];
        seen[i] = view_project(&d->view, a->position + 3 * i, &q->x, &q->y, &q->depth);
        q->x *= samples;
        q->y *= samples;
    }
    for (size_t t = 0; t < a->figure->triangles; t++) {
        const uint32_t *vertex = a->figure->index + 3 * t;
        if (!seen[vertex[0]] || !seen[vertex[1]] || !seen[vertex[2]]) continue;
        Face f = {.actor = actor, .triangle = (uint32_t)t};
        for (int k = 0; k < 3; k++) f.corners[k] = projected[vertex[k]];
        if (!(raster_area(f.corners) < 0)) continue;
        f.low = scalar_min(f.corners[0].y, scalar_min(f.corners[1].y, f.corners[2].y));
        f.high = scalar_max(f.corners[0].y, scalar_max(f.corners[1].y, f.corners[2].y));
        d->faces[d->face_count++] = f;
    }
}

/* Owners of the band's samples. They are in columns of pixels *first to *end - 1. */
static void draw_faces(Drawing *d, size_t first_row, size_t *first, size_t *end) {
    float n = (float)d->scene->samples, width = (float)d->width;
    float low = (float)first_row * n, high = low + (float)d->band.height;
    float left = width, right = 0;
    raster_clear(&d->band, 0);
    for (size_t i = 0; i < d->face_count; i++) {
        const Face *f = &d->faces[i];
        if (f->high < low || f->low > high) continue;
        RasterPoint corners[3];
        for (int k = 0; k < 3; k++) {
            corners[k] = f->corners[k];
            corners[k].y -= low;
            left = scalar_min(left, corners[k].x / n - 1);
            right = scalar_max(right, corners[k].x / n + 1);
        }
        raster_triangle(&d->band, corners, (uint32_t)i);
    }
    *first = (size_t)scalar_max(left, 0);
    *end = (size_t)scalar_min(right + 1, width);
}

/* --- pixels --- */

/* Light and covered share of one pixel. Samples at about the same distance share one light, that of
 * the first of them. left, top: the pixel's first sample within the band. */
static float gather(const Drawing *d, size_t left, size_t top, float first_row, float light[3]) {
    enum { SAMPLES_MAX = 16 };
    const float alike = 0.004f; /* of the distance */
    size_t n = d->scene->samples, count = 0, at[SAMPLES_MAX];
    float depth[SAMPLES_MAX], share = 1 / (float)(n * n);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            size_t sample = (top + j) * d->band.width + left + i;
            if (!(d->band.depth[sample] > 0)) continue;
            at[count] = sample;
            depth[count++] = d->band.depth[sample];
        }
    for (size_t i = 0; i < count; i++) {
        if (depth[i] == 0) continue; /* counted with another */
        float same = 0, out[3], nearest = depth[i];
        for (size_t k = i; k < count; k++) {
            if (fabsf(depth[k] - nearest) > alike * nearest) continue;
            depth[k] = 0;
            same++;
        }
        float x = (float)(at[i] % d->band.width) + 0.5f;
        float y = (float)(at[i] / d->band.width) + 0.5f + first_row;
        shade_face(d, &d->faces[d->band.owner[at[i]]], x, y, out);
        for (int k = 0; k < 3; k++) light[k] += same * share * out[k];
    }
    return (float)count * share;
}

static void draw_pixel(const Drawing *d, size_t x, size_t row, size_t first_row,
                       unsigned char *out) {
    size_t n = d->scene->samples;
    float light[3] = {0};
    float cover = gather(d, x * n, row * n, (float)(first_row * n), light);
    if (cover == 0) return;
    float behind = (1 - cover) * (float)out[3] / 255, alpha = cover + behind;
    for (int k = 0; k < 3; k++)
        out[k] = colour_encode((light[k] + behind * d->linear[out[k]]) / alpha);
    out[3] = (unsigned char)(int)(255 * alpha + 0.5f);
}

static void draw_band(Drawing *d, size_t first_row, unsigned char *rgba, size_t stride) {
    size_t rows = d->height - first_row < BAND ? d->height - first_row : BAND, first, end;
    draw_faces(d, first_row, &first, &end);
    for (size_t row = 0; row < rows; row++) {
        size_t y = first_row + row;
        unsigned char *line = rgba + 4 * stride * y;
        if (d->scene->stage)
            floor_row(&d->floor, &d->floor_shadow, &d->view, y, d->width, line);
        else
            floor_shadow_row(&d->floor, &d->floor_shadow, &d->view, y, d->width, line);
        for (size_t x = first; x < end; x++) draw_pixel(d, x, row, first_row, line + 4 * x);
    }
}

/* --- the whole --- */

static int prepare(Drawing *d, Error *err) {
    const Scene *s = d->scene;
    size_t triangles = 0, vertices = 0;
    for (size_t a = 0; a < s->count; a++) {
        triangles += s->actors[a].figure->triangles;
        if (s->actors[a].figure->vertices > vertices) vertices = s->actors[a].figure->vertices;
    }
    Caster *casters = calloc(s->count + 1, sizeof *casters);
    RasterPoint *projected = malloc((vertices + 1) * sizeof *projected);
    bool *seen = malloc(vertices + 1);
    d->faces = malloc((triangles + 1) * sizeof *d->faces);
    bool good = casters && projected && seen && d->faces &&
                raster_new(&d->band, d->width * s->samples, BAND * s->samples) == 0 &&
                raster_new(&d->shadow.map, SHADOW, SHADOW) == 0;
    for (size_t a = 0; good && a < s->count; a++) {
        const Actor *actor = &s->actors[a];
        casters[a] = (Caster){actor->position, actor->figure->index, actor->figure->vertices,
                              actor->figure->triangles};
        add_faces(d, (uint32_t)a, projected, seen);
    }
    good = good && floor_shadow_new(&d->floor_shadow, casters, s->count, d->floor.height) == 0;
    if (good) draw_shadow_map(&d->shadow, s);
    free(casters);
    free(projected);
    free(seen);
    return good ? 0
                : error_set(err, "out of memory for an image of %zu x %zu", d->width, d->height);
}

int render(const Scene *scene, size_t width, size_t height, unsigned char *rgba, size_t stride,
           Error *err) {
    Drawing d = {
        .scene = scene, .width = width, .height = height, .view = view_new(&scene->camera)};
    d.floor = (Floor){.height = (float)scene->floor,
                      .middle = {(float)scene->middle[0], (float)scene->middle[1]},
                      .side = scene->sides ? 0.16f * (float)width : 0};
    for (int i = 0; i < 256; i++) d.linear[i] = colour_decode((unsigned char)i);
    int status = prepare(&d, err);
    for (size_t row = 0; !status && row < height; row += BAND) draw_band(&d, row, rgba, stride);
    raster_free(&d.band);
    raster_free(&d.shadow.map);
    floor_shadow_free(&d.floor_shadow);
    free(d.faces);
    return status;
}

void render_over(const unsigned char *rgba, size_t width, size_t height, unsigned char *canvas,
                 size_t canvas_width, size_t canvas_height, long left, long top) {
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            long cx = left + (long)x, cy = top + (long)y;
            if (cx < 0 || cy < 0 || cx >= (long)canvas_width || cy >= (long)canvas_height) continue;
            const unsigned char *in = rgba + 4 * (y * width + x);
            unsigned char *out = canvas + 3 * ((size_t)cy * canvas_width + (size_t)cx);
            if (in[3] == 0) continue;
            double alpha = in[3] / 255.0;
            for (int k = 0; k < 3; k++)
                out[k] = (unsigned char)(alpha * in[k] + (1 - alpha) * out[k] + 0.5);
        }
}
