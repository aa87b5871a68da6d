/* The cross-modal predictor: FACT (Li et al. 2021), eq. 1, with TransitBank's tokens appended,
 * eq. 2. */
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
    Value tokens =
        op_concat_rows(g, (Value[]){motion, music, in->prior}, value_exists(in->prior) ? 3 : 2);
    Value x = transformer_blocks(g, tokens, "predictor.cross", c->cross_layers, c->predictor,
                                 (RowRange){0, c->future, NULL});
    return (Prediction){.future = linear_layer(g, x, "predictor.head", c->motion_dim, INIT_NORMAL)};
}

const Predictor predictor_fact = {
    .name = "fact",
    .about = "the cross-modal transformer of Li et al. 2021",
    .uses = USES_MUSIC | USES_HEADS | USES_MLP | USES_MOTION_LAYERS | USES_MUSIC_LAYERS |
            USES_CROSS_LAYERS,
    .rounded = ".blocks.",
    .check = check,
    .build = build,
};
