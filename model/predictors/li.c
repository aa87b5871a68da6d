/* The two-stream motion transformer of Li et al. 2020: every number of a frame is one of `bins`
 * classes, of which a causal transformer gives the logits. Row t holds the classes of frame t and
 * the music of frame t + 1:
 *   dance  W_m [T[class_0]; ...; T[class_D-1]],  sound  W_a tanh(W_s music),  beat  W_b (w flag +
 * c) m = [transformer(dance); transformer(beat); transformer(sound)], sound and beat of a quarter
 * of the width, half the layers and heads logits of number j = W_h (W_x m)_j, W_h shared by all
 * numbers TransitBank's tokens stand before the dance. The next frame is the mean of the classes'
 * centres, or with random numbers each number is drawn. Rows of the past are computed at once,
 * those of the future one by one. */
#include <stdio.h>

#include "lib/nn/layers/post_norm.h"
#include "lib/nn/layers/transformer.h"
#include "model/predictors/feeding.h"

enum { HEAD_DIM, BINS, EMBED, OUTPUT, AUDIO, BEAT, PRIOR }; /* places in Config.own */

static const ConfigKey keys[] = {
    {.name = "head_dim",
     .offset = offsetof(Config, own[HEAD_DIM].size),
     .min = 4,
     .max = 4096,
     .part = PART_PREDICTOR,
     .initial = 32,
     .option = "head-dim",
     .argument = "D",
     .help = "Columns of an attention head of the dance; sound and beat have a quarter of them."},
    {.name = "bins",
     .offset = offsetof(Config, own[BINS].size),
     .min = 2,
     .max = OP_MAX_CLASSES,
     .part = PART_PREDICTOR,
     .initial = 50,
     .option = "bins",
     .argument = "C",
     .help = "Classes of a number."},
    {.name = "embed",
     .offset = offsetof(Config, own[EMBED].size),
     .min = 1,
     .max = 4096,
     .part = PART_PREDICTOR,
     .initial = 4,
     .option = "embed",
     .argument = "E",
     .help = "Width of a class's embedding."},
    {.name = "output",
     .offset = offsetof(Config, own[OUTPUT].size),
     .min = 1,
     .max = 4096,
     .part = PART_PREDICTOR,
     .initial = 8,
     .option = "output",
     .argument = "O",
     .help = "Width of what a number's logits are read from."},
    {.name = "audio",
     .offset = offsetof(Config, own[AUDIO].size),
     .min = 1,
     .max = 4096,
     .part = PART_PREDICTOR,
     .initial = 30,
     .option = "audio",
     .argument = "A",
     .help = "Width of the first layer on sound and beat."},
    {.name = "beat",
     .offset = offsetof(Config, own[BEAT].size),
     .max = CONFIG_MAX_SIZE,
     .part = PART_PREDICTOR,
     .initial = 34,
     .option = "beat",
     .argument = "COLUMN",
     .help = "Column of the music, from 0, that flags beats."},
    {.name = "prior",
     .type = KEY_CHOICE,
     .offset = offsetof(Config, own[PRIOR].choice),
     .words = prior_words,
     .part = PART_PREDICTOR,
     .initial = PRIOR_TOKENS,
     .option = "prior",
     .help = "TransitBank's tokens stand before the dance."},
};

static int check(const Config *c, Error *err) {
    if (c->own[PRIOR].choice != PRIOR_TOKENS)
        return error_set(err, "li has nothing that tokens could be added to: prior must be tokens");
    if (c->own[BEAT].size >= c->music_dim)
        return error_set(err, "beat (%zu) is not a column of music of %zu: --beat",
                         c->own[BEAT].size, c->music_dim);
    if (c->predictor.width < 4 || c->predictor.heads < 2)
        return error_set(err, "li needs a width of at least 4 and at least 2 heads");
    return check_feeding(c, err);
}

static size_t noise_shape(const Config *c, size_t *cols) {
    *cols = c->motion_dim;
    return c->future;
}

/* Keys and values of the rows so far. */
typedef struct {
    Value dance[CONFIG_MAX_LAYERS], sound[CONFIG_MAX_LAYERS], beat[CONFIG_MAX_LAYERS];
} Memory;

typedef struct {
    Parameter low, high; /* of a column's classes: quantiles of the data */
} Bins;

static Bins bins_of(Graph *g, const Config *c) {
    Parameter low = graph_parameter(g, INIT_GIVEN, 1, &c->motion_dim, "predictor.bins.low");
    return (Bins){low, graph_parameter(g, INIT_GIVEN, 1, &c->motion_dim, "predictor.bins.high")};
}

/* Row `first` of the sequence is the first of x. */
static Value stream(Graph *g, Value x, const char *prefix, size_t width, PostNorm p, Value tokens,
                    size_t first, Value *memory) {
    char path[64];
    snprintf(path, sizeof path, "%s.embed", prefix);
    size_t rows = graph_rows(g, x), before = graph_rows(g, tokens);
    x = op_add_sinusoids(g, linear_layer(g, x, path, width, INIT_GLOROT), first);
    p.mlp = width;
    p.window = (AttentionWindow){before, SIZE_MAX, 0};
    bool lead = first == 0 && before > 0; /* the tokens come with the first rows */
    if (lead) x = op_concat_rows(g, (Value[]){tokens, x}, 2);
    x = post_norm_blocks(g, x, prefix, p, memory);
    return lead ? op_slice_rows(g, x, before, rows) : x;
}

/* m of the rows of these frames, with the music of the frames after them. */
static Value listen(Graph *g, const Config *c, Value frames, Value music, Value tokens,
                    size_t first, Memory *m) {
    size_t W = c->predictor.width, audio = c->own[AUDIO].size, dim = c->own[HEAD_DIM].size;
    const Bins b = bins_of(g, c);
    Parameter table =
        graph_parameter(g, INIT_NORMAL, 2, (size_t[]){c->own[BINS].size, c->own[EMBED].size},
                        "predictor.motion.classes");
    PostNorm large = {.layers = c->motion_layers, .heads = c->predictor.heads, .head_dim = dim};
    PostNorm small = {.layers = large.layers / 2, .heads = large.heads / 2, .head_dim = dim / 4};
    Value classes = op_quantise_columns(g, frames, b.low, b.high, c->own[BINS].size);
    Value dance = stream(g, op_embed_classes(g, classes, table), "predictor.motion", W, large,
                         tokens, first, m->dance);
    Value sound =
        op_tanh(g, linear_layer(g, music, "predictor.sound.features", audio, INIT_GLOROT));
    sound = stream(g, sound, "predictor.sound", W / 4, small, NO_VALUE, first, m->sound);
    Value flag = op_slice_columns(g, music, c->own[BEAT].size, 1);
    Value beat = linear_layer(g, flag, "predictor.beat.flag", audio, INIT_GLOROT);
    beat = stream(g, beat, "predictor.beat", W / 4, small, NO_VALUE, first, m->beat);
    return op_concat_columns(g, (Value[]){dance, beat, sound}, 3);
}

/* [rows, D bins] */
static Value logits_of(Graph *g, const Config *c, Value m) {
    size_t D = c->motion_dim, rows = graph_rows(g, m), output = c->own[OUTPUT].size;
    Value x = linear_layer(g, m, "predictor.mix", D * output, INIT_GLOROT);
    x = op_reshape(g, x, rows * D, output);
    x = linear_layer(g, x, "predictor.head", c->own[BINS].size, INIT_GLOROT);
    return op_reshape(g, x, rows, D * c->own[BINS].size);
}

static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    size_t l = c->past, K = c->future, bins = c->own[BINS].size;
    bool taught = value_exists(in->truth);
    Memory memory = {{NO_VALUE}, {NO_VALUE}, {NO_VALUE}};
    const Bins b = bins_of(g, c);
    Value logits[c->future], made[c->future];
    Value m = listen(g, c, in->past, op_slice_rows(g, in->music, 1, l), in->prior, 0, &memory);
    Value row = op_slice_rows(g, m, l - 1, 1);
    for (size_t k = 0; k < K; k++) {
        if (k > 0)
            row = listen(g, c, feed_frame(g, in, made[k - 1], k),
                         op_slice_rows(g, in->music, l + k, 1), in->prior, l + k - 1, &memory);
        logits[k] = logits_of(g, c, row);
        Value noise = NO_VALUE;
        if (!taught && value_exists(in->noise)) noise = op_slice_rows(g, in->noise, k, 1);
        made[k] = op_expected_number(g, logits[k], noise, b.low, b.high, bins);
    }
    Prediction p = {.future = join_rows(g, made, K)};
    if (!taught) return p;
    Value all = join_rows(g, logits, K);
    if (in->past_counts) {
        Value warm = logits_of(g, c, op_slice_rows(g, m, 0, l - 1));
        all = op_concat_rows(g, (Value[]){warm, all}, 2);
    }
    Value due = op_quantise_columns(g, true_frames(g, c, in), b.low, b.high, bins);
    p.loss = op_class_entropy(g, all, due, bins);
    return p;
}

static const PresetSize sizes[] = {
    {"paper", "width", 128},       {"paper", "heads", 4},    {"paper", "head-dim", 128},
    {"paper", "motion-layers", 4}, {"paper", "bins", 300},   {"paper", "embed", 10},
    {"paper", "output", 10},       {"small", "heads", 4},    {"small", "motion-layers", 2},
    {"demo", "heads", 4},          {"demo", "head-dim", 16}, {"demo", "motion-layers", 2},
    {"demo", "bins", 30},          {"demo", "output", 4},    {"tiny", "head-dim", 8},
    {"tiny", "motion-layers", 2},  {"tiny", "bins", 10},     {"tiny", "embed", 2},
    {"tiny", "output", 2},         {"tiny", "audio", 8},
};

const Predictor predictor_li = {
    .name = "li",
    .about = "the motion transformer over classes of Li et al. 2020",
    .uses = USES_MUSIC | USES_HEADS | USES_MOTION_LAYERS,
    .ignores = USES_MLP,
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .sizes = sizes,
    .size_count = sizeof sizes / sizeof *sizes,
    .takes_truth = true,
    .own_weight = 1,
    .feeds_itself = true,
    .outright = true,
    .noise_shape = noise_shape,
    .rounded = ".blocks.",
    .check = check,
    .build = build,
};
