/* Every op of ops.h: its backward against central differences, in odd shapes, with batches of three
 * and a random upstream gradient, by every weight and every input. */
#include "model/joint_positions.h"
#include "model/rotate_heading.h"
#include "test/lib/nn/op_check.h"

static Value record_linear(Fixture *f) {
    return op_linear(f->g, fixture_input(f, 3, 5), weight(f, "w", 2, 2, 5, 0),
                     weight(f, "b", 1, 2, 0, 0));
}
static Value record_linear_plain(Fixture *f) {
    return op_linear(f->g, fixture_input(f, 3, 5), weight(f, "w", 2, 7, 5, 0), NO_PARAMETER);
}
static Value record_linear_wide(Fixture *f) {
    return op_linear(f->g, fixture_input(f, 2, 3), weight(f, "w", 2, 131, 3, 0),
                     weight(f, "b", 1, 131, 0, 0));
}
static Value record_linear_outputs(Fixture *f) { /* some of them twice */
    Parameter w = weight(f, "w", 2, 7, 5, 0), b = weight(f, "b", 1, 7, 0, 0);
    Value x = fixture_input(f, 3, 5);
    return op_add(f->g, op_linear_outputs(f->g, x, w, b, 1, 3),
                  op_linear_outputs(f->g, x, w, b, 3, 3));
}
static Value record_linear_onto(Fixture *f) {
    return op_linear_add(f->g, fixture_input(f, 3, 4), fixture_input(f, 3, 5),
                         weight(f, "w", 2, 4, 5, 0), weight(f, "b", 1, 4, 0, 0));
}
static Value record_residuals(
    Fixture *f) { /* sums on top of sums, as in a transformer; the first is used twice more */
    Parameter w = weight(f, "w", 2, 4, 4, 0), v = weight(f, "v", 2, 4, 4, 0);
    Value x = fixture_input(f, 3, 4), y = op_linear_add(f->g, x, op_gelu(f->g, x), w, NO_PARAMETER),
          z = op_linear_add(f->g, y, op_softmax(f->g, y), v, NO_PARAMETER);
    return op_subtract(f->g, op_add(f->g, z, op_scale(f->g, y, 0.3)), x);
}
static Value record_onto_itself(Fixture *f) {
    Value x = fixture_input(f, 3, 4);
    return op_linear_add(f->g, x, x, weight(f, "w", 2, 4, 4, 0), NO_PARAMETER);
}
static void test_linear(void **state) {
    (void)state;
    check(record_linear_onto, false);
    check(record_residuals, false);
    check(record_onto_itself, false);
    check(record_linear_outputs, false);
    check(record_linear, false);
    check(record_linear_plain, false);
    check(record_linear_wide, false); /* more columns than a block of the bias's sums */
}

static Value record_layer_norm(Fixture *f) {
    return op_layer_norm(f->g, fixture_input(f, 3, 5), weight(f, "w", 1, 5, 0, 0),
                         weight(f, "b", 1, 5, 0, 0));
}
static Value record_layer_norm_wide(Fixture *f) {
    return op_layer_norm(f->g, fixture_input(f, 2, 67), weight(f, "w", 1, 67, 0, 0),
                         weight(f, "b", 1, 67, 0, 0));
}
static void test_layer_norm(void **state) {
    (void)state;
    check(record_layer_norm, false);
    check(record_layer_norm_wide, false);
}

static Value record_attention(Fixture *f) {
    Value qkv = fixture_input(f, 5, 3 * 2 * 3);
    return op_attention(f->g, qkv, qkv, 2, 3, 0.7);
}
static Value record_attention_one(Fixture *f) {
    Value qkv = fixture_input(f, 1, 3 * 3 * 1);
    return op_attention(f->g, qkv, qkv, 3, 1, 0.7);
}
static Value record_attention_some(Fixture *f) {
    return op_attention(f->g, fixture_input(f, 2, 2 * 3), fixture_input(f, 5, 2 * 2 * 3), 2, 3,
                        0.7);
}
/* Of queries alone, and of keys and values alone. */
static Value record_attention_queries(Fixture *f) {
    Value q = op_scale(f->g, fixture_input(f, 2, 2 * 3), 0.3);
    return op_attention(f->g, q, fixed_input(f, 5, 2 * 2 * 3), 2, 3, 0.7);
}
static Value record_attention_keys(Fixture *f) {
    Value kv = op_scale(f->g, fixture_input(f, 5, 2 * 2 * 3), 0.3);
    return op_attention(f->g, fixed_input(f, 2, 2 * 3), kv, 2, 3, 0.7);
}
static void test_attention(void **state) {
    (void)state;
    check(record_attention_queries, false);
    check(record_attention_keys, false);
    check(record_attention, false);
    check(record_attention_one, false);
    check(record_attention_some, false);
}

static Value record_gelu(Fixture *f) { return op_gelu(f->g, fixture_input(f, 3, 5)); }
static void test_gelu(void **state) {
    (void)state;
    check(record_gelu, false);
}

static Value record_relu(Fixture *f) { return op_relu(f->g, fixture_input(f, 3, 5)); }
static Value record_sigmoid(Fixture *f) { return op_sigmoid(f->g, fixture_input(f, 3, 5)); }
static Value record_tanh(Fixture *f) { return op_tanh(f->g, fixture_input(f, 3, 5)); }
static Value record_log_sigmoid(Fixture *f) { return op_log_sigmoid(f->g, fixture_input(f, 3, 5)); }
static Value record_gates(Fixture *f) { /* a gradient that is added to, after one in place */
    Value x = fixture_input(f, 3, 7);
    return op_multiply(f->g, op_sigmoid(f->g, x), op_tanh(f->g, op_relu(f->g, x)));
}
static void test_activations(void **state) {
    (void)state;
    check(record_relu, false);
    check(record_sigmoid, false);
    check(record_tanh, false);
    check(record_gates, false);
    check(record_log_sigmoid, false);
}

static Value record_softmax(Fixture *f) { return op_softmax(f->g, fixture_input(f, 3, 5)); }
static void test_softmax(void **state) {
    (void)state;
    check(record_softmax, false);
}

static Value record_add(Fixture *f) {
    return op_add(f->g, fixture_input(f, 2, 5), fixture_input(f, 2, 5));
}
static Value record_twice(Fixture *f) { /* one value, both operands, and used again later */
    Value x = fixture_input(f, 2, 5), y = op_add(f->g, x, x);
    return op_add(f->g, op_gelu(f->g, y), x);
}
static Value record_subtract(Fixture *f) {
    return op_subtract(f->g, fixture_input(f, 2, 5), fixture_input(f, 2, 5));
}
static Value record_scale(Fixture *f) { return op_scale(f->g, fixture_input(f, 3, 2), -1.7); }
static Value record_multiply(Fixture *f) {
    return op_multiply(f->g, fixture_input(f, 2, 5), fixture_input(f, 2, 5));
}
static Value record_square(Fixture *f) {
    Value x = fixture_input(f, 2, 5);
    return op_multiply(f->g, x, x);
}
static void test_add(void **state) {
    (void)state;
    check(record_multiply, false);
    check(record_square, false);
    check(record_add, false);
    check(record_twice, false);
    check(record_subtract, false);
    check(record_scale, false);
}

static Value record_position(Fixture *f) {
    return op_add_position(f->g, fixture_input(f, 3, 5), weight(f, "p", 2, 3, 5, 0));
}
static void test_add_position(void **state) {
    (void)state;
    check(record_position, false);
}

/* A table longer than the value: the rows beyond it have no gradient. */
static Value record_position_long(Fixture *f) {
    return op_add_position(f->g, fixture_input(f, 2, 5), weight(f, "p", 2, 4, 5, 0));
}
static void longer_position_tables(void **state) {
    (void)state;
    Fixture f = {0};
    fixture_begin(&f, record_position_long, false);
    check_fixture(&f, MOST);
    for (size_t k = 10; k < 20; k++) assert_true(f.params.grad[k] == 0);
    fixture_end(&f);
}

/* Mean and standard deviation are constants: frozen here as in models. */
static Value record_normalise(Fixture *f) {
    return op_normalise(f->g, fixture_input(f, 3, 5), weight(f, "m", 1, 5, 0, 0),
                        weight(f, "std", 1, 5, 0, 0));
}
static Value record_denormalise(Fixture *f) {
    return op_denormalise(f->g, fixture_input(f, 3, 5), weight(f, "m", 1, 5, 0, 0),
                          weight(f, "std", 1, 5, 0, 0));
}
static Value record_scale_columns(Fixture *f) {
    return op_scale_columns(f->g, fixture_input(f, 3, 5), weight(f, "gain", 1, 5, 0, 0));
}
static void test_normalise(void **state) {
    (void)state;
    const Recorder all[] = {record_normalise, record_denormalise, record_scale_columns};
    for (int i = 0; i < 3; i++) {
        Fixture f = {0};
        fixture_begin(&f, all[i], false);
        params_set_trainable(&f.params, "", false);
        check_fixture(&f, MOST);
        fixture_end(&f);
    }
}

static Value record_mask(Fixture *f) {
    return op_mask_columns(f->g, fixture_input(f, 3, 5), (size_t[]){0, 2}, 2);
}
static Value record_slice_columns(Fixture *f) { /* some of them twice */
    Value x = fixture_input(f, 3, 5);
    return op_add(f->g, op_slice_columns(f->g, x, 0, 3), op_slice_columns(f->g, x, 2, 3));
}
static Value record_concat_columns(Fixture *f) {
    Value x = fixture_input(f, 3, 2), y = fixture_input(f, 3, 5);
    return op_concat_columns(f->g, (Value[]){x, y, x}, 3);
}
static void ops_on_columns(void **state) {
    (void)state;
    check(record_slice_columns, false);
    check(record_concat_columns, false);
    check(record_mask, false);
}

static Value record_concat(Fixture *f) {
    return op_concat_rows(
        f->g, (Value[]){fixture_input(f, 2, 3), fixture_input(f, 1, 3), fixture_input(f, 5, 3)}, 3);
}
static Value record_slice(Fixture *f) { return op_slice_rows(f->g, fixture_input(f, 5, 3), 1, 2); }
static Value record_gather(Fixture *f) {
    return op_gather_rows(f->g, fixture_input(f, 5, 3), (size_t[]){4, 0, 4, 2}, 4);
}
static Value record_mean(Fixture *f) { return op_mean_rows(f->g, fixture_input(f, 5, 3)); }
static Value record_repeat(Fixture *f) { return op_repeat_row(f->g, fixture_input(f, 1, 3), 5); }
static Value record_mix(Fixture *f) {
    static const real m[2 * 5] = {(real)0.5, -1, 2, 0, 3, (real)0.1, 0, (real)-0.7, 1, (real)1.5};
    return op_apply_row_matrix(f->g, fixture_input(f, 5, 3), m, 2);
}
static Value record_interpolate(Fixture *f) {
    return op_interpolate_rows(f->g, fixture_input(f, 3, 2), 8);
}
static Value record_interpolate_fewer(Fixture *f) {
    return op_interpolate_rows(f->g, fixture_input(f, 4, 2), 3);
}
static Value record_interpolate_one(Fixture *f) {
    return op_interpolate_rows(f->g, fixture_input(f, 1, 2), 5);
}
static Value record_fade(Fixture *f) { return op_fade_row(f->g, fixture_input(f, 1, 3), 5, 3); }
static Value record_smooth(Fixture *f) { return op_smooth_rows(f->g, fixture_input(f, 8, 2), 18); }
static Value record_choose(Fixture *f) { /* flags 0, 2 and 1 in turn; b is used elsewhere, too */
    Value a = fixture_input(f, 4, 3), b = fixture_input(f, 4, 3), flag = graph_input(f->g, 4, 1);
    fixture_adopt(f, flag, true);
    f->genres = 3;
    return op_add(f->g, op_choose_rows(f->g, a, b, flag), b);
}
static void ops_on_rows(void **state) {
    (void)state;
    const Recorder all[] = {
        record_concat,          record_slice, record_gather,      record_mean,
        record_repeat,          record_mix,   record_interpolate, record_interpolate_fewer,
        record_interpolate_one, record_fade,  record_smooth};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) check(all[i], false);
}

/* The frame that tells the heading is data. */
static Value record_turn(Fixture *f) {
    Value x = fixture_input(f, 2, 21), reference = graph_input(f->g, 1, 21);
    f->genres = 5; /* its numbers: 0, 2, 4, 1, 3 */
    fixture_adopt(f, reference, true);
    return op_rotate_heading(f->g, x, reference, *(const double *)f->user);
}
static void test_turn(void **state) {
    (void)state;
    static const double directions[2] = {-1, 1};
    for (int i = 0; i < 2; i++) {
        Fixture f = {.user = &directions[i]};
        fixture_begin(&f, record_turn, false);
        check_fixture(&f, MOST);
        fixture_end(&f);
    }
}

/* Any matrices, mirrored ones among them; a joint that others hang from, one asked for twice, and
 * one whose matrix moves nothing that is asked for. */
static Value record_positions(Fixture *f) {
    int parents[] = {-1, 0, 1, 1, 3, 4};
    double offsets[] = {0.1, 0.2, 0.3, 0.5, -0.4, 0.2, 0.3, 0.6, -0.1,
                        1.1, 0.2, 0.9, 0.4, 0.2,  0.8, 7,   8,   9};
    static const size_t joints[] = {4, 2, 0, 4};
    const Skeleton s = {6, parents, offsets};
    return op_joint_positions(f->g, fixture_input(f, 2, 3 + 9 * 6), &s, joints, 4);
}
static void test_positions(void **state) {
    (void)state;
    check(record_positions, false);
}

enum { GENRES = 3 };
static Value record_similarity(Fixture *f) {
    Value x = fixture_input(f, 2, 3);
    return op_bank_similarity(f->g, x, weight(f, "bank", 3, GENRES, 5, 3), fixture_genre(f, GENRES),
                              0.6);
}
static Value record_read(Fixture *f) {
    Value p = fixture_input(f, 2, 5);
    return op_bank_read(f->g, p, weight(f, "bank", 3, GENRES, 5, 3), fixture_genre(f, GENRES));
}
static Value record_projection(Fixture *f) { /* one bank read twice: the gradients add up */
    Value x = fixture_input(f, 2, 3), genre = fixture_genre(f, GENRES);
    Parameter bank = weight(f, "bank", 3, GENRES, 5, 3);
    return op_bank_read(f->g, op_softmax(f->g, op_bank_similarity(f->g, x, bank, genre, 0.6)), bank,
                        genre);
}
static void ops_on_banks(void **state) {
    (void)state;
    check(record_choose, false);
    check(record_similarity, false);
    check(record_read, false);
    check(record_projection, false);
}

/* The nearest item is a step function of x: nothing flows back to it, all to the item. */
static Value record_nearest(Fixture *f) {
    Value x = graph_input(f->g, 2, 3);
    fixture_adopt(f, x, true);
    return op_bank_nearest(f->g, x, weight(f, "bank", 3, GENRES, 5, 3), fixture_genre(f, GENRES));
}
static void test_bank_nearest(void **state) {
    (void)state;
    check(record_nearest, false);
    Fixture f = {.genres = 2};
    fixture_begin(&f, record_nearest, false);
    params_zero_grad(&f.params);
    Rng r = rng_seed(3);
    for (size_t k = 0; k < 18; k++) graph_data(f.g, f.input[0])[k] = (real)rng_normal(&r);
    graph_forward(f.g, 3);
    graph_backward(f.g);
    for (size_t item = 0; item < GENRES * 5;
         item++) { /* samples are of genres 0, 2 and 1: only chosen items have a gradient */
        int chosen = 0;
        for (size_t row = 0; row < 6; row++) {
            size_t genre = (size_t)graph_data(f.g, f.input[1])[row / 2], best = 0;
            double least = INFINITY;
            for (size_t k = 0; k < 5; k++) {
                double d = 0;
                for (size_t i = 0; i < 3; i++)
                    d += pow((double)(graph_data(f.g, f.input[0])[row * 3 + i] -
                                      f.params.value[(genre * 5 + k) * 3 + i]),
                             2);
                if (d < least) {
                    least = d;
                    best = genre * 5 + k;
                }
            }
            chosen += best == item;
        }
        assert_int_equal(chosen != 0, f.params.grad[item * 3] != 0);
    }
    fixture_end(&f);
}

/* op_straight_through(a, b) has b's gradient at a's value; nothing passes stop_gradient. */
static Value record_steered(Fixture *f) {
    Value a = fixture_input(f, 2, 3), b = fixture_input(f, 2, 3), c = fixture_input(f, 2, 3);
    return op_add(f->g, op_straight_through(f->g, a, op_scale(f->g, b, 3)),
                  op_stop_gradient(f->g, c));
}
static void ops_that_steer(void **state) {
    (void)state;
    Fixture f = {0};
    fixture_begin(&f, record_steered, false);
    graph_forward(f.g, 3);
    graph_backward(f.g);
    for (size_t k = 0; k < 18; k++) {
        double y = (double)(graph_data(f.g, f.input[0])[k] + graph_data(f.g, f.input[2])[k]),
               dy = 2 * (y - (double)graph_data(f.g, f.target)[k]) / 18;
        assert_true(fabs((double)graph_gradient(f.g, f.input[1])[k] - 3 * dy) <= 1e-15);
        if (graph_gradient(f.g, f.input[0])) assert_true(graph_gradient(f.g, f.input[0])[k] == 0);
    }
    assert_null(graph_gradient(f.g, f.input[2]));
    fixture_end(&f);
}

static Value record_sample(Fixture *f) {
    Value mean = fixture_input(f, 2, 3), logvar = fixture_input(f, 2, 3),
          eps = fixture_input(f, 2, 3);
    return op_reparameterise(f->g, mean, logvar, eps);
}
static Value record_kl(Fixture *f) {
    return op_kl_divergence(f->g, fixture_input(f, 2, 3), fixture_input(f, 2, 3));
}
static Value record_kl_and_more(
    Fixture *f) { /* scalars among themselves, with an upstream gradient that is not 1 */
    Value a = fixture_input(f, 2, 3), b = fixture_input(f, 2, 3), c = fixture_input(f, 2, 3);
    Value terms[3] = {op_kl_divergence(f->g, a, b), op_mean_squared_error(f->g, b, c),
                      op_mean_squared_error(f->g, op_gelu(f->g, a), a)};
    return op_weighted_sum(f->g, terms, (double[]){0.3, -1.5, 2.5}, 3);
}
static Value record_mse(Fixture *f) {
    return op_mean_squared_error(f->g, fixture_input(f, 5, 3), fixture_input(f, 5, 3));
}
static Value record_absolute(Fixture *f) {
    return op_absolute_error(f->g, fixture_input(f, 5, 3), fixture_input(f, 5, 3));
}
static void ops_of_losses(void **state) {
    (void)state;
    check(record_absolute, true);
    check(record_kl, true);
    check(record_mse, true);
    check(record_kl_and_more, true);
}

/* The noise is never differentiated by: its gradient is not computed. */
static void test_reparameterise(void **state) {
    (void)state;
    Fixture f = {0};
    fixture_begin(&f, record_sample, false);
    f.discrete[2] = true;
    check_fixture(&f, MOST);
    fixture_end(&f);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_attention),
        cmocka_unit_test(test_gelu),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_position),
        cmocka_unit_test(longer_position_tables),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(ops_on_columns),
        cmocka_unit_test(ops_on_rows),
        cmocka_unit_test(ops_on_banks),
        cmocka_unit_test(test_bank_nearest),
        cmocka_unit_test(ops_that_steer),
        cmocka_unit_test(ops_of_losses),
        cmocka_unit_test(test_reparameterise),
        cmocka_unit_test(test_turn),
        cmocka_unit_test(test_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
