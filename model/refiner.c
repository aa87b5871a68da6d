#include "model/refiner.h"

#include <stdlib.h>

#include "lib/base/numbers.h"

struct Refiner {
    Params params; /* shallow: shares the model's values */
    Config config;
    Graph *graph;
    Value past, future, genre; /* inputs */
    Value refined;
};

static void record(Refiner *r) {
    Graph *g = r->graph;
    const Config *c = &r->config;
    r->past = graph_input(g, c->past, c->motion_dim);
    r->future = graph_input(g, c->future, c->motion_dim);
    r->genre = graph_input(g, 1, 1);
    Value reference = reference_frame(g, c, r->past, c->past - 1);
    Value past = normalise_motion(g, c, r->past, reference);
    Value future = normalise_motion(g, c, r->future, reference);
    future = refine_future(g, c, past, future, r->genre, NO_VALUE).motion;
    if (c->smooth > 0) future = smooth_future(g, c, past, future);
    r->refined = restore_motion(g, c, future, reference);
    graph_keep(g, r->refined);
}

int refiner_new(Refiner **out, const Model *m, Error *err) {
    *out = NULL;
    if (m->config.refine == REFINE_NONE)
        return error_set(err, "has no RefineBank; give what train-bank wrote, or a model with "
                              "banks");
    Refiner *r = calloc(1, sizeof *r);
    if (!r) return error_set(err, "out of memory");
    r->params = m->params;
    r->params.grad = NULL;
    r->config = m->config;
    if (!r->config.join) r->config.join = r->config.future;
    r->graph = graph_new(&r->params, 1);
    int status = r->graph ? 0 : error_set(err, "out of memory");
    if (status == 0) {
        record(r);
        status = graph_finish(r->graph, NO_VALUE, err);
    }
    if (status)
        refiner_free(r);
    else
        *out = r;
    return status;
}

void refiner_free(Refiner *r) {
    if (!r) return;
    graph_free(r->graph);
    free(r);
}

int refiner_run(Refiner *r, const float *past, size_t genre, float *future, Error *err) {
    const size_t D = r->config.motion_dim, l = r->config.past, K = r->config.future;
    real *in = graph_data(r->graph, r->past);
    for (size_t i = 0; i < l * D; i++) in[i] = (real)past[i];
    in = graph_data(r->graph, r->future);
    for (size_t i = 0; i < K * D; i++) in[i] = (real)future[i];
    graph_data(r->graph, r->genre)[0] = (real)genre;
    graph_forward(r->graph, 1);
    const real *refined = graph_data(r->graph, r->refined);
    for (size_t i = 0; i < K * D; i++) future[i] = (float)refined[i];
    if (floats_first_nonfinite(future, K * D) < K * D)
        return error_set(err, "RefineBank's motion is not finite");
    return 0;
}
