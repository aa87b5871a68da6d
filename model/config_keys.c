#include "model/config_keys.h"

#include <string.h>

#include "model/predictors/predictors.h"

_Static_assert(sizeof(Refine) == sizeof(int), "a choice is read and written as an int");

enum { MAX_FRAMES = 100000, MAX_WIDTH = 65536, MAX_HEADS = 1024 };

static const char *const refine_words[] = {
    [REFINE_BANK] = "bank", [REFINE_DISCRETE] = "discrete", [REFINE_AE] = "ae",
    [REFINE_VAE] = "vae",   [REFINE_NONE] = "none",         [REFINE_NONE + 1] = NULL};

static const char *const projection_words[] = {"bank", "discrete", "ae", "vae", NULL};

/* In the order of the file format. Keys that came after its first version are optional. */
static const ConfigKey keys[] = {
    {.name = "motion_dim",
     .offset = offsetof(Config, motion_dim),
     .min = 12,
     .max = CONFIG_MAX_SIZE,
     .part = PART_DATA},
    {.name = "music_dim",
     .offset = offsetof(Config, music_dim),
     .min = 1,
     .max = CONFIG_MAX_SIZE,
     .part = PART_DATA,
     .uses = USES_MUSIC},
    {.name = "past",
     .offset = offsetof(Config, past),
     .min = 2,
     .max = MAX_FRAMES,
     .part = PART_WINDOW,
     .rate_power = 1,
     .option = "past",
     .argument = "L",
     .help = "Past frames l that a step sees."},
    {.name = "future",
     .offset = offsetof(Config, future),
     .min = 1,
     .max = MAX_FRAMES,
     .part = PART_WINDOW,
     .rate_power = 1,
     .option = "future",
     .argument = "K",
     .help = "Future frames K that a step predicts."},
    {.name = "music",
     .offset = offsetof(Config, music),
     .min = 1,
     .max = MAX_FRAMES,
     .part = PART_PREDICTOR,
     .uses = USES_MUSIC,
     .rate_power = 1,
     .option = "music",
     .argument = "M",
     .help = "Frames of music that a step sees, from the first past frame on."},
    {.name = "keep",
     .offset = offsetof(Config, keep),
     .min = 1,
     .max = MAX_FRAMES,
     .part = PART_STEP,
     .rate_power = 1,
     .option = "keep",
     .argument = "k",
     .help = "Frames of each step's K that generate keeps by default."},
    {.name = "width",
     .offset = offsetof(Config, predictor.width),
     .min = 1,
     .max = MAX_WIDTH,
     .part = PART_PREDICTOR,
     .option = "width",
     .argument = "W",
     .help = "Width of the predictor and of TransitBank's tokens."},
    {.name = "heads",
     .offset = offsetof(Config, predictor.heads),
     .min = 1,
     .max = MAX_HEADS,
     .part = PART_PREDICTOR,
     .uses = USES_HEADS,
     .option = "heads",
     .argument = "H",
     .help = "Attention heads of the predictor."},
    {.name = "mlp",
     .offset = offsetof(Config, predictor.mlp),
     .min = 1,
     .max = MAX_WIDTH,
     .part = PART_PREDICTOR,
     .uses = USES_MLP,
     .option = "mlp",
     .argument = "F",
     .help = "Width of the predictor's MLPs."},
    {.name = "bank_width",
     .offset = offsetof(Config, bank.width),
     .min = 1,
     .max = MAX_WIDTH,
     .part = PART_BANKS,
     .option = "bank-width",
     .argument = "C",
     .help = "Width of an item and of the banks' networks."},
    {.name = "bank_heads",
     .offset = offsetof(Config, bank.heads),
     .min = 1,
     .max = MAX_HEADS,
     .part = PART_BANKS,
     .option = "bank-heads",
     .argument = "H",
     .help = "Attention heads of the banks' networks."},
    {.name = "bank_mlp",
     .offset = offsetof(Config, bank.mlp),
     .min = 1,
     .max = MAX_WIDTH,
     .part = PART_BANKS,
     .option = "bank-mlp",
     .argument = "F",
     .help = "Width of the banks' MLPs."},
    {.name = "bank_layers",
     .offset = offsetof(Config, bank_layers),
     .max = CONFIG_MAX_LAYERS,
     .part = PART_BANKS,
     .repeats = true,
     .option = "bank-layers",
     .argument = "L",
     .help = "Layers of each of the banks' encoders and decoders."},
    {.name = "items",
     .offset = offsetof(Config, items),
     .min = 1,
     .max = 1e6,
     .part = PART_BANKS,
     .option = "items",
     .argument = "N",
     .help = "Items of a bank: cluster-ap's --clusters."},
    {.name = "latents",
     .offset = offsetof(Config, latents),
     .min = 1,
     .max = CONFIG_MAX_LATENTS,
     .part = PART_BANKS,
     .option = "latents",
     .argument = "n",
     .help = "Latents of a window."},
    {.name = "transit",
     .offset = offsetof(Config, transit),
     .type = KEY_FLAG,
     .part = PART_STEP,
     .option = "transit",
     .help = "Give the predictor TransitBank's prior tokens (Table 2)."},
    {.name = "residual",
     .offset = offsetof(Config, residual),
     .type = KEY_FLAG,
     .part = PART_STEP,
     .option = "residual",
     .help = "Predict displacements from the last past frame."},
    {.name = "join",
     .offset = offsetof(Config, join),
     .max = MAX_FRAMES,
     .part = PART_STEP,
     .rate_power = 1,
     .option = "join",
     .argument = "F",
     .help = "Shift RefineBank's frames onto the last past frame, fading over F frames; 0: off."},
    {.name = "relative_root",
     .offset = offsetof(Config, relative_root),
     .type = KEY_FLAG,
     .part = PART_WINDOW,
     .option = "relative-root",
     .help = "Count horizontal translation from the last past frame."},
    {.name = "standardise",
     .offset = offsetof(Config, standardise),
     .type = KEY_FLAG,
     .part = PART_WINDOW,
     .option = "standardise",
     .help = "Scale every dimension inside the networks to mean 0 and deviation 1."},
    {.name = "logit_scale",
     .offset = offsetof(Config, logit_scale),
     .type = KEY_FLAG,
     .part = PART_BANKS,
     .option = "logit-scale",
     .help = "Multiply the banks' logits by C^-1/2."},
    {.name = "smooth",
     .offset = offsetof(Config, smooth),
     .type = KEY_REAL,
     .max = 1e9,
     .optional = true,
     .part = PART_STEP,
     .rate_power = 6,
     .option = "smooth",
     .argument = "LAMBDA",
     .help = "Low-pass (Whittaker) smoothing across the seam between past and future: at 60 frames "
             "a second 18 cuts at 6 Hz, 190 at 4 Hz; 0: off."},
    {.name = "gain",
     .offset = offsetof(Config, gain),
     .type = KEY_REAL,
     .max = 10,
     .optional = true,
     .part = PART_STEP,
     .option = "gain",
     .argument = "G",
     .help = "The default of generate's --gain, by which each step's movement away from the last "
             "past frame is multiplied; 0: off."},
    {.name = "joint_gains",
     .offset = offsetof(Config, joint_gains),
     .type = KEY_FLAG,
     .optional = true,
     .part = PART_STEP,
     .option = "fit-gain",
     .help = "After training, fit a gain for every joint, by which the model's dances to the "
             "training songs move as much as the training dances; not with --gain."},
    {.name = "escape",
     .offset = offsetof(Config, escape),
     .type = KEY_REAL,
     .max = 1,
     .optional = true,
     .part = PART_STEP,
     .option = "escape",
     .argument = "A",
     .help =
         "The default of generate's --escape: a dance that repeats its newest steps is led away "
         "towards the mean pose, in a step by the share A; 0: off."},
    {.name = "relative_heading",
     .offset = offsetof(Config, relative_heading),
     .type = KEY_FLAG,
     .optional = true,
     .part = PART_WINDOW,
     .option = "relative-heading",
     .help = "Turn every window so that its last past frame faces straight ahead."},
    {.name = "layers",
     .offset = offsetof(Config, motion_layers),
     .listed = true,
     .max = CONFIG_MAX_LAYERS,
     .part = PART_PREDICTOR,
     .uses = USES_MOTION_LAYERS,
     .repeats = true,
     .option = "motion-layers",
     .argument = "L",
     .help = "Layers of the predictor's motion network."},
    {.name = "layers",
     .offset = offsetof(Config, music_layers),
     .listed = true,
     .max = CONFIG_MAX_LAYERS,
     .part = PART_PREDICTOR,
     .uses = USES_MUSIC_LAYERS,
     .repeats = true,
     .option = "music-layers",
     .argument = "L",
     .help = "Layers of the predictor's music network."},
    {.name = "layers",
     .offset = offsetof(Config, cross_layers),
     .listed = true,
     .max = CONFIG_MAX_LAYERS,
     .part = PART_PREDICTOR,
     .uses = USES_CROSS_LAYERS,
     .repeats = true,
     .option = "cross-layers",
     .argument = "L",
     .help = "Layers of the predictor's cross-modal network."},
    {.name = "refine",
     .offset = offsetof(Config, refine),
     .type = KEY_CHOICE,
     .words = refine_words,
     .part = PART_BANKS,
     .option = "refine",
     .option_words = projection_words,
     .help = "How RefineBank projects latents (Table 3)."},
    {.name = "home",
     .offset = offsetof(Config, home),
     .type = KEY_FLAG,
     .optional = true,
     .part = PART_PREDICTOR,
     .uses = USES_HOME,
     .option = "home",
     .help = "With --relative-root: tell the predictor where the dance began, as seen from the "
             "last past frame."},
    {.name = "predictor",
     .offset = offsetof(Config, predictor_id),
     .type = KEY_PREDICTOR,
     .optional = true,
     .part = PART_PREDICTOR},
    {.name = "fps",
     .offset = offsetof(Config, fps),
     .type = KEY_REAL,
     .max = 1000,
     .optional = true,
     .part = PART_DATA},
    {.name = "music_features",
     .offset = offsetof(Config, music_features),
     .type = KEY_MUSIC,
     .optional = true,
     .part = PART_DATA,
     .uses = USES_MUSIC},
};
enum { COMMON = sizeof keys / sizeof *keys };

const ConfigKey *config_key(int predictor, size_t i) {
    if (i < COMMON) return &keys[i];
    const Predictor *p = predictor_at(predictor);
    return i - COMMON < p->key_count ? &p->keys[i - COMMON] : NULL;
}

bool config_key_applies(const ConfigKey *k, const Config *c) {
    return k->uses == 0 || (k->uses & predictor_at(c->predictor_id)->uses) != 0;
}

double config_get(const Config *c, const ConfigKey *k) {
    const void *at = (const char *)c + k->offset;
    switch (k->type) {
    case KEY_SIZE:
        return (double)*(const size_t *)at;
    case KEY_REAL:
        return *(const double *)at;
    case KEY_FLAG:
        return *(const bool *)at;
    case KEY_CHOICE:
    case KEY_PREDICTOR:
        return *(const int *)at;
    case KEY_MUSIC:
        break;
    }
    return 0;
}

void config_set(Config *c, const ConfigKey *k, double value) {
    void *at = (char *)c + k->offset;
    switch (k->type) {
    case KEY_SIZE:
        *(size_t *)at = (size_t)value;
        return;
    case KEY_REAL:
        *(double *)at = value;
        return;
    case KEY_FLAG:
        *(bool *)at = value != 0;
        return;
    case KEY_CHOICE:
    case KEY_PREDICTOR:
        *(int *)at = (int)value;
        return;
    case KEY_MUSIC:
        *(MusicIdentity *)at = (MusicIdentity){0};
        return;
    }
}

void config_choose_predictor(Config *c, int predictor) {
    const ConfigKey *k;
    c->predictor_id = predictor;
    memset(c->own, 0, sizeof c->own);
    if (predictor_at(predictor)->outright) c->residual = false;
    for (size_t i = 0; (k = config_key(predictor, i)); i++) {
        if (!config_key_applies(k, c)) config_set(c, k, 0);
        if (i >= COMMON) config_set(c, k, k->initial);
    }
}

void config_copy_part(Config *to, const Config *from, KeyPart part) {
    for (size_t i = 0; i < COMMON; i++)
        if (keys[i].part == part) config_set(to, &keys[i], config_get(from, &keys[i]));
}
