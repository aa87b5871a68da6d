/* render.h: images of figures: triangles into pixels on the CPU, with smooth shading, soft shadows
 * and anti-aliasing. Light is added up linearly and encoded as sRGB at the end.
 *
 * One call runs in one thread: callers draw several images side by side. */
#ifndef EXPORT_RENDER_H
#define EXPORT_RENDER_H

#include <stdbool.h>

#include "export/actor.h"
#include "export/view.h"

typedef struct {
    const Actor *actors;
    size_t count;
    Camera camera;
    double floor; /* its height */
    double middle[2]; /* x, z: from where the floor fades into the backdrop */
    bool stage; /* floor and backdrop are drawn; otherwise all but figures and their shadows is
                   transparent */
    bool sides; /* the floor fades towards the image's sides, too: one of several panels */
    size_t samples; /* a side of a pixel: 2 .. 4 */
} Scene;

/* Draws into a part of an image: its upper left pixel is *rgba, rows are `stride` pixels apart.
 * sRGB, not multiplied by alpha. -1 when memory is out. */
int render(const Scene *scene, size_t width, size_t height, unsigned char *rgba, size_t stride,
           Error *err);

/* The image in front of a background, [height, width, 3] at (x, y) of a canvas of canvas_width x
 * canvas_height; parts outside are cut off. */
void render_over(const unsigned char *rgba, size_t width, size_t height, unsigned char *canvas,
                 size_t canvas_width, size_t canvas_height, long x, long y);

#endif
