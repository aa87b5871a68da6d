#include "export/loft.h"

#include <math.h>
#include <stdlib.h>

#include "lib/motion/vec3.h"

enum { SIDES = 20 };

static const double cap = 0.4; /* an end's height, of its ring's smaller half axis */

static void *resize(Loft *l, void *old, size_t count, size_t size) {
    void *grown = realloc(old, count * size);
    if (!grown) l->failed = true;
    return grown ? grown : old;
}

static void reserve(Loft *l, size_t vertices, size_t triangles) {
    Figure *f = l->figure;
    if (f->vertices + vertices > l->vertex_room) {
        size_t room = 2 * (f->vertices + vertices);
        f->position = resize(l, f->position, 3 * room, sizeof *f->position);
        f->normal = resize(l, f->normal, 3 * room, sizeof *f->normal);
        f->joint = resize(l, f->joint, 2 * room, sizeof *f->joint);
        f->weight = resize(l, f->weight, 2 * room, sizeof *f->weight);
        if (!l->failed) l->vertex_room = room;
    }
    if (f->triangles + triangles > l->triangle_room) {
        size_t room = 2 * (f->triangles + triangles);
        f->index = resize(l, f->index, 3 * room, sizeof *f->index);
        if (!l->failed) l->triangle_room = room;
    }
}

static void add_vertex(Figure *f, const double p[3], const Ring *r) {
    for (size_t i = 0; i < 3; i++) f->position[3 * f->vertices + i] = (float)p[i];
    f->joint[2 * f->vertices] = (uint16_t)r->joint;
    f->joint[2 * f->vertices + 1] = (uint16_t)(r->share > 0 ? r->next : r->joint);
    f->weight[2 * f->vertices] = 1 - (float)r->share;
    f->weight[2 * f->vertices + 1] = (float)r->share;
    f->vertices++;
}

static void add_triangle(Figure *f, size_t a, size_t b, size_t c) {
    uint32_t *t = f->index + 3 * f->triangles++;
    t[0] = (uint32_t)a;
    t[1] = (uint32_t)b;
    t[2] = (uint32_t)c;
}

static void add_ring(Figure *f, const Ring *r) {
    for (int k = 0; k < SIDES; k++) {
        double angle = 2 * M_PI * k / (double)SIDES, p[3];
        for (int d = 0; d < 3; d++)
            p[d] = r->centre[d] + r->a * cos(angle) * r->u[d] + r->b * sin(angle) * r->v[d];
        add_vertex(f, p, r);
    }
}

/* way: -1 at the tube's start, 1 at its end. */
static void add_end(Figure *f, const Ring *r, int way) {
    double axis[3], p[3];
    vec3_cross(r->u, r->v, axis);
    for (int d = 0; d < 3; d++) p[d] = r->centre[d] + way * cap * fmin(r->a, r->b) * axis[d];
    add_vertex(f, p, r);
}

void ring_orient(Ring *r, const double axis[3], const double side[3]) {
    vec3_reject(side, axis, r->u);
    vec3_normalise(r->u);
    vec3_cross(axis, r->u, r->v);
}

void loft_add(Loft *l, const Ring *rings, size_t n) {
    reserve(l, n * SIDES + 2, 2 * n * SIDES);
    if (l->failed) return;
    Figure *f = l->figure;
    size_t first = f->vertices, start = first + n * SIDES, finish = start + 1, last = start - SIDES;
    for (size_t i = 0; i < n; i++) add_ring(f, &rings[i]);
    add_end(f, &rings[0], -1);
    add_end(f, &rings[n - 1], 1);
    for (size_t k = 0; k < SIDES; k++) {
        size_t next = (k + 1) % SIDES;
        for (size_t i = first; i < last; i += SIDES) {
            add_triangle(f, i + k, i + next, i + SIDES + next);
            add_triangle(f, i + k, i + SIDES + next, i + SIDES + k);
        }
        add_triangle(f, start, first + next, first + k);
        add_triangle(f, finish, last + k, last + next);
    }
}
