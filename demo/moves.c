#include "demo/moves.h"

#include <math.h>

double smooth_step(double t, double from, double to) {
    double u = fmin(fmax((t - from) / (to - from), 0.0), 1.0);
    return u * u * u * (10.0 - 15.0 * u + 6.0 * u * u);
}

double move_progress(double t) { return smooth_step(t, -0.4, 4.4); }

/* 0 outside [from, to], rising to 1 in the middle: a foot in the air. */
static double arch(double t, double from, double to) {
    double u = (t - from) / (to - from);
    return u <= 0.0 || u >= 1.0 ? 0.0 : pow(sin(M_PI * u), 2.0);
}

/* +1 on even beats, -1 on odd ones. */
static double alternate(double b) { return cos(M_PI * b); }

/* 0 on even half bars (beats 0, 4), 1 on beat 2. */
static double there_and_back(double b) { return 0.5 - 0.5 * cos(M_PI * b / 2.0); }

/* The foot steps by dx, dz between two moments of the bar. */
static void step(Foot *f, double t, double from, double to, double dx, double dz, double lift) {
    double s = smooth_step(t, from, to), air = arch(t, from, to);
    f->x += s * dx;
    f->z += s * dz;
    f->lift += air * lift;
    f->heel += 0.5 * arch(t, from, from + 0.6 * (to - from));
}

static void swing_arms(Pose *p, double left_forward, double size, double elbow) {
    p->arm[LEFT].forward += size * left_forward;
    p->arm[RIGHT].forward -= size * left_forward;
    for (int side = 0; side < 2; side++) p->arm[side].elbow += elbow;
    p->turn -= 0.3 * size * left_forward;
}

static void step_touch(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    step(&p->foot[LEFT], at->t, 0, 0.8, 0.36, 0, 0.06);
    step(&p->foot[RIGHT], at->t, 1, 1.8, 0.36, 0, 0.05);
    step(&p->foot[RIGHT], at->t, 2, 2.8, -0.36, 0, 0.06);
    step(&p->foot[LEFT], at->t, 3, 3.8, -0.36, 0, 0.05);
    p->hip_x += 0.36 * there_and_back(at->b);
    p->roll += 0.06 * sin(M_PI * at->b / 2);
    p->lean -= 0.1 * sin(M_PI * at->b / 2);
    double open = 0.5 - 0.5 * cos(M_PI * at->b);
    for (int side = 0; side < 2; side++) {
        p->arm[side].raise += 0.9 * open;
        p->arm[side].forward += 0.5 - 0.4 * open;
        p->arm[side].elbow += 1.0 - 0.7 * open;
    }
}

static void groove(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    p->foot[LEFT].x += 0.07, p->foot[RIGHT].x -= 0.07;
    p->hip_x += 0.08 * alternate(at->b);
    p->roll += 0.08 * alternate(at->b);
    p->lean -= 0.1 * alternate(at->b);
    swing_arms(p, alternate(at->b), 0.55, 0.7);
    p->nod += 0.15 * cos(2 * M_PI * at->t);
}

static void sway(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double s = sin(M_PI * at->b / 2);
    p->foot[LEFT].x += 0.12, p->foot[RIGHT].x -= 0.12;
    p->hip_x += 0.13 * s;
    p->roll += 0.16 * s;
    p->lean -= 0.3 * s;
    p->tilt += 0.15 * s;
    for (int side = 0; side < 2; side++) {
        p->foot[side].heel += 0.35 * fmax(side == LEFT ? -s : s, 0.0);
        p->arm[side].raise += 1.9;
        p->arm[side].elbow += 0.25;
        p->arm[side].twist -= 0.9;
    }
    p->arm[LEFT].raise -= 0.5 * s;
    p->arm[RIGHT].raise += 0.5 * s;
}

static void march(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    for (int beat = 0; beat < 4; beat++) {
        Foot *f = &p->foot[beat % 2];
        double up = arch(at->t, beat, beat + 1);
        f->lift += 0.27 * up;
        f->z += 0.1 * up;
        f->heel += 0.35 * up;
        p->hip_x += (beat % 2 == LEFT ? -0.07 : 0.07) * up;
    }
    swing_arms(p, -sin(M_PI * at->t), 0.8, 1.0);
    p->nod += 0.05;
}

static void kick(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double left = arch(at->b, 0.2, 1.8), right = arch(at->b, 2.2, 3.8);
    p->foot[LEFT].lift += 0.34 * left, p->foot[LEFT].z += 0.48 * left,
        p->foot[LEFT].heel += 0.3 * left;
    p->foot[RIGHT].lift += 0.34 * right, p->foot[RIGHT].z += 0.48 * right,
        p->foot[RIGHT].heel += 0.3 * right;
    p->hip_x += 0.08 * (right - left);
    p->pitch -= 0.15 * (left + right);
    p->bend += 0.2 * (left + right);
    for (int side = 0; side < 2; side++) {
        p->arm[side].raise += 0.9;
        p->arm[side].elbow += 0.5;
    }
    p->arm[RIGHT].forward += 0.9 * left, p->arm[RIGHT].raise -= 0.6 * left;
    p->arm[LEFT].forward += 0.9 * right, p->arm[LEFT].raise -= 0.6 * right;
    p->turn += 0.35 * (left - right);
}

static void grapevine(const MoveInfo *m, const Moment *at, Pose *p) {
    double gone = m->x * move_progress(at->t), half = m->x / 2;
    p->foot[LEFT].x -= gone, p->foot[RIGHT].x -= gone;
    step(&p->foot[LEFT], at->t, 0, 0.85, half, 0, 0.07);
    step(&p->foot[RIGHT], at->t, 1, 1.85, half, -0.05, 0.07);
    step(&p->foot[LEFT], at->t, 2, 2.85, half, 0, 0.07);
    step(&p->foot[RIGHT], at->t, 3, 3.85, half, 0.05, 0.07);
    p->yaw += 0.25 * sin(M_PI * at->b);
    p->look += 0.4 * arch(at->t, 0, 4);
    for (int side = 0; side < 2; side++) {
        p->arm[side].raise += 0.8 + 0.3 * alternate(at->b);
        p->arm[side].elbow += 0.4;
    }
}

static void walk(const MoveInfo *m, const Moment *at, Pose *p) {
    double way = m->z * at->direction, gone = way * move_progress(at->t);
    p->foot[LEFT].z -= gone, p->foot[RIGHT].z -= gone;
    step(&p->foot[LEFT], at->t, 0, 0.9, 0, 0.36 * way, 0.08);
    step(&p->foot[RIGHT], at->t, 1, 1.9, 0, 0.7 * way, 0.09);
    step(&p->foot[LEFT], at->t, 2, 2.9, 0, 0.64 * way, 0.09);
    step(&p->foot[RIGHT], at->t, 3, 3.9, 0, 0.3 * way, 0.08);
    p->hip_x -= 0.05 * sin(M_PI * at->t);
    p->roll -= 0.06 * sin(M_PI * at->t);
    p->yaw += 0.12 * sin(M_PI * at->t);
    swing_arms(p, -sin(M_PI * at->t), 0.6, 0.3);
}

static void turn(const MoveInfo *m, const Moment *at, Pose *p) {
    double gone = move_progress(at->t);
    for (int side = 0; side < 2; side++) p->foot[side].orbit -= m->turn * gone;
    for (int half = 0; half < 8; half++) {
        Foot *f = &p->foot[half % 2];
        double from = half < 2 ? 0.0 : move_progress(0.5 * half - 0.25),
               to = half > 5 ? 1.0 : move_progress(0.5 * half + 0.75);
        f->orbit += m->turn * (to - from) * smooth_step(at->t, 0.5 * half, 0.5 * half + 0.5);
        f->lift += 0.05 * arch(at->t, 0.5 * half, 0.5 * half + 0.5);
    }
    double wide = arch(at->t, -0.5, 4.5);
    for (int side = 0; side < 2; side++) {
        p->arm[side].raise += 1.1 * wide;
        p->arm[side].elbow += 0.2;
    }
    p->arm[RIGHT].forward += 0.7 * wide;
    p->look += 0.5 * wide;
}

static void jack(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double open = 0.5 - 0.5 * alternate(at->b), air = pow(fabs(sin(M_PI * at->t)), 1.5);
    for (int side = 0; side < 2; side++) {
        double sign = side == LEFT ? 1.0 : -1.0;
        p->foot[side].x += sign * 0.2 * open;
        p->foot[side].lift += 0.09 * air;
        p->foot[side].heel += 0.6 * air;
        p->arm[side].raise += 1.6 * open;
        p->arm[side].elbow += 0.1;
    }
    p->hip_y += 0.09 * air - 0.03;
}

static void lunge(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    for (int half = 0; half < 2; half++) { /* left for two beats, then right */
        double begin = 2.0 * half, sign = half == 0 ? 1.0 : -1.0;
        double in =
            smooth_step(at->t, begin, begin + 0.8) - smooth_step(at->t, begin + 1.2, begin + 2.0);
        Foot *f = &p->foot[half];
        f->x += 0.36 * sign * in;
        f->yaw += 0.35 * sign * in;
        f->lift += 0.06 * (arch(at->t, begin, begin + 0.8) + arch(at->t, begin + 1.2, begin + 2.0));
        p->hip_x += 0.24 * sign * in;
        p->hip_y -= 0.12 * in;
        p->lean += 0.12 * sign * in;
        p->arm[half].raise += 2.0 * in;
        p->arm[1 - half].raise += 0.45 * in;
        p->arm[1 - half].elbow += 1.2 * in;
        p->look += 0.5 * sign * in;
        p->nod -= 0.2 * in;
    }
}

static void body_roll(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double s = sin(M_PI * at->b / 2), c = cos(M_PI * at->b / 2);
    p->foot[LEFT].x += 0.05, p->foot[RIGHT].x -= 0.05;
    p->hip_z += 0.07 * s;
    p->hip_y -= 0.05 + 0.04 * c;
    p->pitch -= 0.2 * s;
    p->bend += 0.35 * c + 0.1;
    p->nod += 0.3 * sin(M_PI * at->b / 2 + 2.2);
    for (int side = 0; side < 2; side++) {
        p->arm[side].forward += 0.35 + 0.3 * s;
        p->arm[side].elbow += 0.5 - 0.3 * c;
        p->arm[side].raise += 0.25;
    }
}

static void twist(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double s = alternate(at->b);
    p->yaw += 0.4 * s;
    p->turn -= 0.6 * s;
    p->hip_y -= 0.06;
    for (int side = 0; side < 2; side++) {
        p->foot[side].yaw += 0.4 * s;
        p->foot[side].heel += 0.25;
        p->arm[side].elbow += 1.1;
        p->arm[side].raise += 0.3;
    }
    p->arm[LEFT].forward += 0.4 * s, p->arm[RIGHT].forward -= 0.4 * s;
}

static void lock(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double s = alternate(at->b), q = sin(M_PI * at->b / 2);
    p->foot[LEFT].x += 0.08, p->foot[RIGHT].x -= 0.08;
    for (int side = 0; side < 2; side++) {
        p->arm[side].raise += 1.3;
        p->arm[side].elbow += 1.2;
    }
    p->arm[LEFT].twist -= 0.75 + 0.75 * s;
    p->arm[RIGHT].twist -= 0.75 - 0.75 * s;
    p->turn += 0.25 * q;
    p->look += 0.4 * q;
    p->hip_x += 0.04 * s;
}

static void wave(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double phase = M_PI * at->t;
    p->arm[LEFT].raise += 1.3 + 0.35 * sin(phase);
    p->arm[LEFT].elbow += 0.35 * sin(phase - 1.0) + 0.2;
    p->arm[RIGHT].raise += 1.3 + 0.35 * sin(phase - 2.6);
    p->arm[RIGHT].elbow += 0.35 * sin(phase - 3.6) + 0.2;
    p->arm[LEFT].twist -= 0.6, p->arm[RIGHT].twist -= 0.6;
    p->lean += 0.12 * sin(phase - 1.3);
    p->hip_x += 0.05 * sin(phase - 1.3);
    p->tilt += 0.1 * sin(phase - 1.3);
}

/* The running man: on every half beat one foot slides back while the other comes up. */
static void shuffle(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double s = cos(2 * M_PI * at->t), air = pow(fabs(sin(2 * M_PI * at->t)), 2.0);
    p->foot[LEFT].z += 0.13 * s, p->foot[RIGHT].z -= 0.13 * s;
    p->foot[LEFT].lift += 0.13 * fmax(-sin(2 * M_PI * at->t), 0.0) * air;
    p->foot[RIGHT].lift += 0.13 * fmax(sin(2 * M_PI * at->t), 0.0) * air;
    p->pitch += 0.08;
    p->hip_y -= 0.02;
    swing_arms(p, -s, 0.45, 0.9);
}

static void punch(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double left = pow(0.5 + 0.5 * cos(M_PI * at->b), 1.5),
           right = pow(0.5 - 0.5 * cos(M_PI * at->b), 1.5);
    p->foot[LEFT].x += 0.08, p->foot[RIGHT].x -= 0.08;
    p->foot[LEFT].z += 0.08, p->foot[RIGHT].z -= 0.08;
    p->hip_y -= 0.08;
    const double out[2] = {left, right};
    for (int side = 0; side < 2; side++) {
        p->arm[side].forward += 0.3 + 1.2 * out[side];
        p->arm[side].elbow += 1.6 * (1.0 - out[side]);
    }
    p->turn += 0.4 * (right - left);
    p->yaw += 0.12 * (right - left);
    p->bend += 0.12;
}

static void plie(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m;
    double down = there_and_back(at->t), up = arch(at->t, 2.2, 3.9);
    for (int side = 0; side < 2; side++) {
        double sign = side == LEFT ? 1.0 : -1.0;
        p->foot[side].yaw += 0.55 * sign;
        p->foot[side].heel += 0.6 * up;
        p->arm[side].raise += 0.3 + 1.1 * down + 0.9 * up;
        p->arm[side].forward += 0.4 * (1.0 - down);
        p->arm[side].elbow += 0.3;
    }
    p->foot[LEFT].x += 0.05, p->foot[RIGHT].x -= 0.05;
    p->hip_y -= 0.2 * down - 0.06 * up;
    p->nod -= 0.15 * up;
}

static void hold_point(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m, (void)at;
    p->foot[LEFT].x += 0.2, p->foot[LEFT].yaw += 0.3;
    p->hip_x += 0.12, p->hip_y -= 0.07;
    p->lean += 0.1;
    p->arm[LEFT].raise += 1.9;
    p->arm[RIGHT].raise += 0.4, p->arm[RIGHT].elbow += 1.2;
    p->look += 0.5;
}

static void hold_folded(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m, (void)at;
    p->foot[LEFT].x += 0.08, p->foot[RIGHT].x -= 0.08;
    p->hip_x += 0.04, p->roll += 0.05;
    for (int side = 0; side < 2; side++) {
        p->arm[side].forward += 0.55;
        p->arm[side].elbow += 1.5;
        p->arm[side].twist += 0.6;
    }
    p->tilt += 0.12;
}

static void hold_open(const MoveInfo *m, const Moment *at, Pose *p) {
    (void)m, (void)at;
    p->foot[RIGHT].z -= 0.14, p->foot[RIGHT].heel += 0.4;
    p->arm[LEFT].raise += 1.2, p->arm[RIGHT].raise += 0.9;
    p->arm[LEFT].forward += 0.2;
    p->bend -= 0.1;
    p->nod -= 0.15;
}

static const MoveInfo repertoire[MOVE_COUNT] = {
    [MOVE_STEP_TOUCH] = {"step-touch", step_touch, 1, 0, 0, 0},
    [MOVE_GROOVE] = {"groove", groove, 0, 0, 0, 0},
    [MOVE_SWAY] = {"sway", sway, 0, 0, 0, 0},
    [MOVE_MARCH] = {"march", march, 2, 0, 0, 0},
    [MOVE_KICK] = {"kick", kick, 2, 0, 0, 0},
    [MOVE_GRAPEVINE] = {"grapevine", grapevine, 1, 0.76, 0, 0},
    [MOVE_WALK] = {"walk", walk, 1, 0, 0.8, 0},
    [MOVE_SPIN] = {"spin", turn, 2, 0, 0, 2 * M_PI},
    [MOVE_QUARTER_TURN] = {"quarter turn", turn, 0, 0, 0, M_PI / 2},
    [MOVE_JACK] = {"jack", jack, 2, 0, 0, 0},
    [MOVE_LUNGE] = {"lunge", lunge, 1, 0, 0, 0},
    [MOVE_BODY_ROLL] = {"body roll", body_roll, 0, 0, 0, 0},
    [MOVE_TWIST] = {"twist", twist, 1, 0, 0, 0},
    [MOVE_LOCK] = {"lock", lock, 1, 0, 0, 0},
    [MOVE_WAVE] = {"wave", wave, 0, 0, 0, 0},
    [MOVE_SHUFFLE] = {"shuffle", shuffle, 2, 0, 0, 0},
    [MOVE_PUNCH] = {"punch", punch, 2, 0, 0, 0},
    [MOVE_PLIE] = {"plie", plie, 0, 0, 0, 0},
    [MOVE_HOLD_POINT] = {"hold pointing", hold_point, 0, 0, 0, 0},
    [MOVE_HOLD_FOLDED] = {"hold folded", hold_folded, 0, 0, 0, 0},
    [MOVE_HOLD_OPEN] = {"hold open", hold_open, 0, 0, 0, 0},
};

const MoveInfo *move_info(MoveId id) { return &repertoire[id]; }
