#include "export/sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/png.h"
#include "export/render.h"
#include "export/stroke_font.h"

static const double cell_metres = 1.3, caption_metres = 0.34;
static const double margin = 0.2; /* of a cell, at the left and right: arms reach beyond theirs */

typedef struct {
    size_t top, height; /* pixels */
    double floor; /* clip_floor */
} SheetRow;

typedef struct {
    size_t count, poses;
    size_t width, height, cell; /* pixels */
    double scale; /* pixels per metre */
    SheetRow *rows; /* [count] */
    unsigned char *rgb;
} Sheet;

static double cell_left(const Sheet *s, size_t place) {
    return ((double)place + margin) * (double)s->cell;
}

/* The frame that cell `place` of a row shows. */
static size_t frame_of(const Sheet *s, FrameRange range, size_t place) {
    double share = s->poses > 1 ? (double)place / (double)(s->poses - 1) : 0;
    return range.first + (size_t)(share * (double)(range.count - 1) + 0.5);
}

/* As high as its poses reach, and the captions. */
static int place_row(const Sheet *s, const Clip *c, FrameRange range, size_t top, SheetRow *row,
                     Error *err) {
    const double above = 0.24; /* of the head's and the hands' joints */
    double floor, reach = 1;
    if (clip_floor(c, &floor, err)) return -1;
    for (size_t i = 0; i < s->poses; i++) {
        const double *p = c->body.positions + 3 * frame_of(s, range, i) * c->body.joints;
        for (size_t j = 0; j < c->body.joints; j++) reach = fmax(reach, p[3 * j + 1] - floor);
    }
    double captions = s->count > 1 ? 2 * caption_metres : caption_metres;
    *row = (SheetRow){top, (size_t)(s->scale * (fmin(reach, 4) + above + captions)), floor};
    return 0;
}

/* RGBA of one figure, two cells wide: arms reach into the neighbours. */
static int draw_figure(const Sheet *s, const Figure *figure, const Clip *c, size_t number, size_t t,
                       unsigned char *rgba, Error *err) {
    const double *root = c->body.positions + 3 * t * c->body.joints;
    const double shift[3] = {-root[0], -s->rows[number].floor, -root[2]};
    size_t width = 2 * s->cell, height = s->rows[number].height;
    Actor actor;
    if (actor_new(&actor, figure, c, t, shift, number, err)) return -1;
    Scene scene = {.actors = &actor, .count = 1, .samples = 4};
    scene.camera = (Camera){.eye = {0, 2.2, 9},
                            .target = {0, 1, 0},
                            .scale = s->scale,
                            .x = (double)width / 2,
                            .y = (double)height - (1 + caption_metres) * s->scale};
    int status = render(&scene, width, height, rgba, width, err);
    actor_free(&actor);
    return status;
}

static void draw_time(const Sheet *s, size_t number, size_t place, double seconds) {
    static const unsigned char ink[3] = {90, 96, 105};
    char text[40];
    double size = 0.075 * s->scale;
    snprintf(text, sizeof text, "%.1f s", seconds);
    double left = ((double)s->cell - stroke_font_width(text, size)) / 2;
    stroke_font_draw(s->rgb, s->width, s->height, cell_left(s, place) + left,
                     (double)(s->rows[number].top + s->rows[number].height) - 0.8 * size, size, ink,
                     text);
}

static void draw_name(const Sheet *s, size_t number, const char *name) {
    static const unsigned char ink[3] = {40, 44, 50};
    double size = 0.085 * s->scale;
    stroke_font_draw(s->rgb, s->width, s->height, size, (double)s->rows[number].top + 2 * size,
                     size, ink, name);
}

/* Figures are drawn side by side and laid onto the sheet one after the other. */
static int draw_row(const Sheet *s, const Clip *c, FrameRange range, size_t number, Error *err) {
    const SheetRow *row = &s->rows[number];
    Figure figure;
    bool failed = false;
    if (figure_new(&figure, c->skeleton, err)) return -1;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t place = 0; place < s->poses; place++) {
        size_t t = frame_of(s, range, place);
        unsigned char *rgba = malloc(4 * 2 * s->cell * row->height);
        Error mine;
        int status = rgba ? draw_figure(s, &figure, c, number, t, rgba, &mine)
                          : error_set(&mine, "out of memory for a row of figures");
#pragma omp ordered
        {
            if (status && !failed) *err = mine;
            failed |= status != 0;
            if (!status) {
                long left = (long)(cell_left(s, place) - 0.5 * (double)s->cell);
                render_over(rgba, 2 * s->cell, row->height, s->rgb, s->width, s->height, left,
                            (long)row->top);
                draw_time(s, number, place, (double)t / c->body.fps);
            }
        }
        free(rgba);
    }
    figure_free(&figure);
    if (s->count > 1) draw_name(s, number, c->name);
    return failed ? -1 : 0;
}

static int draw_sheet(Sheet *s, const Clip *clips, const FrameRange *ranges, Buffer *out,
                      Error *err) {
    s->rows = calloc(s->count, sizeof *s->rows);
    if (!s->rows) return error_set(err, "out of memory for %zu dances", s->count);
    for (size_t i = 0; i < s->count; i++) {
        if (place_row(s, &clips[i], ranges[i], s->height, &s->rows[i], err)) return -1;
        s->height += s->rows[i].height;
    }
    if (s->height > 30000)
        return error_set(err, "%zu rows of poses make an image %zu pixels high: too many", s->count,
                         s->height);
    s->rgb = malloc(3 * s->width * s->height);
    if (!s->rgb)
        return error_set(err, "out of memory for an image of %zu x %zu", s->width, s->height);
    memset(s->rgb, 255, 3 * s->width * s->height);
    for (size_t i = 0; i < s->count; i++)
        if (draw_row(s, &clips[i], ranges[i], i, err)) return -1;
    return png_write_indexed(s->rgb, s->width, s->height, out, err);
}

int sheet_png(const Clip *clips, const FrameRange *ranges, size_t count, size_t poses, size_t width,
              Buffer *out, Error *err) {
    Sheet s = {.count = count,
               .poses = poses,
               .width = width,
               .cell = (size_t)((double)width / ((double)poses + 2 * margin))};
    s.scale = (double)s.cell / cell_metres;
    if (s.cell < 16)
        return error_set(err,
                         "%zu poses do not fit %zu pixels: ask for fewer poses or another --width",
                         poses, width);
    int status = draw_sheet(&s, clips, ranges, out, err);
    free(s.rows);
    free(s.rgb);
    return status;
}
