/* plot-poses: t-SNE of poses, coloured by genre (the paper's Figure 6). */
#include <stdlib.h>
#include <string.h>

#include "export/plots.h"
#include "export/poses.h"
#include "export/tsne.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/table.h"
#include "lib/data/motion_list.h"
#include "lib/formats/tensor_file.h"

enum { NEIGHBOURS = 10 };

typedef struct {
    Strings files;
    Skeletons skeletons;
    PoseSet *sets; /* [files.count] */
    size_t per_file;
} Reading;

static int take(const Motion *m, size_t i, void *context, Error *err) {
    Reading *r = context;
    const Skeleton *skeleton = NULL;
    if (skeletons_find(&r->skeletons, m->joints, &skeleton, err)) return -1;
    return poses_sample(m, skeleton, r->per_file, &r->sets[i], err);
}

static int read_poses(Reading *r, char *const *operands, size_t count, size_t poses, bool quiet,
                      PoseSet *all, Error *err) {
    if (motion_list(&r->files, operands, count, err)) return -1;
    r->sets = calloc(r->files.count, sizeof *r->sets);
    if (!r->sets) return error_set(err, "out of memory for %zu files", r->files.count);
    r->per_file = (poses + r->files.count - 1) / r->files.count;
    Progress p;
    progress_start(&p, "reading motions", r->files.count, quiet);
    int status = motion_list_each(&r->files, take, r, &p, err);
    progress_end(&p);
    return status ? status : poses_join(r->sets, r->files.count, all, err);
}

/* `vectors` [N, D], `points` [N, 2], `genre` [N] (number in the list of genres, by name). */
static int write_points(const char *path, const PoseSet *s, const double *points, Error *err) {
    Tensors set = {0};
    Tensor t;
    int status = tensor_new(&t, TENSOR_F64, 2, (size_t[]){s->count, s->dim}, 0, err);
    if (!status) {
        memcpy(tensor_f64(&t), s->vectors, s->count * s->dim * sizeof(double));
        status = tensors_add(&set, "vectors", &t, err) ||
                 tensor_new(&t, TENSOR_F64, 2, (size_t[]){s->count, 2}, 0, err);
    }
    if (!status) {
        memcpy(tensor_f64(&t), points, 2 * s->count * sizeof(double));
        status = tensors_add(&set, "points", &t, err) ||
                 tensor_new(&t, TENSOR_I64, 1, (size_t[]){s->count}, 0, err);
    }
    if (!status) {
        for (size_t i = 0; i < s->count; i++) tensor_i64(&t)[i] = (int64_t)s->group[i];
        status = tensors_add(&set, "genre", &t, err) || npz_write(path, &set, err);
    }
    tensors_free(&set);
    return status ? -1 : 0;
}

static int print_summary(const PoseSet *s, double divergence, double share, bool json, Error *err) {
    static const Column columns[] = {{"poses", "poses", 0, 1},
                                     {"genres", "genres", 0, 1},
                                     {"kl_divergence", "KL divergence", 4, 1},
                                     {"own_genre", "own genre %", 1, 100}};
    const double values[] = {(double)s->count, (double)s->groups.count, divergence, share};
    if (json) {
        cJSON *object = cJSON_CreateObject();
        int bad = table_json(object, columns, values, 4);
        return table_print_json(stdout, object) || bad ? error_set(err, "out of memory") : 0;
    }
    table_titles(stdout, 0, "", columns, 4);
    table_row(stdout, 0, "", columns, values, 4);
    return 0;
}

static int plot(const PoseSet *s, const TsneOptions *o, const char *output, const char *points_path,
                bool json, Error *err) {
    double *points = calloc(2 * s->count, sizeof *points), divergence, share;
    Buffer svg = {0};
    int status = points ? 0 : error_set(err, "out of memory");
    if (!status) status = tsne(s->vectors, s->count, s->dim, o, points, &divergence, err);
    if (!status)
        status = neighbour_share(points, s->group, s->count,
                                 NEIGHBOURS < s->count ? NEIGHBOURS : s->count - 1, &share, err);
    if (!status)
        status = plot_points(points, s->group, s->count, (const char *const *)s->groups.items,
                             s->groups.count, &svg, err);
    if (!status && points_path) status = write_points(points_path, s, points, err);
    if (!status) status = file_write(output, svg.data, svg.size, err);
    if (!status) status = print_summary(s, divergence, share, json, err);
    free(points);
    buffer_free(&svg);
    return status;
}

int main(int argc, char **argv) {
    const char *output = NULL, *points = NULL, *skeleton_path = NULL;
    TsneOptions o = {.perplexity = 30, .iterations = 1000, .seed = 1};
    size_t poses = 2000, seed = 1;
    bool json = false;
    GeneralOptions general = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("output", 'o', "FILE", &output, "The plot (.svg), needed."),
                 option_size("poses", 'n', "N", &poses, 10, 20000,
                             "Poses in all, as many from every dance."),
                 option_real("perplexity", 0, "P", &o.perplexity, 1, 1e4,
                             "How many neighbours a pose looks at."),
                 option_size("iterations", 0, "N", &o.iterations, 1, 1e6, "Steps of the layout."),
                 option_size("seed", 0, "N", &seed, 0, 1e15, "Of the first, random layout."),
                 option_text("points", 0, "FILE", &points,
                             "Also write vectors, points and genres (.npz)."),
                 option_skeleton(&skeleton_path),
                 option_json(&json),
             }},
        general_options(&general),
    };
    const Program program = {
        .name = "plot-poses",
        .usage = "[OPTION]... -o FILE MOTION...",
        .about =
            "Lays poses of dances out on a plane by t-SNE, so that similar ones lie together, "
            "and colours them by genre: joint positions about the root, without the direction "
            "that the body faces; seed frames are left out. Prints the divergence reached, and "
            "how many of a pose's ten nearest are of its own genre.",
        .example = "plot-poses -o poses.svg dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    runtime_prepare(argv);
    if (!output) return program_usage_error(&program, "-o FILE is needed");
    if (first == argc) return program_usage_error(&program, "no motion is given");
    threads_set((int)general.threads);
    o.seed = seed;
    Error err;
    PoseSet all = {0};
    Reading r = {0};
    status = 0;
    if (skeletons_open(&r.skeletons, skeleton_path, &err) ||
        read_poses(&r, argv + first, (size_t)(argc - first), poses, general.quiet, &all, &err) ||
        plot(&all, &o, output, points, json, &err))
        status = program_report(&program, &err);
    for (size_t i = 0; r.sets && i < r.files.count; i++) poses_free(&r.sets[i]);
    free(r.sets);
    poses_free(&all);
    strings_free(&r.files);
    skeletons_free(&r.skeletons);
    return program_finish(&program, status);
}
