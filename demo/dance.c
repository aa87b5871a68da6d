#include "demo/dance.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "demo/choreography.h"
#include "demo/follow.h"
#include "lib/motion/rotation.h"

/* --- what is wanted of the body --- */

enum { GROOVE_NUMBERS = sizeof(Groove) / sizeof(double) };

static Groove groove_mix(const Groove *a, const Groove *b, double weight_of_b) {
    double x[GROOVE_NUMBERS], y[GROOVE_NUMBERS];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    for (int i = 0; i < GROOVE_NUMBERS; i++) x[i] += weight_of_b * (y[i] - x[i]);
    Groove mixed;
    memcpy(&mixed, x, sizeof mixed);
    return mixed;
}

/* Near a bar line half of either bar's. */
static Groove groove_at(const Choreography *c, double beat) {
    const double bar = beat / (double)BEATS_PER_BAR + 1.0, fade = 0.12; /* bars */
    const double last = (double)c->bar_count - 1.0;
    const size_t before = (size_t)fmin(fmax(floor(bar - 0.5), 0.0), last);
    const size_t behind = before + 1 < c->bar_count ? before + 1 : before;
    const double line = (double)before + 1.0;
    return groove_mix(&c->bars[before].move->groove, &c->bars[behind].move->groove,
                      smooth_step(bar, line - fade, line + fade));
}

/* Arms arrive on their counts, the snappier the style the later they leave. */
static void arms_at(const Choreography *c, double snap, double beat, Arm arm[SIDES]) {
    size_t next = 0;
    while (next < c->gesture_count && c->gestures[next].beat <= beat) next++;
    const Gesture *last = &c->gestures[next ? next - 1 : 0];
    memcpy(arm, last->arm, sizeof last->arm);
    if (next == 0 || next == c->gesture_count) return;
    const Gesture *goal = &c->gestures[next];
    const double rest = 0.06; /* beats before and after a count */
    const double way = (1.0 - 0.6 * snap) * fmin(goal->beat - last->beat, 1.0) - 2 * rest;
    const double s = smooth_step(beat, goal->beat - rest - way, goal->beat - rest);
    for (int side = 0; side < SIDES; side++) {
        Arm *a = &arm[side];
        const Arm *b = &goal->arm[side];
        a->raise += s * (b->raise - a->raise);
        a->forward += s * (b->forward - a->forward);
        a->twist += s * (b->twist - a->twist);
        a->elbow += s * (b->elbow - a->elbow);
        a->wrist += s * (b->wrist - a->wrist);
    }
}

/* The pelvis goes over the foot that bears the weight. */
static void place_pelvis(const Stand *s, const Groove *g, double side, Pose *p) {
    const double over = 0.8, ankle = 0.07; /* the ball is in front of it */
    const Foot *l = &s->foot[LEFT], *r = &s->foot[RIGHT];
    const double share = 0.5 + over * (s->weight - 0.5);
    const double left = 0.035 * g->hips * side;
    p->x = r->x + share * (l->x - r->x) + cos(s->heading) * left - sin(s->heading) * ankle;
    p->z = r->z + share * (l->z - r->z) - sin(s->heading) * left - cos(s->heading) * ankle;
}

/* side: 1 where the weight is on the left foot, -1 on the right. speed_left, speed_ahead: of the
 * pelvis, m/s. */
static void bend_body(const Groove *g, double bounce, double beat, double side, double speed_left,
                      double speed_ahead, Pose *p) {
    const double pulse = cos(2 * M_PI * beat), wave = M_PI * beat;
    p->y = -g->low - bounce * g->bounce * (0.5 + 0.5 * pulse) - 0.03 * g->wave * (1 - cos(wave));
    p->yaw = 0.24 * g->twist * side;
    p->roll = 0.12 * g->hips * side;
    p->pitch = 0.04 + 0.04 * speed_ahead - 0.12 * g->wave * sin(wave);
    for (int i = LOWER; i <= UPPER; i++) {
        Segment *s = &p->spine[i];
        s->turn = -(0.45 + 0.15 * i) * p->yaw;
        s->lean = 0.6 * p->roll - 0.05 * speed_left;
        s->bend = 0.03 + 0.02 * speed_ahead + 0.20 * g->wave * sin(wave - 0.9 * i);
        s->bend += 0.07 * g->chest * i * pulse;
    }
    const double turned =
        p->yaw + p->spine[LOWER].turn + p->spine[MIDDLE].turn + p->spine[UPPER].turn;
    p->spine[HEAD] = (Segment){.turn = -0.7 * turned,
                               .lean = -0.5 * p->roll,
                               .bend = 0.05 * g->chest * pulse + 0.15 * g->wave * sin(wave - 2.7)};
    for (int k = 0; k < SIDES; k++)
        p->arm[k].forward += 0.7 * g->swing * (k == LEFT ? side : -side);
}

/* A dance under way. */
typedef struct {
    const Choreography *steps;
    const Style *style;
    const Skeleton *smpl;
    Follow body;
    double bpm;
} Dancer;

static double quickness(const Style *s) { return 1.0 + 0.5 * s->snap; }

/* Goals are taken as much earlier as the body comes later, so that it is there on the beat. */
static Pose goal_at(const Dancer *d, double beat, double *air) {
    const double ahead = beat + follow_delay(quickness(d->style)) * d->bpm / 60.0;
    const Stand now = footwork_at(d->steps->falls, d->steps->fall_count, beat);
    const Stand soon = footwork_at(d->steps->falls, d->steps->fall_count, ahead);
    const Groove g = groove_at(d->steps, ahead);
    const double side = 2 * soon.weight - 1;
    const double vx = d->body.spring[FOLLOW_X].speed, vz = d->body.spring[FOLLOW_Z].speed;
    const double s = sin(now.heading), c = cos(now.heading);
    Pose p = {.heading = now.heading};
    arms_at(d->steps, d->style->snap, ahead, p.arm);
    place_pelvis(&soon, &g, side, &p);
    bend_body(&g, d->style->bounce, ahead, side, c * vx - s * vz, s * vx + c * vz, &p);
    p.spine[HEAD].turn +=
        fmax(fmin(0.4 * remainder(soon.heading - now.heading, 2 * M_PI), 0.6), -0.6);
    memcpy(p.foot, soon.foot, sizeof p.foot);
    p.y = pose_reach(&p, d->smpl); /* it sinks before a long step and rises after, in its time */
    for (int foot = 0; foot < SIDES; foot++) {
        p.foot[foot] = now.foot[foot];
        p.foot[foot].yaw += 0.3 * d->body.spring[FOLLOW_YAW].value; /* on its ball, with the hips */
    }
    *air = now.air;
    return p;
}

/* --- small wandering of spine and arms: nobody stands like a statue --- */

enum { WANDERING = (sizeof(Pose) - offsetof(Pose, spine)) / sizeof(double) };

typedef struct {
    double hertz[WANDERING][2], phase[WANDERING][2];
} Unrest;

static Unrest unrest_new(Rng *r) {
    Unrest u;
    for (int i = 0; i < WANDERING; i++)
        for (int k = 0; k < 2; k++) {
            u.hertz[i][k] = 0.08 + 0.4 * rng_uniform(r);
            u.phase[i][k] = 2 * M_PI * rng_uniform(r);
        }
    return u;
}

static void stir(const Unrest *u, double seconds, Pose *p) {
    const double radians = 0.015;
    double x[WANDERING];
    memcpy(x, (char *)p + offsetof(Pose, spine), sizeof x);
    for (int i = 0; i < WANDERING; i++)
        for (int k = 0; k < 2; k++)
            x[i] += radians * sin(2 * M_PI * u->hertz[i][k] * seconds + u->phase[i][k]);
    memcpy((char *)p + offsetof(Pose, spine), x, sizeof x);
}

/* --- frames --- */

static void store_frame(const Pose *p, const Skeleton *smpl, size_t frame, Dance *out) {
    double translation[3], rotations[SMPL_JOINTS][9], v[3];
    pose_to_body(p, smpl, translation, rotations);
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        rotation_to_axis_angle(rotations[j], v);
        for (size_t k = 0; k < 3; k++) out->poses[(frame * SMPL_JOINTS + j) * 3 + k] = (float)v[k];
    }
    for (size_t k = 0; k < 3; k++) out->translations[3 * frame + k] = (float)translation[k];
}

/* The bar before the song begins is danced, too, but not kept. */
static void dance(const Song *song, const Choreography *steps, const Skeleton *smpl, Rng *r,
                  Dance *out) {
    const Unrest unrest = unrest_new(r);
    const double late = 2 * M_PI * rng_uniform(r), per_second = song->bpm / 60.0;
    const long before = (long)(0.8 * (double)BEATS_PER_BAR / per_second * (double)DANCE_FPS);
    Dancer d = {.steps = steps, .style = song->style, .smpl = smpl, .bpm = song->bpm};
    double air;
    const Pose start = goal_at(&d, -0.8 * (double)BEATS_PER_BAR, &air);
    d.body = follow_start(&start, quickness(song->style));
    for (long f = -before; f < (long)out->frames; f++) {
        const double seconds = (double)f / (double)DANCE_FPS;
        const double beat = seconds * per_second + 0.03 * sin(0.7 * seconds + late);
        Pose p = goal_at(&d, beat, &air);
        follow(&d.body, &p, 1.0 / (double)DANCE_FPS);
        p.y += air;
        stir(&unrest, seconds, &p);
        if (f >= 0) store_frame(&p, smpl, (size_t)f, out);
    }
}

int dance_make(const Song *song, uint64_t seed, Dance *out, Error *err) {
    *out = (Dance){.frames = (size_t)llround(song->seconds * (double)DANCE_FPS)};
    out->poses = calloc(out->frames + 1, 3 * SMPL_JOINTS * sizeof(float));
    out->translations = calloc(out->frames + 1, 3 * sizeof(float));
    Skeleton smpl = {0};
    Choreography steps = {0};
    Rng r = rng_seed(seed);
    int status = out->poses && out->translations ? 0 : error_set(err, "out of memory");
    if (!status) status = skeleton_smpl(&smpl, err);
    if (!status) status = choreography_make(song, &r, &steps, err);
    if (!status) dance(song, &steps, &smpl, &r, out);
    choreography_free(&steps);
    skeleton_free(&smpl);
    if (status) dance_free(out);
    return status;
}

void dance_free(Dance *d) {
    free(d->poses);
    free(d->translations);
    *d = (Dance){0};
}
