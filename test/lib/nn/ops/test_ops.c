/* The float32 ops against their definitions as naive loops in float64, in sizes that no vector
 * divides; and the matrix products. */
#include "lib/nn/kernels/matmul.h"
#include "model/rotate_heading.h"
#include "test/lib/nn/ops/one_op.h"

static Value record_linear(Graph *g, Value x, const size_t *s) {
    Parameter w = graph_parameter(g, INIT_GIVEN, 2, (size_t[]){s[2], s[1]}, "w"),
              b = graph_parameter(g, INIT_GIVEN, 1, &s[2], "b");
    return op_linear(g, x, w, b);
}

static void linear_is_its_sum(void **state) {
    (void)state;
    static const size_t sizes[][3] = {{1, 1, 1}, {5, 3, 2}, {7, 67, 129}, {40, 131, 131}};
    for (size_t i = 0; i < 4; i++) {
        size_t R = sizes[i][0], in = sizes[i][1], out = sizes[i][2];
        One o = {0};
        one_begin(&o, record_linear, R, in, sizes[i]);
        double *due = calloc(BATCH * R * out, sizeof *due);
        const real *x = graph_data(o.g, o.x);
        for (size_t r = 0; r < BATCH * R; r++)
            for (size_t k = 0; k < out; k++) {
                due[r * out + k] = (double)o.w[1][k];
                for (size_t j = 0; j < in; j++)
                    due[r * out + k] += (double)x[r * in + j] * (double)o.w[0][k * in + j];
            }
        assert_near(graph_data(o.g, o.y), due, BATCH * R * out, 2e-5);
        free(due);
        one_end(&o);
    }
}

static Value record_layer_norm(Graph *g, Value x, const size_t *s) {
    Parameter w = graph_parameter(g, INIT_GIVEN, 1, &s[1], "w"),
              b = graph_parameter(g, INIT_GIVEN, 1, &s[1], "b");
    return op_layer_norm(g, x, w, b);
}

static void layer_norm_is_its_definition(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{3, 1}, {5, 3}, {2, 67}, {7, 800}};
    for (size_t i = 0; i < 4; i++) {
        size_t R = sizes[i][0], C = sizes[i][1];
        One o = {0};
        one_begin(&o, record_layer_norm, R, C, sizes[i]);
        double *due = calloc(BATCH * R * C, sizeof *due);
        for (size_t r = 0; r < BATCH * R; r++) {
            const real *x = graph_data(o.g, o.x) + r * C;
            double mean = 0, var = 0;
            for (size_t k = 0; k < C; k++) mean += (double)x[k] / (double)C;
            for (size_t k = 0; k < C; k++) var += pow((double)x[k] - mean, 2) / (double)C;
            for (size_t k = 0; k < C; k++)
                due[r * C + k] = ((double)x[k] - mean) / sqrt(var + 1e-5) * (double)o.w[0][k] +
                                 (double)o.w[1][k];
        }
        assert_near(graph_data(o.g, o.y), due, BATCH * R * C, 1e-5);
        free(due);
        one_end(&o);
    }
}

static Value record_columns(Graph *g, Value x, const size_t *s) {
    (void)s;
    Value some = op_slice_columns(g, x, 1, 3);
    return op_concat_columns(g, (Value[]){some, op_scale(g, op_multiply(g, some, some), 0.5)}, 2);
}

static void columns_go_where_they_belong(void **state) {
    (void)state;
    One o = {0};
    one_begin(&o, record_columns, 4, 5, NULL);
    for (size_t i = 0; i < BATCH * 4; i++)
        for (size_t k = 0; k < 3; k++) {
            real x = graph_data(o.g, o.x)[i * 5 + 1 + k];
            assert_true(graph_data(o.g, o.y)[i * 6 + k] == x);
            assert_true(graph_data(o.g, o.y)[i * 6 + 3 + k] == x * x / 2);
        }
    one_end(&o);
}

/* Row 0 of x or row 2, as row 4 says. */
static Value record_choice(Graph *g, Value x, const size_t *s) {
    (void)s;
    Value flag = op_slice_columns(g, op_slice_rows(g, x, 4, 1), 0, 1);
    return op_choose_rows(g, op_slice_rows(g, x, 0, 1), op_slice_rows(g, x, 2, 1), flag);
}

static void rows_are_chosen(void **state) {
    (void)state;
    One o = {0};
    one_begin(&o, record_choice, 5, 3, NULL);
    for (size_t b = 0; b < BATCH; b++) graph_data(o.g, o.x)[(b * 5 + 4) * 3] = (real)(b % 2);
    graph_forward(o.g, BATCH);
    for (size_t b = 0; b < BATCH; b++) {
        const real *x = graph_data(o.g, o.x) + b * 15, *y = graph_data(o.g, o.y) + b * 3;
        assert_memory_equal(y, b % 2 ? x : x + 6, 3 * sizeof *y);
    }
    one_end(&o);
}

static Value record_absolute(Graph *g, Value x, const size_t *s) {
    (void)s;
    return op_absolute_error(g, op_slice_rows(g, x, 0, 2), op_slice_rows(g, x, 2, 2));
}

static void absolute_error_is_its_mean(void **state) {
    (void)state;
    One o = {0};
    one_begin(&o, record_absolute, 4, 5, NULL);
    double sum = 0;
    for (size_t b = 0; b < BATCH; b++)
        for (size_t k = 0; k < 10; k++) {
            const real *x = graph_data(o.g, o.x) + b * 20 + k;
            sum += fabs((double)x[0] - (double)x[10]);
        }
    assert_true(fabs((double)graph_data(o.g, o.y)[0] - sum / (BATCH * 10)) < 1e-6);
    one_end(&o);
}

static Value record_attention(Graph *g, Value x, const size_t *s) {
    return op_attention(g, x, x, s[1], s[2], 0.37);
}

static void attention_is_its_definition(void **state) {
    (void)state;
    static const size_t sizes[][3] = {
        {1, 1, 1}, {5, 2, 3}, {19, 3, 7}, {67, 1, 17}}; /* rows, heads, head_dim */
    for (size_t n = 0; n < 4; n++) {
        size_t T = sizes[n][0], H = sizes[n][1], d = sizes[n][2], inner = H * d;
        One o = {0};
        one_begin(&o, record_attention, T, 3 * inner, sizes[n]);
        double *due = calloc(BATCH * T * inner, sizeof *due), *p = calloc(T, sizeof *p);
        for (size_t b = 0; b < BATCH; b++)
            for (size_t h = 0; h < H; h++)
                for (size_t i = 0; i < T; i++) {
                    const real *x = graph_data(o.g, o.x) + b * T * 3 * inner + h * d;
                    double sum = 0;
                    for (size_t j = 0; j < T; j++) {
                        double dot = 0;
                        for (size_t k = 0; k < d; k++)
                            dot +=
                                (double)x[i * 3 * inner + k] * (double)x[j * 3 * inner + inner + k];
                        sum += p[j] = exp(0.37 * dot);
                    }
                    for (size_t j = 0; j < T; j++)
                        for (size_t k = 0; k < d; k++)
                            due[(b * T + i) * inner + h * d + k] +=
                                p[j] / sum * (double)x[j * 3 * inner + 2 * inner + k];
                }
        assert_near(graph_data(o.g, o.y), due, BATCH * T * inner, 5e-6);
        free(due);
        free(p);
        one_end(&o);
    }
}

/* Turned away and back again it is what it was; the reference itself then faces straight ahead, and
 * lengths stay. */
static Value record_turn(Graph *g, Value x, const size_t *s) {
    Value away = op_rotate_heading(g, x, op_slice_rows(g, x, 2, 1), -1);
    graph_keep(g, away);
    return s ? away : op_rotate_heading(g, away, op_slice_rows(g, x, 2, 1), 1);
}

static void turning(void **state) {
    (void)state;
    One o = {0};
    one_begin(&o, record_turn, 4, 21, NULL);
    double due[BATCH * 4 * 21];
    for (size_t i = 0; i < BATCH * 4 * 21; i++) due[i] = (double)graph_data(o.g, o.x)[i];
    assert_near(graph_data(o.g, o.y), due, BATCH * 4 * 21, 1e-6);
    one_end(&o);
    One away = {0};
    one_begin(&away, record_turn, 4, 21, (size_t[]){1});
    for (size_t r = 0; r < BATCH * 4; r++) {
        const real *x = graph_data(away.g, away.x) + r * 21,
                   *y = graph_data(away.g, away.y) + r * 21;
        if (r % 4 == 2) assert_true(fabsf(y[5]) < 1e-6f && y[11] > 0);
        assert_true(y[1] == x[1]);
        for (size_t k = 12; k < 21; k++)
            assert_true(y[k] == x[k]); /* other joints are relative to their parents */
        assert_true(fabsf(hypotf(y[0], y[2]) - hypotf(x[0], x[2])) < 1e-5f);
        for (size_t k = 0; k < 3; k++)
            assert_true(fabsf(hypotf(y[3 + k], y[9 + k]) - hypotf(x[3 + k], x[9 + k])) < 1e-5f);
    }
    one_end(&away);
}

/* Where the cost of smooth_rows is least its derivative is zero: f - x + lambda D^T D f, with the
 * third differences by hand, for many more rows than a window has. */
static Value record_smooth(Graph *g, Value x, const size_t *s) {
    return op_smooth_rows(g, x, (double)*s);
}

static void smoothing_of_many_rows(void **state) {
    (void)state;
    enum { K = 1500, N = K + 3 };
    static double jerk[N], slope[N];
    One o = {0};
    one_begin(&o, record_smooth, N, 1, (size_t[]){18});
    for (size_t b = 0; b < BATCH; b++) {
        const real *x = graph_data(o.g, o.x) + b * N, *y = graph_data(o.g, o.y) + b * K;
        double f[N];
        for (size_t t = 0; t < N; t++) {
            f[t] = t < 3 ? (double)x[t] : (double)y[t - 3];
            slope[t] = f[t] - (double)x[t];
        }
        for (size_t t = 3; t < N; t++) {
            jerk[t] = f[t] - 3 * f[t - 1] + 3 * f[t - 2] - f[t - 3];
            for (size_t i = 0; i < 4; i++)
                slope[t - i] += 18 * jerk[t] * (double[]){1, -3, 3, -1}[i];
        }
        for (size_t t = 3; t < N; t++) assert_true(fabs(slope[t]) < 2e-3);
    }
    one_end(&o);
}

/* --- matrix products --- */

/* C = alpha op(A) op(B) + beta C, with leading dimensions beyond the matrices' own; what lies
 * between rows stays. */
static void multiply(size_t m, size_t n, size_t k, int kind) {
    size_t lda = (kind == 2 ? m : k) + 3, ldb = (kind == 1 ? k : n) + 2, ldc = n + 5;
    size_t rows_a = kind == 2 ? k : m, rows_b = kind == 1 ? n : k;
    real *a = calloc(rows_a * lda, sizeof *a), *b = calloc(rows_b * ldb, sizeof *b),
         *c = calloc(m * ldc, sizeof *c);
    double *due = calloc(m * ldc, sizeof *due);
    fill(a, rows_a * lda, 3);
    fill(b, rows_b * ldb, 4);
    fill(c, m * ldc, 5);
    for (size_t i = 0; i < m * ldc; i++) due[i] = (double)c[i];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t t = 0; t < k; t++)
                sum += (double)a[kind == 2 ? t * lda + i : i * lda + t] *
                       (double)b[kind == 1 ? j * ldb + t : t * ldb + j];
            due[i * ldc + j] = (double)(real)0.7 * sum + 0.5 * due[i * ldc + j];
        }
    void (*const product[3])(size_t, size_t, size_t, real, const real *, size_t, const real *,
                             size_t, real, real *, size_t) = {matmul, matmul_nt, matmul_tn};
    product[kind](m, n, k, (real)0.7, a, lda, b, ldb, (real)0.5, c, ldc);
    assert_near(c, due, m * ldc, 3e-5);
    free(a);
    free(b);
    free(c);
    free(due);
}

static void matrix_products(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        for (int kind = 0; kind < 3; kind++) {
            multiply(1, 1, 1, kind);
            multiply(5, 3, 2, kind);
            multiply(67, 65, 71, kind); /* split over threads: 310 000 multiply-adds */
            multiply(2, 401, 403, kind); /* fewer rows than threads */
        }
    }
    threads_set(1);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_is_its_sum),
        cmocka_unit_test(layer_norm_is_its_definition),
        cmocka_unit_test(columns_go_where_they_belong),
        cmocka_unit_test(rows_are_chosen),
        cmocka_unit_test(absolute_error_is_its_mean),
        cmocka_unit_test(attention_is_its_definition),
        cmocka_unit_test(turning),
        cmocka_unit_test(smoothing_of_many_rows),
        cmocka_unit_test(matrix_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
