#include "export/feet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/vec3.h"

typedef struct {
    size_t hip, knee, ankle, toes;
} Leg;

static const Leg legs[] = {{1, 4, 7, 10}, {2, 5, 8, 11}};

FeetOptions feet_options(void) {
    return (FeetOptions){.low = 0.06,
                         .high = 0.09,
                         .slow = 0.4,
                         .fast = 0.8,
                         .gap = 0.05,
                         .least = 0.05,
                         .fade = 0.13,
                         .wander = 0.2,
                         .reach = 0.998};
}

/* --- contacts --- */

static double speed(const PoseTrack *b, size_t joint, size_t t) {
    size_t before = t ? t - 1 : 0, after = t + 1 < b->frames ? t + 1 : t;
    double square = 0;
    if (after == before) return 0;
    for (size_t i = 0; i < 3; i++) {
        double d = b->positions[3 * (after * b->joints + joint) + i] -
                   b->positions[3 * (before * b->joints + joint) + i];
        square += d * d;
    }
    return sqrt(square) * b->fps / (double)(after - before);
}

static size_t in_frames(double seconds, double fps) {
    return (size_t)fmin(seconds * fps + 0.5, 1e6);
}

/* Runs of `value` shorter than `least` that do not touch the motion's ends (or, with ends, that do
 * too) become its opposite. */
static void drop_short(bool *contact, size_t frames, bool value, size_t least, bool ends) {
    for (size_t t = 0, end; t < frames; t = end) {
        for (end = t + 1; end < frames && contact[end] == contact[t];) end++;
        if (contact[t] != value || end - t >= least || (!ends && (t == 0 || end == frames)))
            continue;
        for (size_t k = t; k < end; k++) contact[k] = !value;
    }
}

void feet_contacts(const PoseTrack *b, size_t toes, double floor, const FeetOptions *o,
                   bool *contact) {
    bool down = false;
    for (size_t t = 0; t < b->frames; t++) {
        double height = b->positions[3 * (t * b->joints + toes) + 1] - floor, v = speed(b, toes, t);
        down = down ? height < o->high && v < o->fast : height < o->low && v < o->slow;
        contact[t] = down;
    }
    drop_short(contact, b->frames, false, in_frames(o->gap, b->fps) + 1, false);
    drop_short(contact, b->frames, true, in_frames(o->least, b->fps), true);
}

/* --- where the toes go --- */

/* 1 next to a contact (distance 0) to 0 far from it, with level ends. */
static double faded(size_t distance, size_t length) {
    double x = 1 - (double)(distance + 1) / (double)(length + 1);
    return distance < length ? x * x * (3 - 2 * x) : 0;
}

/* Frames first .. end-1 are one contact: the shift to its mean place at height `level`, and that of
 * its two ends fading over `before` and `after` frames. */
static void hold(const PoseTrack *b, size_t toes, double level, size_t first, size_t end,
                 size_t before, size_t after, double (*shift)[3]) {
    double place[3] = {0, level, 0};
    for (size_t t = first; t < end; t++)
        for (size_t i = 0; i < 3; i += 2)
            place[i] += b->positions[3 * (t * b->joints + toes) + i] / (double)(end - first);
    for (size_t t = first; t < end; t++)
        for (size_t i = 0; i < 3; i++)
            shift[t][i] = place[i] - b->positions[3 * (t * b->joints + toes) + i];
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < before; k++)
            shift[first - 1 - k][i] += shift[first][i] * faded(k, before);
        for (size_t k = 0; k < after; k++) shift[end + k][i] += shift[end - 1][i] * faded(k, after);
    }
}

/* Toes that wander are set down again: a few frames of no contact in which they step over. */
static void split(const PoseTrack *b, size_t toes, const FeetOptions *o, bool *contact) {
    size_t step = in_frames(o->fade, b->fps) + 1, first = 0;
    for (size_t t = 0; t < b->frames; t++) {
        if (!contact[t]) continue;
        if (t == 0 || !contact[t - 1]) first = t;
        const double *p = b->positions + 3 * (t * b->joints + toes),
                     *q = b->positions + 3 * (first * b->joints + toes);
        if (hypot(p[0] - q[0], p[2] - q[2]) <= o->wander) continue;
        for (size_t k = 0; k < step && t < b->frames && contact[t]; k++) contact[t++] = false;
        t--;
    }
    drop_short(contact, b->frames, true, in_frames(o->least, b->fps), true);
}

static void plan(const PoseTrack *b, size_t toes, double level, const FeetOptions *o,
                 const bool *contact, double (*shift)[3]) {
    size_t fade = in_frames(o->fade, b->fps), last = 0; /* last: the end of the contact before */
    memset(shift, 0, b->frames * sizeof *shift);
    for (size_t first = 0, end; first < b->frames; first = end) {
        for (end = first + 1; end < b->frames && contact[end] == contact[first];) end++;
        if (!contact[first]) continue;
        size_t next = end;
        while (next < b->frames && !contact[next]) next++;
        hold(b, toes, level, first, end, fade < first - last ? fade : first - last,
             fade < next - end ? fade : next - end, shift);
        last = end;
    }
}

/* --- the leg --- */

/* The turn about a unit axis. */
static void turn(const double axis[3], double angle, double r[9]) {
    const double v[3] = {angle * axis[0], angle * axis[1], angle * axis[2]};
    rotation_from_axis_angle(v, r);
}

/* Axis about which the knee bends, at right angles to the thigh. That of a leg almost straight
 * (less than 3 degrees) comes more and more from the thigh's own side, about which knees bend.
 * False if neither shows one. */
static bool knee_axis(const double thigh[3], const double shin[3], const double hip[9],
                      double axis[3]) {
    const double side[3] = {hip[0], hip[3], hip[6]};
    double size = sqrt(vec3_dot(thigh, thigh) * vec3_dot(shin, shin)), bent[3];
    vec3_cross(thigh, shin, bent);
    double sine = vec3_norm(bent) / size, missing = fmax(0, 0.05 - sine),
           along = vec3_dot(side, thigh) / vec3_dot(thigh, thigh);
    for (int i = 0; i < 3; i++) axis[i] = bent[i] / size + missing * (side[i] - along * thigh[i]);
    double length = vec3_norm(axis);
    for (int i = 0; i < 3; i++) axis[i] /= length;
    return length > 0;
}

/* How far along `shift` (0 to 1) the leg from the hip (to the ankle: `leg`) can follow without
 * getting longer than `longest`, which it is not yet. */
static double reachable(const double leg[3], const double shift[3], double longest) {
    double a = vec3_dot(shift, shift), b = vec3_dot(leg, shift),
           c = vec3_dot(leg, leg) - longest * longest;
    return a + 2 * b + c <= 0 ? 1 : fmax(0, fmin(1, (sqrt(fmax(0, b * b - a * c)) - b) / a));
}

/* Positions of what hangs from `top`, placed again. global: [joints], scratch. */
static void place(const Skeleton *s, size_t top, const double *local, double *position,
                  double (*global)[9], bool *below) {
    skeleton_global_rotations(s, local, global[0]);
    for (size_t j = 0; j < s->joints; j++) {
        below[j] = j == top || (s->parents[j] >= 0 && below[s->parents[j]]);
        if (j == top || !below[j]) continue;
        const double *g = global[s->parents[j]], *from = position + 3 * s->parents[j];
        for (size_t i = 0; i < 3; i++)
            position[3 * j + i] = from[i] + vec3_dot(g + 3 * i, s->offsets + 3 * j);
    }
}

/* One frame: the ankle moves by `shift`, as far as the leg reaches. */
static void bend(const Skeleton *s, const Leg *l, const double shift[3], double reach,
                 double *local, double *position, double (*global)[9], bool *below) {
    double thigh[3], shin[3], leg[3], target[3], axis[3], sideways[3];
    const double *hip = position + 3 * l->hip, *knee = position + 3 * l->knee,
                 *ankle = position + 3 * l->ankle;
    double a = vec3_between(hip, knee, thigh), b = vec3_between(knee, ankle, shin),
           was = vec3_between(hip, ankle, leg);
    double part = reachable(leg, shift, fmax(was, reach * (a + b)));
    for (int i = 0; i < 3; i++) target[i] = leg[i] + part * shift[i];
    double length = vec3_norm(target);
    if (!(a > 0 && b > 0) || length < fabs(a - b) || length <= 1e-3 * (a + b) ||
        was <= 1e-3 * (a + b))
        return; /* folded up: nothing to see */
    skeleton_global_rotations(s, local, global[0]);

    /* The shin is turned about the axis until hip and ankle are `length` apart, seen from where it
     * is now: at `now` from the thigh within the plane. */
    if (!knee_axis(thigh, shin, global[l->hip], axis)) return;
    vec3_cross(axis, thigh, sideways);
    double x = vec3_dot(shin, thigh) / a, y = vec3_dot(shin, sideways) / a, now = atan2(y, x),
           flat = hypot(x, y);
    double wanted = (length * length - a * a - b * b) / (2 * a * flat), turned[3];
    double flex[9], swing[9], hip_new[9], knee_new[9], bent[9];
    turn(axis, acos(fmax(-1, fmin(1, wanted))) - now, flex);
    rotation_apply(flex, shin, turned);
    for (int i = 0; i < 3; i++) turned[i] += thigh[i];
    rotation_between(turned, target, swing);

    rotation_multiply(swing, global[l->hip], hip_new);
    rotation_multiply(flex, global[l->knee], bent);
    rotation_multiply(swing, bent, knee_new);
    rotation_relative(global[s->parents[l->hip]], hip_new, local + 9 * l->hip);
    rotation_relative(hip_new, knee_new, local + 9 * l->knee);
    rotation_relative(knee_new, global[l->ankle], local + 9 * l->ankle);
    place(s, l->hip, local, position, global, below);
}

/* --- the whole --- */

bool feet_known(const Skeleton *s) {
    static const int parents[] = {-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    const size_t count = sizeof parents / sizeof *parents;
    bool same = s->joints >= count;
    for (size_t j = 0; same && j < count; j++) same = s->parents[j] == parents[j];
    return same;
}

static double *copied(const double *from, size_t count) {
    double *copy = malloc((count ? count : 1) * sizeof *copy);
    if (copy && count) memcpy(copy, from, count * sizeof *copy);
    return copy;
}

static int body_copy(const PoseTrack *b, PoseTrack *out, Error *err) {
    size_t n = b->frames * b->joints;
    *out = *b;
    out->translations = copied(b->translations, 3 * b->frames);
    out->rotations = copied(b->rotations, 9 * n);
    out->positions = copied(b->positions, 3 * n);
    if (out->translations && out->rotations && out->positions) return 0;
    pose_track_free(out);
    return error_set(err, "out of memory for %zu frames", b->frames);
}

int feet_clean(Clip *c, const FeetOptions *o, Error *err) {
    const Skeleton *s = c->skeleton;
    if (!feet_known(s))
        return error_set(err,
                         "feet are cleaned on skeletons that begin as SMPL's does (hips 1 and 2, "
                         "knees 4 and 5, ankles 7 and 8, toes 10 and 11), and this one does not");
    PoseTrack b;
    if (body_copy(&c->body, &b, err)) return -1;
    bool *contact = calloc(b.frames + 1, sizeof *contact),
         *below = calloc(s->joints, sizeof *below);
    double(*shift)[3] = calloc(b.frames + 1, sizeof *shift),
    (*global)[9] = calloc(s->joints, sizeof *global);
    int status = contact && below && shift && global
                     ? 0
                     : error_set(err, "out of memory for %zu frames", b.frames);
    double floor = 0;
    if (!status) status = clip_floor(c, &floor, err);
    for (size_t i = 0; i < 2 && !status; i++) {
        const Leg *l = &legs[i];
        feet_contacts(&c->body, l->toes, floor, o, contact);
        split(&c->body, l->toes, o, contact);
        plan(&c->body, l->toes, floor + clip_sole, o, contact, shift);
        for (size_t t = 0; t < b.frames; t++)
            if (vec3_norm(shift[t]) > 0)
                bend(s, l, shift[t], o->reach, b.rotations + 9 * b.joints * t,
                     b.positions + 3 * b.joints * t, global, below);
    }
    free(contact);
    free(below);
    free(shift);
    free(global);
    if (status) {
        pose_track_free(&b);
        return status;
    }
    if (c->measured.frames)
        pose_track_free(&c->body);
    else
        c->measured = c->body;
    c->body = b;
    return 0;
}
