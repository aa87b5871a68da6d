/* heading.h: where a dancer stands and which way the body faces, and how to take either out of a
 * frame of motion.
 *
 * The heading is the direction of the root joint's z axis on the floor: sine = R[0][2], cosine =
 * R[2][2] of the root's matrix, made a unit vector. Turning by it moves four pairs of numbers of a
 * frame: (x, z) of the translation and of each column of the root's matrix. */
#ifndef LIB_MOTION_HEADING_H
#define LIB_MOTION_HEADING_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    HEADING_NUMBERS = 12
}; /* numbers of a frame that depend on the placement: translation and root matrix */

static const size_t heading_pairs[4][2] = {{0, 2}, {3, 9}, {4, 10}, {5, 11}};

typedef struct {
    double x, z, sine, cosine;
} Placement;

/* Heading from R[0][2] and R[2][2]; straight ahead where they vanish. */
static inline void heading_of(double r02, double r22, double *sine, double *cosine) {
    double norm = sqrt(r02 * r02 + r22 * r22);
    *sine = norm > 1e-9 ? r02 / norm : 0;
    *cosine = norm > 1e-9 ? r22 / norm : 1;
}

/* Of a frame: its floor position if `root`, its heading if `heading`; else the world's. */
static inline Placement placement_of(const float *frame, bool root, bool heading) {
    Placement p = {0, 0, 0, 1};
    if (root) {
        p.x = (double)frame[0];
        p.z = (double)frame[2];
    }
    if (heading) heading_of((double)frame[5], (double)frame[11], &p.sine, &p.cosine);
    return p;
}

/* The first HEADING_NUMBERS numbers of a frame as seen from p: moved, then turned back. frame and
 * out may be the same, here and below. */
static inline void placement_enter(const Placement *p, const float *frame, float *out) {
    for (size_t k = 0; k < HEADING_NUMBERS; k++) out[k] = frame[k];
    out[0] = (float)((double)frame[0] - p->x);
    out[2] = (float)((double)frame[2] - p->z);
    if (p->sine == 0 && p->cosine == 1) return;
    for (size_t i = 0; i < 4; i++) {
        double a = (double)out[heading_pairs[i][0]], b = (double)out[heading_pairs[i][1]];
        out[heading_pairs[i][0]] = (float)(p->cosine * a - p->sine * b);
        out[heading_pairs[i][1]] = (float)(p->sine * a + p->cosine * b);
    }
}

/* The inverse. */
static inline void placement_leave(const Placement *p, const float *in, float *out) {
    for (size_t k = 0; k < HEADING_NUMBERS; k++) out[k] = in[k];
    for (size_t i = 0; i < 4; i++) {
        double a = (double)out[heading_pairs[i][0]], b = (double)out[heading_pairs[i][1]];
        out[heading_pairs[i][0]] = (float)(p->cosine * a + p->sine * b);
        out[heading_pairs[i][1]] = (float)(-p->sine * a + p->cosine * b);
    }
    out[0] = (float)((double)out[0] + p->x);
    out[2] = (float)((double)out[2] + p->z);
}

#endif
