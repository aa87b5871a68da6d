/* small_models.h: configurations of tiny models for the gradient checks. */
#ifndef TEST_MODEL_SMALL_MODELS_H
#define TEST_MODEL_SMALL_MODELS_H

#include <string.h>

#include "model/config_keys.h"
#include "model/predictors/predictors.h"

static const double spread = 0.5; /* steeper softmaxes are beyond differences */

enum { GENRES = 3 };

static inline Config small_config(Refine refine) {
    return (Config){.motion_dim = 12,
                    .genre_count = GENRES,
                    .music_dim = 5,
                    .past = 9,
                    .future = 3,
                    .music = 13,
                    .keep = 3,
                    .predictor = {.width = 5, .heads = 2, .mlp = 7},
                    .motion_layers = 1,
                    .music_layers = 1,
                    .cross_layers = 1,
                    .bank = {.width = 6, .heads = 4, .mlp = 5},
                    .bank_layers = 1,
                    .items = 5,
                    .latents = 3,
                    .refine = refine,
                    .transit = true};
}

static inline Config aided_config(Refine refine) {
    Config c = small_config(refine);
    c.residual = c.relative_root = c.relative_heading = c.standardise = c.logit_scale = true;
    c.join = 2;
    c.smooth = 18;
    return c;
}

/* The same with another predictor, of small sizes. */
static inline void small_predictor(Config *c, int id) {
    const ConfigKey *k;
    config_choose_predictor(c, id);
    for (size_t i = 0; (k = config_key(id, i)); i++) {
        bool own = k->offset >= offsetof(Config, own) && k->offset < offsetof(Config, transit);
        if (own && k->type == KEY_SIZE) config_set(c, k, k->min > 2 ? k->min : 2);
    }
    if (strcmp(predictor_at(id)->name, "phd") == 0)
        c->predictor.width = 6; /* two groups: of single columns a bias has no gradient */
    if (strcmp(predictor_at(id)->name, "li") != 0) return;
    c->predictor.width = 12; /* sound and beat have a quarter of it */
    c->motion_layers = 2;
}

#endif
