/* TransitBank, section 4.2: recalls what usually follows, as prior tokens for the predictor. */
#include "model/networks.h"

Value transit_bank(Graph *g, const Config *c, Value past, Value genre, Value noise) {
    size_t shape[3] = {c->genre_count, c->items, c->bank.width};
    Parameter keys = graph_parameter(g, INIT_GIVEN, 3, shape, "bank.past");
    Parameter values = graph_parameter(g, INIT_GIVEN, 3, shape, "bank.future");
    double factor = c->logit_scale ? 1 / sqrt((double)c->bank.width) : 1;
    Value q = op_mean_rows(g, transformer_encoder(g, past, "transit.encoder", c->past,
                                                  c->bank_layers, c->bank, all_rows));
    Value logits = op_bank_similarity(g, q, keys, genre, factor);
    if (value_exists(noise)) logits = op_add(g, logits, noise);
    Value r = op_bank_read(g, op_softmax(g, logits), values, genre);
    return transformer_decoder(g, op_repeat_row(g, r, c->future), "transit.decoder", c->future,
                               c->bank_layers, c->bank, c->predictor.width, all_rows);
}
