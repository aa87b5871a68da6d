#include "demo/follow.h"

#include <math.h>

/* Springs by how far from the hips they are: radians per second, damping. */
typedef enum {
    HIPS,
    SPINE_LOW,
    SPINE_MIDDLE,
    SPINE_HIGH,
    HEAD_LAST,
    UPPER_ARM,
    FOREARM,
    HAND
} Part;
static const struct {
    double frequency, damping;
} springs[] = {
    [HIPS] = {19, 1.0},        [SPINE_LOW] = {20, 0.95}, [SPINE_MIDDLE] = {18, 0.90},
    [SPINE_HIGH] = {16, 0.85}, [HEAD_LAST] = {14, 0.85}, [UPPER_ARM] = {17, 0.80},
    [FOREARM] = {14, 0.65},    [HAND] = {12, 0.50},
};

void spring_pull(Spring *s, double goal, double frequency, double damping, double seconds) {
    enum { PARTS = 4 };
    const double dt = seconds / (double)PARTS;
    for (int i = 0; i < PARTS; i++) {
        const double pull = frequency * frequency * (goal - s->value);
        s->speed += dt * (pull - 2 * damping * frequency * s->speed);
        s->value += dt * s->speed;
    }
}

/* The numbers of a pose that follow, and which spring each has. */
static void list_numbers(Pose *p, double *number[FOLLOWED], Part part[FOLLOWED]) {
    int n = 0;
    double *const pelvis[] = {&p->x, &p->y, &p->z, &p->yaw, &p->pitch, &p->roll};
    for (int i = 0; i < 6; i++, n++) {
        number[n] = pelvis[i];
        part[n] = HIPS;
    }
    for (int i = 0; i < SEGMENTS; i++) {
        double *const segment[] = {&p->spine[i].bend, &p->spine[i].lean, &p->spine[i].turn};
        for (int k = 0; k < 3; k++, n++) {
            number[n] = segment[k];
            part[n] = (Part)(SPINE_LOW + i);
        }
    }
    for (int side = 0; side < SIDES; side++) {
        Arm *a = &p->arm[side];
        double *const arm[] = {&a->raise, &a->forward, &a->twist, &a->elbow, &a->wrist};
        const Part parts[] = {UPPER_ARM, UPPER_ARM, UPPER_ARM, FOREARM, HAND};
        for (int k = 0; k < 5; k++, n++) {
            number[n] = arm[k];
            part[n] = parts[k];
        }
    }
}

Follow follow_start(const Pose *p, double quickness) {
    Follow f = {.quickness = quickness};
    Pose copy = *p;
    double *number[FOLLOWED];
    Part part[FOLLOWED];
    list_numbers(&copy, number, part);
    for (int i = 0; i < FOLLOWED; i++) f.spring[i].value = *number[i];
    return f;
}

void follow(Follow *f, Pose *goal, double seconds) {
    double *number[FOLLOWED];
    Part part[FOLLOWED];
    list_numbers(goal, number, part);
    for (int i = 0; i < FOLLOWED; i++) {
        spring_pull(&f->spring[i], *number[i], f->quickness * springs[part[i]].frequency,
                    springs[part[i]].damping, seconds);
        *number[i] = f->spring[i].value;
    }
}

double follow_delay(double quickness) {
    return 2 * springs[HIPS].damping / (quickness * springs[HIPS].frequency);
}
