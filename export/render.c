#include "export/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/vec3.h"

enum {
    BAND = 32,
    SHADOW = 512 /* texels a side */,
    TILE = 16,
    TILES = SHADOW / TILE,
    SHADES = 8192
};

/* Towards the light, of length 1. */
static const double light[3] = {0.30151134, 0.90453403, 0.30151134};

typedef struct {
    double right[3], up[3], back[3]; /* of the camera; back points at the viewer */
    double distance;
    const Scene *scene;
    size_t width, height;
    /* The shadow map: how far towards the light the nearest surface lies, over a square across the
     * light. */
    double across[3], along[3], centre[3], half;
    float *shadow;
    unsigned char srgb[SHADES];
    bool busy[TILES][TILES]; /* some texel in or next to this tile of the map has a surface */
} View;

typedef struct {
    float *light; /* [rows * samples, width * samples, 4] linear RGB times alpha, alpha */
    float *depth; /* 1 / distance, 0 at infinity */
    size_t first, rows; /* pixels */
} Band;

/* --- vectors and colours --- */

static double clamp(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

static double to_linear(double s) {
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double to_srgb(double l) {
    return l <= 0.0031308 ? 12.92 * l : 1.055 * pow(l, 1 / 2.4) - 0.055;
}

void render_colour(const char *hex, float colour[3]) {
    unsigned long rgb = strtoul(hex + 1, NULL, 16);
    for (int i = 0; i < 3; i++)
        colour[i] = (float)to_linear((double)(rgb >> (16 - 8 * i) & 255) / 255);
}

/* --- triangles --- */

/* Three corners on a grid, what is interpolated between them, and who takes a point inside. */
typedef struct {
    double x[3], y[3];
} Corners;

typedef void (*Paint)(void *context, size_t x, size_t y, const double share[3]);

/* Calls paint for every grid point (x + 0.5, y + 0.5) inside with its barycentric coordinates. */
static void scan(const Corners *c, size_t width, size_t first_row, size_t end_row, Paint paint,
                 void *context) {
    double area =
        (c->x[1] - c->x[0]) * (c->y[2] - c->y[0]) - (c->x[2] - c->x[0]) * (c->y[1] - c->y[0]);
    if (!(fabs(area) > 1e-12)) return;
    double low = fmin(c->y[0], fmin(c->y[1], c->y[2])),
           high = fmax(c->y[0], fmax(c->y[1], c->y[2]));
    double left = fmin(c->x[0], fmin(c->x[1], c->x[2])),
           right = fmax(c->x[0], fmax(c->x[1], c->x[2]));
    if (!(high > (double)first_row && low < (double)end_row && right > 0 && left < (double)width))
        return;
    size_t y0 = low > (double)first_row ? (size_t)low : first_row,
           y1 = high < (double)end_row ? (size_t)ceil(high) : end_row;
    size_t x0 = left > 0 ? (size_t)left : 0,
           x1 = right < (double)width ? (size_t)ceil(right) : width;
    for (size_t y = y0; y < y1; y++)
        for (size_t x = x0; x < x1; x++) {
            double share[3], px = (double)x + 0.5, py = (double)y + 0.5;
            for (int k = 0; k < 2; k++) {
                int a = (k + 1) % 3, b = (k + 2) % 3;
                share[k] =
                    ((c->x[a] - px) * (c->y[b] - py) - (c->x[b] - px) * (c->y[a] - py)) / area;
            }
            share[2] = 1 - share[0] - share[1];
            if (share[0] >= 0 && share[1] >= 0 && share[2] >= 0) paint(context, x, y, share);
        }
}

/* --- shadows --- */

static void light_place(const View *v, const double p[3], double *x, double *y, double *height) {
    double d[3] = {p[0] - v->centre[0], p[1] - v->centre[1], p[2] - v->centre[2]};
    *x = (vec3_dot(d, v->across) / v->half + 1) / 2 * (double)SHADOW;
    *y = (vec3_dot(d, v->along) / v->half + 1) / 2 * (double)SHADOW;
    *height = vec3_dot(d, light);
}

typedef struct {
    float *map;
    const double *height;
} ShadowPaint;

static void paint_shadow(void *context, size_t x, size_t y, const double share[3]) {
    ShadowPaint *s = context;
    float h = (float)(share[0] * s->height[0] + share[1] * s->height[1] + share[2] * s->height[2]);
    if (h > s->map[y * SHADOW + x]) s->map[y * SHADOW + x] = h;
}

static void mark_busy(View *v) {
    for (size_t i = 0; i < (size_t)SHADOW * SHADOW; i++) {
        if (!(v->shadow[i] > -INFINITY)) continue;
        int ty = (int)(i / SHADOW / TILE), tx = (int)(i % SHADOW / TILE);
        for (int y = ty - 1; y <= ty + 1; y++)
            for (int x = tx - 1; x <= tx + 1; x++)
                if (x >= 0 && y >= 0 && x < TILES && y < TILES) v->busy[y][x] = true;
    }
}

static void cast_shadows(View *v) {
    const Scene *s = v->scene;
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY},
           up[3] = {0, 1, 0};
    for (size_t a = 0; a < s->count; a++)
        for (size_t i = 0; i < 3 * s->actors[a].figure->vertices; i++) {
            low[i % 3] = fmin(low[i % 3], (double)s->actors[a].position[i]);
            high[i % 3] = fmax(high[i % 3], (double)s->actors[a].position[i]);
        }
    double reach = 0;
    for (int k = 0; k < 3; k++) {
        v->centre[k] = (low[k] + high[k]) / 2;
        reach += (high[k] - low[k]) * (high[k] - low[k]);
    }
    v->half = sqrt(reach) / 2 + 0.1;
    vec3_cross(up, light, v->across);
    vec3_normalise(v->across);
    vec3_cross(light, v->across, v->along);
    for (size_t i = 0; i < (size_t)SHADOW * SHADOW; i++) v->shadow[i] = -INFINITY;
    for (size_t a = 0; a < s->count; a++)
        for (size_t t = 0; t < s->actors[a].figure->triangles; t++) {
            Corners c;
            double height[3];
            for (int k = 0; k < 3; k++) {
                const float *at =
                    s->actors[a].position + 3 * s->actors[a].figure->index[3 * t + (size_t)k];
                const double p[3] = {(double)at[0], (double)at[1], (double)at[2]};
                light_place(v, p, &c.x[k], &c.y[k], &height[k]);
            }
            scan(&c, SHADOW, 0, SHADOW, paint_shadow, &(ShadowPaint){v->shadow, height});
        }
    mark_busy(v);
}

/* Share of the light that reaches p: the mean over (2 radius + 1)^2 texels, `step` apart; no
 * further than a tile. */
static double lit(const View *v, const double p[3], int radius, double step, double bias) {
    double x, y, height, sum = 0;
    light_place(v, p, &x, &y, &height);
    if (x >= 0 && y >= 0 && x < (double)SHADOW && y < (double)SHADOW &&
        !v->busy[(size_t)y / TILE][(size_t)x / TILE])
        return 1;
    if (x < -TILE || y < -TILE || x >= SHADOW + TILE || y >= SHADOW + TILE) return 1;
    bias += 2 * v->half / (double)SHADOW;
    for (int j = -radius; j <= radius; j++)
        for (int i = -radius; i <= radius; i++) {
            double tx = x + step * i, ty = y + step * j;
            bool inside = tx >= 0 && ty >= 0 && tx < (double)SHADOW && ty < (double)SHADOW;
            sum += !inside || (double)v->shadow[(size_t)ty * SHADOW + (size_t)tx] <= height + bias;
        }
    return sum / ((2 * radius + 1) * (2 * radius + 1));
}

/* --- figures --- */

typedef struct {
    const View *view;
    Band *band;
    const float *colour;
    double inverse[3]; /* of the corners' distances */
    double place[3][3], normal[3][3];
} FigurePaint;

/* Light of a warm lamp and a cool sky, a little gloss, and a bright edge that sets limbs off from
 * one another. */
static void shade(const View *v, const double p[3], double n[3], const float colour[3],
                  float out[3]) {
    double eye[3], half[3];
    vec3_normalise(n);
    for (int k = 0; k < 3; k++) eye[k] = v->scene->camera.eye[k] - p[k];
    vec3_normalise(eye);
    double facing = vec3_dot(n, light), seen = vec3_dot(n, eye);
    double lamp = facing > 0 ? facing * lit(v, p, 1, 1, 0.02 + 0.02 * (1 - facing)) : 0;
    for (int k = 0; k < 3; k++) half[k] = eye[k] + light[k];
    vec3_normalise(half);
    double gloss = 0.10 * pow(clamp(vec3_dot(n, half)), 24) * (lamp > 0), sky = 0.5 + 0.5 * n[1],
           edge = 0.16 * pow(1 - clamp(seen), 3);
    static const double warm[3] = {1.0, 0.97, 0.92}, cool[3] = {0.86, 0.92, 1.0};
    for (int k = 0; k < 3; k++)
        out[k] =
            (float)((double)colour[k] * (0.78 * lamp * warm[k] + (0.16 + 0.30 * sky) * cool[k]) +
                    (gloss + edge * (0.3 + 0.7 * sky)) * cool[k]);
}

static void paint_figure(void *context, size_t x, size_t y, const double share[3]) {
    FigurePaint *f = context;
    size_t samples = f->view->scene->samples,
           at = (y - f->band->first * samples) * f->view->width * samples + x;
    double inverse = 0, weight[3], p[3] = {0}, n[3] = {0};
    for (int k = 0; k < 3; k++) inverse += share[k] * f->inverse[k];
    if (!((float)inverse > f->band->depth[at])) return;
    f->band->depth[at] = (float)inverse;
    for (int k = 0; k < 3; k++) {
        weight[k] = share[k] * f->inverse[k] / inverse; /* perspective */
        for (int d = 0; d < 3; d++)
            p[d] += weight[k] * f->place[k][d], n[d] += weight[k] * f->normal[k][d];
    }
    shade(f->view, p, n, f->colour, f->band->light + 4 * at);
    f->band->light[4 * at + 3] = 1;
}

/* Pixels times samples; false behind the camera. */
static bool project(const View *v, const double p[3], double *x, double *y, double *inverse) {
    const Camera *c = &v->scene->camera;
    double d[3] = {p[0] - c->eye[0], p[1] - c->eye[1], p[2] - c->eye[2]},
           away = -vec3_dot(d, v->back);
    if (!(away > 0.05)) return false;
    *inverse = 1 / away;
    double scale = c->scale * v->distance / away;
    *x = (c->x + scale * vec3_dot(d, v->right)) * (double)v->scene->samples;
    *y = (c->y - scale * vec3_dot(d, v->up)) * (double)v->scene->samples;
    return true;
}

static void draw_actor(const View *v, Band *b, const Actor *a) {
    size_t samples = v->scene->samples;
    FigurePaint paint = {.view = v, .band = b, .colour = a->colour};
    for (size_t t = 0; t < a->figure->triangles; t++) {
        Corners c;
        bool seen = true;
        for (int k = 0; k < 3 && seen; k++) {
            size_t vertex = a->figure->index[3 * t + (size_t)k];
            for (size_t d = 0; d < 3; d++) {
                paint.place[k][d] = (double)a->position[3 * vertex + d];
                paint.normal[k][d] = (double)a->normal[3 * vertex + d];
            }
            seen = project(v, paint.place[k], &c.x[k], &c.y[k], &paint.inverse[k]);
        }
        if (seen)
            scan(&c, v->width * samples, b->first * samples, (b->first + b->rows) * samples,
                 paint_figure, &paint);
    }
}

/* --- floor and background --- */

/* How much of a pixel lies on a line of the grid, softened over its own size. */
static double on_grid(double x, double width, double pixel) {
    double d = fabs(x - round(x));
    return clamp((width + pixel - d) / (2 * pixel)) * clamp(2 * width / pixel);
}

/* One light for all samples of a pixel: nothing on the floor has an edge. */
static void shade_floor(const View *v, double x, double y, float out[4]) {
    const Scene *s = v->scene;
    static const double far[3] = {0.80, 0.84, 0.88}, near[3] = {0.62, 0.66, 0.71};
    double sx = x - s->camera.x, sy = s->camera.y - y, ray[3], p[3], haze = 1, shadow = 0, line = 0;
    for (int k = 0; k < 3; k++)
        ray[k] = -v->back[k] + (v->right[k] * sx + v->up[k] * sy) / (s->camera.scale * v->distance);
    double steps = (s->floor - s->camera.eye[1]) / ray[1];
    if (steps > 0 && isfinite(steps)) {
        for (int k = 0; k < 3; k++) p[k] = s->camera.eye[k] + steps * ray[k];
        shadow = 1 - lit(v, p, 4, 1.5, 0.01);
        double ahead = steps * vec3_norm(ray),
               pixel =
                   fmax(ahead / (s->camera.scale * v->distance), 1e-4) / fmax(fabs(ray[1]), 0.05);
        haze = clamp((ahead - 4) / 14);
        if (haze < 1 && s->stage)
            line = fmax(on_grid(p[0], 0.006, pixel), on_grid(p[2], 0.006, pixel)) * (1 - haze);
    }
    for (int k = 0; k < 3; k++)
        out[k] = s->stage ? (float)((near[k] + (far[k] - near[k]) * haze) * (1 - 0.22 * line) *
                                    (1 - 0.55 * shadow * (1 - 0.6 * haze)))
                          : 0;
    out[3] = s->stage ? 1 : (float)(0.42 * shadow); /* a shadow alone is black, and thin */
}

static void draw_floor(const View *v, Band *b) {
    size_t n = v->scene->samples;
    for (size_t y = 0; y < b->rows; y++)
        for (size_t x = 0; x < v->width; x++) {
            float out[4];
            shade_floor(v, (double)x + 0.5, (double)(y + b->first) + 0.5, out);
            for (size_t j = 0; j < n * n; j++)
                memcpy(b->light + 4 * ((y * n + j / n) * v->width * n + x * n + j % n), out,
                       sizeof out);
        }
}

/* --- the picture --- */

static void resolve(const View *v, const Band *b, unsigned char *rgba) {
    size_t n = v->scene->samples;
    for (size_t y = 0; y < b->rows; y++)
        for (size_t x = 0; x < v->width; x++) {
            double sum[4] = {0};
            for (size_t j = 0; j < n * n; j++) {
                const float *in = b->light + 4 * ((y * n + j / n) * v->width * n + x * n + j % n);
                for (int k = 0; k < 4; k++) sum[k] += (double)in[k] / (double)(n * n);
            }
            unsigned char *out = rgba + 4 * ((b->first + y) * v->width + x);
            for (int k = 0; k < 3; k++)
                out[k] = v->srgb[(size_t)((SHADES - 1) * clamp(sum[3] > 0 ? sum[k] / sum[3] : 0))];
            out[3] = (unsigned char)(255 * clamp(sum[3]) + 0.5);
        }
}

static int draw_band(const View *v, size_t first, unsigned char *rgba) {
    size_t n = v->scene->samples, rows = v->height - first < BAND ? v->height - first : BAND,
           count = rows * n * v->width * n;
    Band b = {calloc(4 * count, sizeof(float)), calloc(count, sizeof(float)), first, rows};
    int status = b.light && b.depth ? 0 : -1;
    if (!status) {
        draw_floor(v, &b);
        for (size_t a = 0; a < v->scene->count; a++) draw_actor(v, &b, &v->scene->actors[a]);
        resolve(v, &b, rgba);
    }
    free(b.light);
    free(b.depth);
    return status;
}

int render(const Scene *scene, size_t width, size_t height, unsigned char *rgba, Error *err) {
    View v = {.scene = scene,
              .width = width,
              .height = height,
              .shadow = malloc((size_t)SHADOW * SHADOW * sizeof(float))};
    const double up[3] = {0, 1, 0};
    for (int k = 0; k < 3; k++) v.back[k] = scene->camera.eye[k] - scene->camera.target[k];
    v.distance = vec3_normalise(v.back);
    vec3_cross(up, v.back, v.right);
    vec3_normalise(v.right);
    vec3_cross(v.back, v.right, v.up);
    for (int i = 0; i < SHADES; i++)
        v.srgb[i] = (unsigned char)(255 * to_srgb((i + 0.5) / (double)SHADES) + 0.5);
    int failed = !v.shadow;
    if (!failed) {
        cast_shadows(&v);
        size_t bands = (height + BAND - 1) / BAND;
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
        for (size_t i = 0; i < bands; i++) failed |= draw_band(&v, i * BAND, rgba) != 0;
    }
    free(v.shadow);
    return failed ? error_set(err, "out of memory for an image of %zu x %zu", width, height) : 0;
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
