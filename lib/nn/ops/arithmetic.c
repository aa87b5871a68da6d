/* add       y = a + b,  da = dy,    db = dy
 * subtract  y = a - b,  da = dy,    db = -dy
 * multiply  y = a b,    da = dy b,  db = dy a
 * scale     y = f x,    dx = f dy */
#include "lib/base/threads.h"
#include "lib/nn/ops/elementwise.h"

/* y = a + f b */
static void sum_forward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = op_elements(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->add(c->x[0].data + p.first, c->factor[0], c->x[1].data + p.first, c->y + p.first,
                   p.count);
    }
}

static void sum_backward(const Call *c) {
    op_accumulate_grad(c, 0, 1);
    op_accumulate_grad(c, 1, c->factor[0]);
}

Value op_add(Graph *g, Value a, Value b) {
    static const Op op = {.name = "add",
                          .forward = sum_forward,
                          .backward = sum_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 2, .x = {a, b}, .factor = {1}});
}

Value op_subtract(Graph *g, Value a, Value b) {
    static const Op op = {.name = "subtract",
                          .forward = sum_forward,
                          .backward = sum_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 2, .x = {a, b}, .factor = {-1}});
}

static void multiply_forward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = op_elements(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->multiply(c->x[0].data + p.first, c->x[1].data + p.first, c->y + p.first, p.count);
    }
}

/* The gradient of one operand, given the other one's values. */
static void multiply_back(const Call *c, int input) {
    const ElementLoops *loops = loops_of_elements();
    const Operand *x = &c->x[input];
    size_t n = op_elements(c);
    if (!x->grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->give_product(c->x[1 - input].data + p.first, c->dy + p.first, x->grad + p.first,
                            p.count, x->first_grad);
    }
}

static void multiply_backward(const Call *c) {
    multiply_back(c, 0);
    multiply_back(c, 1);
}

Value op_multiply(Graph *g, Value a, Value b) {
    static const Op op = {.name = "multiply",
                          .forward = multiply_forward,
                          .backward = multiply_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 2, .x = {a, b}});
}

static void scale_forward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = op_elements(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->scale(c->factor[0], c->x[0].data + p.first, c->y + p.first, p.count);
    }
}

static void scale_backward(const Call *c) { op_accumulate_grad(c, 0, c->factor[0]); }

Value op_scale(Graph *g, Value x, double factor) {
    static const Op op = {.name = "scale",
                          .forward = scale_forward,
                          .backward = scale_backward,
                          .writes_first_grad = true};
    return op_record_same_shape(
        g, &(Record){.op = &op, .inputs = 1, .x = {x}, .factor = {(real)factor}});
}
