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

/* Errors of frame after frame, at the horizons. */
static void take_errors(const MpjpeContext *c, const PoseTrack *real, const PoseTrack *predicted,
                        MpjpeErrors *out) {
    double sum = 0;
    for (size_t h = 0; h < c->count; h++) out->at[h] = out->until[h] = NAN;
    for (size_t t = 0, h = 0; t < real->frames; t++) {
        size_t at = 3 * real->joints * t;
        const double *p = real->positions + at;
        const double *q = predicted->positions + at;
        double error = c->align ? pa_mpjpe(p, q, real->joints) : mpjpe(p, q, real->joints);
        sum += error;
        if (t + 1 != c->horizon[h]) continue;
        out->at[h] = error;
        out->until[h++] = sum / (double)(t + 1);
    }
}

static int compare(const MpjpeContext *c, const PoseSource *predicted, const PoseSource *real,
                   MpjpeErrors *out, Error *err) {
    const Motion *p = &predicted->motion;
    const Motion *q = &real->motion;
    size_t seed = (size_t)p->seed_frames;
    size_t frames = p->frames - seed;
    if (q->joints != p->joints)
        return error_set(err, "has %zu joints, the real dance %zu", p->joints, q->joints);
    if (resample_needed(p->fps, q->fps))
        return error_set(err,
                         "has %g frames a second, the real dance %g; bring one to the other's rate "
                         "by import-motion --fps",
                         p->fps, q->fps);
    if (q->frames <= seed) return error_set(err, "the real dance ends in the seed");
    if (q->frames - seed < frames) frames = q->frames - seed;
    if (frames > c->horizon[c->count - 1]) frames = c->horizon[c->count - 1];
    PoseTrack real_track = {0}, track = {0};
    int status = pose_source_track(real, seed, frames, c->skeleton, false, &real_track, err);
    if (!status)
        status = pose_source_track(predicted, seed, frames, c->skeleton, false, &track, err);
    if (!status) take_errors(c, &real_track, &track, out);
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

static void row_of(const void *result, const void *context, double *values) {
    const MpjpeErrors *e = result;
    const MpjpeContext *c = context;
    memcpy(values, e->at, c->count * sizeof *values);
    memcpy(values + c->count, e->until, c->count * sizeof *values);
}

typedef struct {
    const MpjpeContext *context;
    const MpjpeErrors *each;
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
        row_of(&set->each[pick ? pick[i] : i], set->context, one);
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
        return;
    }
    report_text(r, r->json, "metric", name);
    report_number(r, r->json, "sequences", (double)r->dances->files.count);
    report_number(r, r->json, "named", (double)r->dances->named);
}

int mpjpe_report(const EvalResults *d, const MpjpeContext *c, const EvalOptions *m, Error *err) {
    Column columns[COLUMNS_MAX];
    char names[COLUMNS_MAX][NAME_SIZE];
    const MpjpeSet set = {c, d->results};
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
    return report_end(&r, err);
}
