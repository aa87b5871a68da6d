#include "export/sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/png.h"
#include "export/render.h"
#include "export/stroke_font.h"

static const char *const palette[] = {"#8a94a3", "#d9793b", "#3f7fbf",
                                      "#4f9d69", "#a566a8", "#c5a02f"};
enum { COLOURS = sizeof palette / sizeof *palette };

static void colour_of(const Clip *c, size_t number, size_t count, size_t frame, float colour[3]) {
    render_colour(palette[count == 1 ? 2 : number % COLOURS], colour);
    for (int k = 0; k < 3 && frame < c->seed_frames; k++) colour[k] = 0.5f * colour[k] + 0.4f;
}

/* --- a figure in the pose of one frame --- */

typedef struct {
    Figure figure;
    float *position, *normal;
    double *globals;
} SheetModel;

static void model_free(SheetModel *m) {
    figure_free(&m->figure);
    free(m->position);
    free(m->normal);
    free(m->globals);
    *m = (SheetModel){0};
}

static int model_new(SheetModel *m, const Skeleton *s, Error *err) {
    *m = (SheetModel){0};
    if (figure_new(&m->figure, s, err)) return -1;
    m->position = malloc((3 * m->figure.vertices + 1) * sizeof *m->position);
    m->normal = malloc((3 * m->figure.vertices + 1) * sizeof *m->normal);
    m->globals = malloc(9 * s->joints * sizeof *m->globals);
    if (m->position && m->normal && m->globals) return 0;
    model_free(m);
    return error_set(err, "out of memory for the figure");
}

/* The actor of frame t, moved by `shift`. */
static Actor model_pose(SheetModel *m, const Clip *c, size_t t, const double shift[3]) {
    const PoseTrack *b = &c->body;
    skeleton_global_rotations(c->skeleton, b->rotations + 9 * t * b->joints, m->globals);
    figure_pose(&m->figure, c->skeleton, b->positions + 3 * t * b->joints, m->globals, m->position,
                m->normal);
    for (size_t i = 0; i < 3 * m->figure.vertices; i++) m->position[i] += (float)shift[i % 3];
    return (Actor){.figure = &m->figure, .position = m->position, .normal = m->normal};
}

/* --- contact sheet --- */

typedef struct {
    size_t width, height, cell, row; /* pixels */
    double scale; /* pixels per metre */
    unsigned char *rgb, *image; /* the sheet; one figure's RGBA, twice a cell wide */
} Sheet;

static int draw_pose(Sheet *sheet, SheetModel *model, const Clip *c, size_t number, size_t count,
                     size_t t, size_t place, Error *err) {
    const double *root = c->body.positions + 3 * t * c->body.joints,
                 shift[3] = {-root[0], -clip_floor(c), -root[2]};
    Actor actor = model_pose(model, c, t, shift);
    colour_of(c, number, count, t, actor.colour);
    size_t width = 2 * sheet->cell, height = sheet->row;
    Scene scene = {.actors = &actor, .count = 1, .samples = 4, .floor = 0};
    scene.camera = (Camera){.eye = {0, 2.2, 9},
                            .target = {0, 1, 0},
                            .scale = sheet->scale,
                            .x = (double)width / 2,
                            .y = (double)height - 1.32 * sheet->scale};
    if (render(&scene, width, height, sheet->image, err)) return -1;
    long left = (long)(place * sheet->cell + sheet->cell / 2) - (long)sheet->cell;
    render_over(sheet->image, width, height, sheet->rgb, sheet->width, sheet->height, left,
                (long)(number * sheet->row));
    char text[40];
    double size = 0.075 * sheet->scale;
    const unsigned char ink[3] = {90, 96, 105};
    snprintf(text, sizeof text, "%.1f s", (double)t / c->body.fps);
    stroke_font_draw(sheet->rgb, sheet->width, sheet->height,
                     (double)(place * sheet->cell) +
                         ((double)sheet->cell - stroke_font_width(text, size)) / 2,
                     (double)((number + 1) * sheet->row) - 0.8 * size, size, ink, text);
    return 0;
}

static int draw_row(Sheet *sheet, const Clip *c, size_t number, size_t count, size_t poses,
                    Error *err) {
    SheetModel model;
    if (model_new(&model, c->skeleton, err)) return -1;
    int status = 0;
    for (size_t i = 0; i < poses && !status; i++) {
        size_t t =
            poses > 1
                ? (size_t)((double)i * (double)(c->body.frames - 1) / (double)(poses - 1) + 0.5)
                : 0;
        status = draw_pose(sheet, &model, c, number, count, t, i, err);
    }
    model_free(&model);
    if (count == 1) return status;
    const unsigned char ink[3] = {40, 44, 50};
    double size = 0.085 * sheet->scale;
    stroke_font_draw(sheet->rgb, sheet->width, sheet->height, size,
                     (double)(number * sheet->row) + 2 * size, size, ink, c->name);
    return status;
}

int sheet_png(const Clip *clips, size_t count, size_t poses, size_t width, Buffer *out,
              Error *err) {
    Sheet s = {.width = width, .cell = width / poses};
    s.scale = (double)s.cell / 1.5;
    s.row = (size_t)(2.62 * s.scale);
    s.height = count * s.row;
    if (s.cell < 16 || s.height > 30000)
        return error_set(
            err,
            "%zu poses in %zu rows do not fit %zu pixels: ask for fewer poses or another --width",
            poses, count, width);
    s.rgb = malloc(3 * s.width * s.height);
    s.image = malloc(4 * 2 * s.cell * s.row);
    int status = s.rgb && s.image
                     ? 0
                     : error_set(err, "out of memory for an image of %zu x %zu", s.width, s.height);
    if (!status) memset(s.rgb, 255, 3 * s.width * s.height);
    for (size_t i = 0; i < count && !status; i++)
        status = draw_row(&s, &clips[i], i, count, poses, err);
    if (!status) status = png_write(s.rgb, s.width, s.height, out, err);
    free(s.rgb);
    free(s.image);
    return status;
}

/* --- film --- */

struct Video {
    const Clip *clips;
    size_t count, frames, width, height;
    double *shift; /* [count, 3] */
    SheetModel *models; /* [count] */
    Actor *actors; /* [count] */
    Camera camera;
    unsigned char *rgba;
};

void video_free(Video *f) {
    if (!f) return;
    for (size_t i = 0; f->models && i < f->count; i++) model_free(&f->models[i]);
    free(f->models);
    free(f->actors);
    free(f->shift);
    free(f->rgba);
    free(f);
}

/* Spots in a row, as far apart as the dancers need; a camera that sees all of what is danced on. */
static void place(Video *f) {
    double left = 0, depth[2] = {INFINITY, -INFINITY}, right = 0;
    for (size_t i = 0; i < f->count; i++) {
        const PoseTrack *b = &f->clips[i].body;
        double x[2] = {INFINITY, -INFINITY}, z[2] = {INFINITY, -INFINITY};
        for (size_t k = 0; k < b->frames; k++) {
            const double *root = b->positions + 3 * k * b->joints;
            x[0] = fmin(x[0], root[0]), x[1] = fmax(x[1], root[0]);
            z[0] = fmin(z[0], root[2]), z[1] = fmax(z[1], root[2]);
        }
        double half = (x[1] - x[0]) / 2 + 0.95;
        right = left + 2 * half;
        f->shift[3 * i] = left + half - (x[0] + x[1]) / 2;
        f->shift[3 * i + 1] = -clip_floor(&f->clips[i]);
        f->shift[3 * i + 2] = -(z[0] + z[1]) / 2;
        depth[0] = fmin(depth[0], -(z[1] - z[0]) / 2 - 0.4);
        depth[1] = fmax(depth[1], (z[1] - z[0]) / 2 + 0.4);
        left = right;
    }
    double wide = right, high = 2.3, middle = right / 2,
           zoom = 1.6; /* picture's height in focal lengths: 1 / zoom */
    double away =
        fmax(high * zoom, wide * zoom * (double)f->height / (double)f->width) * 1.05 + depth[1];
    f->camera = (Camera){.eye = {middle, 1.0 + 0.16 * away, away},
                         .target = {middle, 0.92, 0},
                         .x = (double)f->width / 2,
                         .y = (double)f->height * 0.52};
    double back = hypot(0.16 * away + 0.08, away);
    f->camera.scale = (double)f->height * zoom / back;
}

int video_new(const Clip *clips, size_t count, size_t width, size_t height, Video **out,
              Error *err) {
    *out = NULL;
    Video *f = calloc(1, sizeof *f);
    if (!f) return error_set(err, "out of memory");
    *f = (Video){.clips = clips,
                 .count = count,
                 .width = width,
                 .height = height,
                 .shift = calloc(3 * count, sizeof *f->shift),
                 .models = calloc(count, sizeof *f->models),
                 .actors = calloc(count, sizeof *f->actors),
                 .rgba = malloc(4 * width * height)};
    int status = f->shift && f->models && f->actors && f->rgba
                     ? 0
                     : error_set(err, "out of memory for frames of %zu x %zu", width, height);
    for (size_t i = 0; i < count && !status; i++) {
        if (clips[i].body.frames > f->frames) f->frames = clips[i].body.frames;
        if (fabs(clips[i].body.fps - clips[0].body.fps) > 1e-6)
            status = error_set(err, "%s has %g frames a second, %s %g: they cannot move in step",
                               clips[i].name, clips[i].body.fps, clips[0].name, clips[0].body.fps);
        else
            status = model_new(&f->models[i], clips[i].skeleton, err);
    }
    if (status) {
        video_free(f);
        return -1;
    }
    place(f);
    *out = f;
    return 0;
}

size_t video_frames(const Video *f) { return f->frames; }

int video_frame(Video *f, size_t frame, unsigned char *rgb, Error *err) {
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < f->count; i++) {
        const Clip *c = &f->clips[i];
        size_t t = frame < c->body.frames ? frame : c->body.frames - 1;
        f->actors[i] = model_pose(&f->models[i], c, t, f->shift + 3 * i);
        colour_of(c, i, f->count, t, f->actors[i].colour);
    }
    const Scene scene = {
        .actors = f->actors, .count = f->count, .camera = f->camera, .stage = true, .samples = 2};
    if (render(&scene, f->width, f->height, f->rgba, err)) return -1;
    for (size_t i = 0; i < f->width * f->height; i++) memcpy(rgb + 3 * i, f->rgba + 4 * i, 3);
    return 0;
}
