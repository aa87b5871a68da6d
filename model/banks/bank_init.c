/* The banks before their first gradient step, and the past-future bank after stage 1. */
#include "model/banks/bank_init.h"

#include <stdlib.h>

enum { BATCH = 16 };

/* A result of a graph, and where its values for all samples go. */
typedef struct {
    Value value;
    real *all;
} Result;

/* Runs a graph over `count` samples, BATCH at a time, and copies its results. */
static void run_all(Graph *g, Value in, const real *samples, size_t count, const Result *results,
                    size_t result_count) {
    size_t size = graph_rows(g, in) * graph_cols(g, in);
    for (size_t at = 0; at < count; at += BATCH) {
        size_t batch = count - at < BATCH ? count - at : BATCH;
        memcpy(graph_data(g, in), samples + at * size, batch * size * sizeof(real));
        graph_forward(g, batch);
        for (size_t i = 0; i < result_count; i++) {
            size_t width = graph_rows(g, results[i].value) * graph_cols(g, results[i].value);
            memcpy(results[i].all + at * width, graph_data(g, results[i].value),
                   batch * width * sizeof(real));
        }
    }
}

int bank_initialise(Model *m, const float *const *centers, Error *err) {
    const Config *c = &m->config;
    size_t window = c->past * c->motion_dim, size = c->items * window;
    Graph *g = graph_new(&m->params, BATCH);
    real *samples = malloc(size * sizeof *samples);
    int status = g && samples ? 0 : error_set(err, "out of memory");
    if (status == 0) {
        Value in = graph_input(g, c->past, c->motion_dim),
              root = reference_frame(g, c, in, c->past - c->future - 1);
        Value out = op_mean_rows(g, refine_encode(g, c, normalise_motion(g, c, in, root)));
        graph_keep(g, out);
        status = graph_finish(g, NO_VALUE, err);
        for (size_t i = 0; status == 0 && i < m->config.genre_count; i++) {
            for (size_t k = 0; k < size; k++) samples[k] = (real)centers[i][k];
            run_all(g, in, samples, c->items,
                    &(Result){out, model_values(m, "bank.manifold") + i * c->items * c->bank.width},
                    1);
        }
    }
    graph_free(g);
    free(samples);
    return status;
}

/* Each item as all n latents -> motion -> two halves -> encoder -> mean over frames: keys (past)
 * and values (future). All in the networks' own coordinates. */
int bank_derive_transit(Model *m, Error *err) {
    const Config *c = &m->config;
    size_t half = c->past / 2, count = m->config.genre_count * c->items;
    Graph *g = graph_new(&m->params, BATCH);
    if (!g) return error_set(err, "out of memory");
    Value item = graph_input(g, 1, c->bank.width);
    Value motion = refine_decode(g, c, op_repeat_row(g, item, c->latents), 0);
    Value past = op_mean_rows(g, refine_encode(g, c, op_slice_rows(g, motion, 0, half)));
    Value future =
        op_mean_rows(g, refine_encode(g, c, op_slice_rows(g, motion, c->past - half, half)));
    graph_keep(g, past);
    graph_keep(g, future);
    int status = graph_finish(g, NO_VALUE, err);
    const Result halves[2] = {{past, model_values(m, "bank.past")},
                              {future, model_values(m, "bank.future")}};
    if (status == 0) run_all(g, item, model_values(m, "bank.manifold"), count, halves, 2);
    graph_free(g);
    return status;
}
