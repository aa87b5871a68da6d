/* Dance Revolution (Huang et al. 2021): a transformer of local attention hears the music, layers of
 * long short-term memory dance, fed frame by frame:
 *   memory e = transformer(W_m music + sinusoids)
 *   h[t] = LSTM(W_e f[t] + b),  f[t] the past's frame, the true one or its own
 *   frame t + 1 = W [h[t]; e[t]] + b  (+ f[t] with --residual)
 * Gradients flow over all rows, but not through a frame that is fed. With --skew a layer reads what
 * the one below had a frame before, as the published code does, which predicts a frame without
 * having seen the last two of a stack of three layers. States begin with zeros at the past's first
 * frame. */
#include "lib/nn/layers/post_norm.h"
#include "lib/nn/layers/transformer.h"
#include "model/predictors/feeding.h"

enum { HEAD_DIM, REACH, HIDDEN, LAYERS, EMBED, SKEW, PRIOR }; /* places in Config.own */
enum { MOST_LAYERS = 8 };

static const ConfigKey keys[] = {
    {.name = "head_dim",
     .offset = offsetof(Config, own[HEAD_DIM].size),
     .min = 1,
     .max = 4096,
     .part = PART_PREDICTOR,
     .initial = 32,
     .option = "head-dim",
     .argument = "D",
     .help = "Columns of an attention head."},
    {.name = "reach",
     .offset = offsetof(Config, own[REACH].size),
     .max = 1e6,
     .part = PART_PREDICTOR,
     .initial = 240,
     .option = "reach",
     .argument = "R",
     .help = "Frames to both sides that a frame of music attends to."},
    {.name = "hidden",
     .offset = offsetof(Config, own[HIDDEN].size),
     .min = 1,
     .max = 16384,
     .part = PART_PREDICTOR,
     .initial = 256,
     .option = "hidden",
     .argument = "H",
     .help = "Width of a recurrent layer."},
    {.name = "lstm_layers",
     .offset = offsetof(Config, own[LAYERS].size),
     .min = 1,
     .max = MOST_LAYERS,
     .part = PART_PREDICTOR,
     .initial = 3,
     .option = "lstm-layers",
     .argument = "N",
     .help = "Recurrent layers."},
    {.name = "embed",
     .offset = offsetof(Config, own[EMBED].size),
     .min = 1,
     .max = 16384,
     .part = PART_PREDICTOR,
     .initial = 128,
     .option = "embed",
     .argument = "E",
     .help = "Width of a frame's embedding."},
    {.name = "skew",
     .type = KEY_FLAG,
     .offset = offsetof(Config, own[SKEW].flag),
     .part = PART_PREDICTOR,
     .option = "skew",
     .help = "Let a recurrent layer read what the one below had a frame before, as the published "
             "code does."},
    {.name = "prior",
     .type = KEY_CHOICE,
     .offset = offsetof(Config, own[PRIOR].choice),
     .words = prior_words,
     .part = PART_PREDICTOR,
     .initial = PRIOR_ADD,
     .option = "prior",
     .help = "TransitBank's tokens stand before the music, or are added to its memory."},
};

/* [M, W] */
static Value hear(Graph *g, const Config *c, const PredictorInputs *in) {
    Value x = linear_layer(g, in->music, "predictor.music.embed", c->predictor.width, INIT_GLOROT);
    bool tokens = value_exists(in->prior) && c->own[PRIOR].choice == PRIOR_TOKENS;
    size_t before = tokens ? c->future : 0, reach = c->own[REACH].size;
    x = op_add_sinusoids(g, x, 0);
    if (tokens) x = op_concat_rows(g, (Value[]){in->prior, x}, 2);
    PostNorm p = {.layers = c->music_layers,
                  .heads = c->predictor.heads,
                  .head_dim = c->own[HEAD_DIM].size,
                  .mlp = c->predictor.mlp,
                  .window = {before, reach, reach}};
    x = post_norm_blocks(g, x, "predictor.music", p, NULL);
    return tokens ? op_slice_rows(g, x, before, c->music) : x;
}

/* A layer's rows, h and s side by side, after the state before them. */
static Value run_layer(Graph *g, const Config *c, Value x, size_t layer, Value state) {
    size_t H = c->own[HIDDEN].size;
    Parameter w = graph_parameter(g, INIT_GLOROT, 2, (size_t[]){4 * H, graph_cols(g, x)},
                                  "predictor.dance.lstm.%zu.input.weight", layer);
    Parameter u = graph_parameter(g, INIT_GLOROT, 2, (size_t[]){4 * H, H},
                                  "predictor.dance.lstm.%zu.hidden.weight", layer);
    Parameter b =
        graph_parameter(g, INIT_ZERO, 1, (size_t[]){4 * H}, "predictor.dance.lstm.%zu.bias", layer);
    return op_lstm(g, op_linear(g, x, w, b), state, u);
}

/* The top layer's h in each row of `frames`; state: of each layer, and then that of the last row.
 */
static Value dance(Graph *g, const Config *c, Value frames, Value *state) {
    const Unfold pair = {.kernel = 2, .dilation = 1};
    size_t H = c->own[HIDDEN].size, rows = graph_rows(g, frames);
    Value x = linear_layer(g, frames, "predictor.dance.embed", c->own[EMBED].size, INIT_GLOROT);
    for (size_t i = 0; i < c->own[LAYERS].size; i++) {
        Value before = state[i], y = run_layer(g, c, x, i, before);
        state[i] = op_slice_rows(g, y, rows - 1, 1);
        x = op_slice_columns(g, y, 0, H);
        if (!c->own[SKEW].flag || i + 1 == c->own[LAYERS].size) continue;
        if (value_exists(before)) /* a single row, later on */
            x = op_slice_columns(g, before, 0, H);
        else
            x = op_slice_columns(g, op_unfold_rows(g, x, pair, 0, rows), 0, H);
    }
    return x;
}

static Value read_frames(Graph *g, const Config *c, Value h, Value memory, Value fed) {
    Value x = op_concat_columns(g, (Value[]){h, memory}, 2);
    Value y = linear_layer(g, x, "predictor.head", c->motion_dim, INIT_NORMAL);
    return c->residual ? op_add(g, fed, y) : y;
}

static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    size_t l = c->past, K = c->future;
    Value state[MOST_LAYERS] = {NO_VALUE}, memory = hear(g, c, in);
    Value ahead = op_slice_rows(g, memory, l - 1, K);
    if (value_exists(in->prior) && c->own[PRIOR].choice == PRIOR_ADD)
        ahead = op_add(g, ahead, in->prior);
    Value h = dance(g, c, in->past, state), frame = op_slice_rows(g, in->past, l - 1, 1);
    Value future = NO_VALUE, row = op_slice_rows(g, h, l - 1, 1);
    Value made[c->future];
    for (size_t k = 0; k < K; k++) {
        if (k > 0) {
            frame = feed_frame(g, in, made[k - 1], k);
            row = dance(g, c, frame, state);
        }
        made[k] = read_frames(g, c, row, op_slice_rows(g, ahead, k, 1), frame);
    }
    future = join_rows(g, made, K);
    Prediction p = {.future = future};
    if (!value_exists(in->truth)) return p;
    if (in->past_counts) {
        Value warm =
            read_frames(g, c, op_slice_rows(g, h, 0, l - 1), op_slice_rows(g, memory, 0, l - 1),
                        op_slice_rows(g, in->past, 0, l - 1));
        future = op_concat_rows(g, (Value[]){warm, future}, 2);
    }
    p.loss = op_absolute_error(g, future, true_frames(g, c, in));
    return p;
}

static const PresetSize sizes[] = {
    {"paper", "width", 200},   {"paper", "heads", 8},        {"paper", "mlp", 1024},
    {"paper", "head-dim", 64}, {"paper", "music-layers", 2}, {"paper", "hidden", 1024},
    {"paper", "embed", 64},    {"small", "width", 64},       {"small", "mlp", 128},
    {"demo", "mlp", 128},      {"demo", "hidden", 128},      {"demo", "embed", 64},
    {"tiny", "head-dim", 8},   {"tiny", "hidden", 32},       {"tiny", "embed", 16},
};

const Predictor predictor_revolution = {
    .name = "revolution",
    .about = "Dance Revolution, the recurrent network of Huang et al. 2021",
    .uses = USES_MUSIC | USES_HEADS | USES_MLP | USES_MUSIC_LAYERS,
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .sizes = sizes,
    .size_count = sizeof sizes / sizeof *sizes,
    .takes_truth = true,
    .own_weight = 1,
    .feeds_itself = true,
    .rounded = ".blocks.",
    .check = check_feeding,
    .build = build,
};
