/* compare-scores: the scores of several sets of dances in one table. */
#include <stdlib.h>

#include "lib/cli/general_options.h"
#include "metrics/report/score_print.h"

static int compare(char *const *paths, size_t count, const char *real, ScoreFormat format,
                   bool json, Error *err) {
    ScoreTable table;
    ScoreSpread *spreads;
    size_t methods;
    if (score_table_read(&table, paths, count, real, err)) return -1;
    int status = score_table_spreads(&table, real, &spreads, &methods, err);
    if (!status && json)
        status = score_print_json(stdout, &table, spreads, methods, err);
    else if (!status)
        score_print(stdout, &table, spreads, methods, format);
    free(spreads);
    score_table_free(&table);
    return status;
}

int main(int argc, char **argv) {
    static const char *const formats[] = {
        [SCORE_TEXT] = "text", [SCORE_MARKDOWN] = "markdown", [SCORE_LATEX] = "latex", NULL};
    const char *real = "GT";
    int format = SCORE_TEXT;
    bool json = false;
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_choice("format", 'f', formats, &format, "Of the table."),
                 option_json(&json),
                 option_text(
                     "real", 'r', "NAME", &real,
                     "Row of the real dances, which have no distance from themselves and are "
                     "not averaged."),
             }},
    };
    const Program program = {
        .name = "compare-scores",
        .usage = "[OPTION]... SCORES.json...",
        .about =
            "Prints the scores of several sets of dances in one table, a row for each file: "
            "METHOD-SEED.json with what freeze-rate, eval-fid and beat-align print with "
            "--json, one after the other. A method with several seeds gets two more rows, its "
            "mean and half the distance between its extremes. Range and jitter are fractions "
            "of the real dances'; \"-\" stands for what was not scored. Where eval-fid was given "
            "--floor, the first row has what halves of the real dances are apart.",
        .example = "compare-scores GT.json full-1.json full-2.json baseline-1.json",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (first == argc) return program_usage_error(&program, "no file of scores is given");
    Error err;
    status = compare(argv + first, (size_t)(argc - first), real, (ScoreFormat)format, json, &err);
    return program_finish(&program, status ? program_report(&program, &err) : 0);
}
