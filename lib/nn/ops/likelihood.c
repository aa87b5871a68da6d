/* gaussian_nll  y = mean over rows of sum over columns of e^2 / 2 - s + log(2 pi) / 2,
 *               e = (x - mean) exp(s),  s = min(sharpness, most)
 *               dx = dy e exp(s) / rows,  dmean = -dx,  dsharpness = dy (e^2 - 1) / rows, 0 beyond
 * most draw_gaussian  y = mean + share exp(-s) noise */
#include "lib/nn/ops/elementwise.h"

static size_t elements(const Call *c) { return c->batch * c->x[0].rows * c->x[0].cols; }

static void gaussian_forward(const Call *c) {
    const real *mean = c->x[0].data, *sharpness = c->x[1].data, *x = c->x[2].data;
    const double half_log = 0.91893853320467274178;
    double sum = 0;
    for (size_t i = 0; i < elements(c); i++) {
        real s = sharpness[i] < c->factor[0] ? sharpness[i] : c->factor[0];
        double e = ((double)x[i] - (double)mean[i]) * (double)real_exp(s);
        sum += 0.5 * e * e - (double)s + half_log;
    }
    c->y[0] = (real)(sum / (double)(c->batch * c->x[0].rows));
}

static void gaussian_backward(const Call *c) {
    const real *mean = c->x[0].data, *sharpness = c->x[1].data, *x = c->x[2].data;
    const real step = c->dy[0] / (real)(c->batch * c->x[0].rows), most = c->factor[0];
    real *dmean = c->x[0].grad, *dsharpness = c->x[1].grad, *dx = c->x[2].grad;
#pragma omp parallel for simd schedule(static) if (elements(c) > WORTH_THREADS)
    for (size_t i = 0; i < elements(c); i++) {
        bool free = sharpness[i] <= most;
        real scale = real_exp(free ? sharpness[i] : most), e = (x[i] - mean[i]) * scale;
        if (dmean) real_store_or_add(&dmean[i], -step * e * scale, c->x[0].first_grad);
        if (dx) real_store_or_add(&dx[i], step * e * scale, c->x[2].first_grad);
        if (dsharpness)
            real_store_or_add(&dsharpness[i], free ? step * (e * e - 1) : 0, c->x[1].first_grad);
    }
}

Value op_gaussian_nll(Graph *g, Value mean, Value sharpness, Value x, double most) {
    static const Op op = {.name = "gaussian_nll",
                          .forward = gaussian_forward,
                          .backward = gaussian_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .scalar = true};
    const Value in[3] = {mean, sharpness, x};
    for (int i = 1; i < 3; i++)
        if (graph_rows(g, in[i]) != graph_rows(g, mean) ||
            graph_cols(g, in[i]) != graph_cols(g, mean))
            return graph_fail(g, "gaussian_nll: operands of different shapes");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 3,
                                     .x = {mean, sharpness, x},
                                     .rows = 1,
                                     .cols = 1,
                                     .factor = {(real)most}});
}

static void draw_forward(const Call *c) {
    const real *mean = c->x[0].data, *sharpness = c->x[1].data, *noise = c->x[2].data;
    const real most = c->factor[0], share = c->factor[1];
    for (size_t i = 0; i < elements(c); i++) {
        real s = sharpness[i] < most ? sharpness[i] : most;
        c->y[i] = mean[i] + share * real_exp(-s) * noise[i];
    }
}

Value op_draw_gaussian(Graph *g, Value mean, Value sharpness, Value noise, double most,
                       double share) {
    static const Op op = {.name = "draw_gaussian", .forward = draw_forward};
    return op_record_same_shape(g, &(Record){.op = &op,
                                             .inputs = 3,
                                             .x = {mean, sharpness, noise},
                                             .factor = {(real)most, (real)share}});
}
