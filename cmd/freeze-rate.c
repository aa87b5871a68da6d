/* freeze-rate: how much dances move, and the share of their time in which they do not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/motionlist.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "../lib/tensorfile.h"
#include "../lib/threads.h"
#include "../metrics/movement.h"
#include "shared/timeline.h"

typedef struct {
    Strings files;
    Movement *each; /* [files.count] */
    const Skeleton *skeleton;
    const MovementOptions *options;
} Dances;

static int measure_one(const Motion *m, size_t i, void *context, Error *err) {
    Dances *d = context;
    return movement_measure(m, d->skeleton, d->options, &d->each[i], err);
}

static int measure(Dances *d, char *const *operands, size_t count, bool quiet, Error *err) {
    if (motion_list(&d->files, operands, count, err)) return -1;
    d->each = calloc(d->files.count, sizeof *d->each);
    if (!d->each) return fail(err, "out of memory for %zu files", d->files.count);
    Progress p;
    progress_start(&p, "motions", d->files.count, quiet);
    int status = motion_for_each(&d->files, measure_one, d, &p, err);
    progress_end(&p);
    return status;
}

static void dances_free(Dances *d) {
    for (size_t i = 0; d->each && i < d->files.count; i++) movement_free(&d->each[i]);
    free(d->each);
    strings_free(&d->files);
}

static int write_thresholds(const char *path, const Thresholds *t, Error *err) {
    Tensors set;
    if (thresholds_to_tensors(t, &set, err)) return -1;
    int status = npz_write(path, &set, err);
    tensors_free(&set);
    return status;
}

static int print_json(cJSON *json, Error *err) { return table_print_json(stdout, json) ? fail(err, "out of memory") : 0; }

static int fit(const Dances *d, double target, const char *output, bool json, Error *err) {
    static const Column columns[] = {{"pose", "pose deg", 6, 1}, {"trans", "trans cm", 6, 1}, {"quantile", "quantile", 4, 1},
                                     {"rate", "frozen %", 2, 100}, {"windows", "windows", 0, 1}, {"sequences", "dances", 0, 1}};
    enum { COUNT = sizeof columns / sizeof columns[0] };
    Windows w;
    Thresholds t;
    double rate;
    if (movement_windows(d->each, d->files.count, &w, err)) return -1;
    int status = w.count ? thresholds_fit(w.pose, w.trans, w.count, target, &t, &rate, err)
                         : fail(err, "no motion has %d frames, there is nothing to fit thresholds to", FREEZE_WINDOW);
    if (!status) status = write_thresholds(output, &t, err);
    if (!status) {
        const double values[COUNT] = {t.pose, t.trans, t.quantile, rate, (double)w.count, (double)d->files.count};
        if (json) {
            cJSON *object = cJSON_CreateObject();
            table_json(object, columns, values, COUNT);
            status = print_json(object, err);
        } else {
            table_titles(stdout, 0, "", columns, COUNT);
            table_row(stdout, 0, "", columns, values, COUNT);
        }
    }
    windows_free(&w);
    return status;
}

enum { COLUMNS = 15, FIRST = 4, LAST = 5, RANGE_RATIO = 9, JITTER_RATIO = 12 };

static void values_of(const MovementSummary *m, const MovementSummary *real, double v[COLUMNS]) {
    const double all[COLUMNS] = {(double)m->sequences, (double)m->windows, (double)m->frozen, m->rate, m->rate_first, m->rate_last,
                                 m->delta_pose, m->delta_trans, m->range, real ? m->range / real->range : NAN, m->jump, m->jitter,
                                 real ? m->jitter / real->jitter : NAN, m->loop, m->pfc};
    memcpy(v, all, sizeof all);
}

static int show(const Dances *d, const Dances *real, const Thresholds *t, bool verbose, bool json, Error *err) {
    Column columns[COLUMNS] = {{"sequences", "dances", 0, 1}, {"windows", "windows", 0, 1}, {"frozen", "frozen", 0, 1}, {"rate", "rate %", 2, 100},
                               {"rate_first", "first %", 2, 100}, {"rate_last", "last %", 2, 100}, {"delta_pose", "dPose deg", 4, 1},
                               {"delta_trans", "dTrans cm", 4, 1}, {"range", "range", 4, 1}, {"range_ratio", "of real", 3, 1}, {"jump", "jump", 3, 1},
                               {"jitter", "jitter", 2, 1}, {"jitter_ratio", "of real", 3, 1}, {"loop", "loop", 4, 1}, {"pfc", "PFC", 4, 1}};
    if (!(d->options->first > 0)) columns[FIRST].title = NULL;
    if (!(d->options->last > 0)) columns[LAST].title = NULL;
    if (!real) columns[RANGE_RATIO].title = columns[JITTER_RATIO].title = NULL;
    MovementSummary all = movement_summary(d->each, d->files.count, t), yardstick;
    if (real) yardstick = movement_summary(real->each, real->files.count, t);
    const MovementSummary *ratio = real ? &yardstick : NULL;
    double v[COLUMNS];
    int width = 4;
    for (size_t i = 0; verbose && i < d->files.count; i++) width = strlen(d->files.items[i]) > (size_t)width ? (int)strlen(d->files.items[i]) : width;

    cJSON *object = cJSON_CreateObject(), *files = json && verbose ? cJSON_AddArrayToObject(object, "files") : NULL;
    if (!json) table_titles(stdout, width, "", columns, COLUMNS);
    for (size_t i = 0; verbose && i < d->files.count; i++) {
        MovementSummary one = movement_summary(&d->each[i], 1, t);
        values_of(&one, ratio, v);
        if (json) {
            cJSON *row = cJSON_CreateObject();
            cJSON_AddStringToObject(row, "file", d->files.items[i]);
            table_json(row, columns, v, COLUMNS);
            cJSON_AddNumberToObject(row, "loop_lag", (double)d->each[i].loop_lag);
            cJSON_AddItemToArray(files, row);
        } else table_row(stdout, width, d->files.items[i], columns, v, COLUMNS);
    }
    values_of(&all, ratio, v);
    if (json) table_json(object, columns, v, COLUMNS);
    else table_row(stdout, width, "all", columns, v, COLUMNS);
    if (real) {
        values_of(&yardstick, ratio, v);
        cJSON *row = json ? cJSON_AddObjectToObject(object, "real") : NULL;
        if (json) table_json(row, columns, v, COLUMNS);
        else table_row(stdout, width, "real", columns, v, COLUMNS);
    }
    if (json) return print_json(object, err);
    cJSON_Delete(object);
    return 0;
}

int main(int argc, char **argv) {
    bool fitting = false, verbose = false, json = false, quiet = false;
    const char *thresholds_path = NULL, *output = NULL, *skeleton_path = NULL;
    Strings real_paths = {0};
    double target = 0.187;
    long keep = 20, threads = 0;
    MovementOptions movement = {.pfc_fps = 30, .pfc_window = 5};
    const Option options[] = {
        {"thresholds", 't', OPTION_TEXT, &thresholds_path, "FILE", "Thresholds from --fit, needed to measure.", 0, 0, NULL},
        {"real", 'r', OPTION_TEXTS, &real_paths, "PATH", "Real dances: range and jitter also as fractions of theirs, and a row of their own. May be repeated.", 0, 0, NULL},
        {"keep", 'k', OPTION_INT, &keep, "N", "Frames per generation step, for jump and loop.", 1, 1e6, NULL},
        {"first", 0, OPTION_REAL, &movement.first, "SECONDS", "Also the rate of the first SECONDS of every dance (after its seed).", 0, 1e6, NULL},
        {"last", 0, OPTION_REAL, &movement.last, "SECONDS", "Also the rate of the last SECONDS of every dance.", 0, 1e6, NULL},
        {"skeleton", 's', OPTION_TEXT, &skeleton_path, "FILE", "Skeleton .npz (offsets, parents); without it SMPL's.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Foot contact (PFC)", 0, 0, NULL},
        {"fps", 0, OPTION_REAL, &movement.pfc_fps, "RATE", "Frames a second at which feet are looked at.", 1e-3, 1e6, NULL},
        {"window", 0, OPTION_REAL, &movement.pfc_window, "SECONDS", "Windows of SECONDS, every half of them; 0: the whole clip.", 0, 1e6, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Fitting thresholds", 0, 0, NULL},
        {"fit", 0, OPTION_FLAG, &fitting, NULL, "Fit thresholds to real training dances.", 0, 0, NULL},
        {"target", 0, OPTION_REAL, &target, "SHARE", "Share of the training windows that shall be frozen.", 0, 1, NULL},
        {"output", 'o', OPTION_TEXT, &output, "FILE", "Where the thresholds go (.npz).", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Manners", 0, 0, NULL},
        {"verbose", 'v', OPTION_FLAG, &verbose, NULL, "A row for every file too.", 0, 0, NULL},
        {"json", 0, OPTION_FLAG, &json, NULL, "One JSON object instead of a table.", 0, 0, NULL},
        {"threads", 'j', OPTION_INT, &threads, "N", "Threads; 0: one per processor.", 0, 1024, NULL},
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "No progress.", 0, 0, NULL},
    };
    const Program program = {
        "freeze-rate", "[OPTION]... --thresholds FILE MOTION...\n       freeze-rate --fit [--target SHARE] -o FILE TRAIN...",
        "Measures how much dances move: the share of 60-frame windows that are frozen, the mean change of pose (degrees per frame) and place (cm per "
        "frame), and beside them what shows noise, jumps and loops for what they are: range of the pose, speed at step borders over speed inside "
        "steps, jitter (mean jerk, m/s^3), the pose's largest autocorrelation at one to ten steps (1: an exact loop), and foot contact. Seed frames are "
        "left out. An operand is a motion, a folder of them, or a data set .tsv.",
        "freeze-rate --fit -o thresholds.npz data/train.tsv && freeze-rate --thresholds thresholds.npz --real data/test.tsv dances/",
        options, sizeof options / sizeof options[0]};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    status = 2;
    if (first == argc) usage_error(&program, "no motion is given");
    else if (fitting && !output) usage_error(&program, "--fit needs -o FILE");
    else if (!fitting && output) usage_error(&program, "-o goes with --fit");
    else if (fitting && thresholds_path) usage_error(&program, "--fit makes thresholds, --thresholds uses them: give one");
    else if (!fitting && !thresholds_path) usage_error(&program, "measuring needs --thresholds FILE (--fit makes one)");
    else status = 0;
    if (status) goto done;

    threads_set((int)threads);
    movement.keep = (size_t)keep;
    Error err;
    Skeleton skeleton = {0};
    Thresholds thresholds = {0};
    Dances dances = {.skeleton = &skeleton, .options = &movement}, real = dances;
    if ((skeleton_path ? skeleton_read(skeleton_path, &skeleton, &err) : skeleton_smpl(&skeleton, &err)) ||
        (thresholds_path && thresholds_read(thresholds_path, &thresholds, &err)) ||
        measure(&dances, argv + first, (size_t)(argc - first), quiet, &err) ||
        (real_paths.count && measure(&real, real_paths.items, real_paths.count, quiet, &err)) ||
        (fitting ? fit(&dances, target, output, json, &err) : show(&dances, real_paths.count ? &real : NULL, &thresholds, verbose, json, &err)))
        status = report(&program, &err);
    dances_free(&dances);
    dances_free(&real);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    return finish(&program, status);
}
