#include "lib/motion/resample_motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/formats/scalar.h"
#include "lib/motion/cubic_spline.h"

bool resample_needed(double from, double to) { return fabs(from - to) > 1e-6 * to; }

size_t resample_seed(size_t frames, double from, double to) {
    return (size_t)ceil((double)frames * to / from - 1e-6);
}

static const double same_frame = 1e-6; /* of a frame: what rates rounded in files differ by */

static size_t frames_at(size_t frames, double from, double to) {
    return (size_t)floor((double)(frames - 1) * to / from + same_frame) + 1;
}

size_t resample_duration(size_t frames, double from, double to) {
    size_t within = frames ? frames_at(frames, from, to) : 0;
    size_t lasting = (size_t)floor((double)frames * to / from + same_frame);
    return lasting > within ? lasting : within;
}

/* Where frame t lies between the given ones, in frames. */
static double place_of(size_t t, double from, double to, size_t frames) {
    double u = (double)t * from / to;
    if (fabs(u - round(u)) < same_frame) u = round(u);
    return fmin(u, (double)(frames - 1));
}

static int check_rates(double from, double to, Error *err) {
    return scalar_check(&scalar_fps, from, err) || scalar_check(&scalar_fps, to, err) ? -1 : 0;
}

/* x [frames, n] at the times of the result, whose n_out frames go into out. */
static int spline_all(const double *x, size_t frames, size_t n, double from, double to,
                      size_t out_frames, double *out, Error *err) {
    double every = from / to;
    bool whole = every > 0.5 && fabs(every - round(every)) < same_frame / (double)frames;
    for (size_t t = 0; t < out_frames && whole; t++)
        memcpy(out + t * n, x + t * (size_t)round(every) * n, n * sizeof *out);
    if (whole) return 0;
    double *slopes = malloc(frames * n * sizeof *slopes);
    int status = slopes ? cubic_spline_slopes(x, frames, n, slopes, err)
                        : error_set(err, "out of memory for %zu frames", frames);
    for (size_t t = 0; t < out_frames && !status; t++)
        cubic_spline_at(x, slopes, frames, n, place_of(t, from, to, frames), out + t * n);
    free(slopes);
    return status;
}

static void slerp_all(const PoseTrack *b, PoseTrack *r) {
    size_t dim = 9 * b->joints;
    for (size_t t = 0; t < r->frames; t++) {
        double u = place_of(t, b->fps, r->fps, b->frames), *out = r->rotations + t * dim;
        size_t k = (size_t)u;
        const double *from = b->rotations + k * dim;
        if (u > (double)k)
            for (size_t i = 0; i < dim; i += 9)
                rotation_slerp(from + i, from + dim + i, u - (double)k, out + i);
        else
            memcpy(out, from, dim * sizeof *out);
    }
}

int pose_track_resample(const PoseTrack *b, double fps, PoseTrack *out, Error *err) {
    *out = (PoseTrack){0};
    if (check_rates(b->fps, fps, err)) return -1;
    size_t n = frames_at(b->frames, b->fps, fps), width = 3 * b->joints;
    PoseTrack r = {.frames = n,
                   .joints = b->joints,
                   .fps = fps,
                   .translations = malloc(3 * n * sizeof(double)),
                   .rotations = b->rotations ? malloc(3 * n * width * sizeof(double)) : NULL,
                   .positions = malloc(n * width * sizeof(double))};
    bool enough = r.translations && r.positions && (r.rotations || !b->rotations);
    if (!enough || spline_all(b->positions, b->frames, width, b->fps, fps, n, r.positions, err) ||
        spline_all(b->translations, b->frames, 3, b->fps, fps, n, r.translations, err)) {
        pose_track_free(&r);
        return enough ? -1 : error_set(err, "out of memory for %zu frames", n);
    }
    if (b->rotations) slerp_all(b, &r);
    *out = r;
    return 0;
}

/* --- motions --- */

/* The root's places alone, as doubles. */
static double *root_of(const Motion *m) {
    double *root = malloc(3 * m->frames * sizeof *root);
    for (size_t t = 0; t < m->frames && root; t++)
        for (size_t i = 0; i < 3; i++) root[3 * t + i] = (double)m->data[t * motion_dim(m) + i];
    return root;
}

/* Rotations between two frames of float32, into the third. */
static void slerp_frame(const float *a, const float *b, size_t joints, double f, float *out) {
    for (size_t j = 0; j < joints; j++) {
        double given[2][9], nearest[2][9], r[9];
        for (size_t i = 0; i < 9; i++) {
            given[0][i] = (double)a[9 * j + i];
            given[1][i] = (double)b[9 * j + i];
        }
        for (size_t k = 0; k < 2; k++) rotation_nearest(given[k], nearest[k]);
        rotation_slerp(nearest[0], nearest[1], f, r);
        for (size_t i = 0; i < 9; i++) out[9 * j + i] = (float)r[i];
    }
}

static void take_frames(const Motion *m, const double *root, Motion *out) {
    size_t dim = motion_dim(m);
    for (size_t t = 0; t < out->frames; t++) {
        double u = place_of(t, m->fps, out->fps, m->frames);
        size_t k = (size_t)u;
        const float *from = m->data + k * dim;
        float *frame = out->data + t * dim;
        if (u > (double)k) {
            for (size_t i = 0; i < 3; i++) frame[i] = (float)root[3 * t + i];
            slerp_frame(from + 3, from + dim + 3, m->joints, u - (double)k, frame + 3);
        } else {
            memcpy(frame, from, dim * sizeof *frame);
        }
    }
}

int motion_resample(const Motion *m, double fps, Motion *out, Error *err) {
    *out = (Motion){0};
    if (check_rates(m->fps, fps, err)) return -1;
    size_t n = frames_at(m->frames, m->fps, fps);
    double *given = root_of(m), *root = malloc(3 * n * sizeof *root);
    int status = given && root ? 0 : error_set(err, "out of memory for %zu frames", n);
    if (!status) status = spline_all(given, m->frames, 3, m->fps, fps, n, root, err);
    if (!status) status = motion_new(out, n, m->joints, err);
    if (!status) status = motion_set_names(out, m->genre, m->music, err);
    if (!status) {
        size_t seed = resample_seed((size_t)m->seed_frames, m->fps, fps);
        out->fps = fps;
        out->fps_assumed = m->fps_assumed;
        out->seed_frames = (int64_t)(seed < n ? seed : n);
        take_frames(m, root, out);
    } else {
        motion_free(out);
    }
    free(given);
    free(root);
    return status;
}
