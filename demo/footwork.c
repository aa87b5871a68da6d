#include "demo/footwork.h"

#include <math.h>

/* Beats. */
static const double SWING = 0.78; /* that a foot is in the air, if there is time */
static const double JUMP_SWING = 0.5;
static const double SHORTEST = 0.2;
static const double HANDOVER = 0.2; /* from one foot's landing until the other may leave */
static const double SHIFT_BEFORE = 0.55, SHIFT_AFTER = 0.08; /* weight moves around a landing */

static const double JUMP_HEIGHT = 0.09; /* metres */
static const double PIVOT_FROM =
    0.45; /* radians that the body turns over a foot before it pivots */

double smooth_step(double t, double from, double to) {
    const double u = fmin(fmax((t - from) / (to - from), 0.0), 1.0);
    return u * u * u * (10.0 - 15.0 * u + 6.0 * u * u);
}

/* 0 outside [0, 1], rising to 1 in the middle, twice differentiable. */
static double arch(double u) { return u <= 0.0 || u >= 1.0 ? 0.0 : 64 * pow(u * (1 - u), 3.0); }

static bool moves_foot(const Footfall *f, int foot) { return f->foot == foot && f->kind != SHIFT; }

static bool takes_weight(const Footfall *f) { return f->kind != TOUCH && f->kind != KICK; }

/* From when on the foot is in the air on its way to footfall `to`, after footfall `from`. */
static double leaves_at(const Footfall *falls, size_t from, size_t to) {
    const Footfall *next = &falls[to];
    double at = next->beat - (next->kind == JUMP ? JUMP_SWING : SWING);
    at = fmax(at, falls[from].beat + 0.08);
    for (size_t i = from + 1; i < to; i++)
        if (takes_weight(&falls[i]) && falls[i].foot != next->foot && falls[i].beat < next->beat)
            at = fmax(at, falls[i].beat + HANDOVER);
    return fmin(at, next->beat - SHORTEST);
}

static double heading_at(const Footfall *falls, size_t count, double beat) {
    double heading = falls[0].heading;
    for (size_t i = 1; i < count; i++) {
        const double before = falls[i - 1].beat;
        if (before > beat) break;
        heading += (falls[i].heading - falls[i - 1].heading) *
                   smooth_step(beat, fmax(before, falls[i].beat - 1.0), falls[i].beat);
    }
    return heading;
}

/* How far a standing foot has turned with the body: not at first, then all the way, on its ball. */
static double pivot(double turned) { return turned - PIVOT_FROM * tanh(turned / PIVOT_FROM); }

/* The heel's angle on arrival, and soon after. */
static double landing_heel(const Footfall *f) { return f->kind == KICK ? 0.5 : 0.12; }

static double rest_heel(const Footfall *f) {
    if (f->kind == TOUCH) return 0.35;
    return f->kind == KICK ? 0.5 : 0.0;
}

/* Footfalls `from` and `to` are the foot's last and next; to == from: there is no other. */
static Foot swing(const Footfall *falls, size_t from, size_t to, double beat, double heading,
                  bool *planted) {
    const Footfall *last = &falls[from], *next = &falls[to];
    const double turned = pivot(heading - last->heading);
    Foot f = {.x = last->x, .z = last->z, .yaw = last->yaw + turned};
    const double settled = smooth_step(beat, last->beat, last->beat + 0.3);
    f.heel = landing_heel(last) + (rest_heel(last) - landing_heel(last)) * settled;
    f.heel += 0.15 * (1 - exp(-turned * turned));
    f.lift = last->kind == KICK ? last->up : 0.0;
    const double leaves = to == from ? INFINITY : leaves_at(falls, from, to);
    f.heel += (0.45 - rest_heel(last)) * smooth_step(beat, fmax(leaves - 0.3, last->beat), leaves);
    *planted = beat < leaves && last->kind != KICK;
    if (beat < leaves) return f;
    const double u = (beat - leaves) / (next->beat - leaves), s = smooth_step(u, 0.05, 0.97);
    const double far = hypot(next->x - f.x, next->z - f.z);
    const double end = next->kind == KICK ? next->up : 0.0;
    double higher = 0.03 + 0.10 * fmin(far, 0.8);
    if (next->kind == JUMP) higher = JUMP_HEIGHT;
    if (next->kind != KICK) higher += next->up;
    f.x += s * (next->x - f.x);
    f.z += s * (next->z - f.z);
    f.yaw += s * remainder(next->yaw - f.yaw, 2 * M_PI);
    f.lift += s * (end - f.lift) + higher * arch(u);
    f.heel += s * (landing_heel(next) - f.heel) + 0.2 * arch(u);
    return f;
}

static double weight_at(const Footfall *falls, size_t count, double beat) {
    double weight = 0.5;
    for (size_t i = 0; i < count && falls[i].beat - SHIFT_BEFORE < beat; i++) {
        if (!takes_weight(&falls[i])) continue;
        double goal = falls[i].foot == LEFT ? 1.0 : 0.0;
        if (falls[i].foot == SIDES || falls[i].kind == JUMP) goal = 0.5;
        weight += (goal - weight) *
                  smooth_step(beat, falls[i].beat - SHIFT_BEFORE, falls[i].beat + SHIFT_AFTER);
    }
    return weight;
}

static double air_at(const Footfall *falls, size_t count, double beat) {
    double air = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (falls[i].kind != JUMP || falls[i].foot != LEFT) continue;
        const double from = falls[i].beat - JUMP_SWING, u = (beat - from) / JUMP_SWING;
        air += JUMP_HEIGHT * arch(u) - 0.04 * arch(u + 0.7) - 0.04 * arch(u - 0.8);
    }
    return air;
}

Stand footwork_at(const Footfall *falls, size_t count, double beat) {
    Stand s = {.weight = weight_at(falls, count, beat),
               .heading = heading_at(falls, count, beat),
               .air = air_at(falls, count, beat)};
    for (int foot = 0; foot < SIDES; foot++) {
        size_t last = 0, next = 0;
        for (size_t i = 0; i < count; i++) {
            if (!moves_foot(&falls[i], foot)) continue;
            if (falls[i].beat <= beat)
                next = last = i;
            else {
                next = i;
                break;
            }
        }
        s.foot[foot] = swing(falls, last, next, beat, s.heading, &s.planted[foot]);
    }
    return s;
}
