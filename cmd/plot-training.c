/* plot-training: loss curves of trainings as an SVG. */
#include <stdlib.h>
#include <string.h>

#include "export/plots.h"
#include "lib/base/file.h"
#include "lib/base/tsv.h"
#include "lib/cli/options.h"

/* The file's name without folder and ending, unless another log has that too; NULL when memory is
 * out. */
static char *name_of(char *const *paths, size_t count, size_t i) {
    char *mine = path_stem(paths[i]);
    for (size_t k = 0; mine && k < count; k++) {
        if (k == i) continue;
        char *other = path_stem(paths[k]);
        const bool known = other, same = known && strcmp(mine, other) == 0;
        free(other);
        if (known && !same) continue;
        free(mine);
        return known ? strdup(paths[i]) : NULL;
    }
    return mine;
}

static int plot(char *const *paths, size_t count, const char *output, Error *err) {
    static const char *const columns[] = {"stage", "step", "loss"};
    NumberTable *tables = calloc(count, sizeof *tables);
    TrainingLog *logs = calloc(count, sizeof *logs);
    Buffer svg = {0};
    int status = tables && logs ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; i < count && !status; i++) {
        status = tsv_read(paths[i], columns, 3, &tables[i], err);
        if (status) break;
        double *v = tables[i].values;
        size_t rows = tables[i].rows;
        logs[i] = (TrainingLog){name_of(paths, count, i), rows, v, v + rows, v + 2 * rows};
        if (!logs[i].name)
            status = error_set(err, "out of memory");
        else if (rows == 0)
            status = error_set(err, "%s: no row yet: nothing to plot", paths[i]);
    }
    if (!status) status = plot_training(logs, count, &svg, err);
    if (!status) status = file_write(output, svg.data, svg.size, err);
    buffer_free(&svg);
    for (size_t i = 0; tables && logs && i < count; i++) {
        tsv_free(&tables[i]);
        free((char *)(uintptr_t)logs[i].name);
    }
    free(tables);
    free(logs);
    return status;
}

int main(int argc, char **argv) {
    const char *output = NULL;
    const OptionGroup groups[] = {
        {.rows = {option_text("output", 'o', "FILE", &output, "The plot (.svg), needed.")}},
    };
    const Program program = {
        .name = "plot-training",
        .usage = "[OPTION]... -o FILE LOG...",
        .about =
            "Plots what train-bank and train-predictor wrote on standard output: the loss over "
            "the steps, a panel for each stage, a line for each log. A log that is still being "
            "written may be plotted.",
        .example = "plot-training -o training.svg experiment/full-1.log",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (!output) return program_usage_error(&program, "-o FILE is needed");
    if (first == argc) return program_usage_error(&program, "no log is given");
    Error err;
    status = plot(argv + first, (size_t)(argc - first), output, &err)
                 ? program_report(&program, &err)
                 : 0;
    return program_finish(&program, status);
}
