/* pa-mpjpe: how far predicted joints are from the real ones, frame by frame, at given horizons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/threads.h"
#include "lib/data/motion_list.h"
#include "metrics/mpjpe.h"
#include "metrics/report/batch.h"

enum { HORIZONS_MAX = 20 };

typedef struct {
    const Skeleton *skeleton;
    const Strings *real; /* files, by name */
    size_t horizon[HORIZONS_MAX], count;
    bool align;
} MpjpeJob;

typedef struct {
    double at[HORIZONS_MAX], until[HORIZONS_MAX]; /* millimetres: of that frame, and the mean of all
                                                     frames up to it; NaN beyond the end */
} Errors;

/* "1,5,10": ascending numbers above 0. */
static int parse_horizons(const char *text, MpjpeJob *job) {
    job->count = 0;
    for (const char *p = text;; p++) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);
        if (end == p || *p < '0' || *p > '9' || n == 0 || n > 1000000 || job->count == HORIZONS_MAX)
            return -1;
        if (job->count && n <= job->horizon[job->count - 1]) return -1;
        job->horizon[job->count++] = n;
        if (!*end) return 0;
        if (*end != ',') return -1;
        p = end;
    }
}

/* The real dance of that name (without folder and ending). */
static const char *find_real(const MpjpeJob *job, const char *path, Error *err) {
    char *stem = path_stem(path);
    const char *found = NULL;
    for (size_t i = 0; stem && i < job->real->count && !found; i++) {
        char *other = path_stem(job->real->items[i]);
        if (other && strcmp(stem, other) == 0) found = job->real->items[i];
        free(other);
    }
    if (!found) error_set(err, "there is no real dance called %.200s", stem ? stem : path);
    free(stem);
    return found;
}

static int compare(const MpjpeJob *job, const PoseSource *predicted, const PoseSource *real,
                   Errors *out, Error *err) {
    size_t seed = (size_t)predicted->motion.seed_frames, frames = predicted->motion.frames - seed;
    if (real->motion.joints != predicted->motion.joints)
        return error_set(err, "has %zu joints, the real dance %zu", predicted->motion.joints,
                         real->motion.joints);
    if (fabs(real->motion.fps - predicted->motion.fps) > 1e-6 * real->motion.fps)
        return error_set(err, "has %g frames a second, the real dance %g", predicted->motion.fps,
                         real->motion.fps);
    if (real->motion.frames <= seed) return error_set(err, "the real dance ends in the seed");
    if (real->motion.frames - seed < frames) frames = real->motion.frames - seed;
    if (frames > job->horizon[job->count - 1]) frames = job->horizon[job->count - 1];
    PoseTrack p = {0}, q = {0};
    int status = pose_source_track(real, seed, frames, job->skeleton, false, &p, err) ||
                         pose_source_track(predicted, seed, frames, job->skeleton, false, &q, err)
                     ? -1
                     : 0;
    double sum = 0;
    for (size_t h = 0; h < job->count; h++) out->at[h] = out->until[h] = NAN;
    for (size_t t = 0, h = 0; t < frames && !status; t++) {
        size_t at = 3 * p.joints * t;
        double error = job->align ? pa_mpjpe(p.positions + at, q.positions + at, p.joints)
                                  : mpjpe(p.positions + at, q.positions + at, p.joints);
        sum += error;
        if (t + 1 != job->horizon[h]) continue;
        out->at[h] = error;
        out->until[h++] = sum / (double)(t + 1);
    }
    pose_track_free(&p);
    pose_track_free(&q);
    return status;
}

static int measure_one(const PoseSource *t, const char *path, const void *context, void *result,
                       Error *err) {
    const MpjpeJob *job = context;
    const char *file = find_real(job, path, err);
    PoseSource real;
    if (!file || pose_source_read(file, &real, err)) return -1;
    int status = compare(job, t, &real, result, err);
    pose_source_free(&real);
    return status;
}

/* --- results: a column for each horizon, and one for the mean up to it --- */

static void row_of(const void *result, const void *context, double *values) {
    const Errors *e = result;
    const MpjpeJob *job = context;
    memcpy(values, e->at, job->count * sizeof *values);
    memcpy(values + job->count, e->until, job->count * sizeof *values);
}

typedef struct {
    const MpjpeJob *job;
    const Errors *each;
} Set;

/* Means over the dances that are long enough. */
static int summary(const size_t *pick, size_t n, const void *context, double *values, Error *err) {
    (void)err;
    const Set *set = context;
    size_t columns = 2 * set->job->count;
    double one[2 * HORIZONS_MAX], count[2 * HORIZONS_MAX] = {0};
    for (size_t c = 0; c < columns; c++) values[c] = 0;
    for (size_t i = 0; i < n; i++) {
        row_of(&set->each[pick ? pick[i] : i], set->job, one);
        for (size_t c = 0; c < columns; c++)
            if (!isnan(one[c])) values[c] += one[c], count[c]++;
    }
    for (size_t c = 0; c < columns; c++) values[c] = count[c] > 0 ? values[c] / count[c] : NAN;
    return 0;
}

static int show(const EvalResults *d, const MpjpeJob *job, const EvalOptions *m, Error *err) {
    Column columns[2 * HORIZONS_MAX];
    char names[2 * HORIZONS_MAX][32];
    double all[2 * HORIZONS_MAX];
    Interval intervals[2 * HORIZONS_MAX];
    size_t count = 2 * job->count;
    for (size_t c = 0; c < count; c++) {
        bool mean = c >= job->count;
        snprintf(names[c], sizeof names[c], "%s%zu", mean ? "until_" : "at_",
                 job->horizon[mean ? c - job->count : c]);
        columns[c] = (Column){names[c], names[c], 2, 1};
    }
    const Set set = {job, d->results};
    summary(NULL, d->files.count, &set, all, err);
    if (m->resamples &&
        bootstrap_intervals(d->files.count, (size_t)m->resamples, (uint64_t)m->bootstrap_seed,
                            summary, &set, count, all, intervals, err))
        return -1;
    Report r;
    if (report_begin(&r, m, d, columns, count, row_of, job, err)) return -1;
    const char *name = job->align ? "PA-MPJPE" : "MPJPE";
    if (r.json) {
        cJSON_AddStringToObject(r.json, "metric", name);
        cJSON_AddNumberToObject(r.json, "sequences", (double)d->files.count);
        cJSON_AddNumberToObject(r.json, "named", (double)d->named);
    } else
        printf("%s in mm, by frames after the seed: of that frame (at), mean up to it (until); %zu "
               "of %zu dances\n",
               name, d->files.count, d->named);
    report_dances(&r);
    report_row(&r, "all", all);
    if (m->resamples) report_intervals(&r, intervals);
    return report_end(&r, err);
}

int main(int argc, char **argv) {
    Strings real_paths = {0}, real = {0};
    const char *horizons = "1,5,10,20,30,40,50";
    EvalOptions m = {0};
    MpjpeJob job = {.align = true, .real = &real};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_texts(
                     "real", 'r', "PATH", &real_paths,
                     "Real dances, under the predicted ones' file names. May be repeated."),
                 option_text("horizons", 0, "N,N,...", &horizons,
                             "Frames after the seed, at most 20."),
                 option_unflag("no-align", &job.align, "Without Procrustes alignment: MPJPE."),
             }},
        eval_input_options(&m),
        eval_result_options(&m),
        general_options(&m.general),
    };
    const Program program = {
        .name = "pa-mpjpe",
        .usage = "[OPTION]... --real PATH... PREDICTED...",
        .about =
            "Mean error of joint positions, in millimetres, after each predicted frame has been "
            "turned, moved and scaled onto the real one (Procrustes). A dance is compared with "
            "the real one of the same file name; frame 0 of both is the same instant, and the "
            "predicted one's seed frames are left out. An operand is a dance (.npz, .npy, "
            ".pkl), a folder of them, or a data set .tsv.",
        .example = "pa-mpjpe --real data/motions --horizons 10,20,60 dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    status = 2;
    if (first == argc)
        program_usage_error(&program, "no predicted dance is given");
    else if (!real_paths.count)
        program_usage_error(&program, "--real PATH is needed");
    else if (parse_horizons(horizons, &job))
        program_usage_error(
            &program,
            "--horizons '%s': whole numbers above 0 in ascending order, with commas, at most %d",
            horizons, HORIZONS_MAX);
    else
        status = 0;
    if (status) goto done;

    threads_set((int)m.general.threads);
    Error err;
    Skeleton skeleton = {0};
    EvalResults dances = {0};
    job.skeleton = &skeleton;
    if (skeleton_choose(m.skeleton, &skeleton, &err) ||
        motion_list(&real, real_paths.items, real_paths.count, &err) ||
        eval_dances(&dances, &program, &m, argv + first, (size_t)(argc - first), m.seed_frames,
                    sizeof(Errors), measure_one, &job, &err) ||
        show(&dances, &job, &m, &err))
        status = program_report(&program, &err);
    eval_results_free(&dances, NULL);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    strings_free(&real);
    return program_finish(&program, status);
}
