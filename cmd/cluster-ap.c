/* cluster-ap: windows of the dances of each genre -> clusters, whose exemplars become the items of
 * a motion bank. */
#include <cjson/cJSON.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rate.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/base/utf8.h"
#include "lib/cli/general_options.h"
#include "lib/cli/table.h"
#include "model/cluster/affinity.h"
#include "model/cluster/clustering.h"
#include "model/train/presets.h"

static void print_table(const ClusterResults *r) {
    printf("%-8s %8s %8s %8s %12s %10s  %s\n", "genre", "windows", "clusters", "largest",
           "preference", "iterations", "file");
    for (size_t i = 0; i < r->count; i++) {
        const ClusterResult *g = &r->items[i];
        char genre[80], path[1000];
        printf("%-8s %8zu %8zu %8zu %12.6g %10zu  %s\n",
               utf8_printable(g->genre, genre, sizeof genre), g->windows, g->clusters, g->largest,
               g->preference, g->iterations, utf8_printable(g->path, path, sizeof path));
    }
}

static int print_json(const ClusterResults *r, Error *err) {
    cJSON *root = cJSON_CreateObject();
    for (size_t i = 0; i < r->count; i++) {
        const ClusterResult *g = &r->items[i];
        cJSON *item = cJSON_AddObjectToObject(root, g->genre);
        cJSON_AddNumberToObject(item, "windows", (double)g->windows);
        cJSON_AddNumberToObject(item, "clusters", (double)g->clusters);
        cJSON_AddNumberToObject(item, "largest", (double)g->largest);
        cJSON_AddNumberToObject(item, "preference", g->preference);
        cJSON_AddNumberToObject(item, "iterations", (double)g->iterations);
        cJSON_AddBoolToObject(item, "converged", g->converged);
        cJSON_AddStringToObject(item, "file", g->path);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) return error_set(err, "out of memory");
    table_put_json(stdout, text);
    free(text);
    return 0;
}

static int cluster(const Program *program, const ClusterOptions *o, bool json, Error *err) {
    ClusterResults results;
    int status = cluster_all(program, o, &results, err);
    if (status == 0 && json)
        status = print_json(&results, err);
    else if (status == 0)
        print_table(&results);
    cluster_results_free(&results);
    return status;
}

/* Which of a preset's numbers options have changed. */
typedef struct {
    bool length, clusters, future, root, heading;
} Given;

/* The windows that train-bank needs with that preset. */
static void take_preset(const char *name, const Given *given, ClusterOptions *o) {
    const Config *c = &preset_find(name)->config;
    if (!given->length) o->seconds = (double)c->past / (double)RATE_UNSAID;
    if (!given->clusters) o->clusters = c->items;
    if (!given->future) o->future_seconds = (double)c->future / (double)RATE_UNSAID;
    if (!given->root) o->relative_root = c->relative_root;
    if (!given->heading) o->relative_heading = c->relative_heading;
}

int main(int argc, char **argv) {
    ClusterOptions o = {.seconds = 2,
                        .future_seconds = 1.0 / 3,
                        .clusters = 256,
                        .max_iterations = 1000,
                        .damping = affinity_defaults().damping};
    GeneralOptions general = {0};
    Given given = {0};
    int preset = -1;
    bool json = false;
    Option length = option_standard(
        option_size("length", 'l', "FRAMES", &o.length, 1, 1e6, "Length of a window."),
        "2 seconds");
    Option root = option_switch(
        "relative-root", &o.relative_root,
        "A window's horizontal translation counts from frame length - future - 1 of it, for models "
        "trained with --relative-root.");
    Option heading = option_switch("relative-heading", &o.relative_heading,
                                   "With --relative-root: that frame faces straight ahead, too.");
    Option future =
        option_standard(option_size("future", 0, "FRAMES", &o.future, 1, 1e6,
                                    "With --relative-root: the frames that the model predicts."),
                        "a third of a second");
    Option clusters = option_size("clusters", 'n', "N", &o.clusters, 1, 1e6,
                                  "Clusters per genre: the preference is searched for.");
    Option preference =
        option_real("preference", 'p', "P", &o.preference, -DBL_MAX, DBL_MAX,
                    "Take this preference instead, and as many clusters as it gives.");
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text(
                     "output", 'o', "OUT", &o.output,
                     "The .npz of --genre; without --genre a folder for one GENRE.npz each."),
                 option_text("genre", 'g', "G", &o.genre, "Only this genre."),
                 option_standard(
                     option_choice("preset", 0, preset_names, &preset,
                                   "The windows and the number of clusters that train-bank takes "
                                   "with this preset; other options change them."),
                     ""),
                 option_given(length, &given.length),
                 option_standard(option_size("stride", 0, "FRAMES", &o.stride, 1, 1e6,
                                             "Windows start every so many frames."),
                                 "a third of a second"),
                 option_given(clusters, &given.clusters),
                 option_given(option_standard(preference, ""), &o.preference_given),
                 option_given(root, &given.root),
                 option_given(heading, &given.heading),
                 option_given(future, &given.future),
                 option_real("damping", 0, "D", &o.damping, 0.5, 0.999,
                             "How much of the old messages each iteration keeps."),
                 option_size("max-iterations", 0, "I", &o.max_iterations, 1, 1e6,
                             "Iterations after which a run stops, converged or not."),
                 option_json(&json),
             }},
        general_options(&general),
    };
    const Program program = {
        .name = "cluster-ap",
        .usage = "[OPTION]... -o OUT DATASET.tsv",
        .about = "Clusters the windows of each genre's dances by affinity propagation (Frey and "
                 "Dueck 2007), the similarity of two windows being minus their squared Euclidean "
                 "distance. Writes the exemplars' windows (centers) and each window's cluster; "
                 "clusters are ordered by size, and generate starts from the first where it has no "
                 "seed motion.",
        .example = "cluster-ap --clusters 256 -o clusters train.tsv",
        OPTION_GROUPS(groups)};
    int first;
    int status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    runtime_prepare(argv);
    if (!o.output) return program_usage_error(&program, "-o is needed");
    if (argc - first != 1) return program_usage_error(&program, "one data set is needed");
    if (preset >= 0) take_preset(preset_names[preset], &given, &o);
    if (o.preference_given && given.clusters)
        return program_usage_error(&program, "--clusters and --preference exclude each other");
    if (o.relative_heading && !o.relative_root)
        return program_usage_error(&program, "--relative-heading goes with --relative-root");
    if (o.relative_root && o.length && o.future >= o.length)
        return program_usage_error(&program, "--future must be smaller than --length");
    o.dataset = argv[first];
    o.quiet = general.quiet;
    threads_set((int)general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    status = cluster(&program, &o, json, &err) ? program_report(&program, &err) : 0;
    return program_finish(&program, status);
}
