/* The operations that a step of the paper's networks takes, against sums done by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/train/losses.h"
#include "model/train/presets.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

/* Of one window through a stage's loss. */
static GraphFlops stage_flops(const Config *c, Stage stage) {
    Model m;
    StageGraph s;
    Error err;
    if (model_new(&m, stage == STAGE_PREDICT ? KIND_MODEL : KIND_BANK, c,
                  (const char *const[]){"any"}, 1, false, &err) ||
        stage_record(&m, stage, 1, &(Training){.root_weight = 1}, &s, &err) ||
        graph_plan(s.graph, s.loss, &err))
        fail_msg("%s", err.text);
    GraphFlops flops = graph_flops(s.graph, 1);
    graph_free(s.graph);
    model_free(&m);
    return flops;
}

static double forward(const Config *c, Stage stage) { return stage_flops(c, stage).forward; }

/* Long rows aside, a transformer takes two operations a weight and row: the paper's networks within
 * a few percent, heads rounded up. */
static void the_paper(void **state) {
    (void)state;
    Config c = preset_find("paper")->config;
    c.motion_dim = 219;
    c.music_dim = 35;
    double width = 2048, inner = 2050, mlp = 2048,
           weights = 4 * (4 * width * inner + 2 * width * mlp) + 219 * width;
    double late =
        2 * width * inner + 2 * width * mlp; /* a block's weights for rows of the result */
    double scores = 4 * 4 * 120 * 120 * inner, whole = 2 * 120 * weights + scores;
    double latents =
        2 * 116 * late + 4 * 116 * 120 * inner; /* what the 116 frames without a latent save */
    double items = 2 * 4 * 256 * 2048., bank = 2 * whole - latents + 2 * items;
    GraphFlops training = stage_flops(&c, STAGE_REFINE);
    assert_true(training.forward == bank && training.recompute == 0);
    /* backwards two products for each: less the gradients of the motion and of the frozen bank,
     * and attention's scores are computed a second time */
    double motion = 2 * 120 * 219 * width;
    assert_true(training.backward ==
                2 * bank - 2 * items - motion + 2 * scores / 2 - 2 * 116 * 120 * inner);
    assert_true(forward(&c, STAGE_MANIFOLD) == bank - 2 * items + 3 * 4 * 256 * 2048.);
    double refine = bank - (2 * 100 * (late + 219 * width) +
                            4 * 100 * 120 * inner); /* a step wants 20 frames of 120 */
    Config plain = c;
    plain.refine = REFINE_NONE;
    assert_true(forward(&c, STAGE_PREDICT) - forward(&plain, STAGE_PREDICT) == refine);
    plain.transit = false;
    double p = 4 * 800. * 800 + 2 * 800 * 3072.;
    double cross =
        2 * 340 * (2 * 800 * 800. + 2 * 800 * 3072.) + 4 * 800 * 340 * 360.; /* here 20 of 360 */
    double fact = 2 * (2 * (120 + 240) + 12 * 360) * p - cross +
                  4 * 800 * (2 * (120 * 120 + 240 * 240) + 12 * 360 * 360.) +
                  2 * 800 * (120 * 219 + 240 * 35 + 20 * 219.);
    assert_true(forward(&plain, STAGE_PREDICT) == fact);
    plain.smooth = 18; /* 20 frames out of these and the 3 before, each of 219 numbers */
    assert_true(forward(&plain, STAGE_PREDICT) == fact + 2 * 20 * 23 * 219);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_paper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
