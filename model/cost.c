#include "cost.h"

static double product(size_t m, size_t n, size_t k) { return 2 * (double)m * (double)n * (double)k; }

double cost_transformer(size_t rows, size_t layers, Dims d) {
    size_t inner = d.heads * head_dim(d);
    double linear = product(rows, 3 * inner, d.width) + product(rows, d.width, inner) + 2 * product(rows, d.mlp, d.width);
    return (double)layers * (linear + 2 * product(rows, rows, inner));
}

/* Rows of `in` numbers through a linear layer and a transformer; for a decoder the linear layer comes last. */
static double coder(size_t rows, size_t in, size_t layers, Dims d) { return product(rows, d.width, in) + cost_transformer(rows, layers, d); }

static double refine(const Config *c) {
    double cost = 2 * coder(c->past, c->motion_dim, c->bank_layers, c->bank);
    size_t n = c->latents, C = c->bank.width;
    if (c->refine == REFINE_BANK) cost += 2 * product(n, c->items, C);
    if (c->refine == REFINE_DISCRETE) cost += product(n, c->items, C);
    if (c->refine == REFINE_VAE) cost += 2 * product(n, C, C);
    return cost;
}

static double transit(const Config *c) {
    return coder(c->past, c->motion_dim, c->bank_layers, c->bank) + 2 * product(1, c->items, c->bank.width) +
           coder(c->future, c->predictor.width, c->bank_layers, c->bank);
}

double cost_step(const Config *c) {
    size_t tokens = c->past + c->music + (c->transit ? c->future : 0);
    double cost = coder(c->past, c->motion_dim, c->motion_layers, c->predictor) + coder(c->music, c->music_dim, c->music_layers, c->predictor) +
                  cost_transformer(tokens, c->cross_layers, c->predictor) + product(c->future, c->motion_dim, c->predictor.width);
    if (c->transit) cost += transit(c);
    if (c->refine != REFINE_NONE) cost += refine(c);
    return cost;
}

double cost_stage(const Config *c, int stage) {
    if (stage == 3) return cost_step(c);
    Config own = *c;
    if (stage == 1) own.refine = REFINE_DISCRETE; /* eq. 6 */
    return refine(&own);
}
