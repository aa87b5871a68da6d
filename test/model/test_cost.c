/* Counts of operations against sums done by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cost.h"
#include "model/train/presets.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

/* Width 4, 2 heads of 2, MLP 8, 3 rows: qkv 3x12x4, out 3x4x4, up 3x8x4, down 3x4x8, scores and
 * their use 2 heads of 3x3x2 each. */
static void a_block_by_hand(void **state) {
    (void)state;
    Dims d = {.width = 4, .heads = 2, .mlp = 8};
    double whole = 2 * (144 + 48 + 96 + 96 + 2 * 36);
    assert_true(cost_transformer(3, 3, 1, d) == whole && cost_transformer(3, 3, 5, d) == 5 * whole);
    /* one row of the last block: keys and values 3x8x4, queries and the rest a third */
    assert_true(cost_transformer(3, 1, 5, d) == 4 * whole + 2 * (96 + 16 + 16 + 32 + 32 + 2 * 12));
    assert_true(cost_transformer(3, 1, 0, d) == 0);
}

/* Long rows aside, a transformer takes two operations a weight and row: the paper's networks within
 * a few percent, heads rounded up. */
static void the_paper(void **state) {
    (void)state;
    Config c = preset_find("paper")->config;
    c.motion_dim = 219;
    c.music_dim = 35;
    double width = 2048, inner = 2050, mlp = 2048,
           weights = 4 * (4 * width * inner + 2 * width * mlp) + 219 * width;
    double late = 2 * width * inner +
                  2 * width * mlp; /* weights of a block that only see the rows that are wanted */
    double whole = 2 * 120 * weights + 4 * 4 * 120 * 120 * inner;
    double latents =
        2 * 116 * late + 4 * 116 * 120 * inner; /* what the 116 frames without a latent save */
    double bank = 2 * whole - latents + 2 * 2 * 4 * 256 * 2048.;
    assert_true(cost_stage(&c, 2) == bank);
    assert_true(cost_stage(&c, 1) == bank - 2 * 4 * 256 * 2048.);
    double refine = bank - (2 * 100 * (late + 219 * width) +
                            4 * 100 * 120 * inner); /* a step wants 20 frames of 120 */
    Config plain = c;
    plain.refine = REFINE_NONE;
    assert_true(cost_step(&c) - cost_step(&plain) == refine);
    assert_true(cost_stage(&c, 3) == cost_step(&c));
    plain.transit = false;
    double p = 4 * 800. * 800 + 2 * 800 * 3072.;
    double cross =
        2 * 340 * (2 * 800 * 800. + 2 * 800 * 3072.) + 4 * 800 * 340 * 360.; /* here 20 of 360 */
    double fact = 2 * (2 * (120 + 240) + 12 * 360) * p - cross +
                  4 * 800 * (2 * (120 * 120 + 240 * 240) + 12 * 360 * 360.) +
                  2 * 800 * (120 * 219 + 240 * 35 + 20 * 219.);
    assert_true(cost_step(&plain) == fact);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_block_by_hand),
                                       cmocka_unit_test(the_paper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
