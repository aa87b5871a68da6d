/* loft.h: closed tubes through ellipses, the parts that figures are made of. */
#ifndef EXPORT_LOFT_H
#define EXPORT_LOFT_H

#include <stdbool.h>

#include "export/figure.h"

/* One ellipse: half axes a along u and b along v = axis x u, seen from the tube's direction. */
typedef struct {
    double centre[3], u[3], v[3], a, b;
    int joint, next; /* the joints that it follows */
    double share; /* the second one's share, 0 to 1 */
} Ring;

enum { RINGS_MAX = 24 };

/* A figure as it grows. */
typedef struct {
    Figure *figure;
    size_t vertex_room, triangle_room;
    bool failed; /* memory was out: what came later was dropped */
} Loft;

/* Sets u, `side` made perpendicular to the unit vector `axis`, and v. */
void ring_orient(Ring *r, const double axis[3], const double side[3]);

/* A tube through n rings, each end closed by a point a little beyond its last ring. */
void loft_add(Loft *l, const Ring *rings, size_t n);

#endif
