#include "metrics/report/movement_report.h"

#include <math.h>
#include <string.h>

int movement_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                         Error *err) {
    (void)path;
    const MovementContext *c = context;
    size_t seed = (size_t)t->motion.seed_frames;
    if (seed >= t->motion.frames)
        return error_set(err, "has no frame after its %zu seed frames", seed);
    PoseTrack b;
    if (pose_source_track(t, seed, t->motion.frames - seed, c->skeleton, true, &b, err)) return -1;
    int status = movement_measure(&b, &c->options, result, err);
    pose_track_free(&b);
    return status;
}

void movement_report_release(void *result) { movement_free(result); }

/* Columns before those of movement_metrics. */
enum { SEQUENCES, WINDOWS, FROZEN, RATE, RATE_FIRST, RATE_LAST, HELD, COUNTED };
enum { COUNTS = RATE, COLUMNS_MAX = COUNTED + 2 * MOVEMENT_METRICS_MAX };

typedef struct {
    const Thresholds *thresholds;
    const MovementSummary *real; /* or NULL */
    const Movement *all;
} Context;

static size_t make_columns(const MovementReport *what, Column columns[COLUMNS_MAX]) {
    static const Column counted[COUNTED] = {[SEQUENCES] = {"sequences", "dances", 0, 1},
                                            [WINDOWS] = {"windows", "windows", 0, 1},
                                            [FROZEN] = {"frozen", "frozen", 0, 1},
                                            [RATE] = {"rate", "rate %", 2, 100},
                                            [RATE_FIRST] = {"rate_first", "first %", 2, 100},
                                            [RATE_LAST] = {"rate_last", "last %", 2, 100},
                                            [HELD] = {"held", "held %", 2, 100}};
    const char *ratio_title = what->real->files.count ? "of real" : NULL;
    size_t n = COUNTED;
    memcpy(columns, counted, sizeof counted);
    if (!(what->measured->first > 0)) columns[RATE_FIRST].title = NULL;
    if (!(what->measured->last > 0)) columns[RATE_LAST].title = NULL;
    for (size_t k = 0; k < movement_metric_count; k++) {
        const MovementMetric *metric = &movement_metrics[k];
        columns[n++] = (Column){metric->key, metric->title, metric->digits, 1};
        if (metric->ratio) columns[n++] = (Column){metric->ratio, ratio_title, 3, 1};
    }
    return n;
}

static void values_of(const MovementSummary *m, const MovementSummary *real, double *v) {
    const double counted[COUNTED] = {(double)m->sequences,
                                     (double)m->windows,
                                     (double)m->frozen,
                                     m->rate,
                                     m->rate_first,
                                     m->rate_last,
                                     m->held};
    size_t n = COUNTED;
    memcpy(v, counted, sizeof counted);
    for (size_t k = 0; k < movement_metric_count; k++) {
        v[n++] = m->values[k];
        if (movement_metrics[k].ratio) v[n++] = real ? m->values[k] / real->values[k] : NAN;
    }
}

static void row_of(const void *result, const void *context, double *values) {
    const Context *c = context;
    MovementSummary one = movement_summary(result, NULL, 1, c->thresholds);
    values_of(&one, c->real, values);
}

static int set_values(const size_t *pick, size_t n, const void *context, double *values,
                      Error *err) {
    (void)err;
    const Context *c = context;
    MovementSummary set = movement_summary(c->all, pick, n, c->thresholds);
    values_of(&set, c->real, values);
    return 0;
}

/* The freezing rate's curve over thresholds from 0 to twice the fitted ones; the last row is its
 * mean (trapezoids). */
static void show_sweep(Report *r, const MovementReport *what) {
    enum { COUNT = 7, WITHOUT_REAL = 5 };
    const EvalResults *d = what->dances;
    const EvalResults *real = what->real;
    Column columns[COUNT] = {{"factor", "factor", 2, 1},     {"pose", "pose deg", 4, 1},
                             {"trans", "trans cm", 4, 1},    {"rate", "rate %", 2, 100},
                             {"jitter", "jitter", 2, 1},     {"real_rate", "real %", 2, 100},
                             {"real_jitter", "jitter", 2, 1}};
    for (int c = WITHOUT_REAL; c < COUNT && !real->files.count; c++) columns[c].title = NULL;
    const ReportTable table = report_table(
        r, "sweep", "thresholds times a factor; jitter: of the windows that are not frozen",
        columns, COUNT);
    double area = 0, real_area = 0;
    for (long k = 0; k <= what->sweep; k++) {
        double factor = 2 * (double)k / (double)what->sweep;
        double weight = (k == 0 || k == what->sweep ? 0.5 : 1) / (double)what->sweep;
        SweepPoint p = movement_sweep(d->results, d->files.count, what->thresholds, factor);
        SweepPoint q = movement_sweep(real->results, real->files.count, what->thresholds, factor);
        const double values[COUNT] = {
            factor, p.thresholds.pose, p.thresholds.trans, p.rate, p.jitter, q.rate, q.jitter};
        area += weight * p.rate;
        real_area += weight * q.rate;
        report_table_row(r, &table, values);
    }
    const double areas[COUNT] = {NAN, NAN, NAN, area, NAN, real_area, NAN};
    if (!r->json)
        table_row(stdout, r->width, "mean", columns, areas, COUNT);
    else
        report_number(r, r->json, "sweep_mean", area);
}

int movement_report(const MovementReport *what, const EvalOptions *m, Error *err) {
    const EvalResults *real = what->real;
    Column columns[COLUMNS_MAX];
    double real_values[COLUMNS_MAX];
    MovementSummary real_set =
        movement_summary(real->results, NULL, real->files.count, what->thresholds);
    const Context context = {what->thresholds, real->files.count ? &real_set : NULL,
                             what->dances->results};
    Report r = {.options = m,
                .dances = what->dances,
                .columns = columns,
                .count = make_columns(what, columns),
                .row = row_of,
                .context = &context};
    if (report_summarise(&r, set_values, &context, COUNTS, err) || report_begin(&r, err)) return -1;
    report_dances(&r);
    report_row(&r, "all", r.values);
    report_intervals(&r, r.intervals);
    if (context.real) {
        values_of(&real_set, context.real, real_values);
        report_row(&r, "real", real_values);
    }
    if (r.json) report_number(&r, r.json, "named", (double)what->dances->named);
    if (what->sweep) show_sweep(&r, what);
    return report_end(&r, err);
}

/* --- fitting thresholds --- */

static int report_fit(const EvalResults *d, const Thresholds *t, double rate, size_t windows,
                      const EvalOptions *m, Error *err) {
    static const Column columns[] = {
        {"pose", "pose deg", 6, 1},     {"trans", "trans cm", 6, 1},
        {"quantile", "quantile", 4, 1}, {"rate", "frozen %", 2, 100},
        {"net_pose", "net pose", 6, 1}, {"net_trans", "net trans", 6, 1},
        {"windows", "windows", 0, 1},   {"sequences", "dances", 0, 1}};
    const double values[] = {t->pose,     t->trans,     t->quantile,     rate,
                             t->net_pose, t->net_trans, (double)windows, (double)d->files.count};
    Report r = {
        .options = m, .dances = d, .columns = columns, .count = sizeof columns / sizeof *columns};
    if (report_begin(&r, err)) return -1;
    report_dances(&r);
    report_row(&r, "", values);
    return report_end(&r, err);
}

int movement_report_fit(const EvalResults *d, double target, const char *path, const EvalOptions *m,
                        Error *err) {
    FreezeWindows w;
    Thresholds t;
    double rate = 0;
    if (movement_windows(d->results, d->files.count, &w, err)) return -1;
    int status = 0;
    if (!w.count)
        status = error_set(
            err, "no motion has a second of rotations, there is nothing to fit thresholds to");
    if (!status) status = thresholds_fit(w.pose, w.trans, w.count, target, &t, &rate, err);
    if (!status) status = thresholds_fit_net(w.net_pose, w.net_trans, w.count, target, &t, err);
    if (!status) status = thresholds_write(path, &t, err);
    if (!status) status = report_fit(d, &t, rate, w.count, m, err);
    freezing_windows_free(&w);
    return status;
}
