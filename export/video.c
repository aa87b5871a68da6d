#include "export/video.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/follow.h"
#include "export/render.h"
#include "export/stroke_font.h"
#include "export/y4m.h"
#include "lib/cli/progress.h"

typedef struct {
    const Clip *clip;
    Figure figure;
    Follow follow;
    size_t left, top, width, height; /* pixels */
} Panel;

struct Video {
    FrameRange range;
    size_t count, columns, width, height;
    double middle, distance; /* of all cameras: floors are level, dancers equally large */
    Panel *panels; /* [count] */
    unsigned char *names; /* [height, width] how much of each pixel the dancers' names cover; NULL
                             for a single dancer */
};

/* --- panels --- */

void video_free(Video *v) {
    if (!v) return;
    for (size_t i = 0; v->panels && i < v->count; i++) {
        figure_free(&v->panels[i].figure);
        follow_free(&v->panels[i].follow);
    }
    free(v->panels);
    free(v->names);
    free(v);
}

/* Columns in which upright figures come out largest. */
static size_t choose_columns(size_t count, size_t width, size_t height) {
    const double figure_width = 1.5, figure_height = 2.1; /* metres */
    double best = 0;
    size_t columns = 1;
    for (size_t k = 1; k <= count; k++) {
        size_t rows = (count + k - 1) / k;
        double size = fmin((double)width / (double)k / figure_width,
                           (double)height / (double)rows / figure_height);
        if (size <= best) continue;
        best = size;
        columns = k;
    }
    return columns;
}

/* Every row of panels fills the width. */
static void place_panel(const Video *v, size_t i, Panel *p) {
    size_t rows = (v->count + v->columns - 1) / v->columns, row = i / v->columns;
    size_t before = row * v->columns, column = i - before;
    size_t in_row = v->count - before < v->columns ? v->count - before : v->columns;
    p->left = column * v->width / in_row;
    p->width = (column + 1) * v->width / in_row - p->left;
    p->top = row * v->height / rows;
    p->height = (row + 1) * v->height / rows - p->top;
}

/* The part of the video's range that a clip has; at least its last frame. */
static FrameRange frames_of(const Video *v, const Clip *c) {
    FrameRange range = v->range;
    if (range.first >= c->body.frames) range.first = c->body.frames - 1;
    if (range.count > c->body.frames - range.first) range.count = c->body.frames - range.first;
    return range;
}

static int new_panel(Video *v, const Clip *c, size_t i, Error *err) {
    Panel *p = &v->panels[i];
    p->clip = c;
    place_panel(v, i, p);
    if (p->width < 1 || p->height < 1)
        return error_set(err, "%zu dances do not fit a video of %zu x %zu", v->count, v->width,
                         v->height);
    if (figure_new(&p->figure, c->skeleton, err) || follow_new(&p->follow, c, frames_of(v, c), err))
        return -1;
    v->middle = fmax(v->middle, p->follow.middle);
    return 0;
}

static int find_distance(Video *v, Error *err) {
    for (size_t i = 0; i < v->count; i++) {
        const Panel *p = &v->panels[i];
        double distance, aspect = (double)p->width / (double)p->height;
        if (follow_distance(&p->follow, p->clip, frames_of(v, p->clip), v->middle, aspect,
                            &distance, err))
            return -1;
        v->distance = fmax(v->distance, distance);
    }
    return 0;
}

/* Black on white, which makes darkness what is covered. */
static int draw_names(Video *v, Error *err) {
    static const unsigned char black[3] = {0, 0, 0};
    size_t count = v->width * v->height;
    unsigned char *rgb = malloc(3 * count);
    v->names = malloc(count);
    if (!rgb || !v->names) {
        free(rgb);
        return error_set(err, "out of memory for frames of %zu x %zu", v->width, v->height);
    }
    memset(rgb, 255, 3 * count);
    for (size_t i = 0; i < v->count; i++) {
        const Panel *p = &v->panels[i];
        double size = fmin(0.024 * (double)v->height, 0.03 * (double)p->width);
        double room = ((double)p->width - stroke_font_width(p->clip->name, size)) / 2;
        stroke_font_draw(rgb, v->width, v->height, (double)p->left + fmax(room, size),
                         (double)p->top + 2.4 * size, size, black, p->clip->name);
    }
    for (size_t i = 0; i < count; i++) v->names[i] = 255 - rgb[3 * i];
    free(rgb);
    return 0;
}

int video_new(const Clip *clips, size_t count, FrameRange range, size_t width, size_t height,
              Video **out, Error *err) {
    *out = NULL;
    Video *v = calloc(1, sizeof *v);
    if (!v) return error_set(err, "out of memory");
    *v = (Video){.range = range, .count = count, .width = width, .height = height};
    v->columns = choose_columns(count, width, height);
    v->panels = calloc(count, sizeof *v->panels);
    int status = v->panels ? 0 : error_set(err, "out of memory for %zu dances", count);
    for (size_t i = 0; i < count && !status; i++) {
        if (fabs(clips[i].body.fps - clips[0].body.fps) > 1e-6)
            status = error_set(err, "%s has %g frames a second, %s %g: they cannot move in step",
                               clips[i].name, clips[i].body.fps, clips[0].name, clips[0].body.fps);
        else
            status = new_panel(v, &clips[i], i, err);
    }
    if (!status) status = find_distance(v, err);
    if (!status && count > 1) status = draw_names(v, err);
    if (status) {
        video_free(v);
        return -1;
    }
    *out = v;
    return 0;
}

/* --- frames --- */

static int draw_panel(const Video *v, size_t i, size_t frame, unsigned char *rgba, Error *err) {
    static const double nowhere[3] = {0, 0, 0};
    const Panel *p = &v->panels[i];
    size_t last = p->clip->body.frames - 1, t = frame < last ? frame : last;
    Actor actor;
    if (actor_new(&actor, &p->figure, p->clip, t, nowhere, i, err)) return -1;
    Scene scene = {.actors = &actor, .count = 1, .stage = true, .samples = 2};
    scene.floor = p->follow.floor;
    scene.sides = v->count > 1;
    scene.camera = follow_camera(&p->follow, t, v->middle, v->distance, p->width, p->height);
    scene.middle[0] = scene.camera.target[0];
    scene.middle[1] = scene.camera.target[2];
    unsigned char *corner = rgba + 4 * (p->top * v->width + p->left);
    int status = render(&scene, p->width, p->height, corner, v->width, err);
    actor_free(&actor);
    return status;
}

static void add_names(const Video *v, unsigned char *rgba) {
    static const int ink[3] = {35, 38, 43};
    for (size_t i = 0; v->names && i < v->width * v->height; i++) {
        int cover = v->names[i];
        if (cover == 0) continue;
        for (int k = 0; k < 3; k++) {
            unsigned char *out = &rgba[4 * i + (size_t)k];
            *out = (unsigned char)((cover * ink[k] + (255 - cover) * *out + 127) / 255);
        }
    }
}

int video_frame(const Video *v, size_t t, unsigned char *rgba, Error *err) {
    for (size_t i = 0; i < v->count; i++)
        if (draw_panel(v, i, v->range.first + t, rgba, err)) return -1;
    add_names(v, rgba);
    return 0;
}

/* --- the stream --- */

static int encode_frame(const Video *v, size_t t, Buffer *out, Error *err) {
    unsigned char *rgba = malloc(4 * v->width * v->height);
    if (!rgba) return error_set(err, "out of memory for frames of %zu x %zu", v->width, v->height);
    int status = video_frame(v, t, rgba, err);
    if (!status) y4m_frame(out, rgba, v->width, v->height);
    free(rgba);
    return status ? status : buffer_check(out, err);
}

static int put(FILE *out, const Buffer *b, Error *err) {
    bool whole = fwrite(b->data, 1, b->size, out) == b->size;
    return whole ? 0 : error_set(err, "cannot write the video: %s", strerror(errno));
}

static int write_header(const Video *v, double fps, FILE *out, Error *err) {
    Buffer b = {0};
    y4m_header(&b, v->width, v->height, fps);
    int status = buffer_check(&b, err) || put(out, &b, err) ? -1 : 0;
    buffer_free(&b);
    return status;
}

int video_write(const Clip *clips, size_t count, FrameRange range, size_t width, size_t height,
                bool quiet, FILE *out, Error *err) {
    Video *v;
    if (video_new(clips, count, range, width, height, &v, err)) return -1;
    bool failed = write_header(v, clips[0].body.fps, out, err) != 0;
    Progress p;
    progress_start(&p, "drawing frames", range.count, quiet);
#pragma omp parallel for ordered schedule(dynamic, 1)
    for (size_t t = 0; t < range.count; t++) {
        bool stop;
        Buffer b = {0};
        Error mine;
#pragma omp atomic read
        stop = failed;
        int status = stop ? -1 : encode_frame(v, t, &b, &mine);
#pragma omp ordered
        if (!failed) {
            if (!status) status = put(out, &b, &mine);
            if (status) {
                *err = mine;
#pragma omp atomic write
                failed = true;
            } else
                progress_step(&p, t + 1);
        }
        buffer_free(&b);
    }
    progress_end(&p);
    video_free(v);
    return failed ? -1 : 0;
}
