/* clips.h: a made-up dance for the tests of export/: every joint turns smoothly, some of them right
 * round. */
#ifndef TEST_EXPORT_CLIPS_H
#define TEST_EXPORT_CLIPS_H

#include <math.h>

#include "export/clip.h"
#include "lib/base/rng.h"
#include "test/scratch.h"

static inline void make_motion(Motion *m, size_t frames, size_t joints) {
    Error err;
    Rng rng = rng_seed(11);
    assert_done(motion_new(m, frames, joints, &err), &err);
    m->seed_frames = frames < 5 ? 0 : 5;
    assert_done(motion_set_names(m, "BR", "mBR0", &err), &err);
    for (size_t j = 0; j <= joints; j++) {
        double phase[3], rate[3], size = j % 5 == 1 ? 4 : 0.8; /* every fifth joint whirls */
        for (int k = 0; k < 3; k++)
            phase[k] = 6 * rng_uniform(&rng), rate[k] = 0.02 + 0.03 * rng_uniform(&rng);
        for (size_t t = 0; t < frames; t++) {
            double v[3], r[9];
            float *frame = m->data + t * motion_dim(m);
            for (int k = 0; k < 3; k++) v[k] = size * sin(phase[k] + rate[k] * (double)t);
            rotation_from_axis_angle(v, r);
            if (j == joints)
                for (int k = 0; k < 3; k++) frame[k] = (float)(v[k] + (k == 1));
            else
                for (int k = 0; k < 9; k++) frame[3 + 9 * j + (size_t)k] = (float)r[k];
        }
    }
}

static inline void make_clip(Clip *c, Skeleton *s, size_t frames) {
    Error err;
    Motion m;
    make_motion(&m, frames, SMPL_JOINTS);
    assert_done(skeleton_smpl(s, &err), &err);
    assert_done(clip_new(c, &m, "a \"dance\" <1>", s, &err), &err);
    motion_free(&m);
}

/* A chain of `joints` joints, 10 cm apart. */
static inline void make_chain(Skeleton *s, size_t joints) {
    *s = (Skeleton){joints, calloc(joints, sizeof(int)), calloc(3 * joints, sizeof(double))};
    for (size_t j = 0; j < joints; j++) {
        s->parents[j] = (int)j - 1;
        s->offsets[3 * j + j % 3] = 0.1;
    }
}

#endif
