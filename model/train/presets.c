#include "model/train/presets.h"

#include <string.h>

#include "model/predictors/predictors.h"

/* Section 4.3 and Appendix of the paper. */
static const Preset paper = {
    .config =
        {
            .past = 120,
            .future = 20,
            .music = 240,
            .keep = 20,
            .predictor = {.width = 800, .heads = 10, .mlp = 3072},
            .motion_layers = 2,
            .music_layers = 2,
            .cross_layers = 12,
            .bank = {.width = 2048, .heads = 10, .mlp = 2048},
            .bank_layers = 4,
            .items = 256,
            .latents = 4,
            .refine = REFINE_BANK,
            .transit = true,
        },
    .stage =
        {
            [STAGE_MANIFOLD] =
                {
                    .batch = 32,
                    .epochs = 50,
                    .lr = 1e-4,
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 1,
                },
            [STAGE_REFINE] =
                {
                    .batch = 32,
                    .epochs = 25,
                    .lr = 1e-4,
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 1,
                },
            [STAGE_PREDICT] =
                {
                    .batch = 32,
                    .epochs = 150,
                    .lr = 1e-4,
                    .drop = {30, 90},
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 1,
                    .mse_weight = 1,
                },
        },
};

/* A few hours on two cores. */
static const Preset small = {
    .config =
        {
            .past = 60,
            .future = 20,
            .music = 80,
            .keep = 20,
            .predictor = {.width = 128, .heads = 2, .mlp = 256},
            .motion_layers = 1,
            .music_layers = 1,
            .cross_layers = 3,
            .bank = {.width = 128, .heads = 2, .mlp = 256},
            .bank_layers = 2,
            .items = 128,
            .latents = 20,
            .refine = REFINE_BANK,
            .transit = true,
            .relative_root = true,
            .relative_heading = true,
            .standardise = true,
            .logit_scale = true,
            .join = 20,
            .smooth = 250,
            .joint_gains = true,
            .escape = 0.2,
            .home = true,
        },
    .stage =
        {
            [STAGE_MANIFOLD] =
                {
                    .batch = 8,
                    .epochs = 6,
                    .lr = 1e-3,
                    .schedule = SCHEDULE_CONSTANT,
                    .warmup = 50,
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 10,
                },
            [STAGE_REFINE] =
                {
                    .batch = 8,
                    .epochs = 32,
                    .lr = 2e-3,
                    .schedule = SCHEDULE_COSINE,
                    .warmup = 50,
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 10,
                },
            [STAGE_PREDICT] =
                {
                    .batch = 16,
                    .epochs = 36,
                    .lr = 1e-3,
                    .schedule = SCHEDULE_COSINE,
                    .warmup = 50,
                    .noise = 0.1,
                    .fade = 0.9,
                    .unroll = 1,
                    .beta = 0.2,
                    .kl = 1e-4,
                    .root_weight = 10,
                    .mse_weight = 1,
                },
        },
};

/* The demo's minutes of synthetic dance. */
static const Preset demo = {.config =
                                {
                                    .past = 60,
                                    .future = 20,
                                    .music = 80,
                                    .keep = 20,
                                    .predictor = {.width = 64, .heads = 2, .mlp = 128},
                                    .motion_layers = 1,
                                    .music_layers = 1,
                                    .cross_layers = 2,
                                    .bank = {.width = 64, .heads = 2, .mlp = 128},
                                    .bank_layers = 1,
                                    .items = 32,
                                    .latents = 20,
                                    .refine = REFINE_BANK,
                                    .transit = true,
                                    .residual = true,
                                    .relative_root = true,
                                    .relative_heading = true,
                                    .standardise = true,
                                    .logit_scale = true,
                                    .join = 20,
                                    .smooth = 300,
                                    .gain = 1.05,
                                    .escape = 0.2,
                                    .home = true,
                                },
                            .stage = {
                                [STAGE_MANIFOLD] =
                                    {
                                        .batch = 8,
                                        .epochs = 5,
                                        .lr = 1e-3,
                                        .schedule = SCHEDULE_CONSTANT,
                                        .warmup = 50,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 10,
                                    },
                                [STAGE_REFINE] =
                                    {
                                        .batch = 8,
                                        .epochs = 20,
                                        .lr = 2e-3,
                                        .schedule = SCHEDULE_COSINE,
                                        .warmup = 50,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 10,
                                    },
                                [STAGE_PREDICT] =
                                    {
                                        .batch = 8,
                                        .epochs = 40,
                                        .lr = 2e-3,
                                        .schedule = SCHEDULE_COSINE,
                                        .warmup = 50,
                                        .noise = 0.1,
                                        .fade = 0.8,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 10,
                                        .mse_weight = 1,
                                    },
                            }};

/* The paper's windows, in networks that a test trains in seconds. */
static const Preset tiny = {.config =
                                {
                                    .past = 120,
                                    .future = 20,
                                    .music = 240,
                                    .keep = 20,
                                    .predictor = {.width = 16, .heads = 2, .mlp = 32},
                                    .motion_layers = 1,
                                    .music_layers = 1,
                                    .cross_layers = 1,
                                    .bank = {.width = 16, .heads = 2, .mlp = 32},
                                    .bank_layers = 1,
                                    .items = 4,
                                    .latents = 4,
                                    .refine = REFINE_BANK,
                                    .transit = true,
                                },
                            .stage = {
                                [STAGE_MANIFOLD] =
                                    {
                                        .batch = 8,
                                        .epochs = 1,
                                        .lr = 1e-3,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 1,
                                    },
                                [STAGE_REFINE] =
                                    {
                                        .batch = 8,
                                        .epochs = 1,
                                        .lr = 1e-3,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 1,
                                    },
                                [STAGE_PREDICT] =
                                    {
                                        .batch = 8,
                                        .epochs = 1,
                                        .lr = 1e-3,
                                        .unroll = 1,
                                        .beta = 0.2,
                                        .kl = 1e-4,
                                        .root_weight = 1,
                                        .mse_weight = 1,
                                    },
                            }};

const char *const preset_names[] = {"paper", "small", "demo", "tiny", NULL};
static const Preset *const presets[] = {&paper, &small, &demo, &tiny};

const Preset *preset_find(const char *name) {
    for (size_t i = 0; preset_names[i]; i++)
        if (strcmp(preset_names[i], name) == 0) return presets[i];
    return NULL;
}

static const ConfigKey *key_of_option(const Config *c, const char *option) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++)
        if (k->option && strcmp(k->option, option) == 0) return k;
    return NULL;
}

void preset_take_sizes(const char *preset, Config *c) {
    const Predictor *p = predictor_at(c->predictor_id);
    for (size_t i = 0; i < p->size_count; i++) {
        const ConfigKey *k = key_of_option(c, p->sizes[i].option);
        if (k && strcmp(p->sizes[i].preset, preset) == 0) config_set(c, k, p->sizes[i].value);
    }
}
