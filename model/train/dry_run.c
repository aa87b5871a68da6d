#include "model/train/dry_run.h"

#include <stdio.h>

#include "lib/base/comm.h"
#include "lib/base/threads.h"
#include "lib/cli/table.h"
#include "model/train/forecast.h"

/* The program, its libraries, and OpenBLAS's working memory for each thread, as measured. */
enum { PROGRAM_BYTES = 6 << 20, THREAD_BYTES = 1 << 20 };

/* Most bytes at any time. */
static size_t peak(const Forecast *f, const TrainingSet *data, const TrainingSet *val,
                   size_t extra_bytes) {
    size_t working = f->activation_bytes > extra_bytes ? f->activation_bytes : extra_bytes;
    return PROGRAM_BYTES + THREAD_BYTES * (size_t)threads_count() + f->state_bytes + working +
           training_set_bytes(data) + training_set_bytes(val);
}

static int stage_of(const TrainSettings *s, Model *m, int stage, const TrainingSet *data,
                    const TrainingSet *val, Forecast *f, Error *err) {
    return forecast_stage(m, stage, &data->corpus, s->validation ? &val->corpus : NULL,
                          &s->stage[stage - 1], f, err);
}

static int last_stage(int first) { return first < 3 ? 2 : 3; }

int dry_run(const TrainSettings *s, Model *m, int first, const TrainingSet *data,
            const TrainingSet *val, size_t extra_bytes, Error *err) {
    static const Column columns[] = {{"parameters", "parameters M", 2, 1e-6},
                                     {"trained", "trained M", 2, 1e-6},
                                     {"activation_bytes", "activations MiB", 1, 1. / (1 << 20)},
                                     {"peak_bytes", "peak MiB", 1, 1. / (1 << 20)},
                                     {"flops_per_step", "GFLOP/step", 2, 1e-9},
                                     {"steps", "steps", 0, 1},
                                     {"seconds_per_step", "s/step", 4, 1},
                                     {"seconds", "hours", 2, 1. / 3600}};
    enum { COUNT = sizeof columns / sizeof *columns };
    if (comm_rank() > 0) return 0;
    cJSON *root = s->json ? cJSON_CreateObject() : NULL,
          *stages = root ? cJSON_AddArrayToObject(root, "stages") : NULL;
    if (!s->json) table_titles(stdout, 8, "", columns, COUNT);
    int status = s->json && !stages ? error_set(err, "out of memory") : 0;
    for (int stage = first; status == 0 && stage <= last_stage(first); stage++) {
        Forecast f;
        double seconds;
        status = stage_of(s, m, stage, data, val, &f, err) ||
                         forecast_time(m, &s->stage[stage - 1], &f, &seconds, err)
                     ? -1
                     : 0;
        if (status) break;
        double values[COUNT] = {(double)f.parameters,
                                (double)f.trained,
                                (double)f.activation_bytes,
                                (double)peak(&f, data, val, extra_bytes),
                                f.flops,
                                (double)f.steps,
                                seconds,
                                seconds * (double)f.steps};
        char name[24];
        snprintf(name, sizeof name, "stage %d", stage);
        if (!s->json) {
            table_row(stdout, 8, name, columns, values, COUNT);
            continue;
        }
        cJSON *row = cJSON_CreateObject();
        cJSON_AddNumberToObject(row, "stage", stage);
        table_json(row, columns, values, COUNT);
        cJSON_AddItemToArray(stages, row);
    }
    if (root && status == 0)
        return table_print_json(stdout, root) ? error_set(err, "out of memory") : 0;
    cJSON_Delete(root);
    return status;
}

int print_run_summary(const Program *program, const TrainSettings *s, Model *m, int first,
                      const TrainingSet *data, const TrainingSet *val, size_t extra_bytes,
                      Error *err) {
    if (comm_rank() == 0 && !s->general.quiet)
        fprintf(stderr, "%s: %s from %zu dances of %zu genres\n", program->name, s->output,
                data->corpus.count, m->config.genre_count);
    for (int stage = first; comm_rank() == 0 && stage <= last_stage(first); stage++) {
        Forecast f;
        if (stage_of(s, m, stage, data, val, &f, err)) return -1;
        if (s->general.quiet) continue;
        char processes[40] = "";
        if (comm_size() > 1)
            snprintf(processes, sizeof processes, " in each of %d processes", comm_size());
        fprintf(stderr,
                "%s: stage %d: %.2f M parameters, activations %.0f MiB, peak %.0f MiB%s, %.3g "
                "GFLOP a step, at most %zu steps\n",
                program->name, stage, 1e-6 * (double)f.parameters,
                (double)f.activation_bytes / (1 << 20),
                (double)peak(&f, data, val, extra_bytes) / (1 << 20), processes, 1e-9 * f.flops,
                f.steps);
    }
    return 0;
}
