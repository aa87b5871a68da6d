/* follow.h: a body that follows what is wanted of it as a body does: hips first, then the chest,
 * then the arms, the hands last and a little too far. */
#ifndef DEMO_FOLLOW_H
#define DEMO_FOLLOW_H

#include "demo/pose.h"

/* A damped spring that pulls a number towards a goal. */
typedef struct {
    double value, speed;
} Spring;

/* speed: of the spring, in radians per second; damping 1 never goes too far. */
void spring_pull(Spring *s, double goal, double frequency, double damping, double seconds);

/* Numbers of a pose that follow: of the pelvis, the spine, the arms. */
enum { FOLLOW_X, FOLLOW_Y, FOLLOW_Z, FOLLOW_YAW, FOLLOWED = 6 + 3 * SEGMENTS + 5 * SIDES };

typedef struct {
    Spring spring[FOLLOWED];
    double quickness; /* 1; more for a snappier style */
} Follow;

/* At rest in that pose. */
Follow follow_start(const Pose *p, double quickness);
/* Replaces what the goal says of pelvis, spine and arms by where they are `seconds` later. Feet and
 * heading stay the goal's. */
void follow(Follow *f, Pose *goal, double seconds);

/* By how many seconds the hips and the shoulders come later than their goal. */
double follow_delay(double quickness);

#endif
