/* freeze-rate: how much dances move, and the share of their time in which they do not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/threads.h"
#include "metrics/report/movement_report.h"
#include "metrics/thresholds.h"

typedef struct {
    const Skeleton *skeleton;
    MovementOptions options;
} FreezeJob;

static int measure_one(const PoseSource *t, const char *path, const void *context, void *result,
                       Error *err) {
    (void)path;
    const FreezeJob *job = context;
    size_t seed = (size_t)t->motion.seed_frames;
    if (seed >= t->motion.frames)
        return error_set(err, "has no frame after its %zu seed frames", seed);
    PoseTrack b;
    if (pose_source_track(t, seed, t->motion.frames - seed, job->skeleton, true, &b, err))
        return -1;
    int status = movement_measure(&b, &job->options, result, err);
    pose_track_free(&b);
    return status;
}

static void release(void *result) { movement_free(result); }

static int fit(const EvalResults *d, double target, const char *output, const EvalOptions *m,
               Error *err) {
    static const Column columns[] = {{"pose", "pose deg", 6, 1},     {"trans", "trans cm", 6, 1},
                                     {"quantile", "quantile", 4, 1}, {"rate", "frozen %", 2, 100},
                                     {"windows", "windows", 0, 1},   {"sequences", "dances", 0, 1}};
    enum { COUNT = sizeof columns / sizeof columns[0] };
    Windows w;
    Thresholds t;
    double rate;
    if (movement_windows(d->results, d->files.count, &w, err)) return -1;
    int status =
        w.count ? thresholds_fit(w.pose, w.trans, w.count, target, &t, &rate, err)
                : error_set(
                      err,
                      "no motion has %d frames of rotations, there is nothing to fit thresholds to",
                      FREEZE_WINDOW);
    if (!status) status = thresholds_write(output, &t, err);
    if (!status) {
        const double values[COUNT] = {t.pose, t.trans,         t.quantile,
                                      rate,   (double)w.count, (double)d->files.count};
        Report r;
        status = report_begin(&r, m, d, columns, COUNT, NULL, NULL, err);
        if (!status) {
            report_dances(&r);
            report_row(&r, "", values);
            status = report_end(&r, err);
        }
    }
    windows_free(&w);
    return status;
}

int main(int argc, char **argv) {
    bool fitting = false;
    const char *thresholds_path = NULL, *output = NULL;
    Strings real_paths = {0};
    double target = 0.187;
    long sweep = 0;
    EvalOptions m = {0};
    MovementOptions movement = {.keep = 20, .pfc_fps = 30, .pfc_window = 5};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("thresholds", 't', "FILE", &thresholds_path,
                             "Thresholds from --fit, needed to measure."),
                 option_texts(
                     "real", 'r', "PATH", &real_paths,
                     "Real dances: range and jitter also as fractions of theirs, and a row of "
                     "their own. May be repeated."),
                 option_int(
                     "sweep", 0, "N", &sweep, 0, 1000,
                     "Also the rate's curve: at N thresholds up to twice the fitted ones, with "
                     "the jitter of what is not frozen."),
                 option_size("keep", 'k', "N", &movement.keep, 1, 1e6,
                             "Frames per generation step, for jump and loop."),
                 option_real("first", 0, "SECONDS", &movement.first, 0, 1e6,
                             "Also the rate of the first SECONDS of every dance (after its seed)."),
                 option_real("last", 0, "SECONDS", &movement.last, 0, 1e6,
                             "Also the rate of the last SECONDS of every dance."),
             }},
        {"Foot contact (PFC)",
         {
             option_real("fps", 0, "RATE", &movement.pfc_fps, 1, 1000,
                         "Frames a second at which feet are looked at."),
             option_real("window", 0, "SECONDS", &movement.pfc_window, 0, 1e6,
                         "Windows of SECONDS, every half of them; 0: the whole clip."),
         }},
        {"Fitting thresholds",
         {
             option_flag("fit", 0, &fitting, "Fit thresholds to real training dances."),
             option_real("target", 0, "SHARE", &target, 0, 1,
                         "Share of the training windows that shall be frozen."),
             option_text("output", 'o', "FILE", &output, "Where the thresholds go (.npz)."),
         }},
        eval_input_options(&m),
        eval_result_options(&m),
        general_options(&m.general),
    };
    const Program program = {
        .name = "freeze-rate",
        .usage = "[OPTION]... --thresholds FILE MOTION...\n"
                 "--fit [--target SHARE] -o FILE TRAIN...",
        .about =
            "Measures how much dances move: the share of 60-frame windows that are frozen, the "
            "mean change of pose (degrees per frame) and place (cm per frame), and beside them "
            "what shows noise, jumps and loops for what they are: range of the pose, speed at "
            "step borders over speed inside steps, jitter (mean jerk, m/s^3), the pose's "
            "largest autocorrelation at one to ten steps (1: an exact loop), and foot contact. "
            "Seed frames are left out. An operand is a dance (.npz, .npy, .pkl), a folder of "
            "them, or a data set .tsv.",
        .example = "freeze-rate --thresholds thresholds.npz --real test.tsv dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    status = 2;
    if (first == argc)
        program_usage_error(&program, "no motion is given");
    else if (fitting && !output)
        program_usage_error(&program, "--fit needs -o FILE");
    else if (!fitting && output)
        program_usage_error(&program, "-o goes with --fit");
    else if (fitting && thresholds_path)
        program_usage_error(&program, "--fit makes thresholds, --thresholds uses them: give one");
    else if (!fitting && !thresholds_path)
        program_usage_error(&program, "measuring needs --thresholds FILE (--fit makes one)");
    else
        status = 0;
    if (status) goto done;

    threads_set((int)m.general.threads);
    Error err;
    Skeleton skeleton = {0};
    Thresholds thresholds = {0};
    EvalResults dances = {0}, real = {0};
    const FreezeJob job = {&skeleton, movement};
    if (skeleton_choose(m.skeleton, &skeleton, &err) ||
        (thresholds_path && thresholds_read(thresholds_path, &thresholds, &err)) ||
        eval_dances(&dances, &program, &m, argv + first, (size_t)(argc - first), m.seed_frames,
                    sizeof(Movement), measure_one, &job, &err) ||
        (real_paths.count && eval_dances(&real, &program, &m, real_paths.items, real_paths.count, 0,
                                         sizeof(Movement), measure_one, &job, &err)) ||
        (fitting ? fit(&dances, target, output, &m, &err)
                 : movement_report(&dances, &real, &movement, &thresholds, sweep, &m, &err)))
        status = program_report(&program, &err);
    eval_results_free(&dances, release);
    eval_results_free(&real, release);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    return program_finish(&program, status);
}
