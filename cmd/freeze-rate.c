/* freeze-rate: how much dances move, and the share of their time in which they do not. */
#include "lib/base/threads.h"
#include "lib/formats/scalar.h"
#include "metrics/report/movement_report.h"

typedef struct {
    const char *thresholds, *output;
    Strings real;
    double target;
    bool fit;
    long sweep;
    MovementOptions movement;
    EvalOptions eval;
} FreezeSettings;

static int measure_sets(const EvalJob *job, const EvalSet *made, const FreezeSettings *s,
                        EvalResults *dances, EvalResults *real, Error *err) {
    if (eval_dances(dances, job, made, err)) return -1;
    const EvalSet real_set = {s->real.items, s->real.count, 0};
    return real_set.count ? eval_dances(real, job, &real_set, err) : 0;
}

static int run(const Program *program, const FreezeSettings *s, char **operands, size_t count,
               Error *err) {
    Skeleton skeleton = {0};
    Thresholds thresholds = {0};
    EvalResults dances = {0}, real = {0};
    const MovementContext context = {&skeleton, s->movement};
    const EvalJob job = {.program = program,
                         .options = &s->eval,
                         .protocol_fps = FREEZE_FPS,
                         .work = movement_report_work,
                         .context = &context,
                         .result_size = sizeof(Movement),
                         .release = movement_report_release};
    const EvalSet made = {operands, count, s->eval.seed_frames};
    int status = skeleton_choose(s->eval.skeleton, &skeleton, err);
    if (!status && s->thresholds) status = thresholds_read(s->thresholds, &thresholds, err);
    if (!status) status = measure_sets(&job, &made, s, &dances, &real, err);
    if (!status && s->fit)
        status = movement_report_fit(&dances, s->target, s->output, &s->eval, err);
    if (!status && !s->fit) {
        const MovementReport report = {&dances, &real, &s->movement, &thresholds, s->sweep};
        status = movement_report(&report, &s->eval, err);
    }
    if (!status) eval_warn_of_rates(&job, &dances, &real);
    eval_results_free(&dances, &job);
    eval_results_free(&real, &job);
    skeleton_free(&skeleton);
    return status;
}

/* Returns the exit status. */
static int start(const Program *p, const FreezeSettings *s, char **operands, size_t count) {
    Error err;
    if (!count) return program_usage_error(p, "no motion is given");
    if (s->fit && !s->output) return program_usage_error(p, "--fit needs -o FILE");
    if (!s->fit && s->output) return program_usage_error(p, "-o goes with --fit");
    if (s->fit && s->thresholds)
        return program_usage_error(p, "--fit makes thresholds, --thresholds uses them: give one");
    if (!s->fit && !s->thresholds)
        return program_usage_error(p, "measuring needs --thresholds FILE (--fit makes one)");
    threads_set((int)s->eval.general.threads);
    return run(p, s, operands, count, &err) ? program_report(p, &err) : 0;
}

int main(int argc, char **argv) {
    FreezeSettings s = {.target = 0.187, .movement = {.pfc_fps = 30, .pfc_window = 5}};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("thresholds", 't', "FILE", &s.thresholds,
                             "Thresholds from --fit, needed to measure."),
                 option_texts("real", 'r', "PATH", &s.real,
                              "Real dances: range and jitter also as fractions of theirs, and a "
                              "row of their own. May be repeated."),
                 option_int("sweep", 0, "N", &s.sweep, 0, 1000,
                            "Also the rate's curve: at N thresholds up to twice the fitted ones, "
                            "with the jitter of what is not frozen."),
                 option_standard(option_size("keep", 'k', "N", &s.movement.keep, 1, 1e6,
                                             "Frames per generation step, for jump and loop."),
                                 "a third of a second"),
                 option_real("first", 0, "SECONDS", &s.movement.first, 0, 1e6,
                             "Also the rate of the first SECONDS of every dance (after its seed)."),
                 option_real("last", 0, "SECONDS", &s.movement.last, 0, 1e6,
                             "Also the rate of the last SECONDS of every dance."),
             }},
        {"Foot contact (PFC)",
         {
             option_real("pfc-fps", 0, "RATE", &s.movement.pfc_fps, scalar_fps.min, scalar_fps.max,
                         "Frames a second at which feet are looked at."),
             option_real("window", 0, "SECONDS", &s.movement.pfc_window, 0, 1e6,
                         "Windows of SECONDS, every half of them; 0: the whole clip."),
         }},
        {"Fitting thresholds",
         {
             option_flag("fit", 0, &s.fit, "Fit thresholds to real training dances."),
             option_real("target", 0, "SHARE", &s.target, 0, 1,
                         "Share of the training windows that are to be frozen."),
             option_text("output", 'o', "FILE", &s.output, "Where the thresholds go (.npz)."),
         }},
        eval_input_options(&s.eval),
        eval_result_options(&s.eval),
        general_options(&s.eval.general),
    };
    const Program program = {
        .name = "freeze-rate",
        .usage = "[OPTION]... --thresholds FILE MOTION...\n"
                 "--fit [--target SHARE] -o FILE TRAIN...",
        .about = "Measures how much dances move: the share of their seconds that are frozen, the "
                 "mean change of pose (degrees per frame) and place (cm per frame), and what tells "
                 "noise, jumps and loops from dance: range of the pose, speed at step borders over "
                 "speed inside steps, jitter (mean jerk, m/s^3), the pose's largest "
                 "autocorrelation at one to ten steps (1: an exact loop), PFC, and how fast the "
                 "supporting foot slides (median and mean, cm/s). All of it at 60 frames a second, "
                 "to which dances at other rates are resampled. Seed "
                 "frames are left out. An operand is a dance (.npz, .npy, .pkl), a folder of them, "
                 "or a data set .tsv.",
        .example = "freeze-rate --thresholds thresholds.npz --real test.tsv dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status < 0) status = start(&program, &s, argv + first, (size_t)(argc - first));
    strings_free(&s.real);
    return program_finish(&program, status);
}
