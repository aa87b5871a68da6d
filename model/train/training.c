#include "model/train/training.h"

#include "model/predictors/predictors.h"

enum {
    MANIFOLD = 1 << STAGE_MANIFOLD,
    REFINED = 1 << STAGE_REFINE,
    PREDICTED = 1 << STAGE_PREDICT,
    ALL_STAGES = MANIFOLD | REFINED | PREDICTED
};

static const char *const schedule_words[] = {
    [SCHEDULE_STEP] = "step", [SCHEDULE_COSINE] = "cosine", [SCHEDULE_CONSTANT] = "constant", NULL};

static const char *const precision_words[] = {
    [PRECISION_FLOAT32] = "float32", [PRECISION_BF16] = "bf16", NULL};

static const TrainingKey keys[] = {
    {.option = "batch",
     .argument = "B",
     .help = "Windows per step.",
     .offset = offsetof(Training, batch),
     .min = 1,
     .max = 65536,
     .stages = ALL_STAGES,
     .word = "batch"},
    {.option = "micro-batch",
     .argument = "B",
     .help = "Compute B windows of a step at a time and add up their gradients: less memory, the "
             "same training to rounding.",
     .standard = "the whole batch, or a process's part of it",
     .offset = offsetof(Training, micro_batch),
     .min = 1,
     .max = 65536,
     .stages = ALL_STAGES,
     .uncompared = true},
    {.option = "precision",
     .help = "bf16: multiply in the transformer layers with operands rounded to 8 bits, for "
             "processors with AMX or AVX512-BF16; weights, sums and moments stay in float32.",
     .type = KEY_CHOICE,
     .offset = offsetof(Training, precision),
     .words = precision_words,
     .stages = ALL_STAGES,
     .word = "precision",
     .optional = true},
    {.option = "lr",
     .argument = "LR",
     .help = "Learning rate.",
     .type = KEY_REAL,
     .offset = offsetof(Training, lr),
     .max = 10,
     .stages = ALL_STAGES,
     .each = true,
     .word = "lr"},
    {.option = "schedule",
     .help = "How the learning rate falls.",
     .type = KEY_CHOICE,
     .offset = offsetof(Training, schedule),
     .words = schedule_words,
     .stages = ALL_STAGES,
     .word = "schedule"},
    {.option = "drop1",
     .argument = "E",
     .help = "Epoch from which a step schedule has a tenth of the learning rate; 0: none.",
     .offset = offsetof(Training, drop[0]),
     .max = 1e9,
     .stages = PREDICTED,
     .word = "drop"},
    {.option = "drop2",
     .argument = "E",
     .help = "Epoch from which a step schedule has a hundredth of it; 0: none.",
     .offset = offsetof(Training, drop[1]),
     .max = 1e9,
     .stages = PREDICTED},
    {.option = "warmup",
     .argument = "STEPS",
     .help = "Steps over which the learning rate rises from 0.",
     .offset = offsetof(Training, warmup),
     .max = 1e9,
     .stages = ALL_STAGES,
     .word = "warmup"},
    {.option = "noise",
     .argument = "S",
     .help = "Augmentation: let the motion that the networks are given drift, linearly in time, by "
             "a Gaussian of S standard deviations.",
     .type = KEY_REAL,
     .offset = offsetof(Training, noise),
     .max = 1000,
     .stages = ALL_STAGES,
     .word = "noise"},
    {.option = "fade",
     .argument = "A",
     .help = "Augmentation: scale the past's motion towards its last frame by a random factor in "
             "[1 - A, 1].",
     .type = KEY_REAL,
     .offset = offsetof(Training, fade),
     .max = 1,
     .stages = PREDICTED,
     .word = "fade"},
    {.option = "mirror",
     .argument = "P",
     .help = "Augmentation: show that share of the windows as in a mirror, left and right "
             "exchanged; 0.5: half.",
     .type = KEY_REAL,
     .offset = offsetof(Training, mirror),
     .max = 1,
     .stages = ALL_STAGES,
     .word = "mirror",
     .optional = true},
    {.option = "unroll",
     .argument = "S",
     .help = "Train on S steps in a row, each given the frames that the one before predicted.",
     .offset = offsetof(Training, unroll),
     .min = 1,
     .max = 1000,
     .stages = PREDICTED,
     .word = "unroll"},
    {.option = "ramp",
     .argument = "E",
     .help = "Epochs over which --unroll grows from 1 to S.",
     .offset = offsetof(Training, ramp),
     .max = 1e9,
     .stages = PREDICTED},
    {.option = "beta",
     .argument = "BETA",
     .help = "Weight of the commitment loss (eq. 7).",
     .type = KEY_REAL,
     .offset = offsetof(Training, beta),
     .max = 1000,
     .stages = MANIFOLD,
     .word = "beta"},
    {.option = "kl",
     .argument = "W",
     .help = "Weight of the divergence (VAE).",
     .type = KEY_REAL,
     .offset = offsetof(Training, kl),
     .max = 1e6,
     .stages = ALL_STAGES,
     .word = "kl"},
    {.option = "root-weight",
     .argument = "W",
     .help = "Weight of errors of the root's translation in the loss.",
     .type = KEY_REAL,
     .offset = offsetof(Training, root_weight),
     .max = 1e6,
     .stages = ALL_STAGES,
     .word = "root"},
    {.option = "contact",
     .argument = "W",
     .help = "Weight of the contact loss: the mean squared speed, (m/s)^2, of feet where the "
             "data's stand; 0: none.",
     .type = KEY_REAL,
     .offset = offsetof(Training, contact),
     .max = 1e6,
     .stages = REFINED | PREDICTED,
     .word = "contact",
     .optional = true},
    {.option = "mse-weight",
     .argument = "W",
     .help = "Weight of eq. 9, beside the predictor's own loss.",
     .type = KEY_REAL,
     .offset = offsetof(Training, mse_weight),
     .max = 1e6,
     .stages = PREDICTED,
     .needs = NEEDS_OWN_LOSS,
     .word = "mse"},
    {.option = "own-weight",
     .argument = "W",
     .help = "Weight of the predictor's own loss.",
     .type = KEY_REAL,
     .offset = offsetof(Training, own_weight),
     .max = 1e6,
     .stages = PREDICTED,
     .needs = NEEDS_OWN_LOSS,
     .word = "own"},
    {.option = "fed",
     .argument = "F",
     .help = "Feed the predictor F true frames in a row, between its own ones; 0: its own only.",
     .offset = offsetof(Training, fed),
     .max = 1e6,
     .stages = PREDICTED,
     .needs = NEEDS_FEEDING,
     .word = "fed"},
    {.option = "grow",
     .argument = "G",
     .help = "With --fed: between them floor(G epoch) of its own.",
     .type = KEY_REAL,
     .offset = offsetof(Training, grow),
     .max = 1e6,
     .stages = PREDICTED,
     .needs = NEEDS_FEEDING},
    {.option = "epochs",
     .argument = "E",
     .help = "Epochs.",
     .offset = offsetof(Training, epochs),
     .max = 1e9,
     .stages = ALL_STAGES,
     .each = true,
     .word = "length",
     .cosine = true},
    {.option = "steps",
     .argument = "S",
     .help = "Steps in all, instead of epochs; 0 writes the initial model.",
     .standard = "what the epochs have",
     .offset = offsetof(Training, max_steps),
     .max = 1e12,
     .stages = PREDICTED,
     .cosine = true},
};
enum { COUNT = sizeof keys / sizeof *keys };

const TrainingKey *training_key(size_t i) { return i < COUNT ? &keys[i] : NULL; }

static bool met(TrainingNeed need, const Predictor *p) {
    switch (need) {
    case NEEDS_NOTHING:
        return true;
    case NEEDS_OWN_LOSS:
        return p->takes_truth;
    case NEEDS_FEEDING:
        return p->feeds_itself;
    }
    return false;
}

bool training_key_applies(const TrainingKey *k, Stage stage, const Config *c) {
    return (k->stages >> stage & 1) && met(k->needs, predictor_at(c->predictor_id));
}

static void print_value(const TrainingKey *k, const Training *t, Buffer *text) {
    const void *at = (const char *)t + k->offset;
    switch (k->type) {
    case KEY_SIZE:
        buffer_print(text, "%zu", *(const size_t *)at);
        return;
    case KEY_REAL:
        buffer_print(text, "%g", *(const double *)at);
        return;
    case KEY_FLAG:
    case KEY_CHOICE:
    case KEY_PREDICTOR:
    case KEY_MUSIC: /* a training has none */
        if (k->optional)
            buffer_text(text, k->words[*(const int *)at]);
        else
            buffer_print(text, "%d", *(const int *)at);
        return;
    }
}

static bool is_zero(const TrainingKey *k, const Training *t) {
    const void *at = (const char *)t + k->offset;
    return k->type == KEY_CHOICE ? *(const int *)at == 0 : *(const double *)at == 0;
}

/* Numbers that a stage does not have are written, too, where all predictors have them: the line's
 * form is older than this table. */
void training_describe(const Training *t, Stage stage, const Config *c, Buffer *text) {
    for (size_t i = 0; i < COUNT; i++) {
        const TrainingKey *k = &keys[i];
        if (k->uncompared || !met(k->needs, predictor_at(c->predictor_id))) continue;
        if (k->cosine && t->schedule != SCHEDULE_COSINE) continue;
        if (k->optional && is_zero(k, t)) continue;
        if (k->word)
            buffer_print(text, " %s%d=", k->word, (int)stage);
        else
            buffer_text(text, ",");
        print_value(k, t, text);
    }
}
