/* train-predictor: stage 3 of the paper: predictor, TransitBank and RefineBank end to end; or
 * a baseline without banks. */
#include "features/features.h"
#include "model/train/predictor_training.h"
#include "model/train/run.h"

/* Options that contradict each other. Returns 0, or 2 after a message. */
static int check_usage(const Program *program, const TrainSettings *s,
                       const PredictorSources *sources) {
    if (!s->output && !s->dry_run) return program_usage_error(program, "-o is needed");
    bool banks = !sources->no_refine || s->config.transit;
    if (banks && !sources->bank && !s->dry_run) /* for a dry run any bank would do */
        return program_usage_error(
            program, "--bank is needed, or --no-refine and --no-transit for the baseline");
    if (sources->bank && settings_part_given(s, PART_WINDOW))
        return program_usage_error(
            program, "windows and coordinates are decided by the bank; give --past, --future, "
                     "--relative-root, --relative-heading and --standardise to "
                     "train-bank");
    if (sources->no_refine && settings_given(s, "join") && s->config.join > 0)
        return program_usage_error(program, "--join is for RefineBank's frames, and --no-refine "
                                            "leaves RefineBank out");
    if (settings_given(s, "epochs") && settings_given(s, "steps"))
        return program_usage_error(program, "--epochs and --steps exclude each other");
    return 0;
}

static int train_predictor(int argc, char **argv) {
    Program program = {
        .name = "train-predictor",
        .usage = "[OPTION]... --bank BANK -o MODEL.safetensors DATASET.tsv\n"
                 "[OPTION]... --no-refine --no-transit -o MODEL.safetensors DATASET.tsv",
        .about =
            "Trains the predictor (eq. 9), end to end through RefineBank and TransitBank, whose "
            "banks stay as train-bank left them. Without both it is a baseline: FACT, unless "
            "--predictor names another. Logs TSV on stdout.",
        .example = "train-predictor --preset small --bank bank.safetensors -o model.safetensors "
                   "train.tsv"};
    TrainSettings s;
    PredictorSources sources = {.load_song = features_read};
    int status = settings_begin(&program, argc, argv, STAGE_PREDICT, STAGE_PREDICT, &s), first;
    if (status) return status;
    const OptionGroup groups[] = {
        settings_run_options(&s),
        {.rows = {option_text("bank", 0, "FILE", &sources.bank, "What train-bank wrote."),
                  option_text("init", 0, "MODEL", &sources.init,
                              "Start from the weights that this model has in common with the new "
                              "one.")}},
        settings_predictor_options(&s),
        {.heading = "A step",
         .rows = {option_flag("no-refine", 0, &sources.no_refine,
                              "Leave RefineBank out (Table 2).")}},
        settings_config_options(&s, NULL, PART_STEP),
        settings_config_options(&s, "Windows and coordinates, without a bank", PART_WINDOW),
        settings_training_options(&s),
        settings_refused_options(&s),
        general_options(&s.general),
    };
    program.groups = groups;
    program.group_count = sizeof groups / sizeof *groups;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if ((status = settings_finish(&program, &s))) return status;
    if (argc - first != 1) return program_usage_error(&program, "one DATASET.tsv is needed");
    if ((status = check_usage(&program, &s, &sources))) return status;
    s.dataset = argv[first];

    Error err;
    status = predictor_training(&program, &s, &sources, &err) ? program_report(&program, &err) : 0;
    return program_finish(&program, status);
}

int main(int argc, char **argv) { return train_main(argc, argv, train_predictor); }
