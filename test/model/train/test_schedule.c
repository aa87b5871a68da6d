/* How much there is of a stage, and what a forecast says of it, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/train/forecast.h"
#include "model/train/losses.h"
#include "model/train/schedule.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static const Config config = {.motion_dim = 12,
                              .music_dim = 5,
                              .past = 9,
                              .future = 3,
                              .music = 13,
                              .keep = 3,
                              .predictor = {.width = 5, .heads = 2, .mlp = 7},
                              .motion_layers = 1,
                              .music_layers = 1,
                              .cross_layers = 2,
                              .bank = {.width = 6, .heads = 4, .mlp = 5},
                              .bank_layers = 1,
                              .items = 5,
                              .latents = 3,
                              .refine = REFINE_BANK,
                              .transit = true};

/* 30 frames of motion, 40 of music: windows of 9 + 3 at 0, 3 ... 18; a second step 3 frames on
 * takes starts at 0, 6, 12. */
static const Sequence sequence = {.frames = 30, .music_frames = 40};
static const Corpus corpus = {&sequence, 1, 12, 5};

static void steps_of_a_stage(void **state) {
    (void)state;
    Training t = {.batch = 4, .epochs = 10, .unroll = 1};
    assert_int_equal(schedule_steps(&config, &corpus, &t, 3), 10 * 2);
    t.batch = 7;
    assert_int_equal(schedule_steps(&config, &corpus, &t, 3), 10);
    t.unroll = 2;
    assert_int_equal(schedule_steps(&config, &corpus, &t, 3),
                     10 * 2); /* a batch of three windows, two steps each */
    t.ramp = 4;
    assert_int_equal(schedule_steps(&config, &corpus, &t, 3), 4 + 6 * 2);
    assert_int_equal(schedule_steps(&config, &corpus, &t, 2),
                     10 * 2); /* windows of 9 at 0, 3 ... 21: eight, and never unrolled */
    t.max_steps = 5;
    assert_int_equal(schedule_steps(&config, &corpus, &t, 3), 5);
    Error err;
    assert_int_equal(schedule_max_windows(&config, &corpus, &t, 3, &err), 7);
    Config longer = config;
    longer.past = 28;
    assert_int_equal(schedule_max_windows(&longer, &corpus, &t, 3, &err), 0);
    assert_non_null(strstr(err.text, "a window takes 31 frames of motion and 13 of music"));
}

static int stage_graph_of(Model *m, StageGraph *s, Error *err) {
    if (stage_record(m, 3, 4, &(Training){.root_weight = 1}, s, err)) return -1;
    return graph_plan(s->graph, s->loss, err);
}

static void forecasts(void **state) {
    (void)state;
    static const char *const genres[2] = {"a", "b"};
    Training t = {.batch = 4, .epochs = 1, .unroll = 1, .root_weight = 1};
    Model m;
    Forecast f, less;
    Error err;
    double seconds = -1;
    assert_int_equal(model_new(&m, KIND_MODEL, &config, genres, 2, false, &err), 0);
    assert_int_equal(forecast_stage(&m, 3, &corpus, NULL, &t, &f, &err), 0);
    assert_int_equal(f.parameters - f.trained, 3 * 2 * 5 * 6); /* three banks of two genres */
    assert_true(f.state_bytes >= 4 * sizeof(real) * f.parameters && f.batch == 4 && f.steps == 2);
    StageGraph s; /* four windows, forwards and backwards */
    assert_int_equal(stage_graph_of(&m, &s, &err), 0);
    GraphFlops flops = graph_flops(s.graph, 4);
    assert_true(f.flops == flops.forward + flops.backward);
    graph_free(s.graph);
    t.recompute = true;
    assert_int_equal(forecast_stage(&m, 3, &corpus, NULL, &t, &less, &err), 0);
    assert_true(less.activation_bytes < f.activation_bytes && less.flops > f.flops);
    assert_int_equal(forecast_time(&m, &t, &less, &seconds, &err), 0);
    assert_true(seconds > 0 && seconds - seconds == 0);
    assert_null(m.params.value); /* nothing of the model itself was allocated */
    t.batch = 100; /* more than there are */
    assert_int_equal(forecast_stage(&m, 3, &corpus, NULL, &t, &f, &err), 0);
    assert_int_equal(f.batch, 7);
    model_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_of_a_stage),
                                       cmocka_unit_test(forecasts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
