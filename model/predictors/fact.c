/* The cross-modal predictor: FACT (Li et al. 2021), eq. 1, with TransitBank's tokens appended,
 * eq. 2. */
#include "model/networks.h"

Value predictor(Graph *g, const Config *c, Value past, Value music, Value prior) {
    Value tokens[3] = {transformer_encoder(g, past, "predictor.motion", c->past, c->motion_layers,
                                           c->predictor, all_rows),
                       transformer_encoder(g, music, "predictor.music", c->music, c->music_layers,
                                           c->predictor, all_rows),
                       prior};
    Value x = op_concat_rows(g, tokens, value_exists(prior) ? 3 : 2);
    x = transformer_blocks(g, x, "predictor.cross", c->cross_layers, c->predictor,
                           (RowRange){0, c->future, NULL});
    return linear_layer(g, x, "predictor.head", c->motion_dim, INIT_NORMAL);
}
