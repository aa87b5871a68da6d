/* y = x/2 (1 + tanh u) = x s(2u),  u = sqrt(2/pi) (x + 0.044715 x^3),  s the logistic function
 * dx = dy (s + x s (1 - s) 2 u')                                (Hendrycks and Gimpel 2016) */
#include "lib/nn/ops/elementwise.h"

static void gelu_forward(const Call *c) { op_activate(c, loops_of_elements()->gelu.forward); }

static void gelu_backward(const Call *c) {
    op_activate_back(c, c->x[0].data, loops_of_elements()->gelu.backward);
}

Value op_gelu(Graph *g, Value x) {
    static const Op op = {.name = "gelu",
                          .forward = gelu_forward,
                          .backward = gelu_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
