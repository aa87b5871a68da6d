/* eval-fid: how far a set of dances is from real ones, in kinetic and geometric features, and how diverse it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/motionlist.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "../lib/tensorfile.h"
#include "../lib/threads.h"
#include "../metrics/diversity.h"
#include "../metrics/featurescale.h"
#include "../metrics/featureset.h"
#include "../metrics/frechet.h"

typedef struct {
    Strings files;
    float *kinetic, *geometric; /* [files.count, 3 joints], [files.count, 32] */
    const Skeleton *skeleton;
    const FeatureOptions *options;
} Features;

static int features_one(const Motion *m, size_t i, void *context, Error *err) {
    Features *f = context;
    return motion_features(m, f->skeleton, f->options, f->kinetic + i * KINETIC_PER_JOINT * f->skeleton->joints, f->geometric + i * GEOMETRIC_FEATURES, err);
}

static int extract(Features *f, char *const *operands, size_t count, bool quiet, Error *err) {
    if (motion_list(&f->files, operands, count, err)) return -1;
    f->kinetic = calloc(f->files.count, KINETIC_PER_JOINT * f->skeleton->joints * sizeof(float));
    f->geometric = calloc(f->files.count, GEOMETRIC_FEATURES * sizeof(float));
    if (!f->kinetic || !f->geometric) return fail(err, "out of memory for %zu files", f->files.count);
    Progress p;
    progress_start(&p, "motions", f->files.count, quiet);
    int status = motion_for_each(&f->files, features_one, f, &p, err);
    progress_end(&p);
    return status;
}

static void features_free(Features *f) {
    free(f->kinetic);
    free(f->geometric);
    strings_free(&f->files);
}

/* --- scores --- */

typedef struct {
    double fid, dist, real_dist;
} Score;

static void warn_left_out(const Program *program, const FeatureScale *scale, bool kinetic) {
    static const char *const parts[] = {"horizontal energy", "vertical energy", "expenditure"};
    char text[2000] = "";
    size_t used = 0;
    for (size_t i = 0; i < scale->dim && used < sizeof text; i++) {
        if (!scale->left_out[i]) continue;
        int n = kinetic ? snprintf(text + used, sizeof text - used, "%s%s of joint %zu", used ? ", " : "", parts[i % 3], i / 3)
                        : snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "", geometric_name(i));
        used += (size_t)n;
    }
    if (used)
        warn(program, "%zu of %zu %s features are the same in every real dance and left out (--keep-constant keeps them): %s", scale->dim - scale->kept,
             scale->dim, kinetic ? "kinetic" : "geometric", text);
}

static int score(const Program *program, const float *real, size_t n, const float *generated, size_t m, size_t dim, bool keep_constant, bool real_row,
                 bool kinetic, Score *out, Error *err) {
    FeatureScale scale;
    if (feature_scale_fit(&scale, real, n, dim, keep_constant, err)) return -1;
    warn_left_out(program, &scale, kinetic);
    double *a = feature_scale_apply(&scale, real, n), *b = feature_scale_apply(&scale, generated, m);
    int status = a && b ? frechet_distance(a, n, b, m, scale.kept, &out->fid, err) : fail(err, "out of memory for %zu dances", n + m);
    if (!status) out->dist = mean_pairwise_distance(b, m, scale.kept);
    out->real_dist = !status && real_row ? mean_pairwise_distance(a, n, scale.kept) : NAN;
    free(a);
    free(b);
    feature_scale_free(&scale);
    return status;
}

/* --- output --- */

static int add_array(Tensors *set, const char *name, const float *x, size_t rows, size_t columns, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_F32, 2, (const size_t[]){rows, columns}, 0, err)) return -1;
    memcpy(t.data, x, rows * columns * sizeof *x);
    return tensors_add(set, name, &t, err);
}

static int add_names(Tensors *set, const Strings *files, Error *err) {
    size_t longest = 1;
    for (size_t i = 0; i < files->count; i++) longest = strlen(files->items[i]) > longest ? strlen(files->items[i]) : longest;
    Tensor t;
    if (tensor_new(&t, TENSOR_BYTES, 1, &files->count, longest, err)) return -1;
    for (size_t i = 0; i < files->count; i++) {
        char *stem = path_stem(files->items[i]);
        if (!stem) {
            tensor_free(&t);
            return fail(err, "out of memory for %zu names", files->count);
        }
        memcpy((char *)t.data + i * longest, stem, strlen(stem));
        free(stem);
    }
    return tensors_add(set, "names", &t, err);
}

static int write_features(const char *path, const Features *f, Error *err) {
    Tensors set = {0};
    size_t n = f->files.count;
    int status = add_names(&set, &f->files, err) || add_array(&set, "kinetic", f->kinetic, n, KINETIC_PER_JOINT * f->skeleton->joints, err) ||
                         add_array(&set, "geometric", f->geometric, n, GEOMETRIC_FEATURES, err) || npz_write(path, &set, err)
                     ? -1
                     : 0;
    tensors_free(&set);
    return status;
}

static int show(const Score *k, const Score *g, size_t n, size_t real, const char *protocol, const FeatureOptions *o, bool real_row, bool json, Error *err) {
    static const Column columns[] = {{"sequences", "dances", 0, 1}, {"fid_k", "FID_k", 4, 1}, {"fid_g", "FID_g", 4, 1}, {"dist_k", "Dist_k", 4, 1}, {"dist_g", "Dist_g", 4, 1}};
    const double generated_values[] = {(double)n, k->fid, g->fid, k->dist, g->dist}, real_values[] = {(double)real, NAN, NAN, k->real_dist, g->real_dist};
    if (json) {
        cJSON *object = cJSON_CreateObject(), *used = cJSON_AddObjectToObject(object, "protocol");
        cJSON_AddStringToObject(used, "name", protocol);
        cJSON_AddStringToObject(used, "anchor", o->anchor ? "first-root" : "none");
        cJSON_AddStringToObject(used, "seed", o->with_seed ? "keep" : "skip");
        cJSON_AddNumberToObject(used, "frames", (double)o->frames);
        cJSON_AddBoolToObject(used, "corrected", o->corrected);
        table_json(object, columns, generated_values, 5);
        cJSON_AddNumberToObject(object, "real_sequences", (double)real);
        if (real_row) table_json(cJSON_AddObjectToObject(object, "real"), columns, real_values, 5);
        return table_print_json(stdout, object) ? fail(err, "out of memory") : 0;
    }
    printf("protocol %s: anchor %s, seed frames %s, ", protocol, o->anchor ? "first-root" : "none", o->with_seed ? "kept" : "skipped");
    printf(o->frames ? "first %zu frames at 60 fps" : "all frames at 60 fps", o->frames);
    printf("%s; %zu real dances\n", o->corrected ? ", corrected formulas" : "", real);
    table_titles(stdout, 9, "", columns, 5);
    table_row(stdout, 9, "generated", columns, generated_values, 5);
    if (real_row) table_row(stdout, 9, "real", columns, real_values, 5);
    return 0;
}

int main(int argc, char **argv) {
    bool corrected = false, keep_constant = false, real_row = false, json = false, quiet = false;
    const char *protocol = "fact", *anchor = NULL, *seed = NULL, *features_out = NULL, *skeleton_path = NULL;
    Strings real_paths = {0};
    long frames = -1, threads = 0;
    const Option options[] = {
        {"real", 'r', OPTION_TEXTS, &real_paths, "PATH", "Real dances. May be repeated.", 0, 0, NULL},
        {"real-row", 0, OPTION_FLAG, &real_row, NULL, "Dist_k and Dist_g of the real dances too.", 0, 0, NULL},
        {"features-out", 'f', OPTION_TEXT, &features_out, "FILE", "Write the generated dances' features (.npz: names, kinetic, geometric); --real may then be missing.", 0, 0, NULL},
        {"skeleton", 's', OPTION_TEXT, &skeleton_path, "FILE", "Skeleton .npz (offsets, parents) whose first 22 joints are SMPL's; without it SMPL's.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "What published tables differ in", 0, 0, NULL},
        {"protocol", 'p', OPTION_CHOICE, &protocol, "fact|bailando", "fact: no anchor, the frames after the seed. bailando: first root at the origin, the first 1200 frames, seed and all. The options below change parts of it.", 0, 0, NULL},
        {"anchor", 0, OPTION_CHOICE, &anchor, "none|first-root", "Subtract the first used frame's root position.", 0, 0, NULL},
        {"seed", 0, OPTION_CHOICE, &seed, "skip|keep", "The frames that were given, not generated.", 0, 0, NULL},
        {"frames", 0, OPTION_INT, &frames, "N", "Use at most N frames; 0: all.", 0, 1e9, NULL},
        {"corrected", 0, OPTION_FLAG, &corrected, NULL, "Mended formulas: true accelerations, velocity thresholds at 60 fps. No published number uses them.", 0, 0, NULL},
        {"keep-constant", 0, OPTION_FLAG, &keep_constant, NULL, "Keep features that are the same in every real dance, as mint does; FID may become 1e18.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Manners", 0, 0, NULL},
        {"json", 0, OPTION_FLAG, &json, NULL, "One JSON object instead of a table.", 0, 0, NULL},
        {"threads", 'j', OPTION_INT, &threads, "N", "Threads; 0: one per processor.", 0, 1024, NULL},
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "No progress.", 0, 0, NULL},
    };
    const Program program = {"eval-fid", "[OPTION]... --real PATH [--real PATH]... GENERATED...",
                             "Frechet distances of kinetic (FID_k) and geometric features (FID_g) between generated and real dances, and the mean distance between generated "
                             "dances (Dist_k, Dist_g), with the features of google/aistplusplus_api. An operand is a motion, a folder of them, or a data set .tsv.",
                             "eval-fid --real data/train.tsv --real data/test.tsv dances/", options, sizeof options / sizeof options[0]};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    status = 2;
    if (first == argc) usage_error(&program, "no generated dance is given");
    else if (!real_paths.count && !features_out) usage_error(&program, "--real PATH is needed");
    else status = 0;
    if (status) goto done;

    threads_set((int)threads);
    bool bailando = strcmp(protocol, "bailando") == 0;
    const FeatureOptions use = {.anchor = anchor ? strcmp(anchor, "none") != 0 : bailando, .with_seed = seed ? strcmp(seed, "keep") == 0 : bailando,
                                .frames = frames >= 0 ? (size_t)frames : bailando ? 1200 : 0, .corrected = corrected};
    Error err;
    Skeleton skeleton = {0};
    Features generated = {.skeleton = &skeleton, .options = &use}, real = generated;
    Score k = {0}, g = {0};
    bool failed = (skeleton_path ? skeleton_read(skeleton_path, &skeleton, &err) : skeleton_smpl(&skeleton, &err)) ||
                  extract(&generated, argv + first, (size_t)(argc - first), quiet, &err) ||
                  (real_paths.count && extract(&real, real_paths.items, real_paths.count, quiet, &err));
    size_t n = real.files.count, m = generated.files.count;
    if (!failed && real_paths.count)
        failed = score(&program, real.kinetic, n, generated.kinetic, m, KINETIC_PER_JOINT * skeleton.joints, keep_constant, real_row, true, &k, &err) ||
                 score(&program, real.geometric, n, generated.geometric, m, GEOMETRIC_FEATURES, keep_constant, real_row, false, &g, &err);
    if (!failed && features_out) failed = write_features(features_out, &generated, &err);
    if (!failed && real_paths.count) failed = show(&k, &g, m, n, protocol, &use, real_row, json, &err);
    if (failed) status = report(&program, &err);
    features_free(&generated);
    features_free(&real);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    return finish(&program, status);
}
