#include "metrics/report/movement_report.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 15, COUNTS = 3, FIRST = 4, LAST = 5, RANGE_RATIO = 9, JITTER_RATIO = 12 };

typedef struct {
    const Thresholds *thresholds;
    const MovementSummary *real; /* or NULL */
    const Movement *all;
} Context;

static void values_of(const MovementSummary *m, const MovementSummary *real, double v[COLUMNS]) {
    const double all[COLUMNS] = {(double)m->sequences,
                                 (double)m->windows,
                                 (double)m->frozen,
                                 m->rate,
                                 m->rate_first,
                                 m->rate_last,
                                 m->delta_pose,
                                 m->delta_trans,
                                 m->range,
                                 real ? m->range / real->range : NAN,
                                 m->jump,
                                 m->jitter,
                                 real ? m->jitter / real->jitter : NAN,
                                 m->loop,
                                 m->pfc};
    memcpy(v, all, sizeof all);
}

static void row_of(const void *result, const void *context, double *values) {
    const Context *c = context;
    MovementSummary one = movement_summary(result, NULL, 1, c->thresholds);
    values_of(&one, c->real, values);
}

static int draw(const size_t *pick, size_t n, const void *context, double *values, Error *err) {
    (void)err;
    const Context *c = context;
    MovementSummary drawn = movement_summary(c->all, pick, n, c->thresholds);
    values_of(&drawn, c->real, values);
    return 0;
}

/* The freezing rate's curve over thresholds from 0 to twice the fitted ones. */
static void show_sweep(Report *r, const EvalResults *real, const Thresholds *t, long points) {
    const EvalResults *d = r->dances;
    enum { COUNT = 7, WITHOUT_REAL = 5 };
    Column columns[COUNT] = {{"factor", "factor", 2, 1},     {"pose", "pose deg", 4, 1},
                             {"trans", "trans cm", 4, 1},    {"rate", "rate %", 2, 100},
                             {"jitter", "jitter", 2, 1},     {"real_rate", "real %", 2, 100},
                             {"real_jitter", "jitter", 2, 1}};
    for (int c = WITHOUT_REAL; c < COUNT && !real->files.count; c++) columns[c].title = NULL;
    cJSON *list = r->json ? cJSON_AddArrayToObject(r->json, "sweep") : NULL;
    double area = 0, real_area = 0;
    if (!list) {
        puts("\nthresholds times a factor; jitter: of the windows that are not frozen");
        table_titles(stdout, r->width, "", columns, COUNT);
    }
    for (long k = 0; k <= points; k++) {
        double factor = 2 * (double)k / (double)points,
               weight = (k == 0 || k == points ? 0.5 : 1) / (double)points;
        SweepPoint p = movement_sweep(d->results, d->files.count, t, factor),
                   q = movement_sweep(real->results, real->files.count, t, factor);
        const double values[COUNT] = {
            factor, p.thresholds.pose, p.thresholds.trans, p.rate, p.jitter, q.rate, q.jitter};
        area += weight * p.rate;
        real_area += weight * q.rate;
        if (!list)
            table_row(stdout, r->width, "", columns, values, COUNT);
        else {
            cJSON *point = cJSON_CreateObject();
            table_json(point, columns, values, COUNT);
            cJSON_AddItemToArray(list, point);
        }
    }
    const double areas[COUNT] = {NAN, NAN, NAN, area, NAN, real_area, NAN};
    if (!list)
        table_row(stdout, r->width, "mean", columns, areas, COUNT);
    else
        cJSON_AddNumberToObject(r->json, "sweep_mean", area);
}

int movement_report(const EvalResults *d, const EvalResults *real, const MovementOptions *options,
                    const Thresholds *t, long sweep, const EvalOptions *m, Error *err) {
    Column columns[COLUMNS] = {{"sequences", "dances", 0, 1},
                               {"windows", "windows", 0, 1},
                               {"frozen", "frozen", 0, 1},
                               {"rate", "rate %", 2, 100},
                               {"rate_first", "first %", 2, 100},
                               {"rate_last", "last %", 2, 100},
                               {"delta_pose", "dPose deg", 4, 1},
                               {"delta_trans", "dTrans cm", 4, 1},
                               {"range", "range", 4, 1},
                               {"range_ratio", "of real", 3, 1},
                               {"jump", "jump", 3, 1},
                               {"jitter", "jitter", 2, 1},
                               {"jitter_ratio", "of real", 3, 1},
                               {"loop", "loop", 4, 1},
                               {"pfc", "PFC", 4, 1}};
    if (!(options->first > 0)) columns[FIRST].title = NULL;
    if (!(options->last > 0)) columns[LAST].title = NULL;
    size_t n = d->files.count;
    if (!real->files.count) columns[RANGE_RATIO].title = columns[JITTER_RATIO].title = NULL;
    MovementSummary all = movement_summary(d->results, NULL, n, t),
                    yardstick = movement_summary(real->results, NULL, real->files.count, t);
    const Context context = {t, real->files.count ? &yardstick : NULL, d->results};
    double v[COLUMNS];
    Interval intervals[COLUMNS];
    values_of(&all, context.real, v);
    if (m->resamples && bootstrap_intervals(n, (size_t)m->resamples, (uint64_t)m->bootstrap_seed,
                                            draw, &context, COLUMNS, v, intervals, err))
        return -1;
    for (size_t c = 0; c < COUNTS; c++) intervals[c] = (Interval){NAN, NAN, NAN};
    Report r;
    if (report_begin(&r, m, d, columns, COLUMNS, row_of, &context, err)) return -1;
    report_dances(&r);
    report_row(&r, "all", v);
    if (m->resamples) report_intervals(&r, intervals);
    if (context.real) {
        values_of(&yardstick, context.real, v);
        report_row(&r, "real", v);
    }
    if (r.json) cJSON_AddNumberToObject(r.json, "named", (double)d->named);
    if (sweep) show_sweep(&r, real, t, sweep);
    return report_end(&r, err);
}
