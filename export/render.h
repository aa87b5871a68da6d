/* render.h: pictures of figures: triangles into pixels on the CPU, with smooth shading, soft
 * shadows and anti-aliasing (2 x 2 to 4 x 4 samples).
 *
 * Light is added up linearly and encoded as sRGB at the end. The same scene gives the same bytes
 * whatever the number of threads. */
#ifndef EXPORT_RENDER_H
#define EXPORT_RENDER_H

#include <stdbool.h>

#include "export/figure.h"

typedef struct {
    const Figure *figure;
    const float *position, *normal; /* posed, as figure_pose gives them */
    float colour[3]; /* linear light, 0..1 */
} Actor;

/* Looks from `eye` at `target` with y up. A metre at the target's distance is `scale` pixels; the
 * target is at (x, y) pixels from the upper left. */
typedef struct {
    double eye[3], target[3], scale, x, y;
} Camera;

typedef struct {
    const Actor *actors;
    size_t count;
    Camera camera;
    double floor; /* its height */
    bool stage; /* floor and background are drawn; otherwise all but figures and their shadows is
                   transparent */
    size_t samples; /* a side of a pixel: 2 .. 4 */
} Scene;

/* rgba [height, width, 4]: sRGB, not multiplied by alpha. Fails when memory is out. */
int render(const Scene *scene, size_t width, size_t height, unsigned char *rgba, Error *err);

/* The image in front of a background, [height, width, 3] at (x, y) of a canvas of canvas_width x
 * canvas_height; parts outside are cut off. */
void render_over(const unsigned char *rgba, size_t width, size_t height, unsigned char *canvas,
                 size_t canvas_width, size_t canvas_height, long x, long y);

/* "#rrggbb" as linear light. */
void render_colour(const char *hex, float colour[3]);

#endif
