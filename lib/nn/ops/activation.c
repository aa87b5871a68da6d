/* relu     y = max(x, 0),             dx = dy for y > 0, else 0
 * sigmoid  y = 1 / (1 + exp(-x)),     dx = dy y (1 - y)
 * tanh     y = tanh x,                dx = dy (1 - y^2) */
#include "lib/nn/ops/elementwise.h"

static void relu_forward(const Call *c) { op_activate(c, loops_of_elements()->relu.forward); }
static void relu_backward(const Call *c) {
    op_activate_back(c, c->y, loops_of_elements()->relu.backward);
}
static void sigmoid_forward(const Call *c) { op_activate(c, loops_of_elements()->sigmoid.forward); }
static void sigmoid_backward(const Call *c) {
    op_activate_back(c, c->y, loops_of_elements()->sigmoid.backward);
}
static void tanh_forward(const Call *c) { op_activate(c, loops_of_elements()->tanh.forward); }
static void tanh_backward(const Call *c) {
    op_activate_back(c, c->y, loops_of_elements()->tanh.backward);
}

Value op_relu(Graph *g, Value x) {
    static const Op op = {.name = "relu",
                          .forward = relu_forward,
                          .backward = relu_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

Value op_sigmoid(Graph *g, Value x) {
    static const Op op = {.name = "sigmoid",
                          .forward = sigmoid_forward,
                          .backward = sigmoid_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

Value op_tanh(Graph *g, Value x) {
    static const Op op = {.name = "tanh",
                          .forward = tanh_forward,
                          .backward = tanh_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
