#include "model/cost.h"

static double product(size_t m, size_t n, size_t k) {
    return 2 * (double)m * (double)n * (double)k;
}

static double block(size_t rows, size_t wanted, Dims d) {
    size_t inner = d.heads * head_dim(d);
    double linear = product(rows, 2 * inner, d.width) + product(wanted, inner, d.width) +
                    product(wanted, d.width, inner) + 2 * product(wanted, d.mlp, d.width);
    return linear + 2 * product(wanted, rows, inner);
}

double cost_transformer(size_t rows, size_t wanted, size_t layers, Dims d) {
    return layers ? (double)(layers - 1) * block(rows, rows, d) + block(rows, wanted, d) : 0;
}

static double transformer_encoder(size_t rows, size_t wanted, size_t in, size_t layers, Dims d) {
    return product(rows, d.width, in) + cost_transformer(rows, wanted, layers, d);
}

static double transformer_decoder(size_t rows, size_t wanted, size_t out, size_t layers, Dims d) {
    return cost_transformer(rows, wanted, layers, d) + product(wanted, out, d.width);
}

/* RefineBank for some frames of its result. */
static double refine(const Config *c, size_t frames) {
    size_t n = c->latents, C = c->bank.width;
    double cost =
        transformer_encoder(c->past, n > 1 ? n : c->past, c->motion_dim, c->bank_layers, c->bank) +
        transformer_decoder(c->past, frames, c->motion_dim, c->bank_layers, c->bank);
    if (c->refine == REFINE_BANK) cost += 2 * product(n, c->items, C);
    if (c->refine == REFINE_DISCRETE) cost += product(n, c->items, C);
    if (c->refine == REFINE_VAE) cost += 2 * product(n, C, C);
    return cost;
}

static double transit(const Config *c) {
    return transformer_encoder(c->past, c->past, c->motion_dim, c->bank_layers, c->bank) +
           2 * product(1, c->items, c->bank.width) +
           transformer_decoder(c->future, c->future, c->predictor.width, c->bank_layers, c->bank);
}

double cost_step(const Config *c) {
    size_t tokens = c->past + c->music + (c->transit ? c->future : 0);
    double cost =
        transformer_encoder(c->past, c->past, c->motion_dim, c->motion_layers, c->predictor) +
        transformer_encoder(c->music, c->music, c->music_dim, c->music_layers, c->predictor) +
        transformer_decoder(tokens, c->future, c->motion_dim, c->cross_layers, c->predictor);
    if (c->transit) cost += transit(c);
    if (c->refine != REFINE_NONE) cost += refine(c, c->future + (c->join ? 1 : 0));
    return cost;
}

double cost_stage(const Config *c, int stage) {
    if (stage == 3) return cost_step(c);
    Config own = *c;
    if (stage == 1) own.refine = REFINE_DISCRETE; /* eq. 6 */
    return refine(&own, c->past);
}
