/* view.h: where a scene is seen from, and the light that it stands in. */
#ifndef EXPORT_VIEW_H
#define EXPORT_VIEW_H

#include <stdbool.h>

/* Looks from `eye` at `target` with y up. A metre at the target's distance is `scale` pixels; the
 * target is at (x, y) pixels from the upper left. */
typedef struct {
    double eye[3], target[3], scale, x, y;
} Camera;

/* The camera's axes; back points at the viewer. */
typedef struct {
    float eye[3], right[3], up[3], back[3];
    float focal; /* pixels per unit of slope: scale times distance */
    float x, y;
} View;

/* Towards the light, of length 1. */
extern const float view_light[3];

View view_new(const Camera *c);

/* Pixels, and 1 / distance; false behind the camera. */
static inline bool view_project(const View *v, const float p[3], float *x, float *y,
                                float *inverse) {
    float d[3] = {p[0] - v->eye[0], p[1] - v->eye[1], p[2] - v->eye[2]};
    float away = -(d[0] * v->back[0] + d[1] * v->back[1] + d[2] * v->back[2]);
    if (!(away > 0.05f)) return false;
    *inverse = 1 / away;
    float scale = v->focal * *inverse;
    *x = v->x + scale * (d[0] * v->right[0] + d[1] * v->right[1] + d[2] * v->right[2]);
    *y = v->y - scale * (d[0] * v->up[0] + d[1] * v->up[1] + d[2] * v->up[2]);
    return true;
}

#endif
