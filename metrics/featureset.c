/* featureset.c: motion to 3J + 32 features. */
#include "featureset.h"

#include <math.h>

#include "../lib/body.h"

int motion_features(const Motion *m, const Skeleton *s, const FeatureOptions *o, float *kinetic, float *geometric, Error *err) {
    size_t first = o->with_seed ? 0 : (size_t)m->seed_frames, count = m->frames - first;
    if (o->frames && count > o->frames) count = o->frames;
    if (fabs(m->fps - 60) > 1e-6) return fail(err, "has %g frames a second; the features are defined at 60: resample it", m->fps);
    if (m->joints < GEOMETRIC_JOINTS_MIN)
        return fail(err, "has %zu joints; geometric features need SMPL's first %d", m->joints, GEOMETRIC_JOINTS_MIN);
    if (count < FEATURE_FRAMES_MIN)
        return fail(err, "has %zu frame%s to measure%s; features need at least %d", count, count == 1 ? "" : "s", first ? " after its seed" : "", FEATURE_FRAMES_MIN);
    Body b;
    if (body_new(&b, m, first, count, s, err)) return -1;
    if (o->anchor) body_anchor(&b);
    kinetic_features(b.positions, count, b.joints, o->corrected, kinetic);
    geometric_features(b.positions, count, b.joints, o->corrected ? GEOMETRIC_CORRECTED : GEOMETRIC_CURRENT, geometric);
    body_free(&b);
    for (size_t i = 0; i < KINETIC_PER_JOINT * m->joints; i++)
        if (!isfinite(kinetic[i])) return fail(err, "kinetic feature %zu of joint %zu is not finite: are the positions in metres?", i % 3, i / 3);
    return 0;
}
