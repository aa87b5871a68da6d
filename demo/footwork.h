/* footwork.h: where the feet are at any time, from the list of where they land: a foot that bears
 * weight stays where it is, the other swings to its next place, and the weight follows. */
#ifndef DEMO_FOOTWORK_H
#define DEMO_FOOTWORK_H

#include "demo/moves.h"

/* A step with its time and place in the room. */
typedef struct {
    StepKind kind;
    double beat;
    int foot;
    double x, z, yaw;
    double up; /* of a kick, its height; else how much higher than usual the foot is lifted */
    double heading; /* of the stance from this step on */
} Footfall;

typedef struct {
    Foot foot[SIDES];
    bool planted[SIDES];
    double weight; /* the left foot's share, 0 to 1 */
    double heading; /* of the body */
    double air; /* by how much a jump lifts the body, metres; negative where it gathers for it */
} Stand;

/* falls [count] in order of time; the first two put both feet somewhere. beat: not before these. */
Stand footwork_at(const Footfall *falls, size_t count, double beat);

/* 0 up to `from`, 1 from `to` on, smooth between: twice differentiable. */
double smooth_step(double t, double from, double to);

#endif
