/* dance_features.c: a dance to rows of 3J and 32 features. */
#include "metrics/dance_features.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"
#include "lib/motion/resample_motion.h"
#include "lib/motion/smpl_joint_names.h"

static int resample_to(PoseTrack *b, double fps, Error *err) {
    if (!resample_needed(b->fps, fps)) return 0;
    PoseTrack other;
    if (pose_track_resample(b, fps, &other, err)) return -1;
    pose_track_free(b);
    *b = other;
    return 0;
}

/* Moves everything so that the root is at the origin in frame t. */
static void anchor_at(PoseTrack *b, size_t t) {
    const double *p = b->positions + 3 * b->joints * t, root[3] = {p[0], p[1], p[2]};
    for (size_t k = 0; k < b->frames * b->joints; k++)
        for (size_t i = 0; i < 3; i++) b->positions[3 * k + i] -= root[i];
}

const char *dance_feature_formulas(const DanceFeatureOptions *o) {
    if (o->corrected) return "corrected";
    return o->legacy_manual ? "legacy-manual" : "published";
}

static GeometricVersion version_of(const DanceFeatureOptions *o) {
    if (o->legacy_manual) return GEOMETRIC_LEGACY;
    return o->corrected ? GEOMETRIC_CORRECTED : GEOMETRIC_CURRENT;
}

static int clip_features(const PoseTrack *clip, const DanceFeatureOptions *o, float *kinetic,
                         float *geometric, Error *err) {
    kinetic_features(clip->positions, clip->frames, clip->joints, o->corrected, kinetic);
    geometric_features(clip->positions, clip->frames, clip->joints, o->joint_of, version_of(o),
                       geometric);
    size_t count = KINETIC_PER_JOINT * clip->joints;
    size_t bad = floats_first_nonfinite(kinetic, count);
    if (bad == count) return 0;
    return error_set(err,
                     "kinetic feature %zu of joint %zu is not finite: are the positions in metres?",
                     bad % 3, bad / 3);
}

static size_t frames_of(double seconds, size_t most) {
    return seconds * (double)FEATURE_FPS < (double)most
               ? (size_t)fmax(1, round(seconds * (double)FEATURE_FPS))
               : most;
}

int dance_feature_rows(PoseTrack *b, const DanceFeatureOptions *o, DanceFeatureRows *out,
                       Error *err) {
    *out = (DanceFeatureRows){0};
    if (!o->joint_of && b->joints < GEOMETRIC_JOINTS_MIN)
        return error_set(
            err,
            "has %zu joints; geometric features need SMPL's first %d, or a --skeleton with names",
            b->joints, GEOMETRIC_JOINTS_MIN);
    size_t missing = geometric_missing(b->joints, o->joint_of, version_of(o));
    char name[24];
    if (missing < GEOMETRIC_JOINTS_MIN)
        return error_set(err, "geometric features need a joint named %s",
                         smpl_joint_name(SMPL_JOINTS, missing, name));
    if (b->frames &&
        ((o->rate > 0 && resample_to(b, o->rate, err)) || resample_to(b, FEATURE_FPS, err)))
        return -1;
    size_t frames = o->frames && b->frames > o->frames ? o->frames : b->frames;
    size_t length = frames;
    size_t hop = frames;
    if (o->clip > 0) {
        length = frames_of(o->clip, frames);
        hop = o->hop > 0 ? frames_of(o->hop, frames) : length;
    }
    if (length < FEATURE_FRAMES_MIN)
        return error_set(err, "has %zu frame%s to measure; features need at least %d", length,
                         length == 1 ? "" : "s", FEATURE_FRAMES_MIN);
    DanceFeatureRows f = {(frames - length) / hop + 1, b->joints, length, NULL, NULL};
    f.kinetic = malloc(f.rows * KINETIC_PER_JOINT * f.joints * sizeof(float));
    f.geometric = malloc(f.rows * GEOMETRIC_FEATURES * sizeof(float));
    int status =
        f.kinetic && f.geometric ? 0 : error_set(err, "out of memory for %zu clips", f.rows);
    for (size_t i = 0; i < f.rows && !status; i++) {
        if (o->anchor) anchor_at(b, i * hop);
        PoseTrack clip = pose_track_part(b, i * hop, length);
        status = clip_features(&clip, o, f.kinetic + i * KINETIC_PER_JOINT * f.joints,
                               f.geometric + i * GEOMETRIC_FEATURES, err);
    }
    if (status) dance_feature_rows_free(&f);
    *out = f;
    return status;
}

void dance_feature_rows_free(DanceFeatureRows *f) {
    free(f->kinetic);
    free(f->geometric);
    *f = (DanceFeatureRows){0};
}
