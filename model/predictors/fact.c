/* The cross-modal predictor: FACT (Li et al. 2021), eq. 1, with TransitBank's tokens appended,
 * eq. 2, and with --home a token that says where the dance began [ours]. */
#include "model/networks.h"
#include "model/predictors/predictors.h"

static int check(const Config *c, Error *err) {
    if (c->past + c->music < c->future)
        return error_set(err, "fact has %zu tokens (past and music), fewer than future (%zu)",
                         c->past + c->music, c->future);
    return 0;
}

static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    Value motion = transformer_encoder(g, in->past, "predictor.motion", c->past, c->motion_layers,
                                       c->predictor, all_rows);
    Value music = transformer_encoder(g, in->music, "predictor.music", c->music, c->music_layers,
                                      c->predictor, all_rows);
    Value parts[4] = {motion, music};
    int count = 2;
    if (value_exists(in->prior)) parts[count++] = in->prior;
    if (value_exists(in->home))
        parts[count++] =
            linear_layer(g, in->home, "predictor.home", c->predictor.width, INIT_NORMAL);
    Value tokens = op_concat_rows(g, parts, count);
    Value x = transformer_blocks(g, tokens, "predictor.cross", c->cross_layers, c->predictor,
                                 (RowRange){0, c->future, NULL});
    return (Prediction){.future = linear_layer(g, x, "predictor.head", c->motion_dim, INIT_NORMAL)};
}

const Predictor predictor_fact = {
    .name = "fact",
    .about = "the cross-modal transformer of Li et al. 2021",
    .uses = USES_MUSIC | USES_HEADS | USES_MLP | USES_MOTION_LAYERS | USES_MUSIC_LAYERS |
            USES_CROSS_LAYERS | USES_HOME,
    .rounded = ".blocks.",
    .check = check,
    .build = build,
};
