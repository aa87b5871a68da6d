#include "model/keep_within.h"

#include <math.h>

enum { X = 0, Z = 2 }; /* columns of the floor */

/* The share by which movement away is shortened. */
static double share_at(double distance, double radius) {
    double beyond = distance / radius - 1;
    if (beyond <= 0) return 0;
    return beyond < 1 ? beyond / 2 : 0.5;
}

void keep_within(float *motion, size_t dim, size_t first, size_t end, double radius) {
    /* Where the step had the frame before, and where it is now. */
    double was[2] = {(double)motion[(first - 1) * dim + X], (double)motion[(first - 1) * dim + Z]};
    double place[2] = {was[0], was[1]};
    for (size_t t = first; t < end; t++) {
        float *frame = motion + t * dim;
        double move[2] = {(double)frame[X] - was[0], (double)frame[Z] - was[1]};
        was[0] = (double)frame[X];
        was[1] = (double)frame[Z];
        double away[2] = {place[0] - (double)motion[X], place[1] - (double)motion[Z]};
        double distance = hypot(away[0], away[1]);
        double share = share_at(distance, radius);
        if (share > 0) {
            double along = (move[0] * away[0] + move[1] * away[1]) / distance;
            double change = -share * fabs(along) / distance;
            for (int i = 0; i < 2; i++) move[i] += change * away[i];
        }
        for (int i = 0; i < 2; i++) place[i] += move[i];
        frame[X] = (float)place[0];
        frame[Z] = (float)place[1];
    }
}
