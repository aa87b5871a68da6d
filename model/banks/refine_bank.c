/* RefineBank, section 4.1: an auto-encoder whose latents are projected onto a bank of items. */
#include "model/networks.h"

static Value encode(Graph *g, const Config *c, Value motion, RowRange rows) {
    return transformer_encoder(g, motion, "refine.encoder", c->past, c->bank_layers, c->bank, rows);
}

Value refine_encode(Graph *g, const Config *c, Value motion) {
    return encode(g, c, motion, all_rows);
}

/* The frames of n > 1 latents. */
static void latent_frames(const Config *c, size_t *frames) {
    size_t n = c->latents;
    for (size_t i = 0; i < n; i++) frames[i] = (2 * i * (c->past - 1) + (n - 1)) / (2 * (n - 1));
}

Value refine_sample(Graph *g, const Config *c, Value z) {
    size_t frames[CONFIG_MAX_LATENTS];
    if (c->latents == 1) return op_mean_rows(g, z);
    if (c->latents > CONFIG_MAX_LATENTS)
        return graph_fail(g, "at most %d latents", CONFIG_MAX_LATENTS);
    latent_frames(c, frames);
    return op_gather_rows(g, z, frames, c->latents);
}

Value refine_latents(Graph *g, const Config *c, Value motion) {
    size_t frames[CONFIG_MAX_LATENTS];
    if (c->latents == 1 || c->latents > CONFIG_MAX_LATENTS)
        return refine_sample(g, c, refine_encode(g, c, motion));
    latent_frames(c, frames);
    return encode(g, c, motion, (RowRange){0, c->latents, frames});
}

static Parameter manifold(Graph *g, const Config *c) {
    return graph_parameter(g, INIT_GIVEN, 3, (size_t[]){c->genre_count, c->items, c->bank.width},
                           "bank.manifold");
}

Value refine_project(Graph *g, const Config *c, Value z, Value genre) {
    Parameter bank = manifold(g, c);
    double factor = c->logit_scale ? 1 / sqrt((double)c->bank.width) : 1;
    Value weights = op_softmax(g, op_bank_similarity(g, z, bank, genre, factor));
    return op_bank_read(g, weights, bank, genre);
}

Value refine_nearest(Graph *g, const Config *c, Value z, Value genre) {
    return op_bank_nearest(g, z, manifold(g, c), genre);
}

Value refine_decode(Graph *g, const Config *c, Value latents, size_t first) {
    Value frames = op_interpolate_rows(g, latents, c->past);
    return transformer_decoder(g, frames, "refine.decoder", c->past, c->bank_layers, c->bank,
                               c->motion_dim,
                               first ? (RowRange){first, c->past - first, NULL} : all_rows);
}

Refined refine_bank(Graph *g, const Config *c, Value motion, size_t first, Value genre, Value eps) {
    Refined r = {0};
    Value z = refine_latents(g, c, motion);
    switch (c->refine) {
    case REFINE_BANK:
        z = refine_project(g, c, z, genre);
        break;
    case REFINE_DISCRETE:
        z = op_straight_through(g, refine_nearest(g, c, z, genre), z);
        break;
    case REFINE_VAE:
        r.mean = linear_layer(g, z, "refine.encoder.mean", c->bank.width, INIT_GLOROT);
        /* Never wider than the prior, which no optimum is: without a bound one strange window draws
         * from exp(large). */
        r.logvar = op_log_sigmoid(
            g, linear_layer(g, z, "refine.encoder.logvar", c->bank.width, INIT_GLOROT));
        z = value_exists(eps) ? op_reparameterise(g, r.mean, r.logvar, eps) : r.mean;
        break;
    case REFINE_AE:
    case REFINE_NONE:
        break;
    }
    r.motion = refine_decode(g, c, z, first);
    return r;
}
