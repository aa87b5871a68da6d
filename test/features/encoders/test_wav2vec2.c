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

typedef struct {
    StageChecks checks;
    float *hidden; /* [3, frames, 8] */
} Seen;

static void check_matrix(void *context, const char *name, const float *x, size_t rows,
                         size_t columns) {
    StageChecks *s = &((Seen *)context)->checks;
    const Tensor *t = tensors_find(s->expected, name);
    if (t && t->rank == 1) /* samples */
        check_stage(s, name, x, 1, &columns);
    else
        check_stage(s, name, x, 2, (size_t[]){rows, columns});
}

static void take_hidden(void *context, size_t i, const float *x, size_t frames) {
    const Seen *s = context;
    memcpy(s->hidden + i * frames * 8, x, frames * 8 * sizeof *x);
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
    Seen s = {{&expected, tolerance, 0}, hidden};
    for (int stages = 0; stages < 3; stages++) { /* in tiles, layer by layer, packed */
        if (stages == 2) assert_done(wav2vec2_pack(m, &err), &err);
        assert_done(wav2vec2_run(m, NULL, tensor_f32(samples), tensor_count(samples), 2,
                                 take_hidden, stages == 1 ? check_matrix : NULL, &s, &err),
                    &err);
        check_values("hidden", hidden, tensors_find(&expected, "hidden"),
                     sizeof hidden / sizeof *hidden, tolerance);
    }
    assert_int_equal(s.checks.seen, expected.count - 2); /* not samples, not hidden */
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

/* Within what 8 bits of significand give, and not the same. */
static void bfloat16_is_near(void **state) {
    (void)state;
    for (size_t model = 0; model < 2; model++) {
        const char *folder = model ? FOLDER "layer" : FOLDER "group";
        char path[100];
        float hidden[3 * 13 * 8];
        Tensors expected = {0};
        Error err;
        double error = 0, square = 0;
        snprintf(path, sizeof path, "%s/stages.npz", folder);
        assert_done(tensor_file_read(path, &expected, &err), &err);
        Wav2vec2 *m = loaded(folder);
        assert_done(wav2vec2_use_bfloat16(m, &err), &err);
        const Tensor *samples = tensors_find(&expected, "input_values");
        Seen s = {.hidden = hidden};
        assert_done(wav2vec2_run(m, NULL, tensor_f32(samples), tensor_count(samples), 2,
                                 take_hidden, NULL, &s, &err),
                    &err);
        const float *wanted = tensor_f32(tensors_find(&expected, "hidden"));
        for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
            error += (hidden[i] - wanted[i]) * (hidden[i] - wanted[i]);
            square += wanted[i] * wanted[i];
        }
        assert_true(error < 0.02 * 0.02 * square && error > 1e-8 * square);
        wav2vec2_free(m);
        tensors_free(&expected);
    }
}

static void forget(void *context, const char *name, const float *x, size_t rows, size_t columns) {
    (void)context, (void)name, (void)x, (void)rows, (void)columns;
}

/* A song of several tiles gives what layers computed whole give, whatever is left at its end. */
static void tiles_are_seamless(void **state) {
    (void)state;
    enum { MOST = 3 * 128 * 6 + 20 };
    float *samples = malloc(MOST * sizeof *samples), *hidden[2];
    for (size_t i = 0; i < MOST; i++) samples[i] = (float)sin((double)(i * i) * 1e-3);
    for (size_t k = 0; k < 2; k++) hidden[k] = malloc(3 * 400 * 8 * sizeof **hidden);
    for (size_t model = 0; model < 2; model++) {
        Wav2vec2 *m = loaded(model ? FOLDER "layer" : FOLDER "group");
        for (size_t count = MOST - 12; count <= MOST; count += 3) {
            const size_t size = 3 * wav2vec2_frames(m, count) * 8;
            for (size_t k = 0; k < 2; k++) {
                Seen s = {.hidden = hidden[k]};
                Error err;
                assert_done(wav2vec2_run(m, NULL, samples, count, 2, take_hidden, k ? forget : NULL,
                                         &s, &err),
                            &err);
            }
            for (size_t i = 0; i < size; i++)
                assert_true(fabsf(hidden[0][i] - hidden[1][i]) < 2e-5f);
        }
        wav2vec2_free(m);
    }
    for (size_t k = 0; k < 2; k++) free(hidden[k]);
    free(samples);
}

static void frames_are_counted_and_too_few_samples_refused(void **state) {
    (void)state;
    /* kernels 5 and 3, strides 3 and 2: a frame sees 11 samples, the next begins 6 later */
    static const float samples[10] = {0};
    Seen s = {0};
    Error err;
    Wav2vec2 *m = loaded(FOLDER "group");
    assert_int_equal(wav2vec2_frames(m, 10), 0);
    assert_int_equal(wav2vec2_frames(m, 11), 1);
    assert_int_equal(wav2vec2_frames(m, 16), 1);
    assert_int_equal(wav2vec2_frames(m, 17), 2);
    assert_failed(wav2vec2_run(m, NULL, samples, 10, 0, take_hidden, NULL, &s, &err), &err,
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
        cmocka_unit_test(bfloat16_is_near),
        cmocka_unit_test(tiles_are_seamless),
        cmocka_unit_test(frames_are_counted_and_too_few_samples_refused),
        cmocka_unit_test(other_models_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
