/* train-bank: stages 1 and 2 of the paper: the manifold bank, the past-future bank, and
 * RefineBank's networks. */
#include "model/train/bank_training.h"
#include "model/train/run.h"

static int train_bank(int argc, char **argv) {
    Program program = {
        .name = "train-bank",
        .usage = "[OPTION]... --clusters DIR_OR_FILE -o BANK.safetensors DATASET.tsv",
        .about = "Trains the banks: stage 1 learns the manifold bank (eq. 7), from which the "
                 "past-future bank follows; stage 2 learns RefineBank's encoder and decoder for it "
                 "(eq. 8). Logs TSV on stdout.",
        .example = "train-bank --preset small --clusters clusters -o bank.safetensors train.tsv"};
    TrainSettings s;
    const char *clusters = NULL;
    int status = settings_begin(&program, argc, argv, STAGE_MANIFOLD, STAGE_REFINE, &s), first;
    if (status) return status;
    const OptionGroup groups[] = {
        settings_run_options(&s),
        {.rows = {option_text("clusters", 0, "PATH", &clusters,
                              "What cluster-ap wrote: its folder, or one file. Needed.")}},
        settings_config_options(&s, "The banks", PART_BANKS),
        settings_config_options(&s, "Windows and coordinates", PART_WINDOW),
        settings_training_options(&s),
        general_options(&s.general),
    };
    program.groups = groups;
    program.group_count = sizeof groups / sizeof *groups;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if ((status = settings_finish(&program, &s))) return status;
    if (argc - first != 1) return program_usage_error(&program, "one DATASET.tsv is needed");
    if (!clusters && !s.dry_run) return program_usage_error(&program, "--clusters is needed");
    if (!s.output && !s.dry_run) return program_usage_error(&program, "-o is needed");
    s.dataset = argv[first];

    Error err;
    status = bank_training(&program, &s, clusters, &err) ? program_report(&program, &err) : 0;
    return program_finish(&program, status);
}

int main(int argc, char **argv) { return train_main(argc, argv, train_bank); }
