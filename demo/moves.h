/* moves.h: the repertoire: dance moves of one bar each, as data: where the feet go on which count,
 * what the arms do, and how the body moves over it.
 *
 * A move begins with the left foot, so the weight must be free of it; mirrored, with the right one.
 * Counts are beats, from 0 to 4. */
#ifndef DEMO_MOVES_H
#define DEMO_MOVES_H

#include "demo/arms.h"

typedef enum {
    STEP_NONE, /* ends a list */
    STEP, /* the foot lands and takes the weight */
    TOUCH, /* it lands without */
    KICK, /* it is `up` in the air at that count */
    SHIFT, /* the weight goes to it where it stands; to both feet if foot is SIDES */
    JUMP /* it lands after both have left the floor */
} StepKind;

typedef struct {
    StepKind kind;
    double count; /* at which it is there */
    int foot;
    double x, z; /* where: metres to the left and ahead of the middle of the stance */
    double out; /* toes turned out by */
    double up; /* of a kick, its height; else how much higher than usual the foot is lifted */
    double go_x, go_z, turn; /* how far the stance goes until then, from the step before */
} Step;

typedef struct {
    double count;
    ArmPosition left, right; /* which are reached at that count */
} ArmKey;

/* What the body does between the feet and the arms. Metres and radians, at most. */
typedef struct {
    double bounce; /* the knees give on every beat */
    double low; /* and are bent all the time */
    double hips; /* the pelvis tilts and swings over the foot that bears the weight */
    double twist; /* it turns, and the shoulders turn against it */
    double chest; /* the chest pulses on every beat */
    double wave; /* a wave runs up the spine, once in two beats */
    double swing; /* arms swing against the legs */
} Groove;

enum { MOVE_STEPS = 10, MOVE_ARMS = 6 };

typedef struct {
    const char *name;
    int energy; /* 0 calm, 1 middle, 2 high */
    Step steps[MOVE_STEPS];
    ArmKey arms[MOVE_ARMS]; /* until the first one after 0 that has count 0 */
    Groove groove;
} Move;

typedef enum {
    MOVE_STEP_TOUCH,
    MOVE_TWO_STEP,
    MOVE_GRAPEVINE,
    MOVE_CHASSE,
    MOVE_MARCH,
    MOVE_WALK,
    MOVE_MAMBO,
    MOVE_CHARLESTON,
    MOVE_CROSS,
    MOVE_HEEL_TAP,
    MOVE_KICK,
    MOVE_LUNGE,
    MOVE_SPIN,
    MOVE_QUARTER_TURN,
    MOVE_JACK,
    MOVE_TWIST,
    MOVE_GROOVE,
    MOVE_SWAY,
    MOVE_BODY_ROLL,
    MOVE_PLIE,
    MOVE_PUNCH,
    MOVE_LOCK,
    MOVE_WAVE,
    MOVE_HOLD_POINT,
    MOVE_HOLD_FOLDED,
    MOVE_HOLD_OPEN,
    MOVE_COUNT
} MoveId;

const Move *move_at(MoveId id);

/* The foot that has the weight in the end, SIDES for both. */
int move_ends_on(const Move *m);

#endif
