/* stop_gradient     y = x,        dx = 0
 * straight_through  y = forward,  dbackward = dy (Bengio et al. 2013) */
#include "lib/nn/ops/elementwise.h"

static void copy_forward(const Call *c) {
    memcpy(c->y, c->x[0].data, op_elements(c) * sizeof *c->y);
}

Value op_stop_gradient(Graph *g, Value x) {
    static const Op op = {.name = "stop_gradient", .forward = copy_forward, .backward = NULL};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

static void straight_backward(const Call *c) { op_accumulate_grad(c, 1, 1); }

Value op_straight_through(Graph *g, Value forward, Value backward) {
    static const Op op = {
        .name = "straight_through", .forward = copy_forward, .backward = straight_backward};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 2, .x = {forward, backward}});
}
