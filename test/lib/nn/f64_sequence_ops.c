/* The ops of the sequence networks, as f64_ops.c checks the others. */
#include "test/lib/nn/op_check.h"

/* Of five rows, the first two seen by all, the others by neighbours; and the last two rows alone.
 */
static Value record_attention_near(Fixture *f) {
    Value qkv = fixture_input(f, 5, 3 * 2 * 3);
    return op_attention_window(f->g, qkv, qkv, 2, 3, 0.7, (AttentionWindow){2, 1, 1});
}
static Value record_attention_causal(Fixture *f) {
    return op_attention_window(f->g, fixture_input(f, 2, 2 * 3), fixture_input(f, 5, 2 * 2 * 3), 2,
                               3, 0.7, (AttentionWindow){0, SIZE_MAX, 0});
}
static void attention_windows(void **state) {
    (void)state;
    check(record_attention_near, false);
    check(record_attention_causal, false);
}

static Value record_lstm(Fixture *f) {
    Value z = fixture_input(f, 4, 4 * 3);
    return op_lstm(f->g, z, fixture_input(f, 1, 2 * 3), weight(f, "u", 2, 4 * 3, 3, 0));
}
static Value record_lstm_from_zero(Fixture *f) {
    Value z = fixture_input(f, 3, 4 * 2);
    return op_lstm(f->g, z, NO_VALUE, weight(f, "u", 2, 4 * 2, 2, 0));
}
static Value record_lstm_chain(Fixture *f) { /* row by row is the sequence */
    Value z = fixture_input(f, 2, 4 * 2), y = NO_VALUE;
    for (size_t t = 0; t < 2; t++)
        y = op_lstm(f->g, op_slice_rows(f->g, z, t, 1), y, weight(f, "u", 2, 4 * 2, 2, 0));
    return y;
}
static void test_lstm(void **state) {
    (void)state;
    check(record_lstm, false);
    check(record_lstm_from_zero, false);
    check(record_lstm_chain, false);
}

static Value record_unfold(Fixture *f) {
    return op_unfold_rows(f->g, fixture_input(f, 5, 2), (Unfold){3, 2, false}, 0, 5);
}
static Value record_unfold_edge(Fixture *f) {
    Value x = op_unfold_rows(f->g, fixture_input(f, 4, 3), (Unfold){2, 3, true}, 1, 3);
    return op_linear(f->g, x, weight(f, "w", 3, 2, 2, 3), weight(f, "b", 1, 2, 0, 0));
}
static void test_unfold(void **state) {
    (void)state;
    check(record_unfold, false);
    check(record_unfold_edge, false);
}

static Value record_group_norm(Fixture *f) {
    return op_group_norm(f->g, fixture_input(f, 3, 6), weight(f, "w", 1, 6, 0, 0),
                         weight(f, "b", 1, 6, 0, 0), 2);
}
static void test_group_norm(void **state) {
    (void)state;
    check(record_group_norm, false);
}

/* Some of the sharpness is cut off. */
static Value record_gaussian(Fixture *f) {
    Value mean = fixture_input(f, 2, 3), sharpness = fixture_input(f, 2, 3);
    return op_gaussian_nll(f->g, mean, sharpness, fixture_input(f, 2, 3), 0.8);
}
static void test_gaussian(void **state) {
    (void)state;
    check(record_gaussian, true);
}

static Value record_reshaped(Fixture *f) {
    return op_relu(f->g, op_reshape(f->g, fixture_input(f, 2, 6), 4, 3));
}
static Value record_entropy(Fixture *f) { /* of classes 0 to 4 */
    Value logits = fixture_input(f, 2, 3 * 5);
    return op_class_entropy(f->g, logits, fixed_input(f, 2, 3), 5);
}
static Value record_embedding(Fixture *f) {
    Value classes = fixed_input(f, 2, 3),
          table = op_embed_classes(f->g, classes, weight(f, "t", 2, 5, 2, 0));
    return op_add(f->g, table, fixture_input(f, 2, 6));
}
static Value record_expected(Fixture *f) {
    Parameter low = weight(f, "low std", 1, 3, 0, 0), high = weight(f, "high std", 1, 3, 0, 0);
    return op_expected_number(f->g, fixture_input(f, 2, 3 * 4), NO_VALUE, low, high, 4);
}
static void test_classes(void **state) {
    (void)state;
    check(record_reshaped, false);
    check(record_entropy, true);
    check(record_embedding, false);
    Fixture f = {0};
    fixture_begin(&f, record_expected, false);
    params_set_trainable(&f.params, "", false); /* the bins are constants */
    check_fixture(&f, MOST);
    fixture_end(&f);
}

static Value record_sinusoids(Fixture *f) {
    return op_add_sinusoids(f->g, fixture_input(f, 3, 5), 2);
}
static Value record_repeated(Fixture *f) {
    Value p = op_repeat_parameter(f->g, weight(f, "p", 1, 5, 0, 0), 3);
    return op_multiply(f->g, p, fixture_input(f, 3, 5));
}
static void tables(void **state) {
    (void)state;
    check(record_sinusoids, false);
    check(record_repeated, false);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_windows), cmocka_unit_test(test_lstm),
        cmocka_unit_test(test_unfold),       cmocka_unit_test(test_group_norm),
        cmocka_unit_test(test_gaussian),     cmocka_unit_test(tables),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
