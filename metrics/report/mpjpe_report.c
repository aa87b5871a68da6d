#include "metrics/report/mpjpe_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/resample_motion.h"
#include "metrics/mpjpe.h"

int mpjpe_parse_horizons(const char *text, MpjpeContext *c) {
    c->count = 0;
    for (const char *p = text;; p++) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);
        bool number = end != p && *p >= '0' && *p <= '9';
        if (!number || n == 0 || n > 1000000 || c->count == MPJPE_HORIZONS_MAX) return -1;
        if (c->count && n <= c->horizon[c->count - 1]) return -1;
        c->horizon[c->count++] = n;
        if (!*end) return 0;
        if (*end != ',') return -1;
        p = end;
    }
}

int mpjpe_parse_joints(const char *text, MpjpeContext *c) {
    c->joint_count = 0;
    c->common14 = strcmp(text, "common14") == 0;
    if (c->common14) return 0;
    for (const char *p = text;; p++) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);
        bool number = end != p && *p >= '0' && *p <= '9';
        if (!number || n >= JOINTS_MAX || c->joint_count == MPJPE_JOINTS_MAX) return -1;
        for (size_t i = 0; i < c->joint_count; i++)
            if (c->joints[i] == n) return -1;
        c->joints[c->joint_count++] = n;
        if (!*end) return 0;
        if (*end != ',') return -1;
        p = end;
    }
}

/* --- which joints --- */

enum { COMMON = 14 };

/* SMPL and SMPL-H (the head is the skull's base), Human3.6M's 17 and 32. */
static const struct {
    size_t joints, index[COMMON];
} common14[] = {
    {SMPL_JOINTS, {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12, 15}},
    {SMPLH_JOINTS, {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12, 15}},
    {17, {3, 2, 1, 4, 5, 6, 16, 15, 14, 11, 12, 13, 8, 10}},
    {32, {3, 2, 1, 6, 7, 8, 27, 26, 25, 17, 18, 19, 13, 15}},
};

/* Those of a body of `joints`: *index [*count] borrowed, NULL for all. */
static int choose_joints(const MpjpeContext *c, size_t joints, const size_t **index, size_t *count,
                         Error *err) {
    *index = c->joint_count ? c->joints : NULL;
    *count = c->joint_count ? c->joint_count : joints;
    for (size_t i = 0; i < c->joint_count; i++)
        if (c->joints[i] >= joints)
            return error_set(err, "has %zu joints, no joint %zu (they count from 0)", joints,
                             c->joints[i]);
    if (!c->common14) return 0;
    for (size_t i = 0; i < sizeof common14 / sizeof *common14; i++)
        if (common14[i].joints == joints) {
            *index = common14[i].index;
            *count = COMMON;
            return 0;
        }
    return error_set(
        err, "has %zu joints; common14 knows bodies of 17, 24, 32 and 52: list the joints", joints);
}

/* Those joints alone, frame after frame, in place. */
static void keep_joints(PoseTrack *t, const size_t *index, size_t count) {
    double kept[3 * MPJPE_JOINTS_MAX];
    for (size_t f = 0; index && f < t->frames; f++) {
        const double *from = t->positions + 3 * t->joints * f;
        for (size_t j = 0; j < count; j++)
            memcpy(kept + 3 * j, from + 3 * index[j], 3 * sizeof *kept);
        memcpy(t->positions + 3 * count * f, kept, 3 * count * sizeof *kept);
    }
    t->joints = count;
}

/* The real dance of that name (without folder and ending). */
static const char *find_real(const MpjpeContext *c, const char *path, Error *err) {
    char *stem = path_stem(path);
    const char *found = NULL;
    for (size_t i = 0; stem && i < c->real->count && !found; i++) {
        char *other = path_stem(c->real->items[i]);
        if (other && strcmp(stem, other) == 0) found = c->real->items[i];
        free(other);
    }
    if (!found) error_set(err, "there is no real dance called %.200s", stem ? stem : path);
    free(stem);
    return found;
}

/* Errors of frame after frame, at the horizons; every: frames of the prediction are 1 or, for one
 * that stands still, 0 apart. */
static void take_errors(const MpjpeContext *c, const PoseTrack *real, const double *predicted,
                        size_t every, HorizonErrors *out) {
    double sum = 0;
    for (size_t h = 0; h < c->count; h++) out->at[h] = out->until[h] = NAN;
    for (size_t t = 0, h = 0; t < real->frames; t++) {
        size_t at = 3 * real->joints * t;
        const double *p = real->positions + at;
        const double *q = predicted + every * at;
        double error = c->align ? pa_mpjpe(p, q, real->joints) : mpjpe(p, q, real->joints);
        sum += error;
        if (t + 1 != c->horizon[h]) continue;
        out->at[h] = error;
        out->until[h++] = sum / (double)(t + 1);
    }
}

static int take_standing(const MpjpeContext *c, const PoseSource *predicted, const PoseTrack *real,
                         const size_t *index, size_t count, HorizonErrors *out, Error *err) {
    size_t seed = (size_t)predicted->motion.seed_frames;
    PoseTrack last;
    if (seed == 0)
        return error_set(err, "has no seed frames, of which --standing takes the last "
                              "(--seed-frames)");
    if (pose_source_track(predicted, seed - 1, 1, c->skeleton, false, &last, err)) return -1;
    keep_joints(&last, index, count);
    take_errors(c, real, last.positions, 0, out);
    pose_track_free(&last);
    return 0;
}

static int check_pair(const Motion *p, const Motion *q, Error *err) {
    if (q->joints != p->joints)
        return error_set(err, "has %zu joints, the real dance %zu", p->joints, q->joints);
    if (resample_needed(p->fps, q->fps))
        return error_set(err,
                         "has %g frames a second, the real dance %g; bring one to the other's rate "
                         "by import-motion --fps",
                         p->fps, q->fps);
    if (q->frames > (size_t)p->seed_frames) return 0;
    return error_set(err, "the real dance ends in the seed");
}

static int compare(const MpjpeContext *c, const PoseSource *predicted, const PoseSource *real,
                   MpjpeErrors *out, Error *err) {
    const Motion *p = &predicted->motion;
    const Motion *q = &real->motion;
    const size_t *index;
    size_t seed = (size_t)p->seed_frames, count;
    size_t frames = p->frames - seed;
    if (check_pair(p, q, err) || choose_joints(c, p->joints, &index, &count, err)) return -1;
    if (q->frames - seed < frames) frames = q->frames - seed;
    if (frames > c->horizon[c->count - 1]) frames = c->horizon[c->count - 1];
    PoseTrack real_track = {0}, track = {0};
    int status = pose_source_track(real, seed, frames, c->skeleton, false, &real_track, err);
    if (!status)
        status = pose_source_track(predicted, seed, frames, c->skeleton, false, &track, err);
    if (!status) {
        keep_joints(&real_track, index, count);
        keep_joints(&track, index, count);
        take_errors(c, &real_track, track.positions, 1, &out->made);
    }
    if (!status && c->standing)
        status = take_standing(c, predicted, &real_track, index, count, &out->standing, err);
    pose_track_free(&real_track);
    pose_track_free(&track);
    return status;
}

int mpjpe_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                      Error *err) {
    const MpjpeContext *c = context;
    const char *file = find_real(c, path, err);
    PoseSource real;
    if (!file || pose_source_read(file, &real, err)) return -1;
    if (real.motion.fps_assumed && c->fps > 0) real.motion.fps = c->fps;
    int status = compare(c, t, &real, result, err);
    pose_source_free(&real);
    return status;
}

/* --- results: a column for each horizon, and one for the mean up to it --- */

enum { COLUMNS_MAX = 2 * MPJPE_HORIZONS_MAX, NAME_SIZE = 32 };

static void values_of(const HorizonErrors *e, const MpjpeContext *c, double *values) {
    memcpy(values, e->at, c->count * sizeof *values);
    memcpy(values + c->count, e->until, c->count * sizeof *values);
}

static void row_of(const void *result, const void *context, double *values) {
    values_of(&((const MpjpeErrors *)result)->made, context, values);
}

typedef struct {
    const MpjpeContext *context;
    const MpjpeErrors *each;
    bool standing; /* of that instead of what was made */
} MpjpeSet;

/* Means over the dances that are long enough. */
static int set_values(const size_t *pick, size_t n, const void *context, double *values,
                      Error *err) {
    (void)err;
    const MpjpeSet *set = context;
    size_t columns = 2 * set->context->count;
    double one[COLUMNS_MAX], count[COLUMNS_MAX] = {0};
    for (size_t c = 0; c < columns; c++) values[c] = 0;
    for (size_t i = 0; i < n; i++) {
        const MpjpeErrors *e = &set->each[pick ? pick[i] : i];
        values_of(set->standing ? &e->standing : &e->made, set->context, one);
        for (size_t c = 0; c < columns; c++) {
            if (isnan(one[c])) continue;
            values[c] += one[c];
            count[c]++;
        }
    }
    for (size_t c = 0; c < columns; c++) values[c] = count[c] > 0 ? values[c] / count[c] : NAN;
    return 0;
}

static void make_columns(const MpjpeContext *c, Column *columns, char names[][NAME_SIZE]) {
    for (size_t k = 0; k < 2 * c->count; k++) {
        bool mean = k >= c->count;
        size_t horizon = c->horizon[mean ? k - c->count : k];
        snprintf(names[k], NAME_SIZE, "%s%zu", mean ? "until_" : "at_", horizon);
        columns[k] = (Column){names[k], names[k], 2, 1};
    }
}

static void show_metric(Report *r, const MpjpeContext *c) {
    const char *name = c->align ? "PA-MPJPE" : "MPJPE";
    if (!r->json) {
        printf("%s in mm, by frames after the seed: of that frame (at), mean up to it (until); %zu "
               "of %zu dances\n",
               name, r->dances->files.count, r->dances->named);
        if (c->standing) puts("standing: the seed's last frame in place of every prediction");
        return;
    }
    report_text(r, r->json, "metric", name);
    report_number(r, r->json, "sequences", (double)r->dances->files.count);
    report_number(r, r->json, "named", (double)r->dances->named);
}

int mpjpe_report(const EvalResults *d, const MpjpeContext *c, const EvalOptions *m, Error *err) {
    Column columns[COLUMNS_MAX];
    char names[COLUMNS_MAX][NAME_SIZE];
    const MpjpeSet set = {c, d->results, false}, still = {c, d->results, true};
    double standing[COLUMNS_MAX];
    make_columns(c, columns, names);
    Report r = {.options = m,
                .dances = d,
                .columns = columns,
                .count = 2 * c->count,
                .row = row_of,
                .context = c};
    if (report_summarise(&r, set_values, &set, 0, err) || report_begin(&r, err)) return -1;
    show_metric(&r, c);
    report_dances(&r);
    report_row(&r, "all", r.values);
    report_intervals(&r, r.intervals);
    if (c->standing && set_values(NULL, d->files.count, &still, standing, err) == 0)
        report_row(&r, "standing", standing);
    return report_end(&r, err);
}
