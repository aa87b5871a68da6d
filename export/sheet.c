#include "export/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/png.h"
#include "export/render.h"
#include "export/stroke_font.h"

typedef struct {
    size_t rows, poses;
    size_t width, height, cell, row; /* pixels */
    double scale; /* pixels per metre */
    unsigned char *rgb;
} Sheet;

/* The frame that cell `place` of a row shows. */
static size_t frame_of(const Sheet *s, FrameRange range, size_t place) {
    double share = s->poses > 1 ? (double)place / (double)(s->poses - 1) : 0;
    return range.first + (size_t)(share * (double)(range.count - 1) + 0.5);
}

/* RGBA of one figure, two cells wide: arms reach into the neighbours. */
static int draw_figure(const Sheet *s, const Figure *figure, const Clip *c, size_t number, size_t t,
                       unsigned char *rgba, Error *err) {
    const double *root = c->body.positions + 3 * t * c->body.joints;
    const double shift[3] = {-root[0], -clip_floor(c), -root[2]};
    size_t width = 2 * s->cell;
    Actor actor;
    if (actor_new(&actor, figure, c, t, shift, number, err)) return -1;
    Scene scene = {.actors = &actor, .count = 1, .samples = 4};
    scene.camera = (Camera){.eye = {0, 2.2, 9},
                            .target = {0, 1, 0},
                            .scale = s->scale,
                            .x = (double)width / 2,
                            .y = (double)s->row - 1.32 * s->scale};
    int status = render(&scene, width, s->row, rgba, width, err);
    actor_free(&actor);
    return status;
}

static void draw_time(const Sheet *s, size_t number, size_t place, double seconds) {
    static const unsigned char ink[3] = {90, 96, 105};
    char text[40];
    double size = 0.075 * s->scale;
    snprintf(text, sizeof text, "%.1f s", seconds);
    double left = ((double)s->cell - stroke_font_width(text, size)) / 2;
    stroke_font_draw(s->rgb, s->width, s->height, (double)(place * s->cell) + left,
                     (double)((number + 1) * s->row) - 0.8 * size, size, ink, text);
}

static void draw_name(const Sheet *s, size_t number, const char *name) {
    static const unsigned char ink[3] = {40, 44, 50};
    double size = 0.085 * s->scale;
    stroke_font_draw(s->rgb, s->width, s->height, size, (double)(number * s->row) + 2 * size, size,
                     ink, name);
}

/* Figures are drawn side by side and laid onto the sheet one after the other. */
static int draw_row(const Sheet *s, const Clip *c, FrameRange range, size_t number, Error *err) {
    Figure figure;
    bool failed = false;
    if (figure_new(&figure, c->skeleton, err)) return -1;
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t place = 0; place < s->poses; place++) {
        size_t t = frame_of(s, range, place);
        unsigned char *rgba = malloc(4 * 2 * s->cell * s->row);
        Error mine;
        int status = rgba ? draw_figure(s, &figure, c, number, t, rgba, &mine)
                          : error_set(&mine, "out of memory for a row of figures");
#pragma omp ordered
        {
            if (status && !failed) *err = mine;
            failed |= status != 0;
            if (!status) {
                long left = (long)(place * s->cell + s->cell / 2) - (long)s->cell;
                render_over(rgba, 2 * s->cell, s->row, s->rgb, s->width, s->height, left,
                            (long)(number * s->row));
                draw_time(s, number, place, (double)t / c->body.fps);
            }
        }
        free(rgba);
    }
    figure_free(&figure);
    if (s->rows > 1) draw_name(s, number, c->name);
    return failed ? -1 : 0;
}

int sheet_png(const Clip *clips, const FrameRange *ranges, size_t count, size_t poses, size_t width,
              Buffer *out, Error *err) {
    Sheet s = {.rows = count, .poses = poses, .width = width, .cell = width / poses};
    s.scale = (double)s.cell / 1.5;
    s.row = (size_t)(2.62 * s.scale);
    s.height = count * s.row;
    if (s.cell < 16 || s.height > 30000)
        return error_set(
            err,
            "%zu poses in %zu rows do not fit %zu pixels: ask for fewer poses or another --width",
            poses, count, width);
    s.rgb = malloc(3 * s.width * s.height);
    if (!s.rgb) return error_set(err, "out of memory for an image of %zu x %zu", width, s.height);
    memset(s.rgb, 255, 3 * s.width * s.height);
    int status = 0;
    for (size_t i = 0; i < count && !status; i++)
        status = draw_row(&s, &clips[i], ranges[i], i, err);
    if (!status) status = png_write(s.rgb, s.width, s.height, out, err);
    free(s.rgb);
    return status;
}
