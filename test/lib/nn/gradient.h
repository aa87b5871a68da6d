/* gradient.h: backward of recorded graphs against central differences in float64; includes cmocka.
 *
 * A network is a function that records ops on a Fixture's inputs and parameters. It is recorded
 * twice, as models are: once to declare the parameters, once to run. Every parameter and every
 * input gets random values of about 1. */
#ifndef TEST_LIB_NN_GRADIENT_H
#define TEST_LIB_NN_GRADIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "model/networks.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

enum { FIXTURE_INPUTS = 8, FIXTURE_BATCH = 3 };

typedef struct Fixture Fixture;
typedef Value (*Recorder)(Fixture *f);

struct Fixture {
    Params params;
    Graph *g;
    Value input[FIXTURE_INPUTS], target, loss;
    size_t elements[FIXTURE_INPUTS]; /* per sample */
    size_t genres; /* of what fixture_genre makes */
    int inputs;
    bool discrete[FIXTURE_INPUTS]; /* no differences of these */
    size_t batch;
    bool kinks; /* many a ReLU: steps so small that hardly one is crossed */
    double spread; /* standard deviation of the parameters; 0: 1 */
    const void *user;
};

/* An input that the gradient is checked for. */
static inline Value fixture_input(Fixture *f, size_t rows, size_t cols) {
    int i = f->inputs++;
    assert_in_range(i, 0, FIXTURE_INPUTS - 1);
    f->input[i] = graph_input(f->g, rows, cols);
    f->elements[i] = rows * cols;
    f->discrete[i] = false;
    graph_differentiate(f->g, f->input[i]);
    return f->input[i];
}

/* Takes a given input into the fixture. */
static inline void fixture_adopt(Fixture *f, Value input, bool discrete) {
    if (!value_exists(input)) return;
    int i = f->inputs++;
    assert_in_range(i, 0, FIXTURE_INPUTS - 1);
    f->input[i] = input;
    f->elements[i] = graph_rows(f->g, input) * graph_cols(f->g, input);
    f->discrete[i] = discrete;
    if (!discrete) graph_differentiate(f->g, input);
}

/* Each sample's number of one of `genres`. */
static inline Value fixture_genre(Fixture *f, size_t genres) {
    Value v = graph_input(f->g, 1, 1);
    fixture_adopt(f, v, true);
    f->genres = genres;
    return v;
}

static inline void fixture_record(Fixture *f, Recorder record, bool scalar) {
    f->g = graph_new(&f->params, FIXTURE_BATCH);
    assert_non_null(f->g);
    f->inputs = 0;
    f->target = NO_VALUE;
    Value y = record(f);
    if (scalar) {
        f->loss = y;
        return;
    }
    f->target =
        graph_input(f->g, graph_rows(f->g, y),
                    graph_cols(f->g, y)); /* random: an upstream gradient unlike any other */
    f->loss = op_mean_squared_error(f->g, y, f->target);
}

static inline void fixture_randomise(Fixture *f, uint64_t seed) {
    Rng r = rng_seed(seed);
    for (size_t i = 0; i < f->params.count; i++) {
        const Param *p = &f->params.items[i];
        bool positive = strstr(p->name, "std") != NULL;
        for (size_t k = 0; k < p->count; k++) {
            double x = rng_normal(&r);
            f->params.value[p->offset + k] = (real)(positive        ? 0.5 + fabs(x)
                                                    : f->spread > 0 ? f->spread * x
                                                                    : x);
        }
    }
    for (int i = 0; i < f->inputs; i++)
        for (size_t k = 0; k < FIXTURE_BATCH * f->elements[i]; k++)
            graph_data(f->g, f->input[i])[k] =
                (real)(f->discrete[i] ? (double)(2 * k % f->genres) : rng_normal(&r));
    if (value_exists(f->target))
        for (size_t k = 0;
             k < FIXTURE_BATCH * graph_rows(f->g, f->target) * graph_cols(f->g, f->target); k++)
            graph_data(f->g, f->target)[k] = (real)rng_normal(&r);
}

static inline void fixture_begin(Fixture *f, Recorder record, bool scalar) {
    Error err;
    fixture_record(f, record, scalar);
    if (graph_check(f->g, &err)) fail_msg("%s", err.text);
    graph_free(f->g);
    if (params_allocate(&f->params, true, &err)) fail_msg("%s", err.text);
    params_set_trainable(&f->params, "", true);
    fixture_record(f, record, scalar);
    if (graph_finish(f->g, f->loss, &err)) fail_msg("%s", err.text);
    f->batch = FIXTURE_BATCH;
    fixture_randomise(f, 7);
}

static inline void fixture_end(Fixture *f) {
    graph_free(f->g);
    params_free(&f->params);
}

static inline double fixture_loss(void *fixture) {
    Fixture *f = fixture;
    graph_forward(f->g, f->batch);
    return (double)graph_data(f->g, f->loss)[0];
}

static const double gradient_limit = 1e-7;

/* The derivative of the loss along a direction, by central differences of fourth order. x is
 * restored. */
static inline double difference_along(real *x, const double *direction, size_t count, double h,
                                      double (*loss)(void *), void *user) {
    static const double at[4] = {-2, -1, 1, 2},
                        weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    real *old = malloc(count * sizeof *old);
    assert_non_null(old);
    memcpy(old, x, count * sizeof *old);
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        for (size_t k = 0; k < count; k++) x[k] = (real)((double)old[k] + at[i] * h * direction[k]);
        sum += weight[i] * loss(user) / h;
    }
    memcpy(x, old, count * sizeof *old);
    free(old);
    return sum;
}

/* Compares the gradient of a tensor with differences: along a random direction, and at up to `most`
 * single elements. What is not finite fails first; then errors above gradient_limit times the
 * gradient's length (and what rounding of the loss may do). Returns that length. */
static inline double check_gradient_by(double h, const char *name, real *x, const real *gradient,
                                       size_t count, double (*loss)(void *), void *user,
                                       size_t most) {
    /* What rounding of the loss does to its differences: in another order for each compiler 2.2e-10
     * was seen of steps of 4e-4, and more of those of 2e-6, over which it is divided by less. */
    double rounding = (h < 1e-4 ? 1e-9 : 2e-10) * (1 + fabs(loss(user)));
    double length = 0;
    double *direction = calloc(count, sizeof *direction);
    real *g = malloc(count * sizeof *g); /* loss() may run what the gradient lies in */
    assert_non_null(direction);
    assert_non_null(g);
    memcpy(g, gradient, count * sizeof *g);
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(g[k])) fail_msg("%s[%zu]: gradient %g", name, k, (double)g[k]);
        length += (double)(g[k] * g[k]);
    }
    length = sqrt(length);
    Rng r = rng_seed(11);
    double due = 0, norm = 0;
    for (size_t k = 0; k < count; k++) norm += pow(direction[k] = rng_normal(&r), 2);
    for (size_t k = 0; k < count; k++) due += (direction[k] /= sqrt(norm)) * (double)g[k];
    double found = difference_along(x, direction, count, h, loss, user);
    if (!(fabs(found - due) <= gradient_limit * length + rounding))
        fail_msg("%s: along a direction %.12g, differences %.12g, length %g", name, due, found,
                 length);
    memset(direction, 0, count * sizeof *direction);
    for (size_t i = 0; i < count && i < most; i++) {
        size_t k = most < count ? rng_below(&r, count) : i;
        direction[k] = 1;
        found = difference_along(x, direction, count, h, loss, user);
        direction[k] = 0;
        if (!(fabs(found - (double)g[k]) <= gradient_limit * length + rounding))
            fail_msg("%s[%zu]: gradient %.12g, differences %.12g, length %g", name, k, (double)g[k],
                     found, length);
    }
    free(direction);
    free(g);
    return length;
}

/* With steps that suit what is smooth. */
static inline double check_gradient(const char *name, real *x, const real *gradient, size_t count,
                                    double (*loss)(void *), void *user, size_t most) {
    return check_gradient_by(4e-4, name, x, gradient, count, loss, user, most);
}

/* All of a fixture's parameters and inputs, at up to `most` elements each. */
static inline void check_fixture(Fixture *f, size_t most) {
    params_zero_grad(&f->params);
    graph_forward(f->g, f->batch);
    graph_backward(f->g);
    real *kept[FIXTURE_INPUTS] = {NULL};
    for (int i = 0; i < f->inputs;
         i++) { /* the differences run the graph again, which uses their memory */
        if (f->discrete[i]) continue;
        size_t bytes = f->batch * f->elements[i] * sizeof(real);
        kept[i] = malloc(bytes);
        assert_non_null(kept[i]);
        assert_non_null(graph_gradient(f->g, f->input[i]));
        memcpy(kept[i], graph_gradient(f->g, f->input[i]), bytes);
    }
    double length = 0, h = f->kinks ? 2e-6 : 4e-4;
    for (size_t i = 0; i < f->params.count; i++) {
        const Param *p = &f->params.items[i];
        if (!p->trainable) continue;
        length = check_gradient_by(h, p->name, f->params.value + p->offset,
                                   f->params.grad + p->offset, p->count, fixture_loss, f, most);
        if (!(length > 0)) fail_msg("%s: no gradient", p->name);
    }
    for (int i = 0; i < f->inputs; i++) {
        if (f->discrete[i]) continue;
        char name[32];
        snprintf(name, sizeof name, "input %d", i);
        length = check_gradient_by(h, name, graph_data(f->g, f->input[i]), kept[i],
                                   f->batch * f->elements[i], fixture_loss, f, most);
        if (!(length > 0)) fail_msg("%s: no gradient", name);
        free(kept[i]);
    }
}

#endif
