#include "metrics/report/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cli/progress.h"
#include "lib/data/motion_list.h"

OptionGroup eval_input_options(EvalOptions *m) {
    return (OptionGroup){
        "Input",
        {
            option_text("skeleton", 's', "FILE", &m->skeleton,
                        "Skeleton .npz (offsets, parents, and names, if the first 22 joints are "
                        "not SMPL's in their order); without it SMPL's."),
            option_int("seed-frames", 0, "N", &m->seed_frames, 0, 1e9,
                       "How many first frames of a dance were given, where its file cannot say it "
                       "(.npy, .pkl). mint's results: 120."),
            option_flag("skip-bad", 0, &m->skip_bad,
                        "Leave out files that cannot be measured, with a warning each; otherwise "
                        "the first one is an error."),
        }};
}

OptionGroup eval_result_options(EvalOptions *m) {
    return (OptionGroup){
        "Results",
        {
            option_int(
                "bootstrap", 'b', "B", &m->resamples, 0, 1e7,
                "95% intervals from B sets drawn from the dances with replacement; 0: none."),
            option_int("bootstrap-seed", 0, "N", &m->bootstrap_seed, 0, 1e15,
                       "Seed of the drawing."),
            option_text("per-sequence", 0, "FILE", &m->per_sequence,
                        "Also write a table with a line for every dance (.tsv)."),
            option_flag("verbose", 'v', &m->verbose, "A row for every dance too."),
            option_json(&m->json),
        }};
}

/* --- dances --- */

typedef struct {
    EvalResults *dances;
    DanceWork work;
    const void *context;
    long seed_frames;
} EvalJob;

static int measure_one(const char *path, size_t i, void *context, Error *err) {
    const EvalJob *job = context;
    PoseSource t;
    if (pose_source_read(path, &t, err)) return -1;
    int status = 0;
    if (job->seed_frames && !path_ends_with(path, ".npz")) {
        if ((size_t)job->seed_frames >= t.motion.frames)
            status = error_set(err, "has %zu frames, %ld are the seed's", t.motion.frames,
                               job->seed_frames);
        t.motion.seed_frames = job->seed_frames;
    }
    if (fabs(t.motion.fps - 60) > 6e-5)
#pragma omp atomic
        job->dances->resampled++;
    if (!status)
        status = job->work(&t, path, job->context,
                           (char *)job->dances->results + i * job->dances->size, err);
    pose_source_free(&t);
    return status ? error_prefix(err, path) : 0;
}

/* Keeps what was measured, warns of the rest. */
static void leave_out(EvalResults *d, const Program *program, Error *const *bad) {
    size_t kept = 0;
    char *results = d->results;
    for (size_t i = 0; i < d->files.count; i++) {
        if (bad[i]) {
            program_warn(program, "%s: left out", bad[i]->text);
            free(d->files.items[i]);
            continue;
        }
        d->files.items[kept] = d->files.items[i];
        memmove(results + kept * d->size, results + i * d->size, d->size);
        kept++;
    }
    d->files.count = kept;
}

int eval_dances(EvalResults *out, const Program *program, const EvalOptions *m,
                char *const *operands, size_t count, long seed_frames, size_t size, DanceWork work,
                const void *context, Error *err) {
    *out = (EvalResults){.size = size};
    if (motion_list(&out->files, operands, count, err)) return -1;
    size_t n = out->named = out->files.count;
    out->results = calloc(n ? n : 1, size);
    Error **bad = m->skip_bad ? calloc(n ? n : 1, sizeof *bad) : NULL;
    int status = out->results && (bad || !m->skip_bad)
                     ? 0
                     : error_set(err, "out of memory for %zu files", n);
    if (!status) {
        EvalJob job = {out, work, context, seed_frames};
        Progress progress;
        progress_start(&progress, "measuring dances", n, m->general.quiet);
        status = motion_list_each_file(&out->files, measure_one, &job, &progress, bad, err);
        progress_end(&progress);
    }
    if (!status && bad) leave_out(out, program, bad);
    if (!status && n && !out->files.count)
        status = error_set(err, "none of the %zu files can be measured", n);
    for (size_t i = 0; bad && i < n; i++) free(bad[i]);
    free(bad);
    return status;
}

void eval_results_free(EvalResults *d, void (*release)(void *result)) {
    for (size_t i = 0; d->results && release && i < d->files.count; i++)
        release((char *)d->results + i * d->size);
    free(d->results);
    strings_free(&d->files);
    *d = (EvalResults){0};
}

/* --- results --- */

static void values_of(const Report *r, size_t i, double *values) {
    r->row((const char *)r->dances->results + i * r->dances->size, r->context, values);
}

static int write_table(const Report *r, const char *path, Error *err) {
    OutputFile f;
    double *values = malloc(r->count * sizeof *values);
    if (!values) return error_set(err, "out of memory");
    int status = file_begin(&f, path, err);
    if (!status) {
        fputs("file", f.stream);
        for (size_t c = 0; c < r->count; c++) fprintf(f.stream, "\t%s", r->columns[c].key);
        for (size_t i = 0; i < r->dances->files.count; i++) {
            fputc('\n', f.stream);
            for (const char *p = r->dances->files.items[i]; *p; p++)
                fputc((unsigned char)*p < ' ' ? '?' : *p, f.stream);
            values_of(r, i, values);
            for (size_t c = 0; c < r->count; c++)
                isnan(values[c]) ? fputs("\tnan", f.stream)
                                 : fprintf(f.stream, "\t%.9g", values[c]);
        }
        fputc('\n', f.stream);
        status = file_commit(&f, err);
    }
    free(values);
    return status;
}

int report_begin(Report *r, const EvalOptions *m, const EvalResults *d, const Column *columns,
                 size_t count, RowOf row, const void *context, Error *err) {
    *r = (Report){m, d, columns, count, row, context, 9, NULL};
    for (size_t i = 0; m->verbose && row && i < d->files.count; i++) {
        int length = (int)strlen(d->files.items[i]);
        r->width = length > r->width ? length : r->width;
    }
    if (m->per_sequence && row && write_table(r, m->per_sequence, err)) return -1;
    if (m->json && !(r->json = cJSON_CreateObject())) return error_set(err, "out of memory");
    return 0;
}

void report_dances(Report *r) {
    bool rows = r->m->verbose && r->row;
    double *values = malloc(r->count * sizeof *values);
    cJSON *files = r->json && rows ? cJSON_AddArrayToObject(r->json, "files") : NULL;
    if (!r->json) table_titles(stdout, r->width, "", r->columns, r->count);
    for (size_t i = 0; rows && values && i < r->dances->files.count; i++) {
        values_of(r, i, values);
        if (!r->json) {
            table_row(stdout, r->width, r->dances->files.items[i], r->columns, values, r->count);
            continue;
        }
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "file", r->dances->files.items[i]);
        table_json(object, r->columns, values, r->count);
        cJSON_AddItemToArray(files, object);
    }
    free(values);
}

void report_row(Report *r, const char *name, const double *values) {
    if (!r->json)
        table_row(stdout, r->width, name, r->columns, values, r->count);
    else
        table_json(strcmp(name, "all") == 0 || !name[0] ? r->json
                                                        : cJSON_AddObjectToObject(r->json, name),
                   r->columns, values, r->count);
}

void report_intervals(Report *r, const Interval *intervals) {
    static const char *const names[] = {"low", "high", "bias"}, *const titles[] = {"95% from",
                                                                                   "95% to"};
    cJSON *object = r->json ? cJSON_AddObjectToObject(r->json, "interval") : NULL;
    if (object) {
        cJSON_AddNumberToObject(object, "level", 0.95);
        cJSON_AddNumberToObject(object, "resamples", (double)r->m->resamples);
        cJSON_AddNumberToObject(object, "seed", (double)r->m->bootstrap_seed);
    }
    double *values = malloc(r->count * sizeof *values);
    for (size_t k = 0; values && k < 3; k++) {
        for (size_t c = 0; c < r->count; c++)
            values[c] = k == 0 ? intervals[c].low : k == 1 ? intervals[c].high : intervals[c].bias;
        if (object)
            table_json(cJSON_AddObjectToObject(object, names[k]), r->columns, values, r->count);
        else if (k < 2)
            table_row(stdout, r->width, titles[k], r->columns, values, r->count);
    }
    free(values);
}

int report_end(Report *r, Error *err) {
    cJSON *json = r->json;
    r->json = NULL;
    return json && table_print_json(stdout, json) ? error_set(err, "out of memory") : 0;
}
