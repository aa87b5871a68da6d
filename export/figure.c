#include "export/figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/vec3.h"

/* --- lofts: closed tubes through ellipses --- */

/* One ellipse: half axes a along u and b along v = axis x u, seen from the tube's direction. */
typedef struct {
    double centre[3], u[3], v[3], a, b;
    int joint, next; /* its joints, */
    double share; /* and the second one's share */
} Ring;

enum { SIDES = 20, RINGS_MAX = 24 };

typedef struct {
    Figure *figure;
    size_t vertex_room, triangle_room;
    bool failed;
} Builder;

static void *resize(Builder *b, void *old, size_t count, size_t size) {
    void *grown = realloc(old, count * size);
    if (!grown) b->failed = true;
    return grown ? grown : old;
}

static void reserve(Builder *b, size_t vertices, size_t triangles) {
    Figure *f = b->figure;
    if (f->vertices + vertices > b->vertex_room) {
        size_t room = 2 * (f->vertices + vertices);
        f->position = resize(b, f->position, 3 * room, sizeof *f->position);
        f->normal = resize(b, f->normal, 3 * room, sizeof *f->normal);
        f->joint = resize(b, f->joint, 2 * room, sizeof *f->joint);
        f->weight = resize(b, f->weight, 2 * room, sizeof *f->weight);
        if (!b->failed) b->vertex_room = room;
    }
    if (f->triangles + triangles > b->triangle_room) {
        size_t room = 2 * (f->triangles + triangles);
        f->index = resize(b, f->index, 3 * room, sizeof *f->index);
        if (!b->failed) b->triangle_room = room;
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
    t[0] = (uint32_t)a, t[1] = (uint32_t)b, t[2] = (uint32_t)c;
}

/* A tube through n rings, closed by a point at each end, half a radius beyond. */
static void add_loft(Builder *b, const Ring *rings, int n) {
    reserve(b, (size_t)(n * SIDES + 2), (size_t)(2 * n * SIDES));
    if (b->failed) return;
    Figure *f = b->figure;
    size_t first = f->vertices;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < SIDES; k++) {
            double angle = 2 * M_PI * k / SIDES, p[3];
            for (int d = 0; d < 3; d++)
                p[d] = rings[i].centre[d] + rings[i].a * cos(angle) * rings[i].u[d] +
                       rings[i].b * sin(angle) * rings[i].v[d];
            add_vertex(f, p, &rings[i]);
        }
    for (int end = 0; end < 2; end++) {
        const Ring *r = &rings[end ? n - 1 : 0];
        double axis[3], p[3];
        vec3_cross(r->u, r->v, axis);
        for (int d = 0; d < 3; d++)
            p[d] = r->centre[d] + (end ? 0.4 : -0.4) * fmin(r->a, r->b) * axis[d];
        add_vertex(f, p, r);
    }
    size_t start = first + (size_t)n * SIDES, finish = start + 1, last = start - SIDES;
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

/* --- the mannequin --- */

typedef struct {
    const Skeleton *s;
    double *rest; /* [joints, 3] */
    double size; /* 1 for SMPL's male body */
    Builder b;
} Maker;

enum { PELVIS = 0, SPINE1 = 3, SPINE2 = 6, SPINE3 = 9, NECK = 12, HEAD = 15 };

/* An ellipse across the direction `axis`; u is `side` made perpendicular to it. */
static void orient(Ring *r, const double axis[3], const double side[3]) {
    vec3_reject(side, axis, r->u);
    vec3_normalise(r->u);
    vec3_cross(axis, r->u, r->v);
}

/* Level ellipses: centre relative to a joint, half width, half depth, joints. */
typedef struct {
    int at;
    double y, z, width, depth;
    int joint, next;
    double share;
} Level;

static const Level trunk[] = {
    {PELVIS, -0.150, 0.000, 0.060, 0.055, PELVIS, 0, 0},
    {PELVIS, -0.128, -0.004, 0.118, 0.084, PELVIS, 0, 0},
    {PELVIS, -0.085, -0.012, 0.158, 0.104, PELVIS, 0, 0},
    {PELVIS, -0.035, -0.014, 0.163, 0.106, PELVIS, 0, 0},
    {PELVIS, 0.030, -0.014, 0.152, 0.101, PELVIS, SPINE1, 0.15},
    {PELVIS, 0.090, -0.012, 0.138, 0.094, PELVIS, SPINE1, 0.6},
    {SPINE1, 0.030, 0.012, 0.130, 0.091, SPINE1, SPINE2, 0.15},
    {SPINE1, 0.095, 0.014, 0.133, 0.095, SPINE1, SPINE2, 0.6},
    {SPINE2, 0.020, -0.008, 0.145, 0.103, SPINE2, SPINE3, 0.3},
    {SPINE3, 0.030, -0.016, 0.160, 0.112, SPINE2, SPINE3, 0.8},
    {SPINE3, 0.085, -0.018, 0.168, 0.114, SPINE3, 0, 0},
    {SPINE3, 0.130, -0.024, 0.162, 0.104, SPINE3, 0, 0},
    {SPINE3, 0.165, -0.030, 0.142, 0.088, SPINE3, 0, 0},
    {SPINE3, 0.192, -0.034, 0.104, 0.070, SPINE3, NECK, 0.1},
    {NECK, 0.004, -0.002, 0.064, 0.060, SPINE3, NECK, 0.5},
    {NECK, 0.035, 0.008, 0.052, 0.055, NECK, 0, 0},
    {NECK, 0.075, 0.024, 0.050, 0.054, NECK, HEAD, 0.4},
    {NECK, 0.110, 0.036, 0.048, 0.052, HEAD, 0, 0},
};
static const Level skull[] = {
    {HEAD, -0.030, 0.040, 0.024, 0.030, HEAD, 0, 0},
    {HEAD, -0.022, 0.036, 0.040, 0.050, HEAD, 0, 0},
    {HEAD, 0.000, 0.029, 0.054, 0.070, HEAD, 0, 0},
    {HEAD, 0.030, 0.022, 0.065, 0.086, HEAD, 0, 0},
    {HEAD, 0.065, 0.016, 0.073, 0.096, HEAD, 0, 0},
    {HEAD, 0.100, 0.011, 0.077, 0.100, HEAD, 0, 0},
    {HEAD, 0.135, 0.008, 0.074, 0.095, HEAD, 0, 0},
    {HEAD, 0.162, 0.006, 0.064, 0.082, HEAD, 0, 0},
    {HEAD, 0.182, 0.005, 0.046, 0.060, HEAD, 0, 0},
    {HEAD, 0.192, 0.005, 0.026, 0.034, HEAD, 0, 0},
};

static void add_levels(Maker *m, const Level *levels, int n) {
    static const double up[3] = {0, 1, 0}, ahead[3] = {0, 0, 1};
    Ring rings[RINGS_MAX];
    for (int i = 0; i < n; i++) {
        const Level *l = &levels[i];
        const double *at = m->rest + 3 * l->at;
        rings[i] = (Ring){.centre = {at[0], at[1] + m->size * l->y, at[2] + m->size * l->z},
                          .a = m->size * l->depth,
                          .b = m->size * l->width,
                          .joint = l->joint,
                          .next = l->next,
                          .share = l->share};
        orient(&rings[i], up, ahead);
    }
    add_loft(&m->b, rings, n);
}

/* Along a limb: bone (0: from the first joint to the second), how far along it (0 to 1, and
 * beyond), half axes across, how much follows the bone's own joint rather than the one before or
 * (negative) the next. */
typedef struct {
    int bone;
    double along, side, front,
        share; /* share of the joint before (0..1), or minus that of the one after */
} Station;

static const Station leg[] = {
    {0, -0.16, 0.062, 0.066, 0.8}, {0, -0.05, 0.080, 0.090, 0.5},  {0, 0.06, 0.085, 0.097, 0.2},
    {0, 0.20, 0.083, 0.094, 0},    {0, 0.40, 0.075, 0.086, 0},     {0, 0.62, 0.064, 0.073, 0},
    {0, 0.84, 0.054, 0.060, -0.1}, {0, 0.95, 0.051, 0.057, -0.35}, {1, 0.05, 0.049, 0.055, 0.35},
    {1, 0.15, 0.049, 0.055, 0.1},  {1, 0.30, 0.052, 0.058, 0},     {1, 0.48, 0.047, 0.052, 0},
    {1, 0.70, 0.037, 0.041, 0},    {1, 0.88, 0.031, 0.036, 0},     {1, 1.00, 0.031, 0.037, -0.4},
};
static const Station arm[] = {
    {0, -0.20, 0.040, 0.040, 0.9}, {0, -0.08, 0.054, 0.054, 0.6}, {0, 0.04, 0.057, 0.057, 0.3},
    {0, 0.16, 0.053, 0.053, 0.05}, {0, 0.40, 0.046, 0.047, 0},    {0, 0.70, 0.040, 0.042, 0},
    {0, 0.93, 0.036, 0.039, -0.3}, {1, 0.04, 0.036, 0.039, 0.35}, {1, 0.16, 0.039, 0.041, 0.1},
    {1, 0.38, 0.037, 0.038, 0},    {1, 0.70, 0.029, 0.031, 0},    {1, 0.94, 0.023, 0.028, 0},
    {2, 0.10, 0.021, 0.030, 0.3},  {2, 0.45, 0.020, 0.038, 0},    {2, 0.85, 0.019, 0.042, -0.3},
    {2, 1.25, 0.016, 0.040, -0.9}, {2, 1.65, 0.013, 0.034, -1},   {2, 1.95, 0.010, 0.024, -1},
};

/* chain: the limb's joints from the trunk outwards, the one it hangs from first. `front`: the
 * direction across which `front` is measured. */
static void add_limb(Maker *m, const int *chain, int joints, const Station *stations, int n,
                     const double front[3]) {
    Ring rings[RINGS_MAX];
    for (int i = 0; i < n; i++) {
        const Station *st = &stations[i];
        int from = chain[st->bone + 1], to = chain[st->bone + 2];
        double axis[3];
        rings[i] = (Ring){.a = m->size * st->front,
                          .b = m->size * st->side,
                          .joint = from,
                          .next = from,
                          .share = fabs(st->share)};
        for (int k = 0; k < 3; k++) {
            axis[k] = m->rest[3 * to + k] - m->rest[3 * from + k];
            rings[i].centre[k] = m->rest[3 * from + k] + st->along * axis[k];
        }
        if (st->share > 0)
            rings[i].next = chain[st->bone];
        else if (st->share < 0 && st->bone + 2 < joints)
            rings[i].next = to;
        vec3_normalise(axis);
        orient(&rings[i], axis, front);
    }
    add_loft(&m->b, rings, n);
}

/* From the heel forward: height of the centre above the sole, and half axes. */
static const struct {
    double along, y, width, height;
} sole[] = {
    {-0.062, 0.030, 0.022, 0.020}, {-0.052, 0.034, 0.031, 0.031}, {-0.025, 0.043, 0.036, 0.043},
    {0.010, 0.048, 0.037, 0.048},  {0.045, 0.043, 0.039, 0.042},  {0.080, 0.034, 0.043, 0.033},
    {0.115, 0.027, 0.046, 0.026},  {0.150, 0.022, 0.044, 0.021},  {0.178, 0.019, 0.035, 0.017},
    {0.192, 0.017, 0.022, 0.012},
};

static void add_foot(Maker *m, int ankle, int toe) {
    static const double up[3] = {0, 1, 0};
    enum { COUNT = sizeof sole / sizeof *sole };
    Ring rings[COUNT];
    const double *from = m->rest + 3 * ankle, *to = m->rest + 3 * toe;
    double axis[3] = {to[0] - from[0], 0, to[2] - from[2]}, ground = to[1] - 0.022 * m->size;
    vec3_normalise(axis);
    for (int i = 0; i < COUNT; i++) {
        double share = (sole[i].along - 0.09) / 0.05;
        rings[i] = (Ring){.centre = {from[0] + m->size * sole[i].along * axis[0],
                                     ground + m->size * sole[i].y,
                                     from[2] + m->size * sole[i].along * axis[2]},
                          .a = m->size * sole[i].height,
                          .b = m->size * sole[i].width,
                          .joint = ankle,
                          .next = toe,
                          .share = share < 0   ? 0
                                   : share > 1 ? 1
                                               : share};
        orient(&rings[i], axis, up);
    }
    add_loft(&m->b, rings, COUNT);
}

static void add_mannequin(Maker *m) {
    static const int legs[2][4] = {{0, 1, 4, 7}, {0, 2, 5, 8}},
                     arms[2][5] = {{13, 16, 18, 20, 22}, {14, 17, 19, 21, 23}};
    static const double ahead[3] = {0, 0, 1};
    add_levels(m, trunk, sizeof trunk / sizeof *trunk);
    add_levels(m, skull, sizeof skull / sizeof *skull);
    for (int side = 0; side < 2; side++) {
        int knee_to_ankle[5] = {legs[side][0], legs[side][1], legs[side][2], legs[side][3],
                                legs[side][3]};
        add_limb(m, knee_to_ankle, 4, leg, sizeof leg / sizeof *leg, ahead);
        add_limb(m, arms[side], 5, arm, sizeof arm / sizeof *arm, ahead);
        add_foot(m, 7 + side, 10 + side);
    }
}

/* --- any skeleton --- */

static void add_spindle(Maker *m, int from, int to) {
    static const double profile[][2] = {{0, 0.4},   {0.08, 0.75}, {0.2, 1},
                                        {0.5, 0.8}, {0.8, 0.55},  {1, 0.35}};
    static const double sideways[2][3] = {{0, 0, 1}, {1, 0, 0}};
    enum { COUNT = sizeof profile / sizeof *profile };
    Ring rings[COUNT];
    double axis[3];
    for (int k = 0; k < 3; k++) axis[k] = m->rest[3 * to + k] - m->rest[3 * from + k];
    double length = vec3_norm(axis), radius = fmin(0.14 * length, 0.06);
    if (!(length > 1e-6)) return;
    for (int i = 0; i < COUNT; i++) {
        rings[i] = (Ring){
            .a = radius * profile[i][1], .b = radius * profile[i][1], .joint = from, .next = from};
        for (int k = 0; k < 3; k++)
            rings[i].centre[k] = m->rest[3 * from + k] + profile[i][0] * axis[k];
    }
    vec3_normalise(axis);
    for (int i = 0; i < COUNT; i++) orient(&rings[i], axis, sideways[fabs(axis[2]) > 0.9]);
    add_loft(&m->b, rings, COUNT);
}

/* --- the whole --- */

/* Sum of the triangles' normals around each vertex, their areas as weights. */
static void add_normals(Figure *f) {
    memset(f->normal, 0, 3 * f->vertices * sizeof *f->normal);
    for (size_t t = 0; t < f->triangles; t++) {
        const uint32_t *v = f->index + 3 * t;
        double a[3], b[3], n[3];
        for (size_t k = 0; k < 3; k++) {
            a[k] = (double)(f->position[3 * v[1] + k] - f->position[3 * v[0] + k]);
            b[k] = (double)(f->position[3 * v[2] + k] - f->position[3 * v[0] + k]);
        }
        vec3_cross(a, b, n);
        for (size_t c = 0; c < 3; c++)
            for (size_t k = 0; k < 3; k++) f->normal[3 * v[c] + k] += (float)(1e4 * n[k]);
    }
    for (size_t i = 0; i < f->vertices; i++) {
        double n[3] = {(double)f->normal[3 * i], (double)f->normal[3 * i + 1],
                       (double)f->normal[3 * i + 2]};
        if (!(vec3_normalise(n) > 0)) n[1] = 1;
        for (size_t k = 0; k < 3; k++) f->normal[3 * i + k] = (float)n[k];
    }
}

static double leg_length(const Skeleton *s) {
    double sum = 0;
    for (size_t j = 4; j <= 8; j += j == 5 ? 2 : 1) sum += vec3_norm(s->offsets + 3 * j);
    return sum / 2;
}

int figure_new(Figure *out, const Skeleton *s, Error *err) {
    *out = (Figure){0};
    Maker m = {.s = s, .rest = malloc(3 * s->joints * sizeof(double)), .b = {.figure = out}};
    if (!m.rest) return error_set(err, "out of memory for %zu joints", s->joints);
    Skeleton known;
    bool human = s->joints == SMPL_JOINTS && skeleton_smpl(&known, err) == 0;
    skeleton_rest_positions(s, m.rest);
    if (human) {
        human = memcmp(known.parents, s->parents, sizeof(int) * SMPL_JOINTS) == 0;
        m.size = leg_length(s) / leg_length(&known);
        skeleton_free(&known);
    }
    if (human)
        add_mannequin(&m);
    else
        for (size_t j = 1; j < s->joints; j++) add_spindle(&m, s->parents[j], (int)j);
    free(m.rest);
    if (m.b.failed) {
        figure_free(out);
        return error_set(err, "out of memory for the figure");
    }
    if (out->vertices) add_normals(out);
    return 0;
}

void figure_free(Figure *f) {
    free(f->position);
    free(f->normal);
    free(f->joint);
    free(f->weight);
    free(f->index);
    *f = (Figure){0};
}
