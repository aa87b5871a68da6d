/* compare-scores: the scores of several sets of dances in one table. */
#include <stdlib.h>

#include "lib/cli/general_options.h"
#include "metrics/report/published_print.h"
#include "metrics/report/score_print.h"

typedef struct {
    const char *real, *published, *source;
    int format;
    bool json;
} CompareOptions;

/* All files in one table. */
static int print_files(const CompareOptions *o, const ScoreTable *t, Error *err) {
    ScoreSpread *spreads;
    size_t methods;
    int status = score_table_spreads(t, o->real, &spreads, &methods, err);
    if (!status && o->json)
        status = score_print_json(stdout, t, spreads, methods, err);
    else if (!status)
        score_print(stdout, t, spreads, methods, (ScoreFormat)o->format);
    free(spreads);
    return status;
}

/* The rows of a published table. */
static int print_beside(const CompareOptions *o, const ScoreTable *t, Error *err) {
    Published published;
    int status = published_read(&published, o->published, err);
    if (status) return status;
    if (o->json)
        status = published_print_json(stdout, &published, t, o->real, o->source, err);
    else
        published_print(stdout, &published, t, o->real, o->source, (ScoreFormat)o->format);
    published_free(&published);
    return status;
}

static int compare(const CompareOptions *o, char *const *paths, size_t count, Error *err) {
    ScoreTable table;
    if (score_table_read(&table, paths, count, o->real, err)) return -1;
    int status = o->published ? print_beside(o, &table, err) : print_files(o, &table, err);
    score_table_free(&table);
    return status;
}

int main(int argc, char **argv) {
    static const char *const formats[] = {
        [SCORE_TEXT] = "text", [SCORE_MARKDOWN] = "markdown", [SCORE_LATEX] = "latex", NULL};
    CompareOptions o = {.real = "GT", .source = "published", .format = SCORE_TEXT};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_choice("format", 'f', formats, &o.format, "Of the table."),
                 option_json(&o.json),
                 option_text(
                     "real", 'r', "NAME", &o.real,
                     "Row of the real dances, which have no distance from themselves and are "
                     "not averaged."),
                 option_text("published", 'p', "FILE", &o.published,
                             "Print the rows of this table instead, means over seeds, and below "
                             "each what was published: an object of JSON for each row, with "
                             "\"row\" its label, \"method\" and numbers under the scores' keys."),
                 option_text("source", 's', "NAME", &o.source,
                             "Where those numbers are from; it stands before them."),
             }},
    };
    const Program program = {
        .name = "compare-scores",
        .usage = "[OPTION]... SCORES.json...",
        .about =
            "Prints the scores of several sets of dances in one table, a row for each file: "
            "METHOD-SEED.json with what freeze-rate, eval-fid, beat-align and pa-mpjpe print with "
            "--json, one after the other. A method with several seeds gets two more rows, its "
            "mean and half the distance between its extremes. Range and jitter are fractions "
            "of the real dances'; \"-\" stands for what was not scored. Where eval-fid was given "
            "--floor, the first row has what halves of the real dances are apart, in clips as "
            "long as the other dances, Dist of these clips, and BeatAlign by chance.",
        .example = "compare-scores GT.json full-1.json full-2.json baseline-1.json",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (first == argc) return program_usage_error(&program, "no file of scores is given");
    Error err;
    status = compare(&o, argv + first, (size_t)(argc - first), &err);
    return program_finish(&program, status ? program_report(&program, &err) : 0);
}
