/* The predictors besides FACT against twins in PyTorch (scripts/parity/predictor_twins.py): frames,
 * losses and gradients, each as its projection on a cosine of the index. */
#include "model/predictors/predictors.h"
#include "test/lib/nn/gradient.h"
#include "test/model/small_models.h"

enum { BATCH = 2, FREE = 0, TAUGHT, LOSS, WEIGHTS, PRIOR_GRADIENT, PAST_GRADIENT, NUMBERS };

typedef struct {
    const char *predictor, *about;
    double due[NUMBERS];
} Twin;

static const Twin twins[] = {
#include "test/golden/predictors/twins.h"
};

static double sine(size_t k, double phase) { return sin(0.7 * (double)(k + 1) + phase); }

static void fill(Graph *g, Value v, double phase) {
    size_t n = BATCH * graph_rows(g, v) * graph_cols(g, v);
    for (size_t k = 0; value_exists(v) && k < n; k++)
        graph_data(g, v)[k] = (real)(0.8 * sine(k, phase));
}

static double projected(const real *x, size_t n, double phase) {
    double sum = 0;
    for (size_t k = 0; x && k < n; k++) sum += (double)x[k] * cos(0.3 * (double)k + phase);
    return sum;
}

static double phase_of(const char *name) {
    size_t sum = 0;
    for (; *name; name++) sum += (unsigned char)*name;
    return (double)(sum % 97);
}

static void set_weights(Params *p) {
    for (size_t i = 0; i < p->count; i++) {
        const Param *w = &p->items[i];
        bool high = strstr(w->name, "bins.high"), bins = high || strstr(w->name, "bins.low");
        double size = bins ? 0.1 : 0.5;
        double middle = 2 * ((double)high - (double)(bins && !high));
        for (size_t k = 0; k < w->count; k++)
            p->value[w->offset + k] = (real)(middle + size * sine(k, phase_of(w->name)));
    }
}

/* Records, with a loss or in generation. */
typedef struct {
    Graph *g;
    PredictorInputs in;
    Prediction made;
    Value sum;
} Run;

static Run record(Params *params, const Config *c, bool taught) {
    const Predictor *p = predictor_at(c->predictor_id);
    Run r = {.g = graph_new(params, BATCH)};
    r.in.past = graph_input(r.g, c->past, c->motion_dim);
    if (p->uses & USES_MUSIC) r.in.music = graph_input(r.g, c->music, c->music_dim);
    r.in.prior = graph_input(r.g, c->future, c->predictor.width);
    r.in.past_counts = taught;
    if (taught) r.in.truth = graph_input(r.g, c->future, c->motion_dim);
    if (taught && p->feeds_itself) r.in.given = graph_input(r.g, c->future, 1);
    graph_differentiate(r.g, r.in.past);
    graph_differentiate(r.g, r.in.prior);
    r.made = p->build(r.g, c, &r.in);
    graph_keep(r.g, r.made.future);
    if (!taught) return r;
    graph_keep(r.g, r.made.loss);
    Value error = op_mean_squared_error(r.g, r.made.future, r.in.truth);
    r.sum = op_weighted_sum(r.g, (Value[]){r.made.loss, error}, (double[]){1, 1}, 2);
    return r;
}

static void run(Params *params, const Config *c, bool taught, double *found) {
    Error err;
    Run r = record(params, c, taught);
    if (graph_finish(r.g, r.sum, &err)) fail_msg("%s", err.text);
    size_t K = c->future, frames = BATCH * K * c->motion_dim;
    fill(r.g, r.in.past, 1);
    fill(r.g, r.in.truth, 2);
    fill(r.g, r.in.music, 3);
    fill(r.g, r.in.prior, 4);
    for (size_t k = 0; value_exists(r.in.given) && k < BATCH * K; k++)
        graph_data(r.g, r.in.given)[k] = k % K == 1;
    graph_forward(r.g, BATCH);
    found[taught ? TAUGHT : FREE] = projected(graph_data(r.g, r.made.future), frames, 0);
    if (taught) {
        found[LOSS] = (double)graph_data(r.g, r.made.loss)[0];
        params_zero_grad(params);
        graph_backward(r.g);
        for (size_t i = 0; i < params->count; i++) {
            const Param *w = &params->items[i];
            if (w->trainable)
                found[WEIGHTS] += projected(params->grad + w->offset, w->count, phase_of(w->name));
        }
        found[PRIOR_GRADIENT] =
            projected(graph_gradient(r.g, r.in.prior), BATCH * K * c->predictor.width, 5);
        found[PAST_GRADIENT] =
            projected(graph_gradient(r.g, r.in.past), BATCH * c->past * c->motion_dim, 6);
    }
    graph_free(r.g);
}

static void set_flag(Config *c, const char *name, double value) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++)
        if (strcmp(k->name, name) == 0) config_set(c, k, value);
}

static void as_their_twins(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        const Twin *t = &twins[i];
        Error err;
        Params params = {0};
        Config c = small_config(REFINE_NONE);
        double found[NUMBERS] = {0};
        small_predictor(&c, predictor_find(t->predictor));
        c.residual = strstr(t->about, "displacements");
        set_flag(&c, "skew", strstr(t->about, "skewed") ? 1 : 0);
        set_flag(&c, "prior", strstr(t->about, "tokens") ? 0 : 1);
        Run r = record(&params, &c, true);
        if (graph_check(r.g, &err)) fail_msg("%s", err.text);
        graph_free(r.g);
        if (params_allocate(&params, true, &err)) fail_msg("%s", err.text);
        set_weights(&params);
        run(&params, &c, false, found);
        run(&params, &c, true, found);
        for (int k = 0; k < NUMBERS; k++)
            if (!(fabs(found[k] - t->due[k]) <= 1e-11 * (1 + fabs(t->due[k]))))
                fail_msg("%s, %s: number %d is %.15g, not %.15g", t->predictor, t->about, k,
                         found[k], t->due[k]);
        params_free(&params);
    }
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_their_twins)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
