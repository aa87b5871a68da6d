/* Rotation of motion about the vertical axis: y = R x on the pairs of heading.h, with the heading
 * (s, c) of a reference frame. away from it (direction -1): a' = c a - s b, b' = s a + c b;   back
 * (+1): the inverse, s -> -s.   dx = R^T dy */
#include "model/rotate_heading.h"

#include "lib/motion/heading.h"
#include "lib/nn/op.h"

static void rotate_all(const Call *c, double direction, const real *from, real *to,
                       bool accumulate) {
    size_t C = c->cols, T = c->rows;
#pragma omp parallel for schedule(static) if (c->batch * T * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++) {
        const real *reference = c->x[1].data + b * C;
        double s, co;
        heading_of((double)reference[5], (double)reference[11], &s, &co);
        real sine = (real)(-direction * s), cosine = (real)co;
        for (size_t t = 0; t < T; t++) {
            const real *x = from + (b * T + t) * C;
            real *y = to + (b * T + t) * C;
            real rotated[HEADING_NUMBERS];
            for (size_t k = 0; k < HEADING_NUMBERS; k++) rotated[k] = x[k];
            for (size_t i = 0; i < 4; i++) {
                size_t p = heading_pairs[i][0], q = heading_pairs[i][1];
                rotated[p] = cosine * x[p] - sine * x[q];
                rotated[q] = sine * x[p] + cosine * x[q];
            }
            for (size_t k = 0; k < C; k++) {
                real value = k < HEADING_NUMBERS ? rotated[k] : x[k];
                y[k] = accumulate ? y[k] + value : value;
            }
        }
    }
}

static void rotate_forward(const Call *c) {
    rotate_all(c, (double)c->factor[0], c->x[0].data, c->y, false);
}

static void rotate_backward(const Call *c) {
    double inverse = -(double)c->factor[0]; /* whose matrix is the transpose */
    if (c->x[0].grad) rotate_all(c, inverse, c->dy, c->x[0].grad, true);
}

Value op_rotate_heading(Graph *g, Value x, Value reference, double direction) {
    static const Op op = {.name = "rotate_heading",
                          .forward = rotate_forward,
                          .backward = rotate_backward,
                          .backward_reads_x = true};
    if (graph_cols(g, x) < HEADING_NUMBERS || graph_cols(g, reference) != graph_cols(g, x) ||
        graph_rows(g, reference) != 1)
        return graph_fail(g, "rotate_heading: needs motion and one frame of it");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 2,
                                     .x = {x, reference},
                                     .rows = graph_rows(g, x),
                                     .cols = graph_cols(g, x),
                                     .factor = {(real)direction}});
}
