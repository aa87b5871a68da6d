/* moves.h: the repertoire: dance moves, each one bar of four beats long and ending where the next
 * may begin. */
#ifndef DEMO_MOVES_H
#define DEMO_MOVES_H

#include "demo/pose.h"

/* The moment in the bar, in beats from 0 to 4; beyond it on either side moves go on as if the bar
 * were repeated. */
typedef struct {
    double t; /* even flow */
    double b; /* rests around every whole beat, the longer the snappier the style */
    double direction; /* +1 or -1: forwards or backwards, for moves that go one way */
} Moment;

typedef struct MoveInfo MoveInfo;

struct MoveInfo {
    const char *name;
    void (*pose)(
        const MoveInfo *m, const Moment *at,
        Pose *p); /* changes a neutral pose; begins to the left, mirror for the other side */
    int energy; /* 0 calm, 1 middle, 2 high */
    double x, z, turn; /* by how much the stance goes in the bar: metres left, ahead, radians */
};

typedef enum {
    MOVE_STEP_TOUCH,
    MOVE_GROOVE,
    MOVE_SWAY,
    MOVE_MARCH,
    MOVE_KICK,
    MOVE_GRAPEVINE,
    MOVE_WALK,
    MOVE_SPIN,
    MOVE_QUARTER_TURN,
    MOVE_JACK,
    MOVE_LUNGE,
    MOVE_BODY_ROLL,
    MOVE_TWIST,
    MOVE_LOCK,
    MOVE_WAVE,
    MOVE_SHUFFLE,
    MOVE_PUNCH,
    MOVE_PLIE,
    MOVE_HOLD_POINT,
    MOVE_HOLD_FOLDED,
    MOVE_HOLD_OPEN,
    MOVE_COUNT
} MoveId;

const MoveInfo *move_info(MoveId id);

/* Part 0..1 of the way (x, z, turn) that a travelling move has gone t beats after it began; 0
 * before and 1 after. */
double move_progress(double t);

/* 0 up to `from`, 1 from `to` on, smooth between. */
double smooth_step(double t, double from, double to);

#endif
