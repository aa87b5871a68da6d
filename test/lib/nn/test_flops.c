/* Counts of operations against sums done by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/nn/layers/transformer.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

enum { BATCH = 5 };

/* Finishes with the mean square of y as the loss. */
static GraphFlops count(Graph *g, Params *params, Value y) {
    Error err;
    Value zero = graph_input(g, graph_rows(g, y), graph_cols(g, y));
    if (graph_plan(g, op_mean_squared_error(g, y, zero), &err)) fail_msg("%s", err.text);
    GraphFlops flops = graph_flops(g, BATCH);
    graph_free(g);
    params_free(params);
    return flops;
}

/* 3 rows of 4 numbers, to 7 and on to 2: only the second layer needs its input's gradient. */
static void products(void **state) {
    (void)state;
    Params params = {0};
    Graph *g = graph_new(&params, 1);
    Value x = graph_input(g, 3, 4);
    GraphFlops f = count(
        g, &params, linear_layer(g, linear_layer(g, x, "a", 7, INIT_GLOROT), "b", 2, INIT_GLOROT));
    assert_true(f.forward == BATCH * 2 * (3 * 4 * 7 + 3 * 7 * 2));
    assert_true(f.backward == BATCH * 2 * (3 * 4 * 7 + 2 * 3 * 7 * 2) && f.recompute == 0);
}

/* A frozen weight has no gradient, but passes one on; some outputs of a layer cost their share. */
static void frozen_and_partial(void **state) {
    (void)state;
    Params params = {0};
    Graph *g = graph_new(&params, 1);
    Value x = linear_layer(g, graph_input(g, 3, 4), "a", 7, INIT_GLOROT);
    Parameter w = graph_parameter(g, INIT_GLOROT, 2, (size_t[]){10, 7}, "b.weight");
    x = op_linear_outputs(g, x, w, NO_PARAMETER, 2, 6);
    params_set_trainable(&params, "b.", false);
    GraphFlops f = count(g, &params, x);
    assert_true(f.forward == BATCH * 2 * (3 * 4 * 7 + 3 * 7 * 6));
    assert_true(f.backward == f.forward);
}

/* A bank of 2 genres with 6 items of 4 numbers: products with one genre's items alone. */
static void codebook(void **state) {
    (void)state;
    Params params = {0};
    Graph *g = graph_new(&params, 1);
    Value x = linear_layer(g, graph_input(g, 3, 4), "a", 4, INIT_GLOROT),
          genre = graph_input(g, 1, 1);
    Parameter bank = graph_parameter(g, INIT_GIVEN, 3, (size_t[]){2, 6, 4}, "bank");
    Value z = op_bank_read(g, op_bank_similarity(g, x, bank, genre, 1), bank, genre);
    GraphFlops f = count(g, &params, op_add(g, z, op_bank_nearest(g, x, bank, genre)));
    double layer = 2 * 3 * 4 * 4, items = 2 * 3 * 6 * 4;
    assert_true(f.forward == (double)BATCH * (layer + 2 * items + 1.5 * items));
    assert_true(f.backward == (double)BATCH * (layer + 2 * items));
}

/* Width 4, 2 heads of 2, MLP 8, 3 rows: qkv 3x12x4, out 3x4x4, up 3x8x4, down 3x4x8, scores and
 * their use 2 heads of 3x3x2 each. */
static GraphFlops blocks(size_t layers, bool recompute, RowRange rows) {
    Params params = {0};
    Graph *g = graph_new(&params, 1);
    Value x = linear_layer(g, graph_input(g, 3, 1), "a", 4, INIT_GLOROT);
    x = transformer_blocks(g, x, "t", layers, (Dims){.width = 4, .heads = 2, .mlp = 8}, rows);
    if (recompute) graph_recompute(g);
    return count(g, &params, x);
}

static void transformer(void **state) {
    (void)state;
    double products = 2 * (144 + 48 + 96 + 96), scores = 2 * 36, in = BATCH * 2 * 3 * 4,
           whole = products + 2 * scores;
    GraphFlops f = blocks(5, false, all_rows);
    assert_true(f.forward == in + BATCH * 5 * whole && f.recompute == 0);
    assert_true(f.backward == in + BATCH * 5 * (2 * products + 5 * scores));
    /* one row of the last block: keys and values 3x8x4, queries and the rest a third */
    f = blocks(5, false, (RowRange){1, 1, NULL});
    assert_true(f.forward ==
                in + (double)BATCH * (4 * whole + 2 * (96 + 16 + 16 + 32 + 32 + 2 * 12)));
    assert_true(blocks(0, false, (RowRange){1, 1, NULL}).forward == in);
}

/* Of each block, all but its last product is computed a second time: the next one reads that from
 * where it was kept. */
static void recomputed(void **state) {
    (void)state;
    GraphFlops f = blocks(5, true, all_rows), all = blocks(5, false, all_rows);
    assert_true(f.forward == all.forward && f.backward == all.backward);
    assert_true(f.recompute == BATCH * 5 * (2 * (144 + 48 + 96) + 2 * 2 * 36));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products), cmocka_unit_test(frozen_and_partial),
        cmocka_unit_test(codebook), cmocka_unit_test(transformer), cmocka_unit_test(recomputed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
