#include "export/mannequin.h"

#include <math.h>
#include <string.h>

#include "export/clip.h"
#include "lib/motion/vec3.h"

enum { PELVIS = 0, SPINE1 = 3, SPINE2 = 6, SPINE3 = 9, NECK = 12, HEAD = 15, BODY_JOINTS = 22 };

static const int body_parents[BODY_JOINTS] = {-1, 0, 0, 0, 1,  2,  3,  4,  5,  6,  7,
                                              8,  9, 9, 9, 12, 13, 14, 16, 17, 18, 19};

static const double smpl_leg = 0.81289969; /* metres, knee and ankle offsets of SMPL's male body */

typedef struct {
    const Skeleton *s;
    const double *rest;
    double size; /* 1 for SMPL's male body */
    Loft *loft;
} Maker;

/* --- trunk and head --- */

/* A level ellipse: centre above and before a joint, half width, half depth, joints. */
typedef struct {
    int at;
    double y, z, width, depth;
    int joint, next;
    double share;
} Level;

/* clang-format off */
static const Level trunk[] = {
    {PELVIS, -0.150, 0.000, 0.060, 0.055, PELVIS, 0, 0},
    {PELVIS, -0.128, -0.004, 0.118, 0.084, PELVIS, 0, 0},
    {PELVIS, -0.085, -0.014, 0.146, 0.098, PELVIS, 0, 0},
    {PELVIS, -0.035, -0.014, 0.157, 0.104, PELVIS, 0, 0},
    {PELVIS, 0.030, -0.014, 0.151, 0.101, PELVIS, SPINE1, 0.15},
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
/* clang-format on */

static void add_levels(Maker *m, const Level *levels, size_t n) {
    static const double up[3] = {0, 1, 0}, ahead[3] = {0, 0, 1};
    Ring rings[RINGS_MAX];
    for (size_t i = 0; i < n; i++) {
        const Level *l = &levels[i];
        const double *at = m->rest + 3 * l->at;
        rings[i] = (Ring){.centre = {at[0], at[1] + m->size * l->y, at[2] + m->size * l->z},
                          .a = m->size * l->depth,
                          .b = m->size * l->width,
                          .joint = l->joint,
                          .next = l->next,
                          .share = l->share};
        ring_orient(&rings[i], up, ahead);
    }
    loft_add(m->loft, rings, n);
}

/* --- limbs --- */

/* Along a limb: bone (0: from the second knot to the third), how far along it (0 to 1, and beyond),
 * half axes across, how much follows the joint before (0 to 1) or the one after (negative) rather
 * than the bone's own. */
typedef struct {
    size_t bone;
    double along, side, front, share;
} Station;

/* clang-format off */
static const Station leg[] = {
    {0, -0.20, 0.066, 0.070, 0.9}, /* within the pelvis */
    {0, -0.10, 0.087, 0.094, 0.7},
    {0, 0.00, 0.094, 0.104, 0.45},
    {0, 0.10, 0.093, 0.104, 0.2},
    {0, 0.22, 0.087, 0.098, 0}, /* thigh */
    {0, 0.40, 0.075, 0.086, 0},
    {0, 0.62, 0.064, 0.073, 0},
    {0, 0.84, 0.054, 0.060, -0.1},
    {0, 0.95, 0.051, 0.057, -0.35}, /* knee */
    {1, 0.05, 0.049, 0.055, 0.35},
    {1, 0.15, 0.049, 0.055, 0.1},
    {1, 0.30, 0.052, 0.058, 0}, /* calf */
    {1, 0.48, 0.047, 0.052, 0},
    {1, 0.70, 0.037, 0.041, 0},
    {1, 0.88, 0.031, 0.036, 0},
    {1, 1.00, 0.031, 0.037, -0.4}, /* ankle */
};
enum { ARM = 13, ARM_MITTEN = 18, ARM_PALM = 16 };
/* The first ARM rows, then either a mitten's or a palm's. */
static const Station arm[ARM] = {
    {0, -0.20, 0.040, 0.040, 0.9}, /* within the shoulder */
    {0, -0.08, 0.054, 0.054, 0.6},
    {0, 0.04, 0.057, 0.057, 0.3},
    {0, 0.16, 0.053, 0.053, 0.05},
    {0, 0.40, 0.046, 0.047, 0}, /* upper arm */
    {0, 0.70, 0.040, 0.042, 0},
    {0, 0.93, 0.036, 0.039, -0.3}, /* elbow */
    {1, 0.04, 0.036, 0.039, 0.35},
    {1, 0.16, 0.039, 0.041, 0.1},
    {1, 0.38, 0.037, 0.038, 0}, /* forearm */
    {1, 0.70, 0.029, 0.031, 0},
    {1, 0.94, 0.023, 0.028, 0},
    {2, 0.10, 0.021, 0.030, 0.3}, /* wrist */
};
static const Station mitten[ARM_MITTEN - ARM] = {
    {2, 0.45, 0.020, 0.038, 0},
    {2, 0.85, 0.019, 0.042, -0.3}, /* knuckles */
    {2, 1.25, 0.016, 0.040, -0.9},
    {2, 1.65, 0.013, 0.034, -1},
    {2, 1.95, 0.010, 0.024, -1}, /* fingertips */
};
static const Station palm[ARM_PALM - ARM] = {
    {2, 0.40, 0.017, 0.034, 0},
    {2, 0.80, 0.015, 0.041, 0},
    {2, 1.00, 0.011, 0.040, 0}, /* knuckles */
};
/* From the heel forward: height of the centre above the sole, and half axes. */
static const struct {
    double along, y, width, height;
} sole[] = {
    {-0.062, 0.030, 0.022, 0.020}, /* heel */
    {-0.052, 0.034, 0.031, 0.031},
    {-0.025, 0.043, 0.036, 0.043},
    {0.010, 0.048, 0.037, 0.048},
    {0.045, 0.043, 0.039, 0.042},
    {0.080, 0.034, 0.043, 0.033}, /* arch */
    {0.115, 0.027, 0.046, 0.026},
    {0.150, 0.022, 0.044, 0.021}, /* ball */
    {0.178, 0.019, 0.035, 0.017},
    {0.192, 0.017, 0.022, 0.012}, /* tip of the toes */
};
/* clang-format on */

/* A place on a limb and the joint that carries what lies beyond. */
typedef struct {
    int joint;
    double place[3];
} Knot;

static Knot knot_at(const Maker *m, int joint) {
    const double *p = m->rest + 3 * joint;
    return (Knot){joint, {p[0], p[1], p[2]}};
}

/* chain: the limb's knots from the trunk outwards, the one it hangs from first. `ahead`: the
 * direction across which `front` is measured. */
static void add_limb(Maker *m, const Knot *chain, const Station *stations, size_t n) {
    static const double ahead[3] = {0, 0, 1};
    Ring rings[RINGS_MAX];
    for (size_t i = 0; i < n; i++) {
        const Station *st = &stations[i];
        const Knot *from = &chain[st->bone + 1], *to = from + 1;
        double axis[3];
        vec3_between(from->place, to->place, axis);
        rings[i] = (Ring){.a = m->size * st->front,
                          .b = m->size * st->side,
                          .joint = from->joint,
                          .next = st->share > 0 ? chain[st->bone].joint : to->joint,
                          .share = fabs(st->share)};
        for (int k = 0; k < 3; k++) rings[i].centre[k] = from->place[k] + st->along * axis[k];
        vec3_normalise(axis);
        ring_orient(&rings[i], axis, ahead);
    }
    loft_add(m->loft, rings, n);
}

static void add_foot(Maker *m, int ankle, int toe) {
    static const double up[3] = {0, 1, 0};
    enum { COUNT = sizeof sole / sizeof *sole };
    Ring rings[COUNT];
    const double *from = m->rest + 3 * ankle, *to = m->rest + 3 * toe;
    double axis[3] = {to[0] - from[0], 0, to[2] - from[2]}, ground = to[1] - clip_sole * m->size;
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
                          .share = fmin(fmax(share, 0), 1)};
        ring_orient(&rings[i], axis, up);
    }
    loft_add(m->loft, rings, COUNT);
}

/* --- hands --- */

/* Mean place of the fingers' first joints: children of the wrist that lie far out, which the
 * thumb's does not. Without any: a hand's length beyond the wrist. */
static Knot knuckles(const Maker *m, int elbow, int wrist) {
    Knot out = {wrist, {0, 0, 0}};
    double farthest = 0, count = 0;
    for (size_t j = BODY_JOINTS; j < m->s->joints; j++)
        if (m->s->parents[j] == wrist) farthest = fmax(farthest, vec3_norm(m->s->offsets + 3 * j));
    for (size_t j = BODY_JOINTS; j < m->s->joints; j++) {
        const double *offset = m->s->offsets + 3 * j;
        if (m->s->parents[j] != wrist || vec3_norm(offset) < 0.65 * farthest) continue;
        count++;
        for (int k = 0; k < 3; k++) out.place[k] += offset[k];
    }
    double forearm[3];
    vec3_between(m->rest + 3 * elbow, m->rest + 3 * wrist, forearm);
    for (int k = 0; k < 3; k++)
        out.place[k] =
            m->rest[3 * wrist + k] + (count > 0 ? out.place[k] / count : 0.32 * forearm[k]);
    return out;
}

/* The joint that follows j along its finger; 0 after the last. */
static size_t next_of(const Skeleton *s, size_t j) {
    for (size_t k = j + 1; k < s->joints; k++)
        if (s->parents[k] == (int)j) return k;
    return 0;
}

static Ring finger_ring(const Maker *m, size_t joint, const double axis[3], double along,
                        double radius, double share) {
    static const double up[3] = {0, 1, 0};
    Ring r = {.a = radius,
              .b = radius,
              .joint = (int)joint,
              .next = m->s->parents[joint],
              .share = share};
    for (size_t k = 0; k < 3; k++) r.centre[k] = m->rest[3 * joint + k] + along * axis[k];
    ring_orient(&r, axis, up);
    return r;
}

/* A finger from its first joint to a tip beyond its last. */
static void add_finger(Maker *m, size_t first) {
    double radius = 0.0088 * m->size, axis[3], length;
    Ring rings[RINGS_MAX];
    size_t n = 0;
    length = vec3_between(m->rest + 3 * m->s->parents[first], m->rest + 3 * first, axis);
    vec3_normalise(axis);
    for (size_t j = first, next; j && n + 3 <= RINGS_MAX; j = next) {
        next = next_of(m->s, j);
        if (next) {
            length = vec3_between(m->rest + 3 * j, m->rest + 3 * next, axis);
            vec3_normalise(axis);
        } else
            length = fmin(0.9 * length, 0.026 * m->size);
        rings[n++] = finger_ring(m, j, axis, 0.08 * length, radius, j == first ? 0 : 0.4);
        rings[n++] = finger_ring(m, j, axis, 0.65 * length, 0.94 * radius, 0);
        if (!next) rings[n++] = finger_ring(m, j, axis, 0.95 * length, 0.6 * radius, 0);
        radius *= 0.93;
    }
    loft_add(m->loft, rings, n);
}

static void add_arm(Maker *m, int side) {
    static const int joints[2][4] = {{13, 16, 18, 20}, {14, 17, 19, 21}};
    bool plain = m->s->joints == SMPL_JOINTS;
    int wrist = joints[side][3];
    Knot chain[5];
    Station stations[ARM_MITTEN];
    size_t count = plain ? ARM_MITTEN : ARM_PALM;
    for (int i = 0; i < 4; i++) chain[i] = knot_at(m, joints[side][i]);
    chain[4] = plain ? knot_at(m, 22 + side) : knuckles(m, joints[side][2], wrist);
    memcpy(stations, arm, sizeof arm);
    memcpy(stations + ARM, plain ? mitten : palm, (count - ARM) * sizeof *stations);
    add_limb(m, chain, stations, count);
    for (size_t j = BODY_JOINTS; !plain && j < m->s->joints; j++)
        if (m->s->parents[j] == wrist) add_finger(m, j);
}

/* --- the whole --- */

bool mannequin_fits(const Skeleton *s) {
    bool same = s->joints >= BODY_JOINTS;
    for (int j = 0; same && j < BODY_JOINTS; j++) same = s->parents[j] == body_parents[j];
    return same;
}

void mannequin_add(Loft *l, const Skeleton *s, const double *rest) {
    double both = 0;
    static const int below_hips[4] = {4, 5, 7, 8};
    for (int i = 0; i < 4; i++) both += vec3_norm(s->offsets + 3 * below_hips[i]);
    Maker m = {.s = s, .rest = rest, .size = both / 2 / smpl_leg, .loft = l};
    add_levels(&m, trunk, sizeof trunk / sizeof *trunk);
    add_levels(&m, skull, sizeof skull / sizeof *skull);
    for (int side = 0; side < 2; side++) {
        Knot chain[4] = {knot_at(&m, 0), knot_at(&m, 1 + side), knot_at(&m, 4 + side),
                         knot_at(&m, 7 + side)};
        add_limb(&m, chain, leg, sizeof leg / sizeof *leg);
        add_arm(&m, side);
        add_foot(&m, 7 + side, 10 + side);
    }
}
