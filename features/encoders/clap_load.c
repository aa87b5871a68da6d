/* clap_load.c: a checkpoint's folder to weights: the keys of configuration_clap.py and
 * feature_extraction_clap.py, the names of modeling_clap.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/clap_parts.h"

enum { SIDE_MAX = 4096, WIDTH_MAX = 1 << 14, DEPTH_MAX = 256, SAMPLES_MAX = 1 << 24 };

/* --- config.json --- */

static int read_switches(const JsonFields *f, ClapConfig *c, Error *err) {
    static const char *const on[] = {"flatten_patch_embeds", "enable_patch_layer_norm"};
    size_t channels = 1;
    for (size_t i = 0; i < sizeof on / sizeof *on; i++)
        if (setting_need_on(f, on[i], err)) return -1;
    if (setting_need_off(f, "enable_fusion", err) ||
        setting_need_text(f, "hidden_act", "gelu", err) ||
        setting_need_text(f, "projection_hidden_act", "relu", err) ||
        json_field_size(f, "patch_embed_input_channels", 1, 1, &channels, err))
        return -1;
    return json_field_bool(f, "qkv_bias", &c->qkv_bias, err);
}

static int read_sizes(const JsonFields *f, ClapConfig *c, Error *err) {
    size_t stages = c->stages, heads = c->stages, axes = 2, channels = c->width;
    size_t stride[2] = {c->patch, c->patch};
    double inner = 4, epsilon = 1e-5;
    for (size_t s = 1; s < c->stages; s++) channels *= 2;
    if (json_field_size(f, "spec_size", 1, SIDE_MAX, &c->side, err) ||
        json_field_size(f, "num_mel_bins", 1, SIDE_MAX, &c->bands, err) ||
        json_field_size(f, "patch_size", 1, 256, &c->patch, err) ||
        json_field_size(f, "window_size", 1, 64, &c->window, err) ||
        json_field_size(f, "patch_embeds_hidden_size", 1, WIDTH_MAX, &c->width, err) ||
        json_field_size(f, "hidden_size", 1, WIDTH_MAX, &channels, err) ||
        json_field_size(f, "projection_dim", 1, WIDTH_MAX, &c->embedding, err) ||
        json_field_sizes(f, "patch_stride", 1, 256, 2, stride, &axes, err) ||
        json_field_sizes(f, "depths", 1, DEPTH_MAX, CLAP_STAGES_MAX, c->depth, &stages, err) ||
        json_field_sizes(f, "num_attention_heads", 1, WIDTH_MAX, CLAP_STAGES_MAX, c->heads, &heads,
                         err) ||
        json_field_real(f, "mlp_ratio", &inner, err) ||
        json_field_real(f, "layer_norm_eps", &epsilon, err))
        return -1;
    if (stages != heads)
        return error_set(err, "'depths' and 'num_attention_heads' differ in length");
    if (axes != 2 || stride[0] != c->patch || stride[1] != c->patch)
        return error_set(err, "'patch_stride' is not 'patch_size', which is not supported");
    if (!(inner >= 1 && inner <= 16 && inner == floor(inner)))
        return error_set(err, "'mlp_ratio' is %g, not a whole number from 1 to 16", inner);
    if (!(epsilon > 0 && epsilon < 1)) return error_set(err, "'layer_norm_eps' is %g", epsilon);
    c->stages = stages;
    c->inner = (size_t)inner;
    c->epsilon = (float)epsilon;
    if (channels == c->width << (stages - 1)) return 0;
    return error_set(err,
                     "'hidden_size' is %zu, not 'patch_embeds_hidden_size' doubled with every "
                     "stage, %zu",
                     channels, c->width << (stages - 1));
}

/* Whether picture, grids, windows and heads divide into one another. */
static int check_sizes(const ClapConfig *c, Error *err) {
    if (c->side % c->bands != 0 || c->side % c->patch != 0)
        return error_set(err,
                         "'spec_size' %zu is not a multiple of 'num_mel_bins' %zu and of "
                         "'patch_size' %zu",
                         c->side, c->bands, c->patch);
    size_t grid = c->side / c->patch;
    for (size_t s = 0; s < c->stages; s++) {
        if (s > 0 && grid % 2 != 0)
            return error_set(err, "'spec_size' %zu cannot be halved for %zu stages", c->side,
                             c->stages);
        grid /= s > 0 ? 2 : 1;
        if (grid % c->window != 0)
            return error_set(err,
                             "stage %zu has %zu x %zu tokens, which are not windows of "
                             "'window_size' %zu",
                             s, grid, grid, c->window);
        if ((c->width << s) % c->heads[s] != 0)
            return error_set(err, "'num_attention_heads': %zu do not share %zu numbers evenly",
                             c->heads[s], c->width << s);
    }
    if (grid % (c->side / c->bands) == 0) return 0;
    return error_set(err, "the last stage's %zu rows are not %zu pieces of time", grid,
                     c->side / c->bands);
}

/* --- preprocessor_config.json --- */

static int read_padding(const JsonFields *f, ClapConfig *c, Error *err) {
    static const char *const names[] = {"repeatpad", "repeat", "pad"};
    char text[32] = "repeatpad";
    if (json_field_text(f, "padding", text, sizeof text, err)) return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            c->padding = (ClapPadding)i;
            return 0;
        }
    return error_set(err, "'padding' is \"%s\", not \"repeatpad\", \"repeat\" or \"pad\"", text);
}

static int read_front_end(const JsonFields *f, ClapConfig *c, Error *err) {
    size_t bands = c->bands, samples = 0;
    double seconds = 0;
    if (json_field(f, "top_db")) return error_set(err, "'top_db' is set, which is not supported");
    if (setting_need_text(f, "truncation", "rand_trunc", err) || read_padding(f, c, err) ||
        json_field_real(f, "sampling_rate", &c->rate, err) ||
        json_field_real(f, "frequency_min", &c->lowest, err) ||
        json_field_real(f, "frequency_max", &c->highest, err) ||
        json_field_real(f, "max_length_s", &seconds, err) ||
        json_field_size(f, "nb_max_samples", 1, SAMPLES_MAX, &samples, err) ||
        json_field_size(f, "fft_window_size", 4, 1 << 16, &c->n_fft, err) ||
        json_field_size(f, "hop_length", 1, 1 << 16, &c->hop, err) ||
        json_field_size(f, "feature_size", 1, SIDE_MAX, &bands, err))
        return -1;
    if (bands != c->bands)
        return error_set(err, "'feature_size' is %zu, 'num_mel_bins' of config.json %zu", bands,
                         c->bands);
    if (seconds != 0 && !(seconds > 0 && seconds * c->rate <= (double)SAMPLES_MAX))
        return error_set(err, "'max_length_s' is %g", seconds);
    const size_t clip = (size_t)llround(seconds * c->rate);
    if (clip && samples && clip != samples)
        return error_set(err, "'nb_max_samples' is %zu, not 'max_length_s' at 'sampling_rate', %zu",
                         samples, clip);
    if (clip || samples) c->samples = clip ? clip : samples;
    return 0;
}

static int check_front_end(const ClapConfig *c, Error *err) {
    if (!(c->rate >= 1000 && c->rate <= 1e6))
        return error_set(err, "'sampling_rate' is %g Hz", c->rate);
    if (!(c->lowest >= 0 && c->highest > c->lowest && c->highest <= c->rate / 2))
        return error_set(err,
                         "'frequency_min' %g and 'frequency_max' %g are not a band below half "
                         "of 'sampling_rate'",
                         c->lowest, c->highest);
    if (c->n_fft % 2 != 0) return error_set(err, "'fft_window_size' %zu is odd", c->n_fft);
    if (c->samples > c->n_fft / 2 && c->samples / c->hop >= 2) return 0;
    return error_set(err,
                     "a clip of %zu samples is too short for 'fft_window_size' %zu and "
                     "'hop_length' %zu",
                     c->samples, c->n_fft, c->hop);
}

/* --- both --- */

/* f: config.json; its audio_config, or itself where it is that of the audio tower alone. */
static int read_network(const JsonFields *f, ClapConfig *c, Error *err) {
    const JsonField *field = json_field(f, "audio_config");
    JsonFields inner = {0};
    if (!field) {
        char type[64] = "";
        if (json_field_text(f, "model_type", type, sizeof type, err)) return -1;
        if (strcmp(type, "clap_audio_model") != 0)
            return error_set(err, "'audio_config' is missing");
    } else if (json_fields_parse(field->begin, (size_t)(field->end - field->begin), &inner, err)) {
        return error_prefix(err, "audio_config");
    }
    const JsonFields *audio = field ? &inner : f;
    const int bad =
        read_switches(audio, c, err) || read_sizes(audio, c, err) || check_sizes(c, err);
    if (field) json_fields_free(&inner);
    return bad ? -1 : 0;
}

typedef int Reader(const JsonFields *f, ClapConfig *c, Error *err);

/* File `name` of a folder with what reads it; *there: whether it is there. */
static int read_file(const char *folder, const char *name, Reader *read, ClapConfig *c, bool *there,
                     Error *err) {
    JsonFields f = {0};
    if (settings_read(folder, name, &f, there, err)) return -1;
    if (!*there) return 0;
    const int bad = read(&f, c, err);
    json_fields_free(&f);
    if (!bad) return 0;
    error_prefix(err, name);
    return error_prefix(err, folder);
}

int clap_config_read(const char *folder, ClapConfig *out, Error *err) {
    ClapConfig c = {.rate = 48000, /* those of laion/clap-htsat-unfused */
                    .lowest = 50,
                    .highest = 14000,
                    .samples = 480000,
                    .n_fft = 1024,
                    .hop = 480,
                    .bands = 64,
                    .side = 256,
                    .patch = 4,
                    .width = 96,
                    .stages = 4,
                    .depth = {2, 2, 6, 2},
                    .heads = {4, 8, 16, 32},
                    .window = 8,
                    .embedding = 512,
                    .qkv_bias = true};
    bool there;
    if (read_file(folder, "config.json", read_network, &c, &there, err)) return -1;
    if (!there)
        return error_set(err, "%s: config.json is missing; it belongs to the weights", folder);
    if (read_file(folder, "preprocessor_config.json", read_front_end, &c, &there, err)) return -1;
    if (check_front_end(&c, err)) return error_prefix(err, folder);
    *out = c;
    return 0;
}

/* --- weights --- */

#define ENCODER "audio_model.audio_encoder."

/* Batch norm as a scale and a shift. */
static void load_batch_norm(Clap *m, WeightLoader *l) {
    const size_t n = m->config.bands;
    const float *mean = loader_take(l, 1, &n, ENCODER "batch_norm.running_mean");
    const float *variance = loader_take(l, 1, &n, ENCODER "batch_norm.running_var");
    const Affine a = loader_norm(l, n, ENCODER "batch_norm");
    m->band_scale = loader_room(l, n);
    m->band_shift = loader_room(l, n);
    for (size_t b = 0; b < n && !l->failed; b++) {
        const double scale = a.weight[b] / sqrt((double)variance[b] + 1e-5);
        m->band_scale[b] = (float)scale;
        m->band_shift[b] = (float)(a.bias[b] - mean[b] * scale);
    }
}

/* Row of the table for a query's and a key's place in a window. */
static size_t relative(size_t side, size_t p, size_t q) {
    const size_t rows = p / side + side - 1 - q / side, columns = p % side + side - 1 - q % side;
    return rows * (2 * side - 1) + columns;
}

/* The index that a file may have must be ours. */
static void check_index(WeightLoader *l, size_t side, const char *block) {
    char name[160];
    const size_t n = side * side;
    snprintf(name, sizeof name, "%s.attention.self.relative_position_index", block);
    if (l->failed || !weights_have(l->weights, name)) return;
    const float *index = loader_take(l, 2, (size_t[]){n, n}, "%s", name);
    for (size_t i = 0; index && i < n * n; i++)
        if (index[i] != (float)relative(side, i / n, i % n)) {
            l->failed = true;
            error_set(l->err, "%s: tensor '%s' is not that of windows of %zu x %zu",
                      weights_path(l->weights), name, side, side);
            return;
        }
}

/* Table [(2 side - 1)^2, heads] -> [heads, side^2, side^2]. */
static float *load_bias(Clap *m, WeightLoader *l, size_t heads, const char *block) {
    const size_t side = m->config.window, n = side * side, reach = (2 * side - 1) * (2 * side - 1);
    const float *table = loader_take(l, 2, (size_t[]){reach, heads},
                                     "%s.attention.self.relative_position_bias_table", block);
    float *out = loader_room(l, heads * n * n);
    check_index(l, side, block);
    for (size_t h = 0; h < heads && !l->failed; h++)
        for (size_t i = 0; i < n * n; i++)
            out[h * n * n + i] = table[relative(side, i / n, i % n) * heads + h];
    return out;
}

static void load_block(Clap *m, WeightLoader *l, size_t s, size_t b) {
    static const char *const attention[] = {"query", "key", "value"};
    const size_t n = m->stages[s].width, heads = m->config.heads[s], inner = m->config.inner * n;
    ClapBlock *block = &m->stages[s].blocks[b];
    char name[100], part[140];
    snprintf(name, sizeof name, ENCODER "layers.%zu.blocks.%zu", s, b);
    const struct {
        EncoderLinear *to;
        size_t out, in;
        const char *name;
    } rows[] = {
        {&block->linear.out, n, n, "attention.output.dense"},
        {&block->linear.up, inner, n, "intermediate.dense"},
        {&block->linear.down, n, inner, "output.dense"},
    };
    snprintf(part, sizeof part, "%s.attention.self.", name);
    block->linear.qkv = encoder_qkv_load(l, n, m->config.qkv_bias, part, attention);
    block->bias = load_bias(m, l, heads, name);
    snprintf(part, sizeof part, "%s.layernorm_before", name);
    block->before = loader_norm(l, n, part);
    snprintf(part, sizeof part, "%s.layernorm_after", name);
    block->after = loader_norm(l, n, part);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(part, sizeof part, "%s.%s", name, rows[i].name);
        *rows[i].to = encoder_linear_load(l, rows[i].out, rows[i].in, true, part);
    }
}

static void load_stage(Clap *m, WeightLoader *l, size_t s) {
    ClapStage *stage = &m->stages[s];
    const size_t n = stage->width;
    char name[100];
    for (size_t b = 0; b < m->config.depth[s] && !l->failed; b++) load_block(m, l, s, b);
    if (s + 1 == m->config.stages) return;
    snprintf(name, sizeof name, ENCODER "layers.%zu.downsample.norm", s);
    stage->merge_norm = loader_norm(l, 4 * n, name);
    snprintf(name, sizeof name, ENCODER "layers.%zu.downsample.reduction", s);
    stage->merge = encoder_linear_load(l, 2 * n, 4 * n, false, name);
}

static void load_rest(Clap *m, WeightLoader *l) {
    const ClapConfig *c = &m->config;
    const size_t channels = clap_channels(m);
    const size_t shape[] = {c->width, 1, c->patch, c->patch};
    m->patch_weight = loader_take(l, 4, shape, ENCODER "patch_embed.proj.weight");
    m->patch_bias = loader_take(l, 1, &c->width, ENCODER "patch_embed.proj.bias");
    m->patch_norm = loader_norm(l, c->width, ENCODER "patch_embed.norm");
    m->norm = loader_norm(l, channels, ENCODER "norm");
    m->linear1 = loader_linear(l, c->embedding, channels, "audio_projection.linear1");
    m->linear2 = loader_linear(l, c->embedding, c->embedding, "audio_projection.linear2");
}

static int load(Clap *m, const char *folder, Error *err) {
    static const char *const prefixes[] = {"", "clap.", NULL};
    static const char *const ignored[] = {"text_model.",
                                          "text_projection.",
                                          "logit_scale_a",
                                          "logit_scale_t",
                                          "clap.text_model.",
                                          "clap.text_projection.",
                                          "clap.logit_scale_",
                                          ENCODER "batch_norm.num_batches_tracked",
                                          "clap." ENCODER "batch_norm.num_batches_tracked",
                                          NULL};
    WeightLoader l = {.blocks = &m->blocks, .in_place = true, .err = err};
    if (weights_open(folder, &m->weights, err)) return -1;
    l.weights = m->weights;
    l.failed = weights_set_prefix(l.weights, prefixes, ENCODER "patch_embed.proj.weight", err) != 0;
    load_batch_norm(m, &l);
    for (size_t s = 0; s < m->config.stages; s++) load_stage(m, &l, s);
    load_rest(m, &l);
    if (!l.failed) l.failed = weights_check_rest(l.weights, ignored, err) != 0;
    return l.failed ? -1 : 0;
}

static int prepare(Clap *m, Error *err) {
    const ClapConfig *c = &m->config;
    for (size_t s = 0; s < c->stages; s++) {
        ClapStage *stage = &m->stages[s];
        stage->grid = c->side / c->patch >> s;
        stage->width = c->width << s;
        stage->blocks = calloc(c->depth[s], sizeof *stage->blocks);
        if (!stage->blocks) return error_set(err, "out of memory");
    }
    return clap_mel_prepare(m, err);
}

int clap_load(const char *folder, Clap **out, Error *err) {
    *out = NULL;
    Clap *m = calloc(1, sizeof *m);
    if (!m) return error_set(err, "%s: out of memory", folder);
    int status = clap_config_read(folder, &m->config, err);
    if (!status && prepare(m, err)) status = error_prefix(err, folder);
    if (status || load(m, folder, err)) {
        clap_free(m);
        return -1;
    }
    *out = m;
    return 0;
}

int clap_use_bfloat16(Clap *m, Error *err) {
    for (size_t s = 0; s < m->config.stages; s++) {
        ClapStage *stage = &m->stages[s];
        for (size_t b = 0; b < m->config.depth[s]; b++)
            if (encoder_block_prepare(&stage->blocks[b].linear, true, &m->blocks, err)) return -1;
        if (s + 1 < m->config.stages &&
            encoder_linear_prepare(&stage->merge, true, &m->blocks, err))
            return -1;
    }
    return 0;
}

static void free_stage(Clap *m, size_t s) {
    ClapStage *stage = &m->stages[s];
    for (size_t b = 0; stage->blocks && b < m->config.depth[s]; b++)
        encoder_block_free(&stage->blocks[b].linear);
    encoder_linear_free(&stage->merge);
    free(stage->blocks);
}

void clap_free(Clap *m) {
    if (!m) return;
    for (size_t s = 0; s < m->config.stages; s++) free_stage(m, s);
    weight_blocks_free(&m->blocks);
    weights_close(m->weights);
    mel_filters_free(&m->filters);
    free(m->window);
    free(m->taps_at);
    free(m->taps);
    free(m);
}
