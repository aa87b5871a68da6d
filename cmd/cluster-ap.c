/* cluster-ap: windows of the dances of each genre -> clusters, whose exemplars become the items of
 * a motion bank. */
#include <cjson/cJSON.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/formats/tensor_file.h"
#include "model/cluster/cluster_file.h"
#include "model/cluster/preference.h"

typedef struct {
    const char *genre, *output, *dataset;
    long length, stride, clusters, future, max_iterations;
    double damping, preference;
    bool preference_given, clusters_given, relative_root, relative_heading, json;
    GeneralOptions general;
} ClusterChoices;

/* What came out for one genre. */
typedef struct {
    char *path;
    Tensors arrays;
    size_t windows, clusters, largest, iterations;
    double preference;
    bool converged;
} ClusterOutcome;

static int check_windows(const Program *program, const ClusterChoices *c, const Dances *d,
                         Error *err) {
    size_t wanted = c->preference_given ? 1 : (size_t)c->clusters, too_short = 0;
    for (size_t i = 0; i < d->count; i++) too_short += d->motions[i].frames < d->windows.frames;
    if (d->windows.count < wanted)
        return error_set(err,
                         "genre %s: %zu windows of %ld frames are too few for %zu clusters; take "
                         "fewer --clusters, a smaller --stride or more dances",
                         d->genre, d->windows.count, c->length, wanted);
    if (too_short)
        program_warn(program,
                     "genre %s: %zu of %zu dances are shorter than %ld frames and give no window",
                     d->genre, too_short, d->count, c->length);
    return 0;
}

static void on_run(void *progress, size_t runs, double preference, const Affinity *result) {
    (void)preference, (void)result;
    progress_step(progress, runs);
}

static int cluster(const Dances *d, const float *s, const ClusterChoices *c, Affinity *a,
                   double *preference, Error *err) {
    AffinityOptions o = affinity_defaults();
    o.damping = c->damping;
    o.max_iterations = (size_t)c->max_iterations;
    if (c->preference_given) {
        *preference = c->preference;
        o.min_iterations = AFFINITY_SETTLED;
        if (affinity_propagate(s, d->windows.count, c->preference, &o, a, err)) return -1;
        if (a->count == 0)
            return error_set(err,
                             "no clusters after %zu iterations: take another --preference or more "
                             "--max-iterations",
                             a->iterations);
        return affinity_keep_largest(s, a->count, a, err);
    }
    Progress progress;
    char label[PROGRESS_LABEL];
    snprintf(label, sizeof label, "genre %.20s: %zu windows into %ld clusters, run", d->genre,
             d->windows.count, c->clusters);
    progress_start(&progress, label, 0, c->general.quiet); /* how many runs it takes is not known */
    int status = affinity_search(s, d->windows.count, (size_t)c->clusters, &o, on_run, &progress,
                                 preference, a, err);
    progress_end(&progress);
    return status;
}

static int do_genre(const Program *program, const Dataset *set, const ClusterChoices *c,
                    const char *genre, ClusterOutcome *out, Error *err) {
    Dances d = {0};
    Affinity a = {0};
    float *s = NULL;
    size_t origin = c->relative_root ? (size_t)(c->length - c->future - 1) : WINDOW_ABSOLUTE;
    int status = dances_read(set, genre, (size_t)c->length, (size_t)c->stride, origin, &d, err);
    d.windows.heading = c->relative_heading;
    if (!status && check_windows(program, c, &d, err)) status = error_prefix(err, c->dataset);
    if (!status) {
        size_t n = out->windows = d.windows.count;
        s = n <= SIZE_MAX / sizeof *s / n ? memory_block(n * n * sizeof *s) : NULL;
        if (!s) status = error_set(err, "out of memory for the similarities of %zu windows", n);
    }
    if (!status) status = cluster_windows_similarity(&d.windows, s, err);
    if (!status && cluster(&d, s, c, &a, &out->preference, err)) status = error_prefix(err, genre);
    if (!status) {
        out->clusters = a.count;
        out->iterations = a.iterations;
        out->converged = a.converged;
        for (size_t i = 0; i < a.points; i++) out->largest += a.labels[i] == 0;
        if (!a.converged)
            program_warn(program, "genre %s: the messages did not come to rest in %zu iterations",
                         genre, a.iterations);
        status = clusters_arrays(&d, &a, &out->arrays, err);
    }
    free(s);
    affinity_free(&a);
    dances_free(&d);
    return status;
}

/* The outcomes of all genres, written when all are there. */
static int run(const Program *program, const ClusterChoices *c, ClusterOutcome *outcomes,
               const char **genres, size_t count, const Dataset *set, Error *err) {
    for (size_t g = 0; g < count; g++) {
        char name[300];
        if (snprintf(name, sizeof name, "%s.npz", genres[g]) >= (int)sizeof name ||
            strchr(name, '/'))
            return error_set(err, "%s: genre '%s' cannot name a file", c->dataset, genres[g]);
        outcomes[g].path = path_join(c->genre ? "" : c->output, c->genre ? c->output : name);
        if (!outcomes[g].path) return error_set(err, "out of memory");
        if (do_genre(program, set, c, genres[g], &outcomes[g], err)) return -1;
    }
    if (!c->genre && folder_make(c->output, err)) return -1;
    for (size_t g = 0; g < count; g++)
        if (npz_write(outcomes[g].path, &outcomes[g].arrays, err)) return -1;
    return 0;
}

static void print_table(const ClusterOutcome *o, const char **genres, size_t count) {
    printf("%-8s %8s %8s %8s %12s %10s  %s\n", "genre", "windows", "clusters", "largest",
           "preference", "iterations", "file");
    for (size_t g = 0; g < count; g++)
        printf("%-8s %8zu %8zu %8zu %12.6g %10zu  %s\n", genres[g], o[g].windows, o[g].clusters,
               o[g].largest, o[g].preference, o[g].iterations, o[g].path);
}

static int print_json(const ClusterOutcome *o, const char **genres, size_t count, Error *err) {
    cJSON *root = cJSON_CreateObject();
    for (size_t g = 0; g < count; g++) {
        cJSON *item = cJSON_AddObjectToObject(root, genres[g]);
        cJSON_AddNumberToObject(item, "windows", (double)o[g].windows);
        cJSON_AddNumberToObject(item, "clusters", (double)o[g].clusters);
        cJSON_AddNumberToObject(item, "largest", (double)o[g].largest);
        cJSON_AddNumberToObject(item, "preference", o[g].preference);
        cJSON_AddNumberToObject(item, "iterations", (double)o[g].iterations);
        cJSON_AddBoolToObject(item, "converged", o[g].converged);
        cJSON_AddStringToObject(item, "file", o[g].path);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) return error_set(err, "out of memory");
    puts(text);
    free(text);
    return 0;
}

static int do_all(const Program *program, const ClusterChoices *c, Error *err) {
    Dataset set = {0};
    const char **genres = NULL;
    size_t count = 0;
    if (dataset_read(c->dataset, &set, err)) return -1;
    int status = dataset_genres(&set, &genres, &count, err);
    if (!status && c->genre) {
        size_t at = 0;
        while (at < count && strcmp(genres[at], c->genre) != 0) at++;
        if (at == count)
            status = error_set(err, "%s: has no genre %s", c->dataset, c->genre);
        else
            genres[0] = genres[at], count = 1;
    }
    ClusterOutcome *outcomes = calloc(count + 1, sizeof *outcomes);
    if (!outcomes && !status) status = error_set(err, "out of memory");
    if (!status && !c->general.quiet)
        fprintf(stderr, "%s: %zu dances of %zu genres into %s\n", program->name, set.count, count,
                c->output);
    if (!status) status = run(program, c, outcomes, genres, count, &set, err);
    if (!status && c->json)
        status = print_json(outcomes, genres, count, err);
    else if (!status)
        print_table(outcomes, genres, count);
    for (size_t g = 0; outcomes && g < count; g++) {
        free(outcomes[g].path);
        tensors_free(&outcomes[g].arrays);
    }
    free(outcomes);
    free(genres);
    dataset_free(&set);
    return status;
}

int main(int argc, char **argv) {
    const AffinityOptions defaults = affinity_defaults();
    ClusterChoices c = {.length = 120,
                        .stride = 20,
                        .clusters = 256,
                        .future = 20,
                        .max_iterations = 1000,
                        .damping = defaults.damping};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text(
                     "output", 'o', "OUT", &c.output,
                     "The .npz of --genre; without --genre a folder for one GENRE.npz each."),
                 option_text("genre", 'g', "G", &c.genre, "Only this genre."),
                 option_int("length", 'l', "FRAMES", &c.length, 1, 1e6, "Length of a window."),
                 option_int("stride", 0, "FRAMES", &c.stride, 1, 1e6,
                            "Windows start every so many frames."),
                 option_given(option_int("clusters", 'n', "N", &c.clusters, 1, 1e6,
                                         "Clusters per genre: the preference is searched for."),
                              &c.clusters_given),
                 option_given(
                     option_standard(
                         option_real("preference", 'p', "P", &c.preference, -DBL_MAX, DBL_MAX,
                                     "Take this preference instead, and as many clusters "
                                     "as it gives."),
                         ""),
                     &c.preference_given),
                 option_flag(
                     "relative-root", 0, &c.relative_root,
                     "A window's horizontal translation counts from frame length - future - 1 "
                     "of it, for models trained with --relative-root."),
                 option_flag("relative-heading", 0, &c.relative_heading,
                             "With --relative-root: that frame faces straight ahead, too."),
                 option_int("future", 0, "FRAMES", &c.future, 1, 1e6,
                            "With --relative-root: the frames that the model predicts."),
                 option_real("damping", 0, "D", &c.damping, 0.5, 0.999,
                             "How much of the old messages each iteration keeps."),
                 option_int("max-iterations", 0, "I", &c.max_iterations, 1, 1e6,
                            "Iterations after which a run stops, converged or not."),
                 option_json(&c.json),
             }},
        general_options(&c.general),
    };
    const Program program = {
        .name = "cluster-ap",
        .usage = "[OPTION]... -o OUT DATASET.tsv",
        .about = "Clusters the windows of each genre's dances by affinity propagation (Frey and "
                 "Dueck 2007), the similarity of two windows being minus their squared Euclidean "
                 "distance. Writes the exemplars' windows (centers) and who belongs to whom, "
                 "clusters ordered by size: the first is the largest, which generate starts from "
                 "when it is given no seed motion.",
        .example = "cluster-ap --clusters 256 -o clusters train.tsv",
        OPTION_GROUPS(groups)};
    int first;
    int status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    runtime_prepare(argv);
    if (!c.output) return program_usage_error(&program, "-o is needed");
    if (argc - first != 1) return program_usage_error(&program, "one data set is needed");
    if (c.preference_given && c.clusters_given)
        return program_usage_error(&program, "--clusters and --preference exclude each other");
    if (c.relative_heading && !c.relative_root)
        return program_usage_error(&program, "--relative-heading goes with --relative-root");
    if (c.relative_root && c.future >= c.length)
        return program_usage_error(&program, "--future must be smaller than --length");
    c.dataset = argv[first];
    threads_set((int)c.general.threads);
    Error err;
    return program_finish(&program,
                          do_all(&program, &c, &err) ? program_report(&program, &err) : 0);
}
