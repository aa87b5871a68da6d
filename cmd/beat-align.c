/* beat-align: how well the beats of dances meet the beats of their music. */
#include "lib/base/threads.h"
#include "metrics/report/beat_report.h"

typedef enum { PROTOCOL_FACT, PROTOCOL_BAILANDO, PROTOCOL_EDGE } Protocol;
static const char *const protocols[] = {"fact", "bailando", "edge", NULL};
static const char *const directions[] = {"motion", "music", NULL};
static const char *const seeds[] = {"skip", "keep", NULL};

typedef struct {
    const char *music_dir;
    int protocol, direction, seed; /* indices of the tables above; -1: the protocol's */
    double order, smooth, sigma; /* the first two -1: the protocol's */
    long lags;
    EvalOptions eval;
} BeatSettings;

/* The protocol's parts, and those that were given. EDGE follows Bailando. */
static BeatOptions beat_options(const BeatSettings *s) {
    BeatOptions o = {.order = 10};
    if (s->protocol != PROTOCOL_FACT)
        o = (BeatOptions){
            .from_music = true, .with_seed = true, .forward = true, .smooth = 5, .order = 1};
    if (s->direction >= 0) o.from_music = s->direction == 1;
    if (s->seed >= 0) o.with_seed = s->seed == 1;
    if (s->smooth >= 0) o.smooth = s->smooth;
    if (s->order > 0) o.order = s->order;
    o.sigma = s->sigma;
    o.lags = (size_t)s->lags;
    return o;
}

static int run(const Program *program, const BeatSettings *s, char **operands, size_t count,
               Error *err) {
    BeatContext context = {.music_dir = s->music_dir, .options = beat_options(s)};
    EvalResults dances = {0};
    const EvalJob job = {.program = program,
                         .options = &s->eval,
                         .protocol_fps = BEAT_FPS,
                         .work = beat_report_work,
                         .context = &context,
                         .result_size = sizeof(BeatResult),
                         .release = beat_report_release};
    const EvalSet set = {operands, count, s->eval.seed_frames};
    if (skeleton_choose(s->eval.skeleton, &context.skeleton, err)) return -1;
    int status = eval_dances(&dances, &job, &set, err);
    if (!status)
        status = beat_report(&dances, protocols[s->protocol], &context.options, &s->eval, err);
    if (!status) {
        eval_warn_of_rates(&job, &dances, NULL);
        beat_report_warn(&dances, program);
    }
    eval_results_free(&dances, &job);
    skeleton_free(&context.skeleton);
    return status;
}

int main(int argc, char **argv) {
    BeatSettings s = {.direction = -1, .seed = -1, .order = -1, .smooth = -1, .sigma = 3};
    const OptionGroup groups[] = {
        {.rows = {option_text("music-dir", 'm', "DIR", &s.music_dir,
                              "Folder of music features, NAME.npz. NAME is the motion's `music`, "
                              "or the music in its AIST++ file name, or its own.")}},
        {"Differences between published tables",
         {
             option_choice("protocol", 'p', protocols, &s.protocol,
                           "fact: from kinematic beats to music beats, order 10, no smoothing, "
                           "without the seed. bailando, and edge after it: from music beats to "
                           "kinematic beats, order 1, smoothing 5, the whole clip. The options "
                           "below change parts of it."),
             option_standard(option_choice("direction", 0, directions, &s.direction,
                                           "Whose beats the mean is over."),
                             "the protocol's"),
             option_standard(option_choice("seed", 0, seeds, &s.seed,
                                           "The frames that were given, not generated."),
                             "the protocol's"),
             option_standard(option_real("order", 0, "FRAMES", &s.order, 0, 1e6,
                                         "A kinematic beat is slower than this many frames on both "
                                         "sides (at 60 fps, as all frames here)."),
                             "the protocol's"),
             option_standard(option_real("smooth", 0, "FRAMES", &s.smooth, 0, 1e4,
                                         "Sigma of the speed's Gaussian smoothing."),
                             "the protocol's"),
             option_real("sigma", 0, "FRAMES", &s.sigma, 1e-6, 1e6,
                         "Tolerance: exp(-d^2 / (2 sigma^2))."),
         }},
        {"What the score does not say",
         {
             option_int("lags", 0, "N", &s.lags, 0, 600,
                        "Also the score with the music's beats moved by -N to N frames, where "
                        "dancers are all ahead of the beat or behind it; 0: not."),
         }},
        eval_input_options(&s.eval),
        eval_result_options(&s.eval),
        general_options(&s.eval.general),
    };
    const Program program = {
        .name = "beat-align",
        .usage = "[OPTION]... --music-dir DIR MOTION...",
        .about = "Beat alignment score: how near dances' kinematic beats, the minima of the body's "
                 "speed, are to the beats of their music. The result is the mean over the dances; "
                 "chance is what as many beats at random places get. Dances at other rates than 60 "
                 "frames a second are resampled. An operand is a dance (.npz, .npy, .pkl), a "
                 "folder of them, or a data set .tsv.",
        .example = "beat-align --music-dir features/ dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (!s.music_dir) return program_usage_error(&program, "--music-dir DIR is needed");
    if (first == argc) return program_usage_error(&program, "no motion is given");
    Error err;
    threads_set((int)s.eval.general.threads);
    status = run(&program, &s, argv + first, (size_t)(argc - first), &err);
    return program_finish(&program, status ? program_report(&program, &err) : 0);
}
