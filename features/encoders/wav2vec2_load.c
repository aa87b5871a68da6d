/* wav2vec2_load.c: a checkpoint's folder to weights: configuration_wav2vec2.py's names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_parts.h"

/* --- config.json --- */

enum { WIDTH_MAX = 1 << 14, LAYERS_MAX = 256 };

static int read_switches(const JsonFields *f, Wav2vec2Config *c, Error *err) {
    static const char *const off[] = {"feature_extractor_cqt", "deepnorm", "conv_pos_batch_norm"};
    char norm[16] = "group", *end;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (setting_need_off(f, off[i], err)) return -1;
    if (setting_need_text(f, "hidden_act", "gelu", err) ||
        setting_need_text(f, "feat_extract_activation", "gelu", err) ||
        json_field_text(f, "model_type", c->family, sizeof c->family, err) ||
        json_field_text(f, "feat_extract_norm", norm, sizeof norm, err) ||
        json_field_bool(f, "conv_bias", &c->conv_bias, err) ||
        json_field_bool(f, "do_stable_layer_norm", &c->pre_norm, err) ||
        json_field_bool(f, "feat_proj_layer_norm", &c->projection_norm, err))
        return -1;
    if ((end = strstr(c->family, "_model"))) *end = '\0'; /* "mert_model" */
    c->norm_every_conv = strcmp(norm, "layer") == 0;
    if (c->norm_every_conv || strcmp(norm, "group") == 0) return 0;
    return error_set(err, "'feat_extract_norm' is \"%s\", not \"group\" or \"layer\"", norm);
}

static int read_sizes(const JsonFields *f, Wav2vec2Config *c, Error *err) {
    size_t kernels = c->convs, strides = c->convs;
    if (json_field_sizes(f, "conv_dim", 1, WIDTH_MAX, WAV2VEC2_CONVS_MAX, c->dim, &c->convs, err) ||
        json_field_sizes(f, "conv_kernel", 1, 1000, WAV2VEC2_CONVS_MAX, c->kernel, &kernels, err) ||
        json_field_sizes(f, "conv_stride", 1, 1000, WAV2VEC2_CONVS_MAX, c->stride, &strides, err) ||
        json_field_size(f, "hidden_size", 1, WIDTH_MAX, &c->width, err) ||
        json_field_size(f, "intermediate_size", 1, 4 * WIDTH_MAX, &c->inner, err) ||
        json_field_size(f, "num_attention_heads", 1, WIDTH_MAX, &c->heads, err) ||
        json_field_size(f, "num_hidden_layers", 1, LAYERS_MAX, &c->layers, err) ||
        json_field_size(f, "num_conv_pos_embeddings", 1, 4096, &c->position_kernel, err) ||
        json_field_size(f, "num_conv_pos_embedding_groups", 1, WIDTH_MAX, &c->position_groups,
                        err) ||
        json_field_real(f, "layer_norm_eps", &c->epsilon, err) ||
        json_field_real(f, "sample_rate", &c->rate, err))
        return -1;
    if (kernels != c->convs || strides != c->convs)
        return error_set(err, "'conv_dim', 'conv_kernel' and 'conv_stride' differ in length");
    if (c->width % c->heads != 0 || c->width % c->position_groups != 0)
        return error_set(err, "'hidden_size' is no multiple of the heads or the groups");
    if (!(c->epsilon > 0)) return error_set(err, "'layer_norm_eps' is not above 0");
    return 0;
}

int wav2vec2_config_read(const char *folder, Wav2vec2Config *out, Error *err) {
    Wav2vec2Config c = {.family = "wav2vec2",
                        .projection_norm = true,
                        .normalise = true,
                        .convs = 7,
                        .dim = {512, 512, 512, 512, 512, 512, 512},
                        .kernel = {10, 3, 3, 3, 3, 2, 2},
                        .stride = {5, 2, 2, 2, 2, 2, 2},
                        .width = 768,
                        .inner = 3072,
                        .heads = 12,
                        .layers = 12,
                        .position_kernel = 128,
                        .position_groups = 16,
                        .epsilon = 1e-5,
                        .rate = 16000};
    JsonFields f = {0};
    bool there;
    if (settings_read(folder, "config.json", &f, &there, err)) return -1;
    if (!there)
        return error_set(err, "%s: config.json is missing; it belongs to the weights", folder);
    int bad = read_switches(&f, &c, err) || read_sizes(&f, &c, err);
    json_fields_free(&f);
    if (bad) {
        error_prefix(err, "config.json");
        return error_prefix(err, folder);
    }
    if (settings_read(folder, "preprocessor_config.json", &f, &there, err)) return -1;
    if (there) {
        bad = json_field_bool(&f, "do_normalize", &c.normalise, err) ||
              json_field_real(&f, "sampling_rate", &c.rate, err);
        json_fields_free(&f);
    }
    if (!bad && !(c.rate >= 1000 && c.rate <= 1e6))
        bad = error_set(err, "a sample rate of %g Hz", c.rate);
    if (bad) return error_prefix(err, folder);
    *out = c;
    return 0;
}

/* --- weights --- */

/* w [groups * out, in, kernel] to [groups, kernel, in, out]; NULL where something failed. */
static float *reorder(WeightLoader *l, const float *w, size_t groups, size_t out, size_t in,
                      size_t kernel) {
    if (!w) return NULL;
    float *taps = loader_room(l, groups * out * in * kernel);
    if (!taps) return NULL;
    for (size_t g = 0; g < groups; g++)
        for (size_t o = 0; o < out; o++)
            for (size_t i = 0; i < in; i++)
                for (size_t j = 0; j < kernel; j++)
                    taps[((g * kernel + j) * in + i) * out + o] =
                        w[((g * out + o) * in + i) * kernel + j];
    return taps;
}

static void load_convs(Wav2vec2 *m, WeightLoader *l) {
    const Wav2vec2Config *c = &m->config;
    for (size_t j = 0; j < c->convs; j++) {
        ConvWeights *v = &m->convs[j];
        size_t in = j ? c->dim[j - 1] : 1, out = c->dim[j];
        char name[80];
        snprintf(name, sizeof name, "feature_extractor.conv_layers.%zu", j);
        float *w = loader_take(l, 3, (size_t[]){out, in, c->kernel[j]}, "%s.conv.weight", name);
        float *taps = reorder(l, w, 1, out, in, c->kernel[j]);
        if (taps) weight_blocks_drop(l->blocks, w);
        if (j == 0)
            v->taps = taps;
        else
            v->product = (MatmulWeights){.n = out, .k = c->kernel[j] * in, .b = taps};
        char bias[100];
        snprintf(bias, sizeof bias, "%s.conv.bias", name);
        if (c->conv_bias || weights_have(l->weights, bias))
            v->bias = loader_take(l, 1, &out, "%s", bias);
        strcat(name, ".layer_norm");
        if (c->norm_every_conv || j == 0) v->norm = loader_norm(l, out, name);
    }
}

/* w[., ., j] = g[j] v[., ., j] / |v[., ., j]|: weight norm with one magnitude for every tap. */
static void fold(float *v, const float *g, size_t rows, size_t kernel) {
    for (size_t j = 0; j < kernel; j++) {
        double sum = 0;
        for (size_t r = 0; r < rows; r++) sum += (double)v[r * kernel + j] * v[r * kernel + j];
        double scale = sum > 0 ? g[j] / sqrt(sum) : 0;
        for (size_t r = 0; r < rows; r++) v[r * kernel + j] = (float)(v[r * kernel + j] * scale);
    }
}

static void load_position(Wav2vec2 *m, WeightLoader *l) {
    static const char base[] = "encoder.pos_conv_embed.conv";
    static const char *const names[2][2] = {
        {"weight_g", "weight_v"},
        {"parametrizations.weight.original0", "parametrizations.weight.original1"}};
    const Wav2vec2Config *c = &m->config;
    size_t groups = c->position_groups, in = c->width / groups, kernel = c->position_kernel;
    const size_t shape[3] = {c->width, in, kernel};
    char name[120];
    float *w = NULL;
    snprintf(name, sizeof name, "%s.weight", base);
    if (weights_have(l->weights, name)) {
        w = loader_take(l, 3, shape, "%s", name);
    } else {
        snprintf(name, sizeof name, "%s.%s", base, names[1][0]);
        size_t which = weights_have(l->weights, name);
        float *g = loader_take(l, 3, (size_t[]){1, 1, kernel}, "%s.%s", base, names[which][0]);
        w = loader_take(l, 3, shape, "%s.%s", base, names[which][1]);
        if (g && w) fold(w, g, c->width * in, kernel);
    }
    m->position_taps = reorder(l, w, groups, in, in, kernel);
    m->position_bias = loader_take(l, 1, &c->width, "%s.bias", base);
}

static void load_layer(Wav2vec2 *m, WeightLoader *l, size_t i) {
    static const char *const attention[] = {"q_proj", "k_proj", "v_proj"};
    const Wav2vec2Config *c = &m->config;
    LayerWeights *y = &m->layers[i];
    const size_t n = c->width;
    const struct {
        EncoderLinear *linear; /* or */
        Affine *norm;
        size_t out, in;
        const char *name;
    } rows[] = {
        {&y->linear.out, NULL, n, n, "attention.out_proj"},
        {NULL, &y->attention_norm, n, 0, "layer_norm"},
        {&y->linear.up, NULL, c->inner, n, "feed_forward.intermediate_dense"},
        {&y->linear.down, NULL, n, c->inner, "feed_forward.output_dense"},
        {NULL, &y->final_norm, n, 0, "final_layer_norm"},
    };
    char name[100];
    snprintf(name, sizeof name, "encoder.layers.%zu.attention.", i);
    y->linear.qkv = encoder_qkv_load(l, n, true, name, attention);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        snprintf(name, sizeof name, "encoder.layers.%zu.%s", i, rows[k].name);
        if (rows[k].norm)
            *rows[k].norm = loader_norm(l, rows[k].out, name);
        else
            *rows[k].linear = encoder_linear_load(l, rows[k].out, rows[k].in, true, name);
    }
}

static int load(Wav2vec2 *m, const char *folder, Error *err) {
    static const char *const prefixes[] = {"", "wav2vec2.", "hubert.", "model.", NULL};
    static const char *const ignored[] = {"quantizer.",
                                          "project_hid.",
                                          "project_q.",
                                          "lm_head.",
                                          "masked_spec_embed",
                                          "wav2vec2.masked_spec_embed",
                                          "hubert.masked_spec_embed",
                                          "model.masked_spec_embed",
                                          NULL};
    const Wav2vec2Config *c = &m->config;
    WeightLoader l = {.blocks = &m->blocks, .err = err};
    m->layers = calloc(c->layers, sizeof *m->layers);
    if (!m->layers) return error_set(err, "%s: out of memory", folder);
    if (weights_open(folder, &l.weights, err)) return -1;
    l.failed = weights_set_prefix(l.weights, prefixes,
                                  "feature_extractor.conv_layers.0.conv.weight", err) != 0;
    load_convs(m, &l);
    size_t dim = c->dim[c->convs - 1];
    if (c->projection_norm)
        m->features_norm = loader_norm(&l, dim, "feature_projection.layer_norm");
    m->projection = encoder_linear_load(&l, c->width, dim, true, "feature_projection.projection");
    load_position(m, &l);
    m->encoder_norm = loader_norm(&l, c->width, "encoder.layer_norm");
    for (size_t i = 0; i < c->layers; i++) load_layer(m, &l, i);
    if (!l.failed) l.failed = weights_check_rest(l.weights, ignored, err) != 0;
    weights_close(l.weights);
    return l.failed ? -1 : 0;
}

int wav2vec2_load(const char *folder, Wav2vec2 **out, Error *err) {
    *out = NULL;
    Wav2vec2 *m = calloc(1, sizeof *m);
    if (!m) return error_set(err, "%s: out of memory", folder);
    if (wav2vec2_config_read(folder, &m->config, err) || load(m, folder, err)) {
        wav2vec2_free(m);
        return -1;
    }
    *out = m;
    return 0;
}

int wav2vec2_pack(Wav2vec2 *m, Error *err) {
    const Wav2vec2Config *c = &m->config;
    for (size_t j = 1; j < c->convs; j++)
        if (weight_blocks_pack(&m->blocks, &m->convs[j].product, err)) return -1;
    for (size_t i = 0; i < c->layers; i++)
        if (encoder_block_prepare(&m->layers[i].linear, false, &m->blocks, err)) return -1;
    return encoder_linear_prepare(&m->projection, false, &m->blocks, err);
}

void wav2vec2_free(Wav2vec2 *m) {
    if (!m) return;
    weight_blocks_free(&m->blocks);
    for (size_t j = 0; j < WAV2VEC2_CONVS_MAX; j++) matmul_weights_free(&m->convs[j].product);
    encoder_linear_free(&m->projection);
    for (size_t i = 0; m->layers && i < m->config.layers; i++)
        encoder_block_free(&m->layers[i].linear);
    wav2vec2_free_bfloat16(m);
    free(m->layers);
    free(m);
}

const Wav2vec2Config *wav2vec2_config(const Wav2vec2 *m) { return &m->config; }
uint64_t wav2vec2_print(const Wav2vec2 *m) { return m->blocks.print; }
