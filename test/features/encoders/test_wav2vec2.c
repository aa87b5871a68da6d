/* Two tiny models that together have every switch both ways, against what PyTorch's own operators
 * make of them in float64 (test/golden/encoders/make.py). */
#include "features/encoders/wav2vec2.h"

#include <math.h>
#include <sys/stat.h>

#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "test/scratch.h"

#define FOLDER "test/golden/encoders/"
static const double tolerance = 1e-5; /* of a stage's root mean square */

static Wav2vec2 *loaded(const char *folder) {
    Wav2vec2 *m;
    Error err;
    assert_done(wav2vec2_load(folder, &m, &err), &err);
    return m;
}

static void check(const char *name, const float *x, const Tensor *expected, size_t count) {
    double square = 0, worst = 0;
    assert_int_equal(tensor_count(expected), count);
    for (size_t i = 0; i < count; i++) {
        double e = tensor_f32(expected)[i];
        square += e * e;
        worst = fmax(worst, fabs(x[i] - e));
    }
    double rms = sqrt(square / (double)count);
    if (!(worst <= tolerance * rms)) fail_msg("%s: off by %g of its rms", name, worst / rms);
}

typedef struct {
    const Tensors *expected;
    size_t seen;
} Stages;

static void check_stage(void *context, const char *name, const float *x, size_t rows,
                        size_t columns) {
    Stages *s = context;
    Error err;
    const Tensor *t = tensors_need(s->expected, name, &err);
    assert_done(t ? 0 : -1, &err);
    check(name, x, t, rows * columns);
    s->seen++;
}

static void check_model(const char *folder) {
    char path[100];
    float hidden[3 * 13 * 8];
    Tensors expected = {0};
    Error err;
    snprintf(path, sizeof path, "%s/stages.npz", folder);
    assert_done(tensor_file_read(path, &expected, &err), &err);
    Wav2vec2 *m = loaded(folder);
    const Tensor *samples = tensors_find(&expected, "samples");
    assert_non_null(samples);
    assert_int_equal(wav2vec2_frames(m, tensor_count(samples)), 13);
    if (wav2vec2_config(m)->normalise)
        wav2vec2_normalise(tensor_f32(samples), tensor_count(samples), tensor_f32(samples));
    Stages s = {&expected, 0};
    assert_done(
        wav2vec2_run(m, tensor_f32(samples), tensor_count(samples), hidden, check_stage, &s, &err),
        &err);
    assert_int_equal(s.seen, expected.count - 2); /* not samples, not hidden */
    check("hidden", hidden, tensors_find(&expected, "hidden"), sizeof hidden / sizeof *hidden);
    wav2vec2_free(m);
    tensors_free(&expected);
}

static void group_norm_and_post_norm_agree_with_pytorch(void **state) {
    (void)state;
    check_model(FOLDER "group");
}

static void layer_norm_and_pre_norm_agree_with_pytorch(void **state) {
    (void)state;
    check_model(FOLDER "layer");
}

static void frames_are_counted_and_too_few_samples_refused(void **state) {
    (void)state;
    /* kernels 5 and 3, strides 3 and 2: a frame sees 11 samples, the next begins 6 later */
    static const float samples[10] = {0};
    float hidden[1];
    Error err;
    Wav2vec2 *m = loaded(FOLDER "group");
    assert_int_equal(wav2vec2_frames(m, 10), 0);
    assert_int_equal(wav2vec2_frames(m, 11), 1);
    assert_int_equal(wav2vec2_frames(m, 16), 1);
    assert_int_equal(wav2vec2_frames(m, 17), 2);
    assert_failed(wav2vec2_run(m, samples, 10, hidden, NULL, NULL, &err), &err,
                  "10 samples are too few");
    wav2vec2_free(m);
}

/* A copy of a model's folder with `what` of its config.json replaced. */
static const char *changed(const char *model, const char *what, const char *with) {
    char from[200], to[1000], *text;
    unsigned char *data;
    size_t size;
    Error err;
    mkdir(scratch("model"), 0700);
    snprintf(from, sizeof from, "%s/config.json", model);
    assert_done(file_read_text(from, &text, &size, &err), &err);
    char *at = strstr(text, what);
    assert_non_null(at);
    snprintf(to, sizeof to, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what));
    scratch_write("model/config.json", to, strlen(to));
    free(text);
    snprintf(from, sizeof from, "%s/pytorch_model.bin", model);
    assert_done(file_read(from, &data, &size, &err), &err);
    scratch_write("model/pytorch_model.bin", data, size);
    free(data);
    return scratch("model");
}

static void refused(const char *folder, const char *part) {
    Wav2vec2 *m;
    Error err;
    assert_failed(wav2vec2_load(folder, &m, &err), &err, part);
    assert_null(m);
}

static void other_models_are_refused_by_name(void **state) {
    (void)state;
    refused(changed(FOLDER "group", "\"hidden_size\": 8", "\"hidden_size\": 16"),
            "tensor 'wav2vec2.feature_projection.projection.weight' has the shape [8, 6], not "
            "[16, 6]");
    refused(changed(FOLDER "group", "hidden_layers\": 2", "hidden_layers\": 3"),
            "tensor 'wav2vec2.encoder.layers.2.attention.q_proj.weight' is missing");
    refused(changed(FOLDER "group", "hidden_layers\": 2", "hidden_layers\": 1"),
            "does not belong to such a model");
    refused(changed(FOLDER "group", "\"conv_bias\": false", "\"conv_bias\": true"),
            "conv_layers.0.conv.bias' is missing");
    refused(changed(FOLDER "group", "\"group\"", "\"batch\""), "'feat_extract_norm' is \"batch\"");
    refused(changed(FOLDER "group", "\"gelu\"", "\"relu\""), "'hidden_act' is \"relu\"");
    refused(changed(FOLDER "group", "{", "{\"deepnorm\": true,"), "'deepnorm' is on");
    refused(changed(FOLDER "group", "heads\": 2", "heads\": 3"), "no multiple of the heads");
    refused(changed(FOLDER "group", "\"conv_stride\": [", "\"conv_stride\": [1,"),
            "differ in length");
    refused("test/golden/torch", "config.json is missing");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(group_norm_and_post_norm_agree_with_pytorch),
        cmocka_unit_test(layer_norm_and_pre_norm_agree_with_pytorch),
        cmocka_unit_test(frames_are_counted_and_too_few_samples_refused),
        cmocka_unit_test(other_models_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
