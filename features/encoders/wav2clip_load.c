/* wav2clip_load.c: Wav2CLIP.pt to weights, by the names of package wav2clip. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2clip_parts.h"
#include "lib/base/file.h"

enum { WIDTH_MAX = 1 << 12 };

static const char stem_name[] = "audio_encoder.conv1";

/* y = (conv(x) - mean) / sqrt(variance + 1e-5) weight + bias as one convolution. */
static Wav2clipConv load_conv(WeightLoader *l, size_t in, size_t out, size_t kernel, size_t stride,
                              const char *conv, const char *norm) {
    char counted[120];
    Wav2clipConv c = {.in = in, .out = out, .kernel = kernel, .stride = stride, .pad = kernel / 2};
    const float *w = loader_take(l, 4, (size_t[]){out, in, kernel, kernel}, "%s.weight", conv);
    const Affine a = loader_norm(l, out, norm);
    const float *mean = loader_take(l, 1, &out, "%s.running_mean", norm);
    const float *variance = loader_take(l, 1, &out, "%s.running_var", norm);
    snprintf(counted, sizeof counted, "%s.num_batches_tracked", norm);
    if (!l->failed && weights_have(l->weights, counted)) loader_take(l, 0, NULL, "%s", counted);
    c.weight = loader_room(l, out * in * kernel * kernel);
    c.bias = loader_room(l, out);
    if (l->failed) return c;
    for (size_t o = 0; o < out; o++) {
        const double scale = a.weight[o] / sqrt((double)variance[o] + 1e-5);
        c.bias[o] = (float)(a.bias[o] - mean[o] * scale);
        for (size_t i = 0; i < in; i++)
            for (size_t row = 0; row < kernel; row++)
                for (size_t column = 0; column < kernel; column++)
                    c.weight[((column * out + o) * kernel + row) * in + i] =
                        (float)(w[((o * in + i) * kernel + row) * kernel + column] * scale);
    }
    return c;
}

static void load_block(Wav2clip *m, WeightLoader *l, size_t layer, size_t block) {
    const size_t out = m->width << layer, in = block == 0 && layer > 0 ? out / 2 : out;
    const size_t stride = in == out ? 1 : 2;
    Wav2clipBlock *b = &m->layers[layer][block];
    char conv[80], norm[80];
    for (size_t k = 1; k <= 2; k++) {
        snprintf(conv, sizeof conv, "audio_encoder.layer%zu.%zu.conv%zu", layer + 1, block, k);
        snprintf(norm, sizeof norm, "audio_encoder.layer%zu.%zu.bn%zu", layer + 1, block, k);
        if (k == 1)
            b->first = load_conv(l, in, out, 3, stride, conv, norm);
        else
            b->second = load_conv(l, out, out, 3, 1, conv, norm);
    }
    if (in == out) return;
    snprintf(conv, sizeof conv, "audio_encoder.layer%zu.%zu.downsample.0", layer + 1, block);
    snprintf(norm, sizeof norm, "audio_encoder.layer%zu.%zu.downsample.1", layer + 1, block);
    b->shortcut = load_conv(l, in, out, 1, 2, conv, norm);
}

static void load_all(Wav2clip *m, WeightLoader *l) {
    const size_t d = 8 * m->width;
    m->stem = load_conv(l, 1, m->width, 7, 2, stem_name, "audio_encoder.bn1");
    for (size_t i = 0; i < WAV2CLIP_LAYERS; i++)
        for (size_t k = 0; k < WAV2CLIP_BLOCKS; k++) load_block(m, l, i, k);
    m->linear1 = loader_linear(l, d, d, "audio_transform.sequential.0");
    m->linear2 = loader_linear(l, d, d, "audio_transform.sequential.3");
}

static int load(Wav2clip *m, const char *path, Error *err) {
    static const char *const none[] = {"", NULL};
    static const char *const ignored[] = {"image_transform.", "image_encoder.", "loss",
                                          "audio_encoder.spectrogram.", NULL};
    char name[80];
    WeightLoader l = {.blocks = &m->blocks, .err = err};
    if (weights_open(path, &l.weights, err)) return -1;
    snprintf(name, sizeof name, "%s.weight", stem_name);
    l.failed = weights_set_prefix(l.weights, none, name, err) != 0;
    m->width = weights_size(l.weights, name, 0);
    if (!l.failed && (m->width == 0 || m->width > WIDTH_MAX)) {
        l.failed = true;
        error_set(err, "%s: tensor '%s' has %zu channels", weights_path(l.weights), name, m->width);
    }
    load_all(m, &l);
    if (!l.failed) l.failed = weights_check_rest(l.weights, ignored, err) != 0;
    weights_close(l.weights);
    return l.failed ? -1 : 0;
}

int wav2clip_load(const char *folder, Wav2clip **out, Error *err) {
    *out = NULL;
    Wav2clip *m = calloc(1, sizeof *m);
    char *path = path_join(folder, "Wav2CLIP.pt");
    int status = m && path ? 0 : error_set(err, "%s: out of memory", folder);
    if (!status) status = load(m, file_exists(path) ? path : folder, err);
    free(path);
    if (status)
        wav2clip_free(m);
    else
        *out = m;
    return status;
}

void wav2clip_free(Wav2clip *m) {
    if (!m) return;
    weight_blocks_free(&m->blocks);
    free(m);
}

size_t wav2clip_width(const Wav2clip *m) { return m->width; }
size_t wav2clip_embedding(const Wav2clip *m) { return 8 * m->width; }
uint64_t wav2clip_print(const Wav2clip *m) { return m->blocks.print; }
