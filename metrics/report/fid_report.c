#include "metrics/report/fid_report.h"

#include <math.h>
#include <string.h>

#include "metrics/report/self_check.h"

enum { COLUMNS = 7, FROM_MEAN = 5 };

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
    const Scores *s = context;
    const double one[COLUMNS] = {1,
                                 NAN,
                                 NAN,
                                 NAN,
                                 NAN,
                                 from_mean(&s->kinetic_scale, f->kinetic, f->rows),
                                 from_mean(&s->geometric_scale, f->geometric, f->rows)};
    memcpy(values, one, sizeof one);
}

static void show_protocol(const Report *r, const char *name, const DanceFeatureJob *job,
                          const ScoreOptions *so, const DanceFeatures *made,
                          const DanceFeatures *real) {
    const DanceFeatureOptions *o = &job->options;
    const char *formulas = o->corrected       ? "corrected"
                           : o->legacy_manual ? "legacy-manual"
                                              : "published";
    if (!r->json) {
        printf("protocol %s: anchor %s, seed frames %s, ", name, o->anchor ? "first-root" : "none",
               job->with_seed ? "kept" : "skipped");
        printf(o->frames ? "first %zu frames at 60 fps" : "all frames at 60 fps", o->frames);
        if (o->rate > 0) printf(" seen at %g", o->rate);
        if (o->clip > 0)
            printf(", clips of %g s every %g s (%zu, real %zu)", o->clip, o->hop, made->rows,
                   real->rows);
        printf("; %s formulas%s; %zu of %zu dances, %zu real\n", formulas,
               so->standardise ? "" : ", not standardised", r->dances->files.count,
               r->dances->named, real->dances);
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
    static const Column columns[] = {
        {"features", "", 0, 1}, {"used", "", 0, 1}, {"rank", "", 0, 1}, {"real_rank", "", 0, 1}};
    for (size_t i = 0; i < 2; i++) {
        const double values[] = {(double)each[i]->dim, (double)each[i]->kept, (double)each[i]->rank,
                                 (double)each[i]->real_rank};
        const char *name = i ? "geometric" : "kinetic";
        if (r->json)
            table_json(cJSON_AddObjectToObject(r->json, name), columns, values, 4);
        else
            printf("%s: %zu of %zu features, covariance of rank %zu (real %zu)%s\n", name,
                   each[i]->kept, each[i]->dim, each[i]->rank, each[i]->real_rank,
                   each[i]->rank < each[i]->kept
                       ? ": the distance is exact, but the dances do not span the space"
                       : "");
    }
}

static void add_row(Report *r, const char *name, double n, double fid_k, double fid_g,
                    double dist_k, double dist_g) {
    const double values[COLUMNS] = {n, fid_k, fid_g, dist_k, dist_g, NAN, NAN};
    report_row(r, name, values);
}

int fid_report(const EvalResults *d, const Scores *s, const DanceFeatures *made,
               const DanceFeatures *real, const DanceFeatureJob *job, const ScoreOptions *o,
               const FidShown *what, const EvalOptions *m, Error *err) {
    Column columns[COLUMNS] = {{"sequences", "dances", 0, 1},
                               {"fid_k", "FID_k", 4, 1},
                               {"fid_g", "FID_g", 4, 1},
                               {"dist_k", "Dist_k", 4, 1},
                               {"dist_g", "Dist_g", 4, 1},
                               {"from_mean_k", "from mean_k", 3, 1},
                               {"from_mean_g", "from mean_g", 3, 1}};
    for (size_t c = FROM_MEAN; c < COLUMNS && !m->verbose; c++) columns[c].title = NULL;
    const SetScore *k = &s->kinetic, *g = &s->geometric;
    const Interval none = {NAN, NAN, NAN}, intervals[COLUMNS] = {none,
                                                                 k->fid_interval,
                                                                 g->fid_interval,
                                                                 k->dist_interval,
                                                                 g->dist_interval,
                                                                 none,
                                                                 none};
    double all[COLUMNS] = {(double)made->dances, k->fid, g->fid, k->dist, g->dist, 0, 0},
           one[COLUMNS];
    for (size_t i = 0; i < made->dances; i++) {
        row_of((const DanceFeatureRows *)d->results + i, s, one);
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
    if (what->real_row)
        add_row(&r, "real", (double)real->dances, NAN, NAN, k->real_dist, g->real_dist);
    if (what->self_check) {
        const double *p = self_check_published, *q = self_check_recomputed;
        add_row(&r, "published", SELFCHECK_DANCES, p[0], p[1], p[2], p[3]);
        add_row(&r, "recomputed", SELFCHECK_DANCES, q[0], q[1], q[2], q[3]);
        if (!r.json)
            printf("here: %zu of %d dances against %zu of %d; recomputed: against 1320\n",
                   made->dances, SELFCHECK_DANCES, real->dances, SELFCHECK_POOL);
    }
    show_ranks(&r, s);
    return report_end(&r, err);
}
