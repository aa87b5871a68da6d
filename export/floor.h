/* floor.h: what lies behind the dancers: a floor with a grid of metres that fades into a backdrop,
 * and their shadow on it, which is sharp under what is close to the floor. */
#ifndef EXPORT_FLOOR_H
#define EXPORT_FLOOR_H

#include <stddef.h>

#include "export/view.h"

enum { FLOOR_SHADOW = 192 /* texels a side */ };

/* Darkness over a rectangle of the floor. */
typedef struct {
    float *dark; /* [FLOOR_SHADOW, FLOOR_SHADOW] 0 to 1, rows along z; owned; NULL: no shadow */
    float x, z, texel; /* its corner and a texel's size, metres */
} FloorShadow;

typedef struct {
    float height;
    float middle[2]; /* x, z: from where it fades */
    float side; /* pixels at the image's left and right over which it fades; 0: it does not */
} Floor;

/* One thing that casts a shadow: vertices [vertices, 3], triangles [triangles, 3]. */
typedef struct {
    const float *position;
    const unsigned *index;
    size_t vertices, triangles;
} Caster;

/* -1 when memory is out; *out is then empty. */
int floor_shadow_new(FloorShadow *out, const Caster *casters, size_t count, float height);
void floor_shadow_free(FloorShadow *s);

/* sRGB of row y of an image `width` wide (opaque), with the shadow. */
void floor_row(const Floor *f, const FloorShadow *s, const View *v, size_t y, size_t width,
               unsigned char *rgba);
/* The shadow alone: black, its darkness as alpha. */
void floor_shadow_row(const Floor *f, const FloorShadow *s, const View *v, size_t y, size_t width,
                      unsigned char *rgba);

#endif
