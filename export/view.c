#include "export/view.h"

#include "lib/motion/vec3.h"

const float view_light[3] = {0.38989180f, 0.86642622f, 0.31191344f};

View view_new(const Camera *c) {
    const double up[3] = {0, 1, 0};
    double back[3], right[3], above[3];
    double distance = vec3_between(c->target, c->eye, back);
    vec3_normalise(back);
    vec3_cross(up, back, right);
    vec3_normalise(right);
    vec3_cross(back, right, above);
    View v = {.focal = (float)(c->scale * distance), .x = (float)c->x, .y = (float)c->y};
    for (int k = 0; k < 3; k++) {
        v.eye[k] = (float)c->eye[k];
        v.right[k] = (float)right[k];
        v.up[k] = (float)above[k];
        v.back[k] = (float)back[k];
    }
    return v;
}
