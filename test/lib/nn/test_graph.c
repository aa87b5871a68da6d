/* The plan of memory against brute force; a graph whose values share memory against one in which
 * none do; batches and threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/nn/arena.h"
#include "model/train/losses.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static void buffers_never_overlap(void **state) {
    (void)state;
    Rng r = rng_seed(1);
    for (int trial = 0; trial < 200; trial++) {
        enum { MOST = 60 };
        Allocation b[MOST];
        size_t count = rng_below(&r, MOST) + 1, naive = 0, total, peak = 0;
        Error err;
        for (size_t i = 0; i < count; i++) {
            size_t first = rng_below(&r, 50), size = rng_below(&r, 4) ? rng_below(&r, 100) : 0;
            b[i] = (Allocation){size, first, first + rng_below(&r, 50 - first), 12345};
            naive += size;
        }
        assert_int_equal(arena_plan(b, count, &total, &err), 0);
        for (size_t i = 0; i < count; i++) {
            if (b[i].size == 0) continue;
            assert_true(b[i].offset + b[i].size <= total);
            for (size_t k = 0; k < i; k++) {
                bool together = b[i].first <= b[k].last && b[k].first <= b[i].last;
                bool overlap =
                    b[i].offset < b[k].offset + b[k].size && b[k].offset < b[i].offset + b[i].size;
                assert_false(together && overlap);
            }
        }
        for (size_t time = 0; time < 50; time++) {
            size_t alive = 0;
            for (size_t i = 0; i < count; i++)
                alive += b[i].first <= time && time <= b[i].last ? b[i].size : 0;
            peak = alive > peak ? alive : peak;
        }
        assert_true(total <= naive && total >= peak);
    }
}

/* The greedy rule word by word: the largest first, each at the lowest offset that is free of all
 * that were placed before it and live at some time with it. */
static void place_one_by_one(Allocation *b, size_t count) {
    bool placed[400] = {false};
    for (size_t n = 0; n < count; n++) {
        size_t i = count;
        for (size_t k = 0; k < count; k++)
            if (!placed[k] && (i == count || b[k].size > b[i].size)) i = k;
        b[i].offset = 0;
        for (bool moved = true; moved;) {
            moved = false;
            for (size_t k = 0; k < count; k++) {
                bool together = b[i].first <= b[k].last && b[k].first <= b[i].last,
                     clash = b[i].offset < b[k].offset + b[k].size &&
                             b[k].offset < b[i].offset + b[i].size;
                if (!placed[k] || !together || !clash) continue;
                b[i].offset = b[k].offset + b[k].size;
                moved = true;
            }
        }
        placed[i] = true;
    }
}

/* At random, and nested as the values of an unrolled network are, which live until backward. */
static void placements_are_the_greedy_ones(void **state) {
    (void)state;
    Rng r = rng_seed(2);
    for (int trial = 0; trial < 60; trial++) {
        enum { MOST = 400 };
        Allocation b[MOST], slow[MOST];
        size_t count = rng_below(&r, MOST) + 1, total;
        Error err;
        for (size_t i = 0; i < count; i++) {
            size_t first = rng_below(&r, 300);
            b[i] = trial % 2 ? (Allocation){1 + rng_below(&r, 50), first,
                                            first + rng_below(&r, 1 + rng_below(&r, 300)), 0}
                             : (Allocation){16 * (1 + rng_below(&r, 3)), i, 2 * count - i, 0};
        }
        memcpy(slow, b, sizeof b);
        place_one_by_one(slow, count);
        assert_int_equal(arena_plan(b, count, &total, &err), 0);
        for (size_t i = 0; i < count; i++) assert_int_equal(b[i].offset, slow[i].offset);
    }
}

static void plans_reuse_memory(void **state) {
    (void)state;
    Allocation chain[50];
    size_t total;
    Error err;
    for (size_t i = 0; i < 50; i++) chain[i] = (Allocation){100, i, i + 1, 0};
    assert_int_equal(arena_plan(chain, 50, &total, &err), 0);
    assert_int_equal(total, 200);
    assert_int_equal(arena_plan(NULL, 0, &total, &err), 0);
    assert_int_equal(total, 0);
}

/* --- graphs --- */

static Config config(void) {
    return (Config){.motion_dim = 21,
                    .music_dim = 7,
                    .past = 11,
                    .future = 3,
                    .music = 14,
                    .keep = 3,
                    .predictor = {.width = 10, .heads = 3, .mlp = 17},
                    .motion_layers = 1,
                    .music_layers = 1,
                    .cross_layers = 2,
                    .bank = {.width = 9, .heads = 2, .mlp = 13},
                    .bank_layers = 2,
                    .items = 5,
                    .latents = 4,
                    .refine = REFINE_BANK,
                    .transit = true,
                    .residual = true,
                    .join = 3,
                    .relative_root = true,
                    .relative_heading = true,
                    .standardise = true,
                    .smooth = 5};
}

static void model_begin(Model *m, ModelKind kind) {
    static const char *const genres[2] = {"a", "b"};
    Config c = config();
    Error err;
    if (model_new(m, kind, &c, genres, 2, false, &err) || params_allocate(&m->params, true, &err))
        fail_msg("%s", err.text);
    Rng r = rng_seed(1);
    for (size_t i = 0; i < m->params.total; i++) m->params.value[i] = (real)(0.3 * rng_normal(&r));
    for (size_t k = 0; k < 21; k++) model_values(m, "motion.std")[k] = (real)(1 + rng_uniform(&r));
    for (size_t k = 0; k < 7 && kind == KIND_MODEL; k++)
        model_values(m, "music.std")[k] = (real)(1 + rng_uniform(&r));
}

static void stage_begin(StageGraph *s, Model *m, size_t most, bool keep_all) {
    Error err;
    s->graph = NULL;
    if (stage_graph(m, 3, most, &(Training){.beta = 0.2, .kl = 1e-4, .root_weight = 1}, s, &err))
        fail_msg("%s", err.text);
    if (!keep_all) return;
    Value last = s->loss; /* record it a second time, keeping every value */
    graph_free(s->graph);
    s->graph = graph_new(&m->params, most);
    Step step = step_build(s->graph, &m->config, STEP_TRAINS);
    s->target = graph_input(s->graph, 3, 21);
    s->loss = op_mean_squared_error(s->graph, step.future, s->target);
    assert_true(value_same(s->loss, last));
    for (size_t id = 1; id <= last.id; id++) graph_keep(s->graph, (Value){id});
    if (graph_finish(s->graph, s->loss, &err)) fail_msg("%s", err.text);
}

static real run(StageGraph *s, Model *m, size_t batch, size_t skip) {
    Rng r = rng_seed(9);
    const Value inputs[3] = {s->motion, s->music, s->target};
    for (int i = 0; i < 3; i++) {
        if (!value_exists(inputs[i])) continue;
        size_t n = graph_rows(s->graph, inputs[i]) * graph_cols(s->graph, inputs[i]);
        for (size_t k = 0; k < (batch + skip) * n; k++) {
            real x = (real)rng_normal(&r);
            if (k >= skip * n) graph_data(s->graph, inputs[i])[k - skip * n] = x;
        }
        for (size_t k = batch + skip; k < 4; k++)
            for (size_t j = 0; j < n; j++) (void)rng_normal(&r);
    }
    for (size_t b = 0; b < batch; b++) graph_data(s->graph, s->genre)[b] = (real)((b + skip) % 2);
    params_zero_grad(&m->params);
    graph_forward(s->graph, batch);
    real loss = graph_data(s->graph, s->loss)[0];
    graph_backward(s->graph);
    assert_true(graph_data(s->graph, s->loss)[0] == loss);
    return loss;
}

static void sharing_memory_changes_nothing(void **state) {
    (void)state;
    Model m;
    StageGraph shared, apart;
    model_begin(&m, KIND_MODEL);
    stage_begin(&shared, &m, 4, false);
    stage_begin(&apart, &m, 4, true);
    assert_true(graph_bytes(shared.graph) < graph_bytes(apart.graph));
    real *grad = malloc(m.params.total * sizeof *grad);
    for (size_t batch = 1; batch <= 4; batch++) {
        real one = run(&shared, &m, batch, 0);
        memcpy(grad, m.params.grad, m.params.total * sizeof *grad);
        assert_true(run(&apart, &m, batch, 0) == one);
        assert_memory_equal(grad, m.params.grad, m.params.total * sizeof *grad);
        assert_true(run(&shared, &m, batch, 0) == one); /* a second run is like the first */
        assert_memory_equal(grad, m.params.grad, m.params.total * sizeof *grad);
    }
    free(grad);
    graph_free(shared.graph);
    graph_free(apart.graph);
    model_free(&m);
}

/* Values that are computed a second time are the same values: not a bit of loss or gradient
 * changes, in less memory. */
static void recomputing_changes_nothing(void **state) {
    (void)state;
    for (Stage stage = STAGE_MANIFOLD; stage <= STAGE_PREDICT; stage++) {
        Model m;
        StageGraph kept, recomputed;
        Error err;
        model_begin(&m, stage == STAGE_PREDICT ? KIND_MODEL : KIND_BANK);
        const Training w = {.beta = 0.2, .kl = 1e-4, .root_weight = 3};
        assert_int_equal(stage_graph(&m, stage, 4, &w, &kept, &err), 0);
        assert_int_equal(stage_record(&m, stage, 4, &w, &recomputed, &err), 0);
        graph_recompute(recomputed.graph);
        assert_int_equal(graph_finish(recomputed.graph, recomputed.loss, &err), 0);
        assert_true(graph_bytes(recomputed.graph) < graph_bytes(kept.graph) * 9 / 10);
        real *grad = malloc(m.params.total * sizeof *grad);
        for (size_t batch = 1; batch <= 4; batch += 3) {
            real one = run(&kept, &m, batch, 0);
            memcpy(grad, m.params.grad, m.params.total * sizeof *grad);
            for (int repeat = 0; repeat < 2; repeat++) {
                assert_true(run(&recomputed, &m, batch, 0) == one);
                assert_memory_equal(grad, m.params.grad, m.params.total * sizeof *grad);
            }
        }
        double sum = 0;
        for (size_t k = 0; k < m.params.total; k++) sum += fabs((double)grad[k]);
        assert_true(sum > 0);
        free(grad);
        graph_free(kept.graph);
        graph_free(recomputed.graph);
        model_free(&m);
    }
}

/* A plan without memory says what the graph then takes; a parameter without values can be planned
 * for. */
static void plans_know_their_size(void **state) {
    (void)state;
    static const char *const genres[2] = {"a", "b"};
    Config c = config();
    Model bare, m;
    StageGraph planned, s;
    Error err;
    assert_int_equal(model_new(&bare, KIND_MODEL, &c, genres, 2, false, &err), 0);
    assert_int_equal(stage_record(&bare, 3, 4,
                                  &(Training){.beta = 0.2, .kl = 1e-4, .root_weight = 1}, &planned,
                                  &err),
                     0);
    assert_int_equal(graph_plan(planned.graph, planned.loss, &err), 0);
    assert_null(graph_data(planned.graph, planned.motion));
    model_begin(&m, KIND_MODEL);
    stage_begin(&s, &m, 4, false);
    assert_int_equal(graph_bytes(planned.graph), graph_bytes(s.graph));
    graph_free(planned.graph);
    graph_free(s.graph);
    model_free(&bare);
    model_free(&m);
}

typedef struct {
    const Model *m;
    bool done[200];
    size_t count;
    real at_call[200]; /* the first element of each gradient when it was said to be complete */
} Completions;

static void note_completion(void *user, Parameter w) {
    Completions *c = user;
    size_t i = parameter_index(w);
    assert_false(c->done[i]);
    c->done[i] = true;
    c->at_call[i] = c->m->params.grad[c->m->params.items[i].offset];
    c->count++;
}

/* Every trained parameter is reported once, when its gradient has its last value; a weight of the
 * loss is a factor of all of them. */
static void gradients_are_complete_when_said(void **state) {
    (void)state;
    for (int again = 0; again < 2; again++) {
        Model m;
        StageGraph s;
        Error err;
        model_begin(&m, KIND_MODEL);
        assert_int_equal(stage_record(&m, 3, 4,
                                      &(Training){.beta = 0.2, .kl = 1e-4, .root_weight = 1}, &s,
                                      &err),
                         0);
        if (again) graph_recompute(s.graph);
        assert_int_equal(graph_finish(s.graph, s.loss, &err), 0);
        Completions c = {.m = &m};
        graph_on_gradient(s.graph, note_completion, &c);
        run(&s, &m, 4, 0);
        size_t trained = 0;
        for (size_t i = 0; i < m.params.count; i++) {
            trained += m.params.items[i].trainable;
            assert_int_equal(c.done[i], m.params.items[i].trainable);
            if (c.done[i]) assert_true(c.at_call[i] == m.params.grad[m.params.items[i].offset]);
        }
        assert_int_equal(c.count, trained);
        graph_on_gradient(s.graph, NULL, NULL);
        real *grad = malloc(m.params.total * sizeof *grad);
        memcpy(grad, m.params.grad, m.params.total * sizeof *grad);
        graph_set_weight(s.graph, 0.25); /* a power of two: exact */
        run(&s, &m, 4, 0);
        for (size_t k = 0; k < m.params.total; k++) assert_true(m.params.grad[k] == grad[k] / 4);
        free(grad);
        graph_free(s.graph);
        model_free(&m);
    }
}

/* Samples do not know of each other: a batch's loss and gradients are the means of the samples'
 * own. */
static void batches_are_their_samples(void **state) {
    (void)state;
    Model m;
    StageGraph s;
    model_begin(&m, KIND_MODEL);
    stage_begin(&s, &m, 4, false);
    double *mean = calloc(m.params.total, sizeof *mean), loss = 0;
    for (size_t b = 0; b < 4; b++) {
        loss += (double)run(&s, &m, 1, b) / 4;
        for (size_t k = 0; k < m.params.total; k++) mean[k] += (double)m.params.grad[k] / 4;
    }
    assert_true(fabs((double)run(&s, &m, 4, 0) - loss) < 1e-6 * loss);
    for (size_t k = 0; k < m.params.total; k++)
        assert_true(fabs((double)m.params.grad[k] - mean[k]) < 2e-5 * (1 + fabs(mean[k])));
    free(mean);
    graph_free(s.graph);
    model_free(&m);
}

static void threads_change_only_rounding(void **state) {
    (void)state;
    Model m;
    StageGraph s;
    model_begin(&m, KIND_MODEL);
    threads_set(2); /* scratch memory is planned for as many */
    stage_begin(&s, &m, 4, false);
    double *grad = calloc(m.params.total, sizeof *grad);
    threads_set(1);
    double one = (double)run(&s, &m, 4, 0);
    for (size_t k = 0; k < m.params.total; k++) grad[k] = (double)m.params.grad[k];
    threads_set(2);
    assert_true(fabs((double)run(&s, &m, 4, 0) - one) <= 1e-6 * one);
    for (size_t k = 0; k < m.params.total; k++)
        assert_true(fabs((double)m.params.grad[k] - grad[k]) <= 1e-6 * (1 + fabs(grad[k])));
    threads_set(1);
    free(grad);
    graph_free(s.graph);
    model_free(&m);
}

/* The first error of a recording is the one that is reported. */
static void errors_are_kept(void **state) {
    (void)state;
    Params p = {0};
    Error err;
    Graph *g = graph_new(&p, 1);
    Value a = graph_input(g, 2, 3), b = graph_input(g, 3, 2);
    assert_int_equal(graph_check(g, &err), 0);
    assert_false(value_exists(op_add(g, a, b)));
    assert_false(value_exists(op_gelu(g, (Value){99})));
    assert_int_equal(graph_finish(g, NO_VALUE, &err), -1);
    assert_non_null(strstr(err.text, "add: operands of different shapes"));
    graph_free(g);
    g = graph_new(&p, 1);
    a = graph_input(g, 2, 3);
    assert_int_equal(graph_finish(g, op_gelu(g, a), &err), -1);
    assert_non_null(strstr(err.text, "not a scalar"));
    graph_free(g);
    g = graph_new(&p, 1);
    assert_int_equal(graph_finish(g, graph_input(g, 1, 1), &err), -1);
    assert_non_null(strstr(err.text, "not a scalar"));
    graph_free(g);
    static const char *const beyond[] = {"slice_rows",    "gather_rows",    "mask_columns",
                                         "slice_columns", "concat_columns", "attention"};
    for (int i = 0; i < 6; i++) {
        g = graph_new(&p, 1);
        a = graph_input(g, 2, 3);
        b = graph_input(g, 1, 3);
        Value bad = NO_VALUE;
        if (i == 0) bad = op_slice_rows(g, a, 1, 2);
        if (i == 1) bad = op_gather_rows(g, a, (size_t[]){2}, 1);
        if (i == 2) bad = op_mask_columns(g, a, (size_t[]){3}, 1);
        if (i == 3) bad = op_slice_columns(g, a, SIZE_MAX, 2);
        if (i == 4) bad = op_concat_columns(g, (Value[]){a, b}, 2);
        if (i == 5) bad = op_attention(g, a, a, 2, 1, 1);
        assert_false(value_exists(bad));
        assert_int_equal(graph_finish(g, NO_VALUE, &err), -1);
        assert_non_null(strstr(err.text, beyond[i]));
        graph_free(g);
    }
    params_free(&p);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_never_overlap),
        cmocka_unit_test(placements_are_the_greedy_ones),
        cmocka_unit_test(plans_reuse_memory),
        cmocka_unit_test(sharing_memory_changes_nothing),
        cmocka_unit_test(recomputing_changes_nothing),
        cmocka_unit_test(plans_know_their_size),
        cmocka_unit_test(gradients_are_complete_when_said),
        cmocka_unit_test(batches_are_their_samples),
        cmocka_unit_test(threads_change_only_rounding),
        cmocka_unit_test(errors_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
