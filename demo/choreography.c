#include "demo/choreography.h"

#include <math.h>
#include <stdlib.h>

const double STAGE = 1.6;

/* Where the middle of the stance is. */
typedef struct {
    double x, z, heading;
} Stance;

/* --- moves --- */

static double signed_side(const Bar *b) { return b->mirrored ? -1.0 : 1.0; }
static double signed_way(const Bar *b) { return b->backwards ? -1.0 : 1.0; }

/* The stance after a step of the bar. */
static Stance advance(const Bar *bar, const Step *s, Stance at) {
    at.heading += signed_side(bar) * s->turn;
    const double x = signed_side(bar) * bar->size * s->go_x;
    const double z = signed_way(bar) * bar->size * s->go_z;
    at.x += cos(at.heading) * x + sin(at.heading) * z;
    at.z += cos(at.heading) * z - sin(at.heading) * x;
    return at;
}

static Stance after(const Bar *bar, Stance at) {
    for (const Step *s = bar->move->steps; s->kind != STEP_NONE; s++) at = advance(bar, s, at);
    return at;
}

/* How far from home, facing away from the audience included. */
static double astray(Stance s) {
    return hypot(s.x, s.z) + 0.5 * fabs(remainder(s.heading, 2 * M_PI));
}

static bool suits(const Bar *bar, Stance at) {
    const Stance end = after(bar, at);
    return astray(end) < STAGE || astray(end) <= astray(at);
}

static const Move *choose_move(const Style *style, int energy, const Move *not_this, Rng *r) {
    double weights[STYLE_MAX_MOVES], sum = 0.0;
    for (size_t i = 0; i < style->move_count; i++) {
        const Move *m = move_at(style->moves[i]);
        static const double by_distance[] = {5.0, 1.0, 0.1};
        weights[i] = m == not_this ? 0.0 : by_distance[abs(m->energy - energy)];
        sum += weights[i];
    }
    double at = rng_uniform(r) * sum;
    size_t i = 0;
    while (i + 1 < style->move_count && at >= weights[i]) at -= weights[i++];
    return move_at(style->moves[i]);
}

/* --- bars --- */

typedef struct {
    const Move *first, *answer;
} Motif;

static Motif choose_motif(const Style *style, int energy, Rng *r) {
    Motif m = {.first = choose_move(style, energy, NULL, r)};
    m.answer = rng_below(r, 2) ? m.first : choose_move(style, energy, m.first, r);
    return m;
}

/* The side that begins with the free foot, the way that leads home, and another move where this one
 * leads off the stage. */
static void fit_bar(Bar *bar, int bears, Stance at, const Style *style, int energy, Rng *r) {
    enum { TRIES = 12 };
    bar->mirrored = bears == SIDES ? rng_below(r, 2) : bears == LEFT;
    for (int i = 0; i < TRIES; i++) {
        bar->backwards = false;
        Bar other = *bar;
        other.backwards = true;
        if (astray(after(&other, at)) < astray(after(bar, at))) *bar = other;
        if (suits(bar, at)) return;
        bar->move = choose_move(style, energy, bar->move, r);
    }
    bar->move = move_at(MOVE_GROOVE);
}

static int ends_on(const Bar *bar) {
    const int foot = move_ends_on(bar->move);
    return foot == SIDES || !bar->mirrored ? foot : 1 - foot;
}

static void choose_bars(const Song *song, Rng *r, Choreography *c) {
    const Motif chorus = choose_motif(song->style, 2, r);
    Motif motif = chorus;
    Stance at = {0};
    int bears = SIDES;
    for (size_t i = 0; i < c->bar_count; i++) {
        const size_t phrase = i ? (i - 1) / BARS_PER_PHRASE : 0;
        const size_t in_phrase = i ? (i - 1) % BARS_PER_PHRASE : 0;
        const Section section = song->section[phrase];
        const int energy = section_energy(section);
        if (in_phrase == 0)
            motif = section == SECTION_CHORUS ? chorus : choose_motif(song->style, energy, r);
        Bar *bar = &c->bars[i];
        bar->move = in_phrase == 0 ? motif.first : motif.answer;
        const double holds = section == SECTION_BREAK ? 0.6 : 0.15;
        if (in_phrase == BARS_PER_PHRASE - 1 && rng_uniform(r) < holds)
            bar->move = move_at((MoveId)(MOVE_HOLD_POINT + rng_below(r, 3)));
        bar->size = song->style->size * (0.9 + 0.2 * rng_uniform(r)) * (energy == 0 ? 0.85 : 1.0);
        fit_bar(bar, bears, at, song->style, energy, r);
        at = after(bar, at);
        bears = ends_on(bar);
    }
}

/* --- steps and gestures --- */

static double bar_begins(size_t bar) { return (double)BEATS_PER_BAR * ((double)bar - 1.0); }

static void add_falls(Choreography *c, size_t bar, Stance *at) {
    const Bar *b = &c->bars[bar];
    for (const Step *s = b->move->steps; s->kind != STEP_NONE; s++) {
        *at = advance(b, s, *at);
        const double x = signed_side(b) * b->size * s->x, z = signed_way(b) * b->size * s->z;
        Footfall f = {.kind = s->kind,
                      .beat = bar_begins(bar) + s->count,
                      .foot = b->mirrored && s->foot != SIDES ? 1 - s->foot : s->foot,
                      .x = at->x + cos(at->heading) * x + sin(at->heading) * z,
                      .z = at->z + cos(at->heading) * z - sin(at->heading) * x,
                      .up = b->size * s->up,
                      .heading = at->heading};
        f.yaw = at->heading + (f.foot == LEFT ? s->out : -s->out);
        c->falls[c->fall_count++] = f;
    }
}

static Arm scaled_arm(ArmPosition id, double size, Rng *r) {
    const Arm *a = arm_position(id), *hang = arm_position(ARM_HANG);
    const double s = fmin(size, 1.15);
    const double raise = 0.12 * (rng_uniform(r) - 0.5), elbow = 0.2 * (rng_uniform(r) - 0.5);
    return (Arm){.raise = hang->raise + s * (a->raise - hang->raise) + raise,
                 .forward = hang->forward + s * (a->forward - hang->forward),
                 .twist = hang->twist + s * (a->twist - hang->twist),
                 .elbow = fmax(hang->elbow + s * (a->elbow - hang->elbow) + elbow, 0.05),
                 .wrist = s * a->wrist};
}

static void add_gestures(Choreography *c, size_t bar, Rng *r) {
    const Bar *b = &c->bars[bar];
    for (size_t i = 0; i < MOVE_ARMS && (i == 0 || b->move->arms[i].count > 0); i++) {
        const ArmKey *k = &b->move->arms[i];
        Gesture *g = &c->gestures[c->gesture_count++];
        g->beat = bar_begins(bar) + k->count;
        g->arm[b->mirrored ? RIGHT : LEFT] = scaled_arm(k->left, b->size, r);
        g->arm[b->mirrored ? LEFT : RIGHT] = scaled_arm(k->right, b->size, r);
    }
}

int choreography_make(const Song *song, Rng *r, Choreography *out, Error *err) {
    const double beats = song->seconds * song->bpm / 60.0;
    *out = (Choreography){.bar_count = (size_t)ceil(beats / (double)BEATS_PER_BAR) + 2};
    const size_t most = BARS_PER_PHRASE * song->phrases + 1;
    if (out->bar_count > most) out->bar_count = most;
    out->bars = calloc(out->bar_count, sizeof *out->bars);
    out->falls = calloc(SIDES + MOVE_STEPS * out->bar_count, sizeof *out->falls);
    out->gestures = calloc(MOVE_ARMS * out->bar_count, sizeof *out->gestures);
    if (!out->bars || !out->falls || !out->gestures) {
        choreography_free(out);
        return error_set(err, "out of memory");
    }
    choose_bars(song, r, out);
    for (int foot = 0; foot < SIDES; foot++) /* standing, long before */
        out->falls[out->fall_count++] =
            (Footfall){.kind = JUMP, .beat = -100, .foot = foot, .x = foot == LEFT ? 0.1 : -0.1};
    Stance at = {0};
    for (size_t i = 0; i < out->bar_count; i++) {
        add_falls(out, i, &at);
        add_gestures(out, i, r);
    }
    return 0;
}

void choreography_free(Choreography *c) {
    free(c->bars);
    free(c->falls);
    free(c->gestures);
    *c = (Choreography){0};
}
