/* Gradients of whole stages in bfloat16 beside those in float32. */
#include "test/scratch.h"

#include <stdlib.h>

#include "lib/base/threads.h"
#include "model/model.h"
#include "model/predictors/predictors.h"
#include "model/train/losses.h"
#include "test/model/small_models.h"

enum { WINDOWS = 3 };

typedef struct {
    Model m;
    double loss;
    size_t rounded; /* weights whose products are */
} Trial;

static void fill_normal(real *x, size_t count, Rng *r) {
    for (size_t k = 0; k < count; k++) x[k] = (real)rng_normal(r);
}

/* The gradient of a stage on random weights and windows, the same in every precision. */
static void differentiate(Trial *t, const Config *c, Stage stage, Precision precision) {
    static const char *const genres[GENRES] = {"a", "b", "c"};
    const Training training = {.kl = 0.3,
                               .beta = 0.2,
                               .root_weight = 3,
                               .mse_weight = 1,
                               .own_weight = predictor_at(c->predictor_id)->own_weight,
                               .precision = precision};
    Error err;
    StageGraph s;
    *t = (Trial){0};
    ModelKind kind = stage == STAGE_PREDICT ? KIND_MODEL : KIND_BANK;
    assert_done(model_new(&t->m, kind, c, genres, GENRES, false, &err), &err);
    assert_done(params_allocate(&t->m.params, true, &err), &err);
    Params *p = &t->m.params;
    Rng r = rng_seed(5);
    for (size_t i = 0; i < p->total; i++) p->value[i] = 1; /* deviations */
    params_initialise(p, &r);
    for (size_t i = 0; i < p->count; i++)
        if (strncmp(p->items[i].name, "bank.", 5) == 0)
            fill_normal(p->value + p->items[i].offset, p->items[i].count, &r);
    assert_done(stage_graph(&t->m, stage, WINDOWS, &training, &s, &err), &err);
    const Value inputs[] = {s.motion, s.music, s.eps, s.target};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        if (value_exists(inputs[i]))
            fill_normal(graph_data(s.graph, inputs[i]),
                        WINDOWS * graph_rows(s.graph, inputs[i]) * graph_cols(s.graph, inputs[i]),
                        &r);
    for (size_t b = 0; value_exists(s.genre) && b < WINDOWS; b++)
        graph_data(s.graph, s.genre)[b] = (real)(b % GENRES);
    graph_forward(s.graph, WINDOWS);
    graph_backward(s.graph);
    t->loss = (double)graph_data(s.graph, s.loss)[0];
    for (size_t i = 0; i < p->count; i++) t->rounded += p->items[i].in_bf16;
    stage_graph_free(&s);
}

static double length_of_difference(const real *a, const real *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)a[i] - (b ? (double)b[i] : 0);
        sum += x * x;
    }
    return sqrt(sum);
}

/* A rounded product is off by 2^-8 of itself about once for either operand, where errors do not
 * work together; a gradient passes each layer twice, forwards and backwards. Added up for all
 * layers, as if it passed all of them and all errors pointed in one direction: 4 2^-8 a layer. */
static void check(const Config *c, Stage stage) {
    Trial plain, rounded;
    differentiate(&plain, c, stage, PRECISION_FLOAT32);
    differentiate(&rounded, c, stage, PRECISION_BF16);
    const Params *a = &plain.m.params, *b = &rounded.m.params;
    double off = length_of_difference(a->grad, b->grad, a->total),
           size = length_of_difference(a->grad, NULL, a->total);
    double most = 4 * ldexp(1, -8) * (double)rounded.rounded;
    assert_int_equal(plain.rounded, 0);
    assert_true(rounded.rounded > 0 && most < 0.5); /* the bound says something */
    assert_true(off > 0 && off < most * size);
    assert_true(fabs(rounded.loss - plain.loss) < most * plain.loss);
    model_free(&plain.m);
    model_free(&rounded.m);
}

static void predictors(void **state) {
    (void)state;
    Config c = small_config(REFINE_BANK);
    check(&c, STAGE_PREDICT);
    c = aided_config(REFINE_BANK);
    check(&c, STAGE_PREDICT);
}

static void banks(void **state) {
    (void)state;
    Config c = small_config(REFINE_VAE);
    check(&c, STAGE_REFINE);
    c = small_config(REFINE_BANK);
    check(&c, STAGE_MANIFOLD);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictors),
        cmocka_unit_test(banks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
