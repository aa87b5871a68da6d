#include "demo/dance.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/motion/rotation.h"

/* One bar of the choreography. */
typedef struct {
    const MoveInfo *move;
    bool mirrored;
    double direction, size;
    BodyPlacement begin; /* of the stance */
} Bar;

static const double FADE =
    0.5; /* beats before and after a bar line in which one move becomes the other */

static bool travels(const MoveInfo *m) { return m->x != 0 || m->z != 0 || m->turn != 0; }

static bool is_hold(const MoveInfo *m) {
    return m == move_info(MOVE_HOLD_POINT) || m == move_info(MOVE_HOLD_FOLDED) ||
           m == move_info(MOVE_HOLD_OPEN);
}

/* Where the stance is t beats into the bar. */
static BodyPlacement place_in(const Bar *bar, double t) {
    double gone = bar->size * move_progress(t), side = bar->mirrored ? -1.0 : 1.0;
    double x = side * bar->move->x * gone, z = bar->direction * bar->move->z * gone,
           s = sin(bar->begin.heading), c = cos(bar->begin.heading);
    return (BodyPlacement){bar->begin.x + c * x + s * z, bar->begin.z - s * x + c * z,
                           bar->begin.heading + side * bar->move->turn * gone};
}

/* How far from home a bar ends, heading included. */
static double astray(const Bar *bar) {
    BodyPlacement end = place_in(bar, 5.0);
    return hypot(end.x, end.z) + 0.3 * fabs(end.heading);
}

/* Chooses side and direction, the ones that lead home if there is anything to choose. */
static void aim(Bar *bar, bool left, Rng *r) {
    bar->mirrored = left;
    bar->direction = rng_below(r, 2) ? 1.0 : -1.0;
    if (!travels(bar->move)) return;
    Bar best = *bar;
    for (int way = 0; way < 4; way++) {
        Bar other = *bar;
        other.mirrored = way & 1;
        other.direction = way & 2 ? 1.0 : -1.0;
        if (astray(&other) < astray(&best) - 0.3) best = other;
    }
    *bar = best;
}

static const MoveInfo *choose_move(const Style *style, int energy, const MoveInfo *not_this,
                                   Rng *r) {
    double weights[STYLE_MAX_MOVES], sum = 0.0;
    for (size_t i = 0; i < style->move_count; i++) {
        const MoveInfo *m = move_info(style->moves[i]);
        int apart = abs(m->energy - energy);
        weights[i] = m == not_this ? 0.0 : apart == 0 ? 5.0 : apart == 1 ? 1.0 : 0.1;
        sum += weights[i];
    }
    double at = rng_uniform(r) * sum;
    size_t i = 0;
    while (i + 1 < style->move_count && at >= weights[i]) at -= weights[i++];
    return move_info(style->moves[i]);
}

static void choreograph(const Song *song, size_t bars, Rng *r, Bar *out) {
    static const char *const forms[] = {"ABAB", "AABB", "AAAB", "ABCB"};
    const MoveInfo *motif[3] = {0};
    const char *form = forms[0];
    BodyPlacement at = {0};
    for (size_t i = 0; i < bars; i++) {
        size_t in_phrase = i % BARS_PER_PHRASE;
        int energy = song->energy[i / BARS_PER_PHRASE];
        if (in_phrase == 0) {
            form = forms[rng_below(r, sizeof forms / sizeof *forms)];
            for (int k = 0; k < 3; k++)
                motif[k] = choose_move(song->style, energy, k ? motif[k - 1] : NULL, r);
        }
        Bar *bar = &out[i];
        *bar = (Bar){.move = motif[form[in_phrase] - 'A'], .begin = at};
        if (in_phrase == BARS_PER_PHRASE - 1 && rng_uniform(r) < (energy == 0 ? 0.75 : 0.5))
            bar->move = move_info((MoveId)(MOVE_HOLD_POINT + rng_below(r, 3)));
        bar->size = song->style->size * (0.8 + 0.3 * rng_uniform(r)) * (energy == 0 ? 0.85 : 1.0);
        if (bar->move->turn != 0) bar->size = 1.0;
        aim(bar, i % 2 == 0, r);
        at = place_in(bar, 5.0);
    }
}

/* Beats with a rest of `snap` around each whole one. */
static double with_rests(double t, double snap) {
    double whole = floor(t);
    return whole + smooth_step(t - whole, 0.5 * snap, 1.0 - 0.5 * snap);
}

static Pose pose_in(const Bar *bar, const Style *style, double t) {
    if (!travels(bar->move)) t -= (double)BEATS_PER_BAR * floor(t / (double)BEATS_PER_BAR);
    Moment at = {.t = t, .b = with_rests(t, style->snap), .direction = bar->direction};
    const Pose neutral = pose_neutral();
    Pose p = neutral;
    bar->move->pose(bar->move, &at, &p);
    p = pose_mix(&neutral, &p, bar->size);
    if (!is_hold(bar->move)) p.hip_y -= style->bounce * (0.5 + 0.5 * cos(2 * M_PI * t));
    return bar->mirrored ? pose_mirrored(&p) : p;
}

/* Nobody stands like a statue: slow small wandering of every part but the feet. */
typedef struct {
    double hertz[POSE_SIZE][2], phase[POSE_SIZE][2];
} Unrest;

static Unrest unrest_new(Rng *r) {
    Unrest u;
    for (int i = 0; i < POSE_SIZE; i++)
        for (int k = 0; k < 2; k++) {
            u.hertz[i][k] = 0.08 + 0.4 * rng_uniform(r);
            u.phase[i][k] = 2 * M_PI * rng_uniform(r);
        }
    return u;
}

static void stir(const Unrest *u, double seconds, Pose *p) {
    const double radians = 0.018, metres = 0.004;
    double x[POSE_SIZE];
    memcpy(x, p, sizeof x);
    const size_t first = offsetof(Pose, arm) / sizeof(double),
                 hips = offsetof(Pose, hip_x) / sizeof(double);
    for (size_t i = first; i < POSE_SIZE; i++) {
        double scale = i >= hips && i < hips + 3 ? metres : radians;
        for (int k = 0; k < 2; k++)
            x[i] += scale * sin(2 * M_PI * u->hertz[i][k] * seconds + u->phase[i][k]);
    }
    memcpy(p, x, sizeof x);
}

/* The pose and place at a moment that lies in bar i: near a bar line that of both bars, mixed. */
static Pose mixed_pose(const Bar *bars, size_t count, const Style *style, size_t i, double t,
                       BodyPlacement *place) {
    Pose p = pose_in(&bars[i], style, t);
    *place = place_in(&bars[i], t);
    size_t other = t < FADE && i > 0                                   ? i - 1
                   : t > (double)BEATS_PER_BAR - FADE && i + 1 < count ? i + 1
                                                                       : i;
    if (other == i) return p;
    double there = other < i ? t + (double)BEATS_PER_BAR : t - (double)BEATS_PER_BAR,
           line = other < i ? t : (double)BEATS_PER_BAR - t;
    Pose q = pose_in(&bars[other], style, there);
    BodyPlacement elsewhere = place_in(
        &bars[other],
        there); /* both moves count from the bar line: what each has gone beyond it adds up */
    const BodyPlacement *joint = other < i ? &bars[i].begin : &bars[other].begin;
    place->x += elsewhere.x - joint->x;
    place->z += elsewhere.z - joint->z;
    place->heading += elsewhere.heading - joint->heading;
    return pose_mix(&p, &q, 1.0 - smooth_step(line, -FADE, FADE));
}

int dance_make(const Song *song, uint64_t seed, Dance *out, Error *err) {
    *out = (Dance){.frames = (size_t)llround(song->seconds * (double)DANCE_FPS)};
    size_t bar_count = (size_t)ceil(song->seconds * song->bpm / 60.0 / (double)BEATS_PER_BAR) + 1;
    if (bar_count > BARS_PER_PHRASE * song->phrases) bar_count = BARS_PER_PHRASE * song->phrases;
    Bar *bars = calloc(bar_count + 1, sizeof *bars);
    out->poses = calloc(out->frames + 1, 3 * SMPL_JOINTS * sizeof(float));
    out->translations = calloc(out->frames + 1, 3 * sizeof(float));
    Skeleton smpl = {0};
    int status = bars && out->poses && out->translations ? skeleton_smpl(&smpl, err)
                                                         : error_set(err, "out of memory");
    if (!status) {
        Rng r = rng_seed(seed);
        choreograph(song, bar_count, &r, bars);
        const Unrest unrest = unrest_new(&r);
        const double drift = 2 * M_PI * rng_uniform(&r);
        for (size_t f = 0; f < out->frames; f++) {
            double seconds = (double)f / (double)DANCE_FPS,
                   beat = seconds * song->bpm / 60.0 +
                          0.03 * sin(0.7 * seconds + drift); /* no metronome */
            size_t i = beat > 0 ? (size_t)(beat / (double)BEATS_PER_BAR) : 0;
            if (i >= bar_count) i = bar_count - 1;
            BodyPlacement place;
            Pose p = mixed_pose(bars, bar_count, song->style, i, beat - (double)(BEATS_PER_BAR * i),
                                &place);
            stir(&unrest, seconds, &p);
            double translation[3], rotations[SMPL_JOINTS][9], v[3];
            pose_to_body(&p, &place, &smpl, translation, rotations);
            for (int j = 0; j < SMPL_JOINTS; j++) {
                rotation_to_axis_angle(rotations[j], v);
                for (int k = 0; k < 3; k++)
                    out->poses[(f * SMPL_JOINTS + (size_t)j) * 3 + (size_t)k] = (float)v[k];
            }
            for (int k = 0; k < 3; k++)
                out->translations[3 * f + (size_t)k] = (float)translation[k];
        }
    }
    skeleton_free(&smpl);
    free(bars);
    if (status) dance_free(out);
    return status;
}

void dance_free(Dance *d) {
    free(d->poses);
    free(d->translations);
    *d = (Dance){0};
}
