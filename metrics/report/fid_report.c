#include "metrics/report/fid_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/report/fid_explain.h"
#include "metrics/report/self_check.h"

enum { COLUMNS = 9, FROM_MEAN = 7 };

/* The row of a set: dances, distances from the real dances, distances between its own. */
static void fill_row(double row[COLUMNS], double n, const double fid[2], const double robust[2],
                     const double dist[2]) {
    const double values[COLUMNS] = {n,       fid[0],  fid[1], robust[0], robust[1],
                                    dist[0], dist[1], NAN,    NAN};
    memcpy(row, values, sizeof values);
}
static const double unknown[2] = {NAN, NAN};

/* --- scores --- */

int fid_scores(FidScores *out, const DanceFeatures *real, const DanceFeatures *made,
               const ScoreOptions *o, Error *err) {
    *out = (FidScores){0};
    FeatureMatrix real_kinetic = dance_features_kinetic(real);
    FeatureMatrix made_kinetic = dance_features_kinetic(made);
    FeatureMatrix real_geometric = dance_features_geometric(real);
    FeatureMatrix made_geometric = dance_features_geometric(made);
    return set_score(&real_kinetic, &made_kinetic, o, &out->kinetic_scale, &out->kinetic, err) ||
                   set_score(&real_geometric, &made_geometric, o, &out->geometric_scale,
                             &out->geometric, err)
               ? -1
               : 0;
}

int fid_floors(FidScores *out, const DanceFeatures *clips, size_t splits, uint64_t seed,
               Error *err) {
    FeatureMatrix kinetic = dance_features_kinetic(clips);
    FeatureMatrix geometric = dance_features_geometric(clips);
    return real_floor(&kinetic, &out->kinetic_scale, splits, seed, &out->kinetic_floor, err) ||
                   real_floor(&geometric, &out->geometric_scale, splits, seed,
                              &out->geometric_floor, err)
               ? -1
               : 0;
}

void fid_scores_free(FidScores *s) {
    feature_scale_free(&s->kinetic_scale);
    feature_scale_free(&s->geometric_scale);
}

void fid_kinetic_name(size_t i, char *text, size_t size) {
    static const char *const parts[] = {"horizontal energy", "vertical energy", "expenditure"};
    snprintf(text, size, "%s of joint %zu", parts[i % 3], i / 3);
}

void fid_geometric_name(size_t i, char *text, size_t size) {
    snprintf(text, size, "%s", geometric_name(i));
}

/* Appends the names of what a scale leaves out; returns how many there are. */
static size_t list_left_out(const FeatureScale *scale, void (*name)(size_t, char *, size_t),
                            char *text, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < scale->dim; i++) {
        size_t used = strlen(text);
        char one[80];
        if (!scale->left_out[i]) continue;
        name(i, one, sizeof one);
        snprintf(text + used, size - used, "%s%s", used ? ", " : "", one);
        count++;
    }
    return count;
}

void fid_scores_warn(const FidScores *s, const Program *program) {
    char text[4000] = "";
    size_t kinetic = list_left_out(&s->kinetic_scale, fid_kinetic_name, text, sizeof text);
    size_t geometric = list_left_out(&s->geometric_scale, fid_geometric_name, text, sizeof text);
    if (kinetic + geometric)
        program_warn(program,
                     "%zu of %zu kinetic and %zu of %zu geometric features are the same in every "
                     "real dance and left out (--keep-constant keeps them): %s",
                     kinetic, s->kinetic_scale.dim, geometric, s->geometric_scale.dim, text);
}

/* --- table --- */

/* Distance of a dance's standardised features from the real mean, mean over its clips. */
static double from_mean(const FeatureScale *scale, const float *rows, size_t n) {
    double sum = scale->standardises ? 0 : NAN;
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t c = 0; c < scale->dim; c++) {
            double x = scale->left_out[c]
                           ? 0
                           : ((double)rows[i * scale->dim + c] - scale->mean[c]) / scale->scale[c];
            square += x * x;
        }
        sum += sqrt(square) / (double)n;
    }
    return sum;
}

static void row_of(const void *result, const void *context, double *values) {
    const DanceFeatureRows *f = result;
    const FidScores *s = context;
    const double one[COLUMNS] = {1,
                                 NAN,
                                 NAN,
                                 NAN,
                                 NAN,
                                 NAN,
                                 NAN,
                                 from_mean(&s->kinetic_scale, f->kinetic, f->rows),
                                 from_mean(&s->geometric_scale, f->geometric, f->rows)};
    memcpy(values, one, sizeof one);
}

static void print_protocol(const FidReport *what) {
    const DanceFeatureOptions *o = &what->job->options;
    printf("protocol %s: anchor %s, seed frames %s, ", what->protocol,
           o->anchor ? "first-root" : "none", what->job->with_seed ? "kept" : "skipped");
    printf(o->frames ? "first %zu frames at 60 fps" : "all frames at 60 fps", o->frames);
    if (o->rate > 0) printf(" seen at %g", o->rate);
    if (o->clip > 0)
        printf(", clips of %g s every %g s (%zu, real %zu)", o->clip, o->hop, what->made->rows,
               what->real->rows);
    printf("; %s formulas%s; %zu of %zu dances, %zu real\n", dance_feature_formulas(o),
           what->how->standardise ? "" : ", not standardised", what->dances->files.count,
           what->dances->named, what->real->dances);
}

static void add_protocol(Report *r, const FidReport *what) {
    const DanceFeatureOptions *o = &what->job->options;
    cJSON *used = report_object(r, r->json, "protocol");
    report_text(r, used, "name", what->protocol);
    report_text(r, used, "anchor", o->anchor ? "first-root" : "none");
    report_text(r, used, "seed", what->job->with_seed ? "keep" : "skip");
    report_number(r, used, "frames", (double)o->frames);
    report_number(r, used, "rate", o->rate);
    report_number(r, used, "clip", o->clip);
    report_number(r, used, "hop", o->hop);
    report_text(r, used, "formulas", dance_feature_formulas(o));
    report_flag(r, used, "corrected", o->corrected);
    report_flag(r, used, "standardised", what->how->standardise);
}

static void show_rank(Report *r, const char *name, const SetScore *s) {
    static const Column columns[] = {
        {"features", "", 0, 1}, {"used", "", 0, 1}, {"rank", "", 0, 1}, {"real_rank", "", 0, 1}};
    const double values[] = {(double)s->dim, (double)s->kept, (double)s->rank,
                             (double)s->real_rank};
    if (r->json) {
        if (table_json(report_object(r, r->json, name), columns, values, 4)) r->failed = true;
        return;
    }
    printf("%s: %zu of %zu features, covariance of rank %zu (real %zu)%s\n", name, s->kept, s->dim,
           s->rank, s->real_rank,
           s->rank < s->kept ? ": the distance is exact, but the dances do not span the space"
                             : "");
}

/* scores: FID_k, FID_g, Dist_k, Dist_g. */
static void add_row(Report *r, const char *name, double n, const double scores[4]) {
    double values[COLUMNS];
    fill_row(values, n, scores, unknown, scores + 2);
    report_row(r, name, values);
}

static void show_real_rows(Report *r, const FidReport *what) {
    const SetScore *k = &what->scores->kinetic;
    const SetScore *g = &what->scores->geometric;
    const double real[4] = {NAN, NAN, k->real_dist, g->real_dist};
    if (what->real_row) add_row(r, "real", (double)what->real->dances, real);
    if (!what->self_check) return;
    add_row(r, "published", SELFCHECK_DANCES, self_check_published);
    add_row(r, "recomputed", SELFCHECK_DANCES, self_check_recomputed);
    if (!r->json)
        printf("here: %zu of %d dances against %zu of %d; recomputed: against 1320\n",
               what->made->dances, SELFCHECK_DANCES, what->real->dances, SELFCHECK_POOL);
}

/* The set's row: its scores, and the mean of its dances' distances from the real mean. */
static void set_row(const FidReport *what, double all[COLUMNS]) {
    const SetScore *k = &what->scores->kinetic;
    const SetScore *g = &what->scores->geometric;
    double one[COLUMNS];
    fill_row(all, (double)what->made->dances, (const double[]){k->fid, g->fid},
             (const double[]){k->robust, g->robust}, (const double[]){k->dist, g->dist});
    for (size_t c = FROM_MEAN; c < COLUMNS; c++) all[c] = 0;
    for (size_t i = 0; i < what->made->dances; i++) {
        row_of(eval_result(what->dances, i), what->scores, one);
        for (size_t c = FROM_MEAN; c < COLUMNS; c++) all[c] += one[c] / (double)what->made->dances;
    }
}

static void show_set(Report *r, const FidReport *what) {
    const SetScore *k = &what->scores->kinetic;
    const SetScore *g = &what->scores->geometric;
    const Interval none = {NAN, NAN, NAN};
    const Interval intervals[COLUMNS] = {none, k->fid_interval,  g->fid_interval,  none,
                                         none, k->dist_interval, g->dist_interval, none,
                                         none};
    const char *title = what->self_check ? "here" : "generated";
    double all[COLUMNS];
    set_row(what, all);
    report_row(r, r->json ? "all" : title, all);
    report_intervals(r, intervals);
    if (!r->json) return;
    report_number(r, r->json, "named", (double)what->dances->named);
    report_number(r, r->json, "clips", (double)what->made->rows);
    report_number(r, r->json, "real_sequences", (double)what->real->dances);
}

/* The mean over the splits, the interval's ends, and the set's distances as multiples of the mean;
 * and Dist of the real clips. */
static void show_floor(Report *r, const FidReport *what) {
    const RealFloor *k = &what->scores->kinetic_floor, *g = &what->scores->geometric_floor;
    const SetScore *x = &what->scores->kinetic, *y = &what->scores->geometric;
    const struct {
        const char *title, *key;
        double fid[2], robust[2], dist[2];
    } rows[] = {
        {"floor", "mean", {k->fid, g->fid}, {k->robust, g->robust}, {k->dist, g->dist}},
        {"  95% from",
         "from",
         {k->fid_low, g->fid_low},
         {k->robust_low, g->robust_low},
         {NAN, NAN}},
        {"  95% to",
         "to",
         {k->fid_high, g->fid_high},
         {k->robust_high, g->robust_high},
         {NAN, NAN}},
        {"times floor",
         "times",
         {x->fid / k->fid, y->fid / g->fid},
         {x->robust / k->robust, y->robust / g->robust},
         {x->dist / k->dist, y->dist / g->dist}},
    };
    cJSON *floor = r->json ? report_object(r, r->json, "floor") : NULL;
    if (floor) {
        report_number(r, floor, "splits", (double)what->splits);
        report_number(r, floor, "clips", (double)k->clips);
        report_number(r, floor, "clip", what->floor_clip);
        report_number(r, r->json, "floor_k", k->fid);
        report_number(r, r->json, "floor_g", g->fid);
        report_number(r, r->json, "floor_dist_k", k->dist);
        report_number(r, r->json, "floor_dist_g", g->dist);
    } else
        printf("floor: halves of the real dances, %zu times, %zu clips of %.2f s in both\n",
               what->splits, k->clips, what->floor_clip);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double values[COLUMNS];
        fill_row(values, NAN, rows[i].fid, rows[i].robust, rows[i].dist);
        if (!floor) {
            report_row(r, rows[i].title, values);
            continue;
        }
        cJSON *object = report_object(r, floor, rows[i].key);
        for (size_t c = 1; c < FROM_MEAN; c++)
            if (!isnan(values[c])) report_number(r, object, r->columns[c].key, values[c]);
    }
}

int fid_report(const FidReport *what, const EvalOptions *m, Error *err) {
    Column columns[COLUMNS] = {{"sequences", "dances", 0, 1},
                               {"fid_k", "FID_k", 4, 1},
                               {"fid_g", "FID_g", 4, 1},
                               {"robust_k", "robust_k", 4, 1},
                               {"robust_g", "robust_g", 4, 1},
                               {"dist_k", "Dist_k", 4, 1},
                               {"dist_g", "Dist_g", 4, 1},
                               {"from_mean_k", "from mean_k", 3, 1},
                               {"from_mean_g", "from mean_g", 3, 1}};
    for (size_t c = FROM_MEAN; c < COLUMNS && !m->verbose; c++) columns[c].title = NULL;
    Report r = {.options = m,
                .dances = what->dances,
                .columns = columns,
                .count = COLUMNS,
                .row = row_of,
                .context = what->scores};
    if (report_begin(&r, err)) return -1;
    if (r.json)
        add_protocol(&r, what);
    else
        print_protocol(what);
    report_dances(&r);
    show_set(&r, what);
    show_real_rows(&r, what);
    if (what->splits) show_floor(&r, what);
    show_rank(&r, "kinetic", &what->scores->kinetic);
    show_rank(&r, "geometric", &what->scores->geometric);
    if (what->explain && fid_explain(&r, what, err)) {
        report_free(&r);
        return -1;
    }
    return report_end(&r, err);
}
