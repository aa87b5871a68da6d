/* geometric.h: geometric ("manual") features (Mueller, Roeder, Clausen 2005), as
 * google/aistplusplus_api 2dd7b3e computes them (features/manual.py, features/utils.py).
 *
 * 32 boolean predicates of each frame from the second on; a feature is the share of frames for
 * which one holds. They are of six kinds, d being this frame minus the one before:
 *
 *   move    a, b, p:      (d(p - a) . (b - a)) / |b - a| / dt > t
 *   nmove   a, b, c, p:   (d(p - a) . n) / |n| / dt > t,   n = (c - a) x (b - a)
 *   plane   a, b, c, p:   (n . (p - a)) / |n| > t,         n = (c - a) x (b - a)
 *   nplane  a, b, c, p:   ((b - a) . (p - c)) / |b - a| > t
 *   angle   a, b, c, d:   low < angle between (b - a) and (d - c) in degrees < high
 *   fast    a:            |da| / dt > t
 *
 * with thresholds in fixed lengths of one body (humerus, shoulder width, hip width), whatever the
 * skeleton. Quirks kept: dt is 1/120 s though the frames are 1/60 s apart, which halves the
 * velocity thresholds; a division by zero makes a predicate false. */
#ifndef METRICS_GEOMETRIC_H
#define METRICS_GEOMETRIC_H

#include <stddef.h>

enum { GEOMETRIC_FEATURES = 32, GEOMETRIC_JOINTS_MIN = 22 /* up to the wrists, in SMPL's order */ };

typedef enum {
    GEOMETRIC_CURRENT,
    GEOMETRIC_CORRECTED, /* dt is 1/60 s */
    /* aistplusplus_api's first version (74fac6d), fairmotion's predicates on SMPL's joints, before
     * e751b37 and 091f00b corrected it: its list of joints is in another order than SMPL's, its
     * lengths are those between other joints than it names, and its loop, meant for every thirtieth
     * frame, takes as many frames from the beginning: frames 1 .. ceil((T - 1) / 30). */
    GEOMETRIC_LEGACY,
} GeometricVersion;

/* positions [frames, joints, 3] in metres at 60 fps, y up; frames at least 2. joint_of
 * [GEOMETRIC_JOINTS_MIN]: the joint that is SMPL's joint i (what geometric_missing lets pass);
 * NULL: joint i. */
void geometric_features(const double *positions, size_t frames, size_t joints,
                        const size_t *joint_of, GeometricVersion version,
                        float out[GEOMETRIC_FEATURES]);

/* The first of SMPL's joints that the predicates need and a body of so many joints lacks,
 * GEOMETRIC_JOINTS_MIN if it has them all. Spine2, collars and head are used by the first
 * version alone. */
size_t geometric_missing(size_t joints, const size_t *joint_of, GeometricVersion version);

/* Predicate i in a few words: "right elbow bent". */
const char *geometric_name(size_t i);

#endif
