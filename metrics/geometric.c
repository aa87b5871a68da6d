/* geometric.c: 32 questions about poses, from a table. */
#include "geometric.h"

#include <math.h>

/* SMPL's joints by the peer's names, and the points it makes up. */
enum {
    ROOT, LHIP, RHIP, BELLY, LKNEE, RKNEE, SPINE, LANKLE, RANKLE, CHEST, LTOES, RTOES, NECK, LINSHOULDER, RINSHOULDER, HEAD,
    LSHOULDER, RSHOULDER, LELBOW, RELBOW, LWRIST, RWRIST, ZERO, UP, DOWN, LOWEST
};

typedef enum { MOVE, NMOVE, PLANE, NPLANE, ANGLE, FAST } Kind;
typedef enum { DEGREES, HUMERUS, SHOULDERS, HIPS } Unit;

typedef struct {
    Kind kind;
    unsigned char point[4];
    double low, high; /* angles: between them; all else: above low, in units of a length */
    Unit unit;
    const char *name;
} Question;

static const Question questions[GEOMETRIC_FEATURES] = {
    {NMOVE, {NECK, RHIP, LHIP, RWRIST}, 1.8, 0, HUMERUS, "right hand moving forwards"},
    {NMOVE, {NECK, LHIP, RHIP, LWRIST}, 1.8, 0, HUMERUS, "left hand moving forwards"},
    {NPLANE, {CHEST, NECK, NECK, RWRIST}, 0.2, 0, HUMERUS, "right hand above the neck"},
    {NPLANE, {CHEST, NECK, NECK, LWRIST}, 0.2, 0, HUMERUS, "left hand above the neck"},
    {MOVE, {BELLY, CHEST, CHEST}, 1.8, 0, HUMERUS, "chest moving up from the belly (meant: right hand)"},
    {MOVE, {BELLY, CHEST, CHEST}, 1.8, 0, HUMERUS, "chest moving up from the belly (meant: left hand)"},
    {ANGLE, {RELBOW, RSHOULDER, RELBOW, RWRIST}, 0, 110, DEGREES, "right elbow bent"},
    {ANGLE, {LELBOW, LSHOULDER, LELBOW, LWRIST}, 0, 110, DEGREES, "left elbow bent"},
    {NPLANE, {LSHOULDER, RSHOULDER, LWRIST, RWRIST}, 2.5, 0, SHOULDERS, "hands far apart"},
    {MOVE, {LWRIST, RWRIST, RWRIST}, 1.4, 0, HUMERUS, "hands moving apart"},
    {MOVE, {RWRIST, ROOT, LWRIST}, 1.4, 0, HUMERUS, "left hand moving from the right one towards the root"},
    {MOVE, {LWRIST, ROOT, RWRIST}, 1.4, 0, HUMERUS, "right hand moving from the left one towards the root"},
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
    {ANGLE, {NECK, ROOT, RSHOULDER, RELBOW}, 25, 180, DEGREES, "right upper arm away from the trunk"},
    {ANGLE, {NECK, ROOT, LSHOULDER, LELBOW}, 25, 180, DEGREES, "left upper arm away from the trunk"},
    {ANGLE, {NECK, ROOT, RHIP, RKNEE}, 50, 180, DEGREES, "right thigh away from the trunk"},
    {ANGLE, {NECK, ROOT, LHIP, LKNEE}, 50, 180, DEGREES, "left thigh away from the trunk"},
    {PLANE, {RANKLE, NECK, LANKLE, ROOT}, 0.5, 0, HUMERUS, "root behind the feet"},
    {ANGLE, {NECK, ROOT, ZERO, UP}, 70, 110, DEGREES, "trunk lying"},
    {NPLANE, {ZERO, DOWN, LOWEST, RWRIST}, -1.2, 0, HUMERUS, "right hand low"},
    {NPLANE, {ZERO, DOWN, LOWEST, LWRIST}, -1.2, 0, HUMERUS, "left hand low"},
    {FAST, {ROOT}, 2.3, 0, HUMERUS, "root fast"},
};

const char *geometric_name(size_t i) { return questions[i].name; }

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
static double norm(const double a[3]) { return sqrt(dot(a, a)); }

static void minus(const double a[3], const double b[3], double c[3]) {
    for (int i = 0; i < 3; i++) c[i] = a[i] - b[i];
}

static void cross(const double a[3], const double b[3], double c[3]) {
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

/* The lengths of the peer's body, between its rest joints. */
static double unit_length(Unit u) {
    static const double lshoulder[3] = {1.99113488e-01, 2.36807942e-01, -1.80702247e-02}, lelbow[3] = {4.54445392e-01, 2.21158922e-01, -4.10167128e-02},
                        rshoulder[3] = {-1.91692337e-01, 2.36928746e-01, -1.23055102e-02}, lhip[3] = {5.64076714e-02, -3.23069185e-01, 1.09197125e-02},
                        rhip[3] = {-6.24834076e-02, -3.31302464e-01, 1.50412619e-02};
    double d[3] = {1, 0, 0};
    if (u == HUMERUS) minus(lshoulder, lelbow, d);
    if (u == SHOULDERS) minus(lshoulder, rshoulder, d);
    if (u == HIPS) minus(lhip, rhip, d);
    return norm(d);
}

/* Where a point is; frame [joints, 3]. */
static void locate(const double *frame, double lowest, unsigned char point, double p[3]) {
    for (int i = 0; i < 3; i++) p[i] = point < ZERO ? frame[3 * point + i] : 0;
    if (point == UP) p[1] = 1;
    if (point == DOWN) p[1] = -1;
    if (point == LOWEST) p[1] = lowest;
}

/* The velocity of p relative to a along n. */
static double speed_along(const double a[3], const double a_before[3], const double p[3], const double p_before[3], const double n[3], double dt) {
    double now[3], before[3], v[3];
    minus(p, a, now);
    minus(p_before, a_before, before);
    minus(now, before, v);
    return dot(v, n) / norm(n) / dt;
}

static bool answer(const Question *q, const double *frame, const double *before, double lowest, double threshold, double dt) {
    double p[4][3], o[4][3], u[3], v[3], n[3]; /* p: now, o: one frame before */
    for (int i = 0; i < 4; i++) {
        locate(frame, lowest, q->point[i], p[i]);
        locate(before, lowest, q->point[i], o[i]);
    }
    minus(p[1], p[0], u);
    switch (q->kind) {
    case MOVE: return speed_along(p[0], o[0], p[2], o[2], u, dt) > threshold;
    case NMOVE:
    case PLANE:
        minus(p[2], p[0], v);
        cross(v, u, n);
        if (q->kind == NMOVE) return speed_along(p[0], o[0], p[3], o[3], n, dt) > threshold;
        minus(p[3], p[0], v);
        return dot(n, v) / norm(n) > threshold;
    case NPLANE: minus(p[3], p[2], v); return dot(u, v) / norm(u) > threshold;
    case ANGLE: {
        minus(p[3], p[2], v);
        double degrees = acos(dot(u, v) / (norm(u) * norm(v))) * (180 / M_PI); /* NaN, that is no, where rounding exceeds 1, as in NumPy */
        return degrees > q->low && degrees < q->high;
    }
    case FAST: minus(p[0], o[0], v); return norm(v) / dt > threshold;
    }
    return false;
}

void geometric_features(const double *positions, size_t frames, size_t joints, bool corrected, float out[GEOMETRIC_FEATURES]) {
    size_t yes[GEOMETRIC_FEATURES] = {0};
    double dt = corrected ? 1.0 / 60 : 1.0 / 120, unit[4];
    for (int u = DEGREES; u <= HIPS; u++) unit[u] = unit_length((Unit)u);
    for (size_t t = 1; t < frames; t++) {
        const double *frame = positions + 3 * joints * t, *before = frame - 3 * joints;
        double lowest = frame[1];
        for (size_t j = 1; j < joints; j++) lowest = fmin(lowest, frame[3 * j + 1]);
        for (size_t i = 0; i < GEOMETRIC_FEATURES; i++)
            yes[i] += answer(&questions[i], frame, before, lowest, questions[i].low * unit[questions[i].unit], dt);
    }
    for (size_t i = 0; i < GEOMETRIC_FEATURES; i++) out[i] = (float)yes[i] / (float)(frames - 1);
}
