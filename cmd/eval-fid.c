/* eval-fid: how far a set of dances is from real ones, in kinetic and geometric features, and how diverse it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/threads.h"
#include "shared/features.h"
#include "shared/selfcheck.h"

/* Results: of the set, and of a dance. */
enum { COLUMNS = 7, FROM_MEAN = 5 };

typedef struct {
    SetScore kinetic, geometric;
    FeatureScale kinetic_scale, geometric_scale;
} Scores;

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

static int score(const Program *program, const Features *real, const Features *made, const ScoreOptions *o, Scores *s, Error *err) {
    FeatureSet a = features_kinetic(real), b = features_kinetic(made), c = features_geometric(real), d = features_geometric(made);
    if (set_score(&a, &b, o, &s->kinetic_scale, &s->kinetic, err) || set_score(&c, &d, o, &s->geometric_scale, &s->geometric, err)) return -1;
    warn_left_out(program, &s->kinetic_scale, true);
    warn_left_out(program, &s->geometric_scale, false);
    return 0;
}

/* --- output --- */

/* Distance of a dance's standardised features from the real mean, mean over its clips. */
static double from_mean(const FeatureScale *scale, const float *rows, size_t n) {
    double sum = scale->standardises ? 0 : NAN;
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t c = 0; c < scale->dim; c++) {
            double x = scale->left_out[c] ? 0 : ((double)rows[i * scale->dim + c] - scale->mean[c]) / scale->scale[c];
            square += x * x;
        }
        sum += sqrt(square) / (double)n;
    }
    return sum;
}

static void row_of(const void *result, const void *context, double *values) {
    const FeatureRows *f = result;
    const Scores *s = context;
    const double one[COLUMNS] = {1, NAN, NAN, NAN, NAN, from_mean(&s->kinetic_scale, f->kinetic, f->rows), from_mean(&s->geometric_scale, f->geometric, f->rows)};
    memcpy(values, one, sizeof one);
}

static void show_protocol(const Report *r, const char *name, const FeatureJob *job, const ScoreOptions *so, const Features *made, const Features *real) {
    const FeatureOptions *o = &job->options;
    const char *formulas = o->corrected ? "corrected" : o->legacy_manual ? "legacy-manual" : "published";
    if (!r->json) {
        printf("protocol %s: anchor %s, seed frames %s, ", name, o->anchor ? "first-root" : "none", job->with_seed ? "kept" : "skipped");
        printf(o->frames ? "first %zu frames at 60 fps" : "all frames at 60 fps", o->frames);
        if (o->rate > 0) printf(" seen at %g", o->rate);
        if (o->clip > 0) printf(", clips of %g s every %g s (%zu, real %zu)", o->clip, o->hop, made->rows, real->rows);
        printf("; %s formulas%s; %zu of %zu dances, %zu real\n", formulas, so->standardise ? "" : ", not standardised", r->dances->files.count, r->dances->named, real->dances);
        return;
    }
    cJSON *used = cJSON_AddObjectToObject(r->json, "protocol");
    cJSON_AddStringToObject(used, "name", name);
    cJSON_AddStringToObject(used, "anchor", o->anchor ? "first-root" : "none");
    cJSON_AddStringToObject(used, "seed", job->with_seed ? "keep" : "skip");
    cJSON_AddNumberToObject(used, "frames", (double)o->frames);
    cJSON_AddNumberToObject(used, "rate", o->rate);
    cJSON_AddNumberToObject(used, "clip", o->clip);
    cJSON_AddNumberToObject(used, "hop", o->hop);
    cJSON_AddStringToObject(used, "formulas", formulas);
    cJSON_AddBoolToObject(used, "corrected", o->corrected);
    cJSON_AddBoolToObject(used, "standardised", so->standardise);
}

static void show_ranks(const Report *r, const Scores *s) {
    const SetScore *each[] = {&s->kinetic, &s->geometric};
    static const Column columns[] = {{"features", "", 0, 1}, {"used", "", 0, 1}, {"rank", "", 0, 1}, {"real_rank", "", 0, 1}};
    for (size_t i = 0; i < 2; i++) {
        const double values[] = {(double)each[i]->dim, (double)each[i]->kept, (double)each[i]->rank, (double)each[i]->real_rank};
        const char *name = i ? "geometric" : "kinetic";
        if (r->json) table_json(cJSON_AddObjectToObject(r->json, name), columns, values, 4);
        else
            printf("%s: %zu of %zu features, covariance of rank %zu (real %zu)%s\n", name, each[i]->kept, each[i]->dim, each[i]->rank, each[i]->real_rank,
                   each[i]->rank < each[i]->kept ? ": the distance is exact, but the dances do not span the space" : "");
    }
}

static void add_row(Report *r, const char *name, double n, double fid_k, double fid_g, double dist_k, double dist_g) {
    const double values[COLUMNS] = {n, fid_k, fid_g, dist_k, dist_g, NAN, NAN};
    report_row(r, name, values);
}

typedef struct {
    const char *protocol;
    bool real_row, self_check;
} Shown;

static int show(const Measured *d, const Scores *s, const Features *made, const Features *real, const FeatureJob *job, const ScoreOptions *o, const Shown *what,
                const Measuring *m, Error *err) {
    Column columns[COLUMNS] = {{"sequences", "dances", 0, 1}, {"fid_k", "FID_k", 4, 1}, {"fid_g", "FID_g", 4, 1}, {"dist_k", "Dist_k", 4, 1},
                               {"dist_g", "Dist_g", 4, 1}, {"from_mean_k", "from mean_k", 3, 1}, {"from_mean_g", "from mean_g", 3, 1}};
    for (size_t c = FROM_MEAN; c < COLUMNS && !m->verbose; c++) columns[c].title = NULL;
    const SetScore *k = &s->kinetic, *g = &s->geometric;
    const Interval none = {NAN, NAN, NAN}, intervals[COLUMNS] = {none, k->fid_interval, g->fid_interval, k->dist_interval, g->dist_interval, none, none};
    double all[COLUMNS] = {(double)made->dances, k->fid, g->fid, k->dist, g->dist, 0, 0}, one[COLUMNS];
    for (size_t i = 0; i < made->dances; i++) {
        row_of((const FeatureRows *)d->results + i, s, one);
        for (size_t c = FROM_MEAN; c < COLUMNS; c++) all[c] += one[c] / (double)made->dances;
    }
    Report r;
    if (report_begin(&r, m, d, columns, COLUMNS, row_of, s, err)) return -1;
    show_protocol(&r, what->protocol, job, o, made, real);
    report_dances(&r);
    report_row(&r, r.json ? "all" : what->self_check ? "here" : "generated", all);
    if (m->resamples) report_intervals(&r, intervals);
    if (r.json) {
        cJSON_AddNumberToObject(r.json, "named", (double)d->named);
        cJSON_AddNumberToObject(r.json, "clips", (double)made->rows);
        cJSON_AddNumberToObject(r.json, "real_sequences", (double)real->dances);
    }
    if (what->real_row) add_row(&r, "real", (double)real->dances, NAN, NAN, k->real_dist, g->real_dist);
    if (what->self_check) {
        const double *p = selfcheck_published, *q = selfcheck_recomputed;
        add_row(&r, "published", SELFCHECK_DANCES, p[0], p[1], p[2], p[3]);
        add_row(&r, "recomputed", SELFCHECK_DANCES, q[0], q[1], q[2], q[3]);
        if (!r.json) printf("here: %zu of %d dances against %zu of %d; recomputed: against 1320\n", made->dances, SELFCHECK_DANCES, real->dances, SELFCHECK_POOL);
    }
    show_ranks(&r, s);
    return report_end(&r, err);
}

/* The features of the dances that the operands name. */
static int extract(Features *out, Measured *d, const Program *program, const Measuring *m, char *const *operands, size_t count, long seed_frames, const FeatureJob *job,
                   Error *err) {
    if (measure_dances(d, program, m, operands, count, seed_frames, sizeof(FeatureRows), features_of_dance, job, err)) return -1;
    if (d->resampled) warn(program, "%zu of %zu dances are not at 60 frames a second and were resampled", d->resampled, d->named);
    return features_collect(out, d, err);
}

int main(int argc, char **argv) {
    bool keep_constant = false, standardise = true;
    const char *anchor = NULL, *seed = NULL, *features_out = NULL, *real_stats = NULL, *self_check = NULL;
    Strings real_paths = {0}, checked = {0};
    long frames = -1;
    double rate = -1, clip = -1, hop = -1;
    Measuring m = {0};
    FeatureJob job = {0};
    Shown what = {.protocol = "fact"};
    enum { OWN = 17 };
    Option options[OWN + MEASURING_OPTIONS] = {
        {"real", 'r', OPTION_TEXTS, &real_paths, "PATH", "Real dances. May be repeated.", 0, 0, NULL},
        {"real-stats", 0, OPTION_TEXT, &real_stats, "FILE", "With --real, keep the real dances' features in FILE (.npz); without, take them from it.", 0, 0, NULL},
        {"real-row", 0, OPTION_FLAG, &what.real_row, NULL, "Dist_k and Dist_g of the real dances too.", 0, 0, NULL},
        {"features-out", 'f', OPTION_TEXT, &features_out, "FILE", "Write the generated dances' features (.npz: names, kinetic, geometric); --real may then be missing.", 0, 0, NULL},
        {"self-check", 0, OPTION_TEXT, &self_check, "AIST_DIR", "Score AIST++'s own dances of val and test against all of its dances as Bailando does, beside the published numbers.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "What published tables differ in", 0, 0, NULL},
        {"protocol", 'p', OPTION_CHOICE, &what.protocol, "fact|bailando|edge", "fact: no anchor, the frames after the seed. bailando: first root at the origin, the first 1200 frames, seed and all. edge: clips of 5 s every 2.5 s seen at 30 frames a second, each anchored, seed and all. The options below change parts of it.", 0, 0, NULL},
        {"anchor", 0, OPTION_CHOICE, &anchor, "none|first-root", "Subtract the first used frame's root position.", 0, 0, NULL},
        {"seed", 0, OPTION_CHOICE, &seed, "skip|keep", "The frames that were given, not generated.", 0, 0, NULL},
        {"frames", 0, OPTION_INT, &frames, "N", "Use at most N frames; 0: all.", 0, 1e9, NULL},
        {"rate", 0, OPTION_REAL, &rate, "RATE", "Look at RATE frames a second before the features, which are defined at 60; 0: at all.", 0, 1e4, NULL},
        {"clip", 0, OPTION_REAL, &clip, "SECONDS", "Cut dances into clips of SECONDS; 0: whole dances.", 0, 1e6, NULL},
        {"hop", 0, OPTION_REAL, &hop, "SECONDS", "From the beginning of a clip to the next one's; 0: no overlap.", 0, 1e6, NULL},
        {"corrected", 0, OPTION_FLAG, &job.options.corrected, NULL, "Mended formulas: true accelerations, velocity thresholds at 60 fps. No published number uses them.", 0, 0, NULL},
        {"legacy-manual", 0, OPTION_FLAG, &job.options.legacy_manual, NULL, "Geometric features of aistplusplus_api's first version, from which the FACT paper's FID_g comes.", 0, 0, NULL},
        {"keep-constant", 0, OPTION_FLAG, &keep_constant, NULL, "Keep features that are the same in every real dance, as mint does; FID may become 1e18.", 0, 0, NULL},
        {"no-standardise", 0, OPTION_UNFLAG, &standardise, NULL, "Features as they are, not divided by the real set's standard deviations.", 0, 0, NULL},
    };
    measuring_options(&m, options + OWN);
    const Program program = {"eval-fid", "[OPTION]... --real PATH [--real PATH]... GENERATED...\n       eval-fid [OPTION]... --self-check AIST_DIR",
                             "Frechet distances of kinetic (FID_k) and geometric features (FID_g) between generated and real dances, and the mean distance between generated "
                             "dances (Dist_k, Dist_g), with the features of google/aistplusplus_api. An operand is a dance (.npz, .npy, .pkl), a folder of them, or a data set .tsv.",
                             "eval-fid --real data/train.tsv --real data/test.tsv dances/", options, sizeof options / sizeof options[0]};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    status = 2;
    bool score_them = real_paths.count || real_stats || self_check;
    if (self_check && (first < argc || real_paths.count || real_stats)) usage_error(&program, "--self-check brings its own dances");
    else if (!self_check && first == argc) usage_error(&program, "no generated dance is given");
    else if (!score_them && !features_out) usage_error(&program, "--real PATH is needed");
    else if (job.options.corrected && job.options.legacy_manual) usage_error(&program, "--corrected and --legacy-manual are different formulas: give one");
    else status = 0;
    if (status) goto done;

    threads_set((int)m.threads);
    what.self_check = self_check != NULL;
    if (self_check) what.protocol = "bailando";
    bool bailando = strcmp(what.protocol, "bailando") == 0, edge = strcmp(what.protocol, "edge") == 0;
    FeatureOptions *use = &job.options;
    use->anchor = anchor ? strcmp(anchor, "none") != 0 : bailando || edge;
    use->frames = frames >= 0 ? (size_t)frames : bailando ? 1200 : 0;
    use->rate = rate >= 0 ? rate : edge ? 30 : 0;
    use->clip = clip >= 0 ? clip : edge ? 5 : 0;
    use->hop = use->clip > 0 ? hop > 0 ? hop : hop < 0 && edge ? use->clip / 2 : use->clip : 0;
    job.with_seed = seed ? strcmp(seed, "keep") == 0 : bailando || edge;
    const ScoreOptions how = {standardise, keep_constant, what.real_row, (size_t)m.resamples, (uint64_t)m.bootstrap_seed};
    Error err;
    Skeleton skeleton = {0};
    job.skeleton = &skeleton;
    Measured made_dances = {0}, real_dances = {0};
    Features made = {0}, real = {0};
    Scores s = {0};
    bool failed = measuring_skeleton(&m, &skeleton, &err) || (self_check && selfcheck_files(self_check, &checked, &real_paths, &err)) ||
                  extract(&made, &made_dances, &program, &m, self_check ? checked.items : argv + first, self_check ? checked.count : (size_t)(argc - first),
                          m.seed_frames, &job, &err) ||
                  (real_paths.count && extract(&real, &real_dances, &program, &m, real_paths.items, real_paths.count, 0, &job, &err)) ||
                  (real_stats && !real_paths.count && features_read(real_stats, &real, &job, &err)) || (score_them && score(&program, &real, &made, &how, &s, &err)) ||
                  (features_out && features_write(features_out, &made, &job, &err)) || (real_stats && real_paths.count && features_write(real_stats, &real, &job, &err)) ||
                  (score_them && show(&made_dances, &s, &made, &real, &job, &how, &what, &m, &err));
    if (failed) status = report(&program, &err);
    feature_scale_free(&s.kinetic_scale);
    feature_scale_free(&s.geometric_scale);
    features_free(&made);
    features_free(&real);
    measured_free(&made_dances, features_release);
    measured_free(&real_dances, features_release);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    strings_free(&checked);
    return finish(&program, status);
}
