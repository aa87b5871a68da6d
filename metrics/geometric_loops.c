/* geometric.c: 32 boolean pose predicates (Mueller, Roeder, Clausen 2005), from a table. */
#include "metrics/feature_loops.h"

#include <math.h>
#include <string.h>

#include "lib/base/lanes.h"

/* SMPL's joints by aistplusplus_api's names, and the points that it makes up. */
enum {
    ROOT,
    LHIP,
    RHIP,
    BELLY,
    LKNEE,
    RKNEE,
    SPINE,
    LANKLE,
    RANKLE,
    CHEST,
    LTOES,
    RTOES,
    NECK,
    LINSHOULDER,
    RINSHOULDER,
    HEAD,
    LSHOULDER,
    RSHOULDER,
    LELBOW,
    RELBOW,
    LWRIST,
    RWRIST,
    ZERO,
    UP,
    DOWN,
    LOWEST
};

typedef enum { MOVE, NMOVE, PLANE, NPLANE, ANGLE, FAST } PredicateKind;
typedef enum { DEGREES, HUMERUS, SHOULDERS, HIPS } Unit;

typedef struct {
    PredicateKind kind;
    unsigned char point[4];
    double low, high; /* angles: between them; others: above low, in units of a length */
    Unit unit;
    const char *name;
} Predicate;

/* clang-format off */
static const Predicate predicates[GEOMETRIC_FEATURES] = {
    {NMOVE, {NECK, RHIP, LHIP, RWRIST}, 1.8, 0, HUMERUS, "right hand moving forwards"},
    {NMOVE, {NECK, LHIP, RHIP, LWRIST}, 1.8, 0, HUMERUS, "left hand moving forwards"},
    {NPLANE, {CHEST, NECK, NECK, RWRIST}, 0.2, 0, HUMERUS, "right hand above the neck"},
    {NPLANE, {CHEST, NECK, NECK, LWRIST}, 0.2, 0, HUMERUS, "left hand above the neck"},
    {MOVE, {BELLY, CHEST, CHEST}, 1.8, 0, HUMERUS,
     "chest moving up from the belly (meant: right hand)"},
    {MOVE, {BELLY, CHEST, CHEST}, 1.8, 0, HUMERUS,
     "chest moving up from the belly (meant: left hand)"},
    {ANGLE, {RELBOW, RSHOULDER, RELBOW, RWRIST}, 0, 110, DEGREES, "right elbow bent"},
    {ANGLE, {LELBOW, LSHOULDER, LELBOW, LWRIST}, 0, 110, DEGREES, "left elbow bent"},
    {NPLANE, {LSHOULDER, RSHOULDER, LWRIST, RWRIST}, 2.5, 0, SHOULDERS, "hands far apart"},
    {MOVE, {LWRIST, RWRIST, RWRIST}, 1.4, 0, HUMERUS, "hands moving apart"},
    {MOVE, {RWRIST, ROOT, LWRIST}, 1.4, 0, HUMERUS,
     "left hand moving from the right one towards the root"},
    {MOVE, {LWRIST, ROOT, RWRIST}, 1.4, 0, HUMERUS,
     "right hand moving from the left one towards the root"},
    {FAST, {RWRIST}, 2.5, 0, HUMERUS, "right hand fast"},
    {FAST, {LWRIST}, 2.5, 0, HUMERUS, "left hand fast"},
    {PLANE, {ROOT, LHIP, LTOES, RANKLE}, 0.38, 0, HUMERUS, "right foot in front of the left leg"},
    {PLANE, {ROOT, RHIP, RTOES, LANKLE}, 0.38, 0, HUMERUS, "left foot in front of the right leg"},
    {NPLANE, {ZERO, UP, LOWEST, RANKLE}, 1.2, 0, HUMERUS, "right foot raised"},
    {NPLANE, {ZERO, UP, LOWEST, LANKLE}, 1.2, 0, HUMERUS, "left foot raised"},
    {NPLANE, {LHIP, RHIP, LANKLE, RANKLE}, 2.1, 0, HIPS, "feet far apart"},
    {ANGLE, {RKNEE, RHIP, RKNEE, RANKLE}, 0, 110, DEGREES, "right knee bent"},
    {ANGLE, {LKNEE, LHIP, LKNEE, LANKLE}, 0, 110, DEGREES, "left knee bent"},
    {FAST, {RANKLE}, 2.5, 0, HUMERUS, "right foot fast"},
    {FAST, {LANKLE}, 2.5, 0, HUMERUS, "left foot fast"},
    {ANGLE, {NECK, ROOT, RSHOULDER, RELBOW}, 25, 180, DEGREES,
     "right upper arm away from the trunk"},
    {ANGLE, {NECK, ROOT, LSHOULDER, LELBOW}, 25, 180, DEGREES,
     "left upper arm away from the trunk"},
    {ANGLE, {NECK, ROOT, RHIP, RKNEE}, 50, 180, DEGREES, "right thigh away from the trunk"},
    {ANGLE, {NECK, ROOT, LHIP, LKNEE}, 50, 180, DEGREES, "left thigh away from the trunk"},
    {PLANE, {RANKLE, NECK, LANKLE, ROOT}, 0.5, 0, HUMERUS, "root behind the feet"},
    {ANGLE, {NECK, ROOT, ZERO, UP}, 70, 110, DEGREES, "trunk lying"},
    {NPLANE, {ZERO, DOWN, LOWEST, RWRIST}, -1.2, 0, HUMERUS, "right hand low"},
    {NPLANE, {ZERO, DOWN, LOWEST, LWRIST}, -1.2, 0, HUMERUS, "left hand low"},
    {FAST, {ROOT}, 2.3, 0, HUMERUS, "root fast"},
};
/* clang-format on */

static const char *name(size_t i) { return predicates[i].name; }

/* The first version's list of joints: in the order of a walk down the body, not SMPL's, so that
 * most names mean another joint. */
static const unsigned char legacy_joint[ZERO] = {
    [ROOT] = 0,       [LHIP] = 1,    [LKNEE] = 2,   [LANKLE] = 3,       [LTOES] = 4,
    [RHIP] = 5,       [RKNEE] = 6,   [RANKLE] = 7,  [RTOES] = 8,        [BELLY] = 9,
    [SPINE] = 10,     [CHEST] = 11,  [NECK] = 12,   [HEAD] = 13,        [LINSHOULDER] = 14,
    [LSHOULDER] = 15, [LELBOW] = 16, [LWRIST] = 17, [RINSHOULDER] = 18, [RSHOULDER] = 19,
    [RELBOW] = 20,    [RWRIST] = 21};

/* Rest joints of aistplusplus_api's body, between which it measures lengths; its first version
 * measures between others than it names. */
typedef struct {
    double lshoulder[3], rshoulder[3], lelbow[3], lhip[3], rhip[3];
} RestJoints;

static const RestJoints rest = {{1.99113488e-01, 2.36807942e-01, -1.80702247e-02},
                                {-1.91692337e-01, 2.36928746e-01, -1.23055102e-02},
                                {4.54445392e-01, 2.21158922e-01, -4.10167128e-02},
                                {5.64076714e-02, -3.23069185e-01, 1.09197125e-02},
                                {-6.24834076e-02, -3.31302464e-01, 1.50412619e-02}};
static const RestJoints legacy_rest = {{0.00121265, 0.37817603, 0.03681623},
                                       {-0.45181984, 0.2225595, -0.04357424},
                                       {0.19911349, 0.23680794, -0.01807022},
                                       {0.05640767, -0.32306919, 0.01091971},
                                       {-0.10574003, -0.7149903, 0.01019822}};

static double distance(const double a[3], const double b[3]) {
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                (a[2] - b[2]) * (a[2] - b[2]));
}

static void unit_lengths(const RestJoints *r, double unit[4]) {
    unit[DEGREES] = 1;
    unit[HUMERUS] = distance(r->lshoulder, r->lelbow);
    unit[SHOULDERS] = distance(r->lshoulder, r->rshoulder);
    unit[HIPS] = distance(r->lhip, r->rhip);
}

/* --- vectors of LANES frames side by side --- */

typedef Lanes Vectors[3];

static void minus(const Vectors a, const Vectors b, Vectors c) {
    for (int i = 0; i < 3; i++) c[i] = a[i] - b[i];
}

static void cross(const Vectors a, const Vectors b, Vectors c) {
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static void dot(const Vectors a, const Vectors b, Lanes *out) {
    *out = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void norm(const Vectors a, Lanes *out) {
    Lanes square;
    dot(a, a, &square);
    lanes_sqrt(&square, out);
}

/* a . n / |n|, the length of a along n. NaN where n is 0. */
static void along(const Vectors a, const Vectors n, Lanes *out) {
    Lanes an, length;
    dot(a, n, &an);
    norm(n, &length);
    *out = an / length;
}

/* The points of LANES frames, and of the frames before them. */
typedef struct {
    Vectors now[LOWEST + 1], before[LOWEST + 1];
} Points;

/* Frames t .. t + count - 1, t at least 1; the lanes beyond repeat the last one. */
static void load_points(const double *positions, size_t joints, size_t t, size_t count,
                        const size_t joint_of[ZERO], Points *p) {
    for (size_t l = 0; l < LANES; l++) {
        const double *frame = positions + 3 * joints * (t + (l < count ? l : count - 1));
        const double *last = frame - 3 * joints;
        for (size_t k = 0; k < ZERO; k++) {
            size_t j = joint_of[k];
            for (size_t i = 0; i < 3; i++) {
                p->now[k][i][l] = frame[3 * j + i];
                p->before[k][i][l] = last[3 * j + i];
            }
        }
        double lowest = frame[1];
        for (size_t j = 1; j < joints; j++)
            lowest = frame[3 * j + 1] < lowest ? frame[3 * j + 1] : lowest;
        p->now[LOWEST][1][l] = lowest;
    }
}

/* How far along d of p relative to a goes from the frame before. */
static void moved(const Points *p, unsigned char a, unsigned char b, Vectors out) {
    Vectors now, before;
    minus(p->now[b], p->now[a], now);
    minus(p->before[b], p->before[a], before);
    minus(now, before, out);
}

/* Adds 1 to each lane in which the predicate holds. */
static void eval_predicate(const Predicate *q, const Points *p, double threshold, double dt,
                           Lanes *yes) {
    const Vectors *x = p->now;
    const unsigned char *at = q->point;
    Vectors u, v, n;
    Lanes value = {0}, uu, vv;
    double high = INFINITY;
    minus(x[at[1]], x[at[0]], u);
    switch (q->kind) {
    case MOVE:
        moved(p, at[0], at[2], v);
        along(v, u, &value);
        threshold *= dt;
        break;
    case NMOVE:
    case PLANE:
        minus(x[at[2]], x[at[0]], v);
        cross(v, u, n);
        if (q->kind == NMOVE)
            moved(p, at[0], at[3], v);
        else
            minus(x[at[3]], x[at[0]], v);
        along(v, n, &value);
        if (q->kind == NMOVE) threshold *= dt;
        break;
    case NPLANE:
        minus(x[at[3]], x[at[2]], v);
        along(v, u, &value);
        break;
    case ANGLE: /* by its cosine, which falls as the angle grows; beyond +-1, by rounding, arccos is
                   NaN in NumPy and the predicate false */
        minus(x[at[3]], x[at[2]], v);
        norm(u, &uu);
        norm(v, &vv);
        dot(u, v, &value);
        value /= uu * vv;
        threshold = cos(q->high * (M_PI / 180));
        high = cos(q->low * (M_PI / 180));
        break;
    case FAST:
        minus(x[at[0]], p->before[at[0]], v);
        norm(v, &value);
        threshold *= dt;
        break;
    }
    *yes -= __builtin_convertvector((value > threshold) & (value < high), Lanes); /* true is -1 */
}

/* The body's joint for a joint that a predicate names. */
static size_t body_joint(size_t k, const size_t *joint_of, GeometricVersion version) {
    size_t j = version == GEOMETRIC_LEGACY ? legacy_joint[k] : k;
    return joint_of ? joint_of[j] : j;
}

static size_t missing(size_t joints, const size_t *joint_of, GeometricVersion version) {
    for (size_t i = 0; i < GEOMETRIC_FEATURES; i++)
        for (size_t k = 0; k < 4; k++) {
            size_t point = predicates[i].point[k];
            if (point < ZERO && body_joint(point, joint_of, version) >= joints)
                return version == GEOMETRIC_LEGACY ? legacy_joint[point] : point;
        }
    return GEOMETRIC_JOINTS_MIN;
}

static void features(const double *positions, size_t frames, size_t joints, const size_t *joint_of,
                     GeometricVersion version, float out[GEOMETRIC_FEATURES]) {
    Lanes yes[GEOMETRIC_FEATURES] = {{0}};
    double dt = version == GEOMETRIC_CORRECTED ? 1.0 / 60 : 1.0 / 120, unit[4];
    unit_lengths(version == GEOMETRIC_LEGACY ? &legacy_rest : &rest, unit);
    size_t count = frames - 1;
    if (version == GEOMETRIC_LEGACY) count = (frames + 28) / 30; /* meant: every thirtieth */
    size_t order[ZERO];
    for (size_t k = 0; k < ZERO; k++) {
        size_t j = body_joint(k, joint_of, version);
        order[k] = j < joints ? j : 0; /* no predicate looks at it */
    }
    Points p = {0};
    for (size_t l = 0; l < LANES; l++) {
        p.now[UP][1][l] = 1;
        p.now[DOWN][1][l] = -1;
    }
    for (size_t t = 1; t <= count; t += LANES) {
        size_t n = count - t + 1 < LANES ? count - t + 1 : LANES;
        Lanes before[GEOMETRIC_FEATURES];
        memcpy(before, yes, sizeof yes);
        load_points(positions, joints, t, n, order, &p);
        for (size_t i = 0; i < GEOMETRIC_FEATURES; i++)
            eval_predicate(&predicates[i], &p, predicates[i].low * unit[predicates[i].unit], dt,
                           &yes[i]);
        for (size_t i = 0; i < GEOMETRIC_FEATURES; i++)
            for (size_t l = n; l < LANES; l++) yes[i][l] = before[i][l]; /* lanes without a frame */
    }
    for (size_t i = 0; i < GEOMETRIC_FEATURES; i++) {
        double sum = 0;
        for (size_t l = 0; l < LANES; l++) sum += yes[i][l];
        out[i] = (float)sum / (float)count;
    }
}

const GeometricLoops LOOPS_TABLE(geometric_loops) = {
    .features = features, .missing = missing, .name = name};
