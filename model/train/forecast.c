#include "model/train/forecast.h"

#include "lib/base/clock.h"
#include "model/train/losses.h"
#include "model/train/schedule.h"

static size_t trained_count(const Params *p) {
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) n += p->items[i].trainable ? p->items[i].count : 0;
    return n;
}

static size_t parameter_count(const Params *p) {
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) n += p->items[i].count;
    return n;
}

/* Of a planned graph, recomputed segments included. */
static double step_flops(const Graph *g, size_t batch) {
    GraphFlops f = graph_flops(g, batch);
    return f.forward + f.recompute + f.backward;
}

int forecast_stage(Model *m, Stage stage, const Corpus *corpus, const Corpus *validation,
                   const Training *t, Forecast *out, Error *err) {
    const Config *c = &m->config;
    size_t max_windows = schedule_max_windows(c, corpus, t, stage, err);
    if (max_windows == 0) return -1;
    size_t val_windows = schedule_validation_windows(c, validation, stage);
    StageGraph s;
    if (stage_record(m, stage, schedule_capacity(max_windows, val_windows, t), t, &s, err))
        return -1;
    int status = graph_plan(s.graph, s.loss, err);
    size_t batch = max_windows < t->batch ? max_windows : t->batch;
    *out = (Forecast){.stage = stage,
                      .parameters = parameter_count(&m->params),
                      .trained = trained_count(&m->params),
                      .state_bytes = 4 * m->params.total * sizeof(real),
                      .activation_bytes = graph_bytes(s.graph),
                      .batch = batch,
                      .steps = schedule_steps(c, corpus, t, stage),
                      .flops = step_flops(s.graph, batch)};
    stage_graph_free(&s);
    return status;
}

/* --- a small model to time --- */

/* One layer for all that are alike. */
static Config with_one_layer(const Config *c) {
    Config small = *c;
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++)
        if (k->repeats && config_get(c, k) > 1) config_set(&small, k, 1);
    return small;
}

static void fill_with_noise(Graph *g, Value v, size_t batch, Rng *rng) {
    if (!value_exists(v)) return;
    real *x = graph_data(g, v);
    for (size_t i = 0, n = batch * graph_rows(g, v) * graph_cols(g, v); i < n; i++)
        x[i] = (real)rng_normal(rng);
}

/* Middle one of three. */
static double median(double a, double b, double c) {
    double low = a < b ? a : b, high = a < b ? b : a;
    if (c < low) return low;
    return c > high ? high : c;
}

typedef struct {
    double gradient, update; /* seconds */
} Timing;

static Timing time_steps(Params *p, StageGraph *s, size_t batch) {
    double gradient[3], update[3];
    for (int i = -1; i < 3; i++) { /* the first only touches the memory */
        double start = clock_seconds();
        graph_forward(s->graph, batch);
        graph_backward(s->graph);
        double middle = clock_seconds();
        params_adam(p, 1e-4, 1);
        params_zero_grad(p);
        if (i < 0) continue;
        gradient[i] = middle - start;
        update[i] = clock_seconds() - middle;
    }
    return (Timing){median(gradient[0], gradient[1], gradient[2]),
                    median(update[0], update[1], update[2])};
}

/* Operations of a step with one window. */
static int window_flops(Model *m, const Training *t, Stage stage, double *flops, Error *err) {
    StageGraph s;
    if (stage_record(m, stage, 1, t, &s, err)) return -1;
    int status = graph_plan(s.graph, s.loss, err);
    if (status == 0) *flops = step_flops(s.graph, 1);
    stage_graph_free(&s);
    return status;
}

int forecast_time(const Model *m, const Training *t, const Forecast *f, double *seconds,
                  Error *err) {
    static const double enough = 1e11;
    Config c = with_one_layer(&m->config);
    size_t processes = (size_t)comm_size(), share = (f->batch + processes - 1) / processes;
    size_t batch = t->micro_batch && t->micro_batch < share ? t->micro_batch : share;
    double window;
    Model small;
    StageGraph s = {0};
    if (model_new(&small, m->kind, &c, (const char *const[]){"any"}, 1, false, err)) return -1;
    Rng rng = rng_seed(1);
    int status = params_allocate(&small.params, true, err) ||
                 window_flops(&small, t, f->stage, &window, err);
    if (status == 0 && window * (double)batch > enough) batch = (size_t)(enough / window) + 1;
    if (status == 0) status = stage_graph(&small, f->stage, batch, t, &s, err);
    if (status == 0) {
        for (size_t i = 0; i < small.params.total; i++)
            small.params.value[i] = 1; /* banks and standard deviations */
        params_initialise(&small.params, &rng);
        const Value inputs[] = {s.motion, s.music, s.target, s.noise};
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
            fill_with_noise(s.graph, inputs[i], batch, &rng);
        Timing time = time_steps(&small.params, &s, batch);
        *seconds = time.gradient * (f->flops / (double)f->batch * (double)share) /
                       (window * (double)batch) +
                   time.update * (double)f->trained / (double)trained_count(&small.params);
    }
    stage_graph_free(&s);
    model_free(&small);
    return status ? -1 : 0;
}
