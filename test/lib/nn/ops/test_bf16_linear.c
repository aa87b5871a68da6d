/* A linear layer whose products are made in bfloat16: y = r + x W^T + b, dx and dW against sums in
 * double of operands rounded by the definition of the format; what stays in float against plain
 * sums; and the whole against float32, within what rounding can do. */
#include "test/lib/nn/ops/one_op.h"

#include <math.h>

#include "test/lib/nn/kernels/eight_bits.h"

enum { ROWS = 7, IN = 37, OUT = 21, N = BATCH * ROWS };

typedef struct {
    Params params;
    Graph *g;
    Value x, r, y, loss;
    size_t w, b; /* parameters */
} Layer;

static void begin(Layer *l, bool in_bf16) {
    Error err;
    *l = (Layer){0};
    for (int pass = 0; pass < 2; pass++) {
        l->g = graph_new(&l->params, BATCH);
        l->x = graph_input(l->g, ROWS, IN);
        l->r = graph_input(l->g, ROWS, OUT);
        Parameter w = graph_parameter(l->g, INIT_GLOROT, 2, (size_t[]){OUT, IN}, "w");
        Parameter b = graph_parameter(l->g, INIT_ZERO, 1, (size_t[]){OUT}, "b");
        l->w = parameter_index(w);
        l->b = parameter_index(b);
        l->y = op_linear_add(l->g, l->r, l->x, w, b);
        l->loss = op_mean_squared_error(l->g, l->y, l->r); /* dy = 2 (x W^T + b) / elements */
        graph_keep(l->g, l->y);
        graph_differentiate(l->g, l->x);
        if (pass > 0) continue;
        graph_free(l->g);
        assert_int_equal(params_allocate(&l->params, true, &err), 0);
    }
    l->params.items[l->w].in_bf16 = in_bf16;
    if (graph_finish(l->g, l->loss, &err)) fail_msg("%s", err.text);
    fill(graph_data(l->g, l->x), N * IN, 1);
    fill(graph_data(l->g, l->r), N * OUT, 2);
    fill(l->params.value, l->params.total, 3);
    graph_forward(l->g, BATCH);
    graph_backward(l->g);
}

static void end(Layer *l) {
    graph_free(l->g);
    params_free(&l->params);
}

static double of(const real *x, size_t i) { return (double)x[i]; }

typedef double Rounding(double x);
static double as_it_is(double x) { return x; }

/* y, dx, dW and db by their equations, from dy = 2 (y - r) / elements with the y that was found;
 * sizes: of the sums' terms. */
typedef struct {
    double y[N * OUT], dy[N * OUT], dx[N * IN], dw[OUT * IN], db[OUT];
    double y_size[N * OUT], dx_size[N * IN], dw_size[OUT * IN];
} Expected;

static void work_out(const Layer *l, Rounding *near, Expected *e) {
    const real *x = graph_data(l->g, l->x), *r = graph_data(l->g, l->r);
    const real *w = params_values(&l->params, l->w), *b = params_values(&l->params, l->b);
    memset(e, 0, sizeof *e);
    for (size_t i = 0; i < N; i++)
        for (size_t o = 0; o < OUT; o++) {
            double y = of(r, i * OUT + o) + of(b, o);
            for (size_t k = 0; k < IN; k++) {
                double term = near(of(x, i * IN + k)) * near(of(w, o * IN + k));
                y += term;
                e->y_size[i * OUT + o] += fabs(term);
            }
            e->y[i * OUT + o] = y;
            double found = of(graph_data(l->g, l->y), i * OUT + o);
            e->dy[i * OUT + o] = 2 * (found - of(r, i * OUT + o)) / (N * OUT);
            e->db[o] += e->dy[i * OUT + o];
        }
    for (size_t i = 0; i < N; i++)
        for (size_t o = 0; o < OUT; o++)
            for (size_t k = 0; k < IN; k++) {
                double dy = near(e->dy[i * OUT + o]);
                double to_x = dy * near(of(w, o * IN + k)), to_w = dy * near(of(x, i * IN + k));
                e->dx[i * IN + k] += to_x;
                e->dw[o * IN + k] += to_w;
                e->dx_size[i * IN + k] += fabs(to_x);
                e->dw_size[o * IN + k] += fabs(to_w);
            }
}

static void assert_within(const real *found, const double *due, const double *size, size_t n,
                          double tolerance) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)found[i] - due[i]) <= tolerance * size[i]))
            fail_msg("[%zu]: %.9g, due %.9g of %.9g", i, (double)found[i], due[i], size[i]);
}

static void check(const Layer *l, const Expected *e, double tolerance) {
    const Param *w = &l->params.items[l->w], *b = &l->params.items[l->b];
    assert_within(graph_data(l->g, l->y), e->y, e->y_size, N * OUT, tolerance);
    assert_within(graph_gradient(l->g, l->x), e->dx, e->dx_size, N * IN, tolerance);
    assert_within(l->params.grad + w->offset, e->dw, e->dw_size, OUT * IN, tolerance);
    double size[OUT];
    for (size_t o = 0; o < OUT; o++) {
        size[o] = 0;
        for (size_t i = 0; i < N; i++) size[o] += fabs(e->dy[i * OUT + o]);
    }
    assert_within(l->params.grad + b->offset, e->db, size, OUT, tolerance);
}

/* 2e-6: float's rounding of sums. */
static void rounded_operands(void **state) {
    (void)state;
    static Expected e;
    Layer l;
    begin(&l, true);
    work_out(&l, eight_bits, &e);
    check(&l, &e, 2e-6);
    end(&l);
}

/* Two rounded operands are off by 2^-7 (1 + 2^-9) of a term at most. */
static void near_float32(void **state) {
    (void)state;
    static Expected e;
    Layer l;
    begin(&l, true);
    work_out(&l, as_it_is, &e);
    double unit = ldexp(1 + ldexp(1, -9), -7);
    check(&l, &e, unit);
    end(&l);
    begin(&l, false);
    work_out(&l, as_it_is, &e);
    check(&l, &e, 2e-6);
    end(&l);
}

static void room_is_planned(void **state) {
    (void)state;
    Layer rounded, plain;
    begin(&rounded, true);
    begin(&plain, false);
    size_t more = graph_bytes(rounded.g) - graph_bytes(plain.g);
    /* y: N and OUT places, in tiles of 16, of IN terms, in tiles of 32 */
    assert_int_equal(more, sizeof(uint16_t) * (32 + 32) * 64);
    end(&rounded);
    end(&plain);
}

int main(void) {
    threads_set(2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounded_operands),
        cmocka_unit_test(near_float32),
        cmocka_unit_test(room_is_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
