/* Two tiny models that together have every switch both ways, against what PyTorch's own operators
 * make of them in float64 (test/golden/encoders/make.py). */
#include "features/encoders/wav2vec2.h"

#include "test/features/encoders/model_checks.h"

#define FOLDER "test/golden/encoders/"
static const double tolerance = 1e-5; /* of a stage's root mean square */

static Wav2vec2 *loaded(const char *folder) {
    Wav2vec2 *m;
    Error err;
    assert_done(wav2vec2_load(folder, &m, &err), &err);
    return m;
}

static void check_matrix(void *context, const char *name, const float *x, size_t rows,
                         size_t columns) {
    StageChecks *s = context;
    const Tensor *t = tensors_find(s->expected, name);
    if (t && t->rank == 1) /* samples */
        check_stage(s, name, x, 1, &columns);
    else
        check_stage(s, name, x, 2, (size_t[]){rows, columns});
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
    StageChecks s = {&expected, tolerance, 0};
    assert_done(
        wav2vec2_run(m, tensor_f32(samples), tensor_count(samples), hidden, check_matrix, &s, &err),
        &err);
    assert_int_equal(s.seen, expected.count - 2); /* not samples, not hidden */
    check_values("hidden", hidden, tensors_find(&expected, "hidden"),
                 sizeof hidden / sizeof *hidden, tolerance);
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

static const char *changed(const char *model, const char *what, const char *with) {
    return changed_model(model, "pytorch_model.bin", "config.json", what, with);
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
