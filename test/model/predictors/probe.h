/* probe.h: a predictor that uses everything the interface offers and does next to nothing with it,
 * in the place of the registry's others. For one test program. */
#ifndef TEST_MODEL_PREDICTORS_PROBE_H
#define TEST_MODEL_PREDICTORS_PROBE_H

#include "test/scratch.h"

#include "lib/nn/ops/ops.h"
#include "model/predictors/predictors.h"

/* Future frame k = last past frame + slope (noise[k] + given[k]) in all columns. */

enum { SLOPE, ROWS, MIRROR, MODE };
static const char *const modes[] = {"plain", "fancy", NULL};

static const ConfigKey keys[] = {
    {.name = "slope",
     .type = KEY_REAL,
     .offset = offsetof(Config, own[SLOPE].real),
     .max = 10,
     .part = PART_PREDICTOR,
     .initial = 2,
     .option = "slope",
     .argument = "G",
     .help = "Slope."},
    {.name = "rows",
     .offset = offsetof(Config, own[ROWS].size),
     .min = 1,
     .max = 9,
     .part = PART_PREDICTOR,
     .initial = 3,
     .option = "rows",
     .argument = "R",
     .help = "Rows."},
    {.name = "mirror",
     .type = KEY_FLAG,
     .offset = offsetof(Config, own[MIRROR].flag),
     .part = PART_PREDICTOR,
     .option = "mirror",
     .help = "Mirror."},
    {.name = "mode",
     .type = KEY_CHOICE,
     .offset = offsetof(Config, own[MODE].choice),
     .words = modes,
     .part = PART_PREDICTOR,
     .initial = 1,
     .option = "mode",
     .help = "Mode."},
};

static int check(const Config *c, Error *err) {
    return c->own[ROWS].size < 9 ? 0 : error_set(err, "probe: nine rows are too many");
}

static size_t noise_shape(const Config *c, size_t *cols) {
    *cols = c->motion_dim;
    return c->future;
}

static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    assert_false(value_exists(in->music));
    assert_true(value_exists(in->truth) == value_exists(in->given));
    Parameter w = graph_parameter(g, INIT_GIVEN, 2, (size_t[]){c->motion_dim, 1}, "predictor.w");
    Value moved = in->noise;
    if (value_exists(in->given)) moved = op_add(g, moved, op_linear(g, in->given, w, NO_PARAMETER));
    Value last = op_repeat_row(g, op_slice_rows(g, in->past, c->past - 1, 1), c->future);
    Prediction p = {.future = op_add(g, last, op_scale(g, moved, c->own[SLOPE].real))};
    if (value_exists(in->truth)) p.loss = op_absolute_error(g, p.future, in->truth);
    return p;
}

static const Predictor probe = {.name = "probe",
                                .about = "a probe",
                                .keys = keys,
                                .key_count = 4,
                                .takes_truth = true,
                                .own_weight = 0.25,
                                .feeds_itself = true,
                                .check = check,
                                .noise_shape = noise_shape,
                                .build = build};
extern const Predictor predictor_fact;
const Predictor *const predictor_registry[] = {&predictor_fact, &probe, NULL};

enum { D = 12, L = 4, K = 3 };

static inline Config probe_config(void) {
    Config c = {.motion_dim = D,
                .past = L,
                .future = K,
                .keep = K,
                .bank = {.width = 6, .heads = 2, .mlp = 5},
                .bank_layers = 1,
                .items = 5,
                .latents = 3,
                .predictor = {.width = 5, .heads = 2, .mlp = 7},
                .motion_layers = 1,
                .cross_layers = 3,
                .music_dim = 35,
                .music = 9,
                .refine = REFINE_NONE};
    config_choose_predictor(&c, 1);
    return c;
}

#endif
