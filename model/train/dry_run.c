#include "model/train/dry_run.h"

#include <stdio.h>

#include "lib/base/comm.h"
#include "lib/base/threads.h"
#include "lib/cli/table.h"
#include "model/train/forecast.h"

/* The program, its libraries, and OpenBLAS's working memory for each thread, as measured. */
enum { PROGRAM_BYTES = 6 << 20, THREAD_BYTES = 1 << 20 };

/* Most bytes at any time. */
static size_t peak_bytes(const Run *run, const Forecast *f) {
    size_t working =
        f->activation_bytes > run->extra_bytes ? f->activation_bytes : run->extra_bytes;
    return PROGRAM_BYTES + THREAD_BYTES * (size_t)threads_count() + f->state_bytes + working +
           training_set_bytes(&run->data) + training_set_bytes(&run->validation);
}

static int forecast(Run *run, Stage stage, Forecast *f, Error *err) {
    return forecast_stage(&run->model, stage, &run->data.corpus, run_validation(run),
                          &run->settings->stage[stage], f, err);
}

enum { COLUMNS = 8, NAME_WIDTH = 8 };
static const Column columns[COLUMNS] = {
    {"parameters", "parameters M", 2, 1e-6},
    {"trained", "trained M", 2, 1e-6},
    {"activation_bytes", "activations MiB", 1, 1. / (1 << 20)},
    {"peak_bytes", "peak MiB", 1, 1. / (1 << 20)},
    {"flops_per_step", "GFLOP/step", 2, 1e-9},
    {"steps", "steps", 0, 1},
    {"seconds_per_step", "s/step", 4, 1},
    {"seconds", "hours", 2, 1. / 3600},
};

static int measure(Run *run, Stage stage, double values[COLUMNS], Error *err) {
    Forecast f;
    double seconds;
    if (forecast(run, stage, &f, err) ||
        forecast_time(&run->model, &run->settings->stage[stage], &f, &seconds, err))
        return -1;
    const double found[COLUMNS] = {(double)f.parameters,
                                   (double)f.trained,
                                   (double)f.activation_bytes,
                                   (double)peak_bytes(run, &f),
                                   f.flops,
                                   (double)f.steps,
                                   seconds,
                                   seconds * (double)f.steps};
    for (int i = 0; i < COLUMNS; i++) values[i] = found[i];
    return 0;
}

static int print_table(Run *run, Error *err) {
    table_titles(stdout, NAME_WIDTH, "", columns, COLUMNS);
    for (Stage stage = run->settings->first; stage <= run->settings->last; stage++) {
        double values[COLUMNS];
        char name[24];
        if (measure(run, stage, values, err)) return -1;
        snprintf(name, sizeof name, "stage %d", (int)stage);
        table_row(stdout, NAME_WIDTH, name, columns, values, COLUMNS);
    }
    return 0;
}

static int print_json(Run *run, Error *err) {
    cJSON *root = cJSON_CreateObject();
    cJSON *stages = root ? cJSON_AddArrayToObject(root, "stages") : NULL;
    int status = stages ? 0 : error_set(err, "out of memory");
    for (Stage stage = run->settings->first; status == 0 && stage <= run->settings->last; stage++) {
        double values[COLUMNS];
        status = measure(run, stage, values, err);
        if (status) break;
        cJSON *row = cJSON_CreateObject();
        cJSON_AddNumberToObject(row, "stage", (int)stage);
        table_json(row, columns, values, COLUMNS);
        cJSON_AddItemToArray(stages, row);
    }
    if (status == 0) return table_print_json(stdout, root) ? error_set(err, "out of memory") : 0;
    cJSON_Delete(root);
    return status;
}

int dry_run(Run *run, Error *err) {
    if (comm_rank() > 0) return 0;
    return run->settings->json ? print_json(run, err) : print_table(run, err);
}

static void print_stage(const Run *run, const Forecast *f) {
    char processes[40] = "";
    if (comm_size() > 1)
        snprintf(processes, sizeof processes, " in each of %d processes", comm_size());
    fprintf(stderr,
            "%s: stage %d: %.2f M parameters, activations %.0f MiB, peak %.0f MiB%s, %.3g GFLOP a "
            "step, at most %zu steps\n",
            run->program->name, (int)f->stage, 1e-6 * (double)f->parameters,
            (double)f->activation_bytes / (1 << 20), (double)peak_bytes(run, f) / (1 << 20),
            processes, 1e-9 * f->flops, f->steps);
}

/* What is wrong with a stage is found before the first of them is trained. */
int print_run_summary(Run *run, Error *err) {
    const TrainSettings *s = run->settings;
    if (comm_rank() > 0) return 0;
    if (!s->general.quiet)
        fprintf(stderr, "%s: %s from %zu dances of %zu genres\n", run->program->name, s->output,
                run->data.corpus.count, run->model.config.genre_count);
    if (!s->general.quiet && run->preset_text[0])
        fprintf(stderr, "%s: %s\n", run->program->name, run->preset_text);
    for (Stage stage = s->first; stage <= s->last; stage++) {
        Forecast f;
        if (forecast(run, stage, &f, err)) return -1;
        if (!s->general.quiet) print_stage(run, &f);
    }
    return 0;
}
