/* DanceNet (Zhuang et al. 2022, "Music2Dance"): a WaveNet (van den Oord et al. 2016) over frames
 * with a Gaussian for every number of the next one. Row t holds frame t and the music of frame
 * t + 1, which FACT's music transformer hears:
 *   x = ReLU(W_1 ReLU(W_0 frame)),  e = transformer(music)  (+ TransitBank's token k in row l-1+k)
 *   block: f = Conv(x) + V_f e,  g = Conv(x) + V_g e,  z = tanh f sigmoid g,
 *          total += W_s z,  x += W_r z;  the i-th dilated by 2^(i mod cycle)
 *   [mean; s] = W_h ReLU(W_a ReLU(total)),  mean += frame with --residual,  deviation e^-s >= 0.03
 * Rows of the past are computed at once, those of the future one by one from what the blocks have
 * had. The next frame is the mean, or with random numbers mean + 0.1 e^-s noise. */
#include <stdio.h>

#include "lib/nn/layers/transformer.h"
#include "model/predictors/feeding.h"

enum { BLOCKS, CYCLE, SKIP, PRIOR }; /* places in Config.own */
enum { MOST_BLOCKS = 64 };

static const ConfigKey keys[] = {
    {.name = "blocks",
     .offset = offsetof(Config, own[BLOCKS].size),
     .min = 1,
     .max = MOST_BLOCKS,
     .part = PART_PREDICTOR,
     .initial = 10,
     .option = "blocks",
     .argument = "B",
     .help = "Gated blocks."},
    {.name = "cycle",
     .offset = offsetof(Config, own[CYCLE].size),
     .min = 1,
     .max = 16,
     .part = PART_PREDICTOR,
     .initial = 5,
     .option = "cycle",
     .argument = "N",
     .help = "Blocks after which the dilation, doubled at each, begins with 1 again."},
    {.name = "skip",
     .offset = offsetof(Config, own[SKIP].size),
     .min = 1,
     .max = 65536,
     .part = PART_PREDICTOR,
     .initial = 128,
     .option = "skip",
     .argument = "S",
     .help = "Width of what all blocks add up to."},
    {.name = "prior",
     .type = KEY_CHOICE,
     .offset = offsetof(Config, own[PRIOR].choice),
     .words = prior_words,
     .part = PART_PREDICTOR,
     .initial = PRIOR_ADD,
     .option = "prior",
     .help = "TransitBank's tokens are added to what the music gives."},
};

static int check(const Config *c, Error *err) {
    return check_added(c, PRIOR, err) ? -1 : check_feeding(c, err);
}

static size_t noise_shape(const Config *c, size_t *cols) {
    *cols = c->motion_dim;
    return c->future;
}

/* W_f or W_g of the newest rows of x, and of their condition. */
static Value convolve(Graph *g, Value x, Value condition, const char *block, const char *name,
                      size_t dilation) {
    size_t R = graph_cols(g, x), rows = graph_rows(g, condition), all = graph_rows(g, x);
    Parameter w =
        graph_parameter(g, INIT_GLOROT, 3, (size_t[]){R, 2, R}, "%s.%s.weight", block, name);
    Parameter b = graph_parameter(g, INIT_ZERO, 1, &R, "%s.%s.bias", block, name);
    Parameter v =
        graph_parameter(g, INIT_GLOROT, 2, (size_t[]){R, R}, "%s.%s.condition.weight", block, name);
    const Unfold pair = {.kernel = 2, .dilation = dilation};
    Value y = op_linear(g, op_unfold_rows(g, x, pair, all - rows, rows), w, b);
    return op_linear_add(g, y, condition, v, NO_PARAMETER);
}

static Value dense(Graph *g, Value x, const char *block, const char *name, size_t out) {
    char path[96];
    snprintf(path, sizeof path, "%s.%s", block, name);
    return linear_layer(g, x, path, out, INIT_GLOROT);
}

/* [mean; s] of the frames after these, and what each block has had so far, which grows by them. */
static Value look(Graph *g, const Config *c, Value frames, Value condition, Value *had) {
    size_t R = c->predictor.width, skip = c->own[SKIP].size, blocks = c->own[BLOCKS].size;
    Value x = op_relu(g, linear_layer(g, frames, "predictor.before.0", R, INIT_GLOROT));
    x = op_relu(g, linear_layer(g, x, "predictor.before.1", R, INIT_GLOROT));
    Value total = NO_VALUE;
    for (size_t i = 0; i < blocks; i++) {
        char block[64];
        snprintf(block, sizeof block, "predictor.blocks.%zu", i);
        size_t dilation = (size_t)1 << (i % c->own[CYCLE].size);
        had[i] = value_exists(had[i]) ? op_concat_rows(g, (Value[]){had[i], x}, 2) : x;
        Value f = op_tanh(g, convolve(g, had[i], condition, block, "filter", dilation));
        Value s = op_sigmoid(g, convolve(g, had[i], condition, block, "gate", dilation));
        Value z = op_multiply(g, f, s), shown = dense(g, z, block, "skip", skip);
        total = i ? op_add(g, total, shown) : shown;
        if (i + 1 < blocks) x = op_add(g, x, dense(g, z, block, "residual", R));
    }
    Value y = op_relu(g, linear_layer(g, op_relu(g, total), "predictor.after", skip, INIT_GLOROT));
    return linear_layer(g, y, "predictor.head", 2 * c->motion_dim, INIT_NORMAL);
}

static Value mean_of(Graph *g, const Config *c, Value heads, Value frames) {
    Value mean = op_slice_columns(g, heads, 0, c->motion_dim);
    return c->residual ? op_add(g, frames, mean) : mean;
}

static Value sharpness_of(Graph *g, const Config *c, Value heads) {
    return op_slice_columns(g, heads, c->motion_dim, c->motion_dim);
}

static const double most = 3.5065578973199818; /* log(1 / 0.03) of s */

/* What the means, from some row of the sequence on, and their sharpness are worth. The means are to
 * bend little: |mean[t-1] + mean[t+1] - 2 sg mean[t]|^2. */
static Value likelihood(Graph *g, Value mean, Value sharpness, Value came) {
    size_t n = graph_rows(g, mean);
    Value nll = op_gaussian_nll(g, mean, sharpness, came, most);
    if (n < 3) return nll;
    Value around = op_add(g, op_slice_rows(g, mean, 0, n - 2), op_slice_rows(g, mean, 2, n - 2));
    Value middle = op_scale(g, op_stop_gradient(g, op_slice_rows(g, mean, 1, n - 2)), 2);
    Value bend = op_mean_squared_error(g, around, middle);
    return op_weighted_sum(g, (Value[]){nll, bend}, (double[]){1, 0.1}, 2);
}

static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    size_t l = c->past, K = c->future;
    bool taught = value_exists(in->truth);
    Value music = transformer_encoder(g, in->music, "predictor.music", c->music, c->music_layers,
                                      c->predictor, (RowRange){1, l + K - 1, NULL});
    Value ahead = op_slice_rows(g, music, l - 1, K);
    if (value_exists(in->prior)) ahead = op_add(g, ahead, in->prior);
    Value behind = op_slice_rows(g, music, 0, l - 1);
    Value condition = op_concat_rows(g, (Value[]){behind, op_slice_rows(g, ahead, 0, 1)}, 2);
    Value had[MOST_BLOCKS] = {NO_VALUE}, mean[c->future], sharpness[c->future], made[c->future];
    Value heads = look(g, c, in->past, condition, had);
    Value warm = mean_of(g, c, heads, in->past), sharp = sharpness_of(g, c, heads);
    mean[0] = op_slice_rows(g, warm, l - 1, 1);
    sharpness[0] = op_slice_rows(g, sharp, l - 1, 1);
    for (size_t k = 0; k < K; k++) {
        if (k > 0) {
            Value frame = feed_frame(g, in, made[k - 1], k);
            Value row = look(g, c, frame, op_slice_rows(g, ahead, k, 1), had);
            mean[k] = mean_of(g, c, row, frame);
            sharpness[k] = sharpness_of(g, c, row);
        }
        made[k] = mean[k];
        if (!taught && value_exists(in->noise))
            made[k] = op_draw_gaussian(g, mean[k], sharpness[k], op_slice_rows(g, in->noise, k, 1),
                                       most, 0.1);
    }
    Prediction p = {.future = join_rows(g, made, K)};
    if (!taught) return p;
    Value means = p.future, deviations = join_rows(g, sharpness, K);
    if (in->past_counts) {
        means = op_concat_rows(g, (Value[]){op_slice_rows(g, warm, 0, l - 1), means}, 2);
        deviations = op_concat_rows(g, (Value[]){op_slice_rows(g, sharp, 0, l - 1), deviations}, 2);
    }
    p.loss = likelihood(g, means, deviations, true_frames(g, c, in));
    return p;
}

static const PresetSize sizes[] = {
    {"paper", "width", 64},  {"paper", "heads", 2},  {"paper", "mlp", 256}, {"paper", "skip", 512},
    {"paper", "blocks", 20}, {"small", "width", 64}, {"small", "mlp", 128}, {"demo", "width", 32},
    {"demo", "mlp", 64},     {"demo", "skip", 64},   {"demo", "blocks", 6}, {"demo", "cycle", 3},
    {"tiny", "blocks", 4},   {"tiny", "cycle", 2},   {"tiny", "skip", 16},
};

const Predictor predictor_dancenet = {
    .name = "dancenet",
    .about = "DanceNet, the WaveNet of Zhuang et al. 2022",
    .uses = USES_MUSIC | USES_HEADS | USES_MLP | USES_MUSIC_LAYERS,
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .sizes = sizes,
    .size_count = sizeof sizes / sizeof *sizes,
    .takes_truth = true,
    .own_weight = 0.003,
    .feeds_itself = true,
    .noise_shape = noise_shape,
    .rounded = "predictor.music.blocks.",
    .check = check,
    .build = build,
};
