/* PHD (Zhang et al. 2019, "Predicting 3D human dynamics from video"), from motion instead of
 * images and without music: it predicts in a latent space and reads frames at the end.
 *   strips   known = movie(W_e past + b), a causal convolutional network
 *   ahead    strip k = the last row of ahead(the newest strips)  (+ TransitBank's token k)
 *   frames   y = mean; `rounds` times y += f([strip; y]), iterative error feedback
 * A network is `blocks` of x += Conv(ReLU(GN(Conv(ReLU(GN(x)))))); rows before the first are copies
 * of it. Group norms take their statistics over all rows of a window, so that what they are given
 * has one length: as many strips as the network sees, or all that there are. */
#include <stdio.h>

#include "lib/nn/layers/transformer.h"
#include "model/predictors/feeding.h"

enum { BLOCKS, KERNEL, GROUPS, ROUNDS, PRIOR }; /* places in Config.own */

static const ConfigKey keys[] = {
    {.name = "blocks",
     .offset = offsetof(Config, own[BLOCKS].size),
     .min = 1,
     .max = 64,
     .part = PART_PREDICTOR,
     .initial = 3,
     .option = "blocks",
     .argument = "B",
     .help = "Blocks of two convolutions in each of its networks."},
    {.name = "kernel",
     .offset = offsetof(Config, own[KERNEL].size),
     .min = 2,
     .max = 64,
     .part = PART_PREDICTOR,
     .initial = 3,
     .option = "kernel",
     .argument = "N",
     .help = "Rows that a convolution sees."},
    {.name = "groups",
     .offset = offsetof(Config, own[GROUPS].size),
     .min = 1,
     .max = 65536,
     .part = PART_PREDICTOR,
     .initial = 8,
     .option = "groups",
     .argument = "G",
     .help = "Groups of columns that are normalised together."},
    {.name = "rounds",
     .offset = offsetof(Config, own[ROUNDS].size),
     .min = 1,
     .max = 64,
     .part = PART_PREDICTOR,
     .initial = 3,
     .option = "rounds",
     .argument = "N",
     .help = "Corrections that a frame is read in."},
    {.name = "prior",
     .type = KEY_CHOICE,
     .offset = offsetof(Config, own[PRIOR].choice),
     .words = prior_words,
     .part = PART_PREDICTOR,
     .initial = PRIOR_ADD,
     .option = "prior",
     .help = "TransitBank's tokens are added to the predicted strips."},
};

static int check(const Config *c, Error *err) {
    size_t width = c->predictor.width, groups = c->own[GROUPS].size;
    if (width % groups)
        return error_set(err, "groups (%zu) must divide the predictor's width (%zu)", groups,
                         width);
    return check_added(c, PRIOR, err) ? -1 : check_feeding(c, err);
}

/* GN, ReLU and convolution number `which` of a block. */
static Value convolve(Graph *g, const Config *c, Value x, const char *block, int which) {
    size_t W = graph_cols(g, x), kernel = c->own[KERNEL].size;
    Parameter scale = graph_parameter(g, INIT_ONE, 1, &W, "%s.norm%d.weight", block, which);
    Parameter shift = graph_parameter(g, INIT_ZERO, 1, &W, "%s.norm%d.bias", block, which);
    Parameter w = graph_parameter(g, which == 1 ? INIT_GLOROT : INIT_GLOROT_SMALL, 3,
                                  (size_t[]){W, kernel, W}, "%s.conv%d.weight", block, which);
    Parameter b = graph_parameter(g, INIT_ZERO, 1, &W, "%s.conv%d.bias", block, which);
    Value y = op_relu(g, op_group_norm(g, x, scale, shift, c->own[GROUPS].size));
    const Unfold u = {.kernel = kernel, .dilation = 1, .edge = true};
    return op_linear(g, op_unfold_rows(g, y, u, 0, graph_rows(g, y)), w, b);
}

static Value network(Graph *g, const Config *c, Value x, const char *prefix) {
    for (size_t i = 0; i < c->own[BLOCKS].size; i++) {
        char block[64];
        snprintf(block, sizeof block, "%s.blocks.%zu", prefix, i);
        size_t first = graph_count(g);
        Value y = convolve(g, c, convolve(g, c, x, block, 1), block, 2);
        x = op_add(g, x, y);
        graph_segment(g, first);
    }
    return x;
}

static Value watch(Graph *g, const Config *c, Value motion) {
    Value x = linear_layer(g, motion, "predictor.embed", c->predictor.width, INIT_GLOROT);
    return network(g, c, x, "predictor.movie");
}

static Value read_strips(Graph *g, const Config *c, Value strips) {
    size_t D = c->motion_dim, F = c->predictor.mlp;
    Parameter mean = graph_parameter(g, INIT_ZERO, 1, &D, "predictor.read.mean");
    Value y = op_repeat_parameter(g, mean, graph_rows(g, strips));
    for (size_t i = 0; i < c->own[ROUNDS].size; i++) {
        Value x = op_concat_columns(g, (Value[]){strips, y}, 2);
        x = op_relu(g, linear_layer(g, x, "predictor.read.hidden.0", F, INIT_GLOROT));
        x = op_relu(g, linear_layer(g, x, "predictor.read.hidden.1", F, INIT_GLOROT));
        y = op_add(g, y, linear_layer(g, x, "predictor.read.head", D, INIT_NORMAL));
    }
    return y;
}

/* The K strips after the known ones. */
static Value look_ahead(Graph *g, const Config *c, Value known, Value prior) {
    size_t field = 1 + 2 * (c->own[KERNEL].size - 1) * c->own[BLOCKS].size;
    Value film = known;
    for (size_t k = 0; k < c->future; k++) {
        size_t rows = graph_rows(g, film), seen = rows < field ? rows : field;
        Value newest = op_slice_rows(g, film, rows - seen, seen);
        Value next = op_slice_rows(g, network(g, c, newest, "predictor.ahead"), seen - 1, 1);
        if (value_exists(prior)) next = op_add(g, next, op_slice_rows(g, prior, k, 1));
        film = op_concat_rows(g, (Value[]){film, next}, 2);
    }
    return op_slice_rows(g, film, c->past, c->future);
}

/* Strips are to be those of what came, seen in the window that the next step has; and readable:
 * those of the past give back the past. */
static Prediction build(Graph *g, const Config *c, const PredictorInputs *in) {
    size_t l = c->past, K = c->future;
    Value known = watch(g, c, in->past), ahead = look_ahead(g, c, known, in->prior);
    Prediction p = {.future = read_strips(g, c, ahead)};
    if (!value_exists(in->truth)) return p;
    Value window = op_concat_rows(g, (Value[]){op_slice_rows(g, in->past, K, l - K), in->truth}, 2);
    Value came = op_stop_gradient(g, op_slice_rows(g, watch(g, c, window), l - K, K));
    Value seen = in->past;
    if (c->residual) /* displacements are read */
        seen = op_subtract(g, seen, op_repeat_row(g, op_slice_rows(g, seen, l - 1, 1), l));
    Value terms[2] = {op_mean_squared_error(g, ahead, came),
                      op_mean_squared_error(g, read_strips(g, c, known), seen)};
    p.loss = op_weighted_sum(g, terms, (double[]){1, 1}, 2);
    return p;
}

static const PresetSize sizes[] = {
    {"paper", "width", 2048}, {"paper", "mlp", 1024}, {"paper", "groups", 32},
    {"demo", "groups", 4},    {"tiny", "blocks", 1},  {"tiny", "groups", 4},
};

const Predictor predictor_phd = {
    .name = "phd",
    .about = "motion prediction without music, after Zhang et al. 2019",
    .uses = USES_MLP,
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .sizes = sizes,
    .size_count = sizeof sizes / sizeof *sizes,
    .ignores = USES_MUSIC | USES_HEADS | USES_MOTION_LAYERS | USES_MUSIC_LAYERS | USES_CROSS_LAYERS,
    .takes_truth = true,
    .own_weight = 1,
    .rounded = ".read.hidden.",
    .check = check,
    .build = build,
};
