/* What is common to all encoders: layers, windows, recipes, and a song from its samples to a file's
 * worth of features, with the tiny models of test/golden/encoders. */
#include "features/encoders/music_encoder.h"

#include <math.h>

#include "features/encoders/encoder_layers.h"
#include "features/encoders/encoder_windows.h"
#include "features/features.h"
#include "features/mint35/blocks.h"
#include "lib/formats/tensor_file.h"
#include "test/scratch.h"

#define FOLDER "test/golden/encoders/"

static void layers_are_written_as_users_do(void **state) {
    (void)state;
    EncoderLayers l, chosen;
    Error err;
    char text[ENCODER_LAYERS_TEXT];
    const EncoderLayers mean = {.mean = true}, none = {0};
    assert_done(encoder_layers_parse("4,0,last", &l, &err), &err);
    assert_done(encoder_layers_check(&l, 13, mean, &chosen, &err), &err);
    assert_string_equal(encoder_layers_text(&chosen, text), "layers-4+0+12");
    assert_done(encoder_layers_check(&none, 13, mean, &chosen, &err), &err);
    assert_string_equal(encoder_layers_text(&chosen, text), "layer-mean");
    assert_failed(encoder_layers_check(&l, 4, mean, &chosen, &err), &err,
                  "there is no layer 4; there are 0 to 3");
    assert_done(encoder_layers_parse("12,last", &l, &err), &err);
    assert_failed(encoder_layers_check(&l, 13, mean, &chosen, &err), &err, "asked for twice");
    static const char *const wrong[] = {"", "x", "-1", "1,,2", "1 2", "1;2", "99999999", "mean,1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(encoder_layers_parse(wrong[i], &l, &err), -1);
}

/* Every frame is kept once, by the window in which it is farther from an end. */
static void windows_cover_a_song(void **state) {
    (void)state;
    Error err;
    for (size_t frames = 1; frames < 40; frames++)
        for (size_t window = 0; window < 12; window++)
            for (size_t overlap = 0; overlap < window; overlap++) {
                EncoderWindows w;
                size_t at = 0;
                assert_done(encoder_windows_plan(frames, window, overlap, &w, &err), &err);
                for (size_t i = 0; i < w.count; i++) {
                    const EncoderWindow *v = &w.items[i];
                    assert_int_equal(v->keep_first, at);
                    assert_true(v->keep_first >= v->first &&
                                v->keep_first + v->keep <= v->first + v->count);
                    assert_int_equal(v->count, window && window < frames ? window : frames);
                    at += v->keep;
                }
                assert_int_equal(at, frames);
                encoder_windows_free(&w);
            }
    EncoderWindows w; /* 0..9, 8..17 share 8 and 9; 12..21 begins earlier */
    assert_done(encoder_windows_plan(22, 10, 2, &w, &err), &err);
    assert_int_equal(w.count, 3);
    assert_int_equal(w.items[1].first, 8);
    assert_int_equal(w.items[1].keep_first, 9);
    assert_int_equal(w.items[2].first, 12);
    assert_int_equal(w.items[2].keep_first, 15);
    encoder_windows_free(&w);
}

static void recipes_are_read_back(void **state) {
    (void)state;
    static const char *const versions[] = {
        "layer-7/1a2b3c4d/window-10-2",
        "layers-4+8+12/00000001/window-0-0/normalise-off/linear",
        "layer-mean/ffffffff/window-2.5-0.5/normalise-window/fft",
        "all/1a2b3c4d/output-frames/preset-gcdance/native",
    };
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        Recipe r;
        char again[MUSIC_NAME_SIZE];
        Error err;
        assert_true(recipe_parse(versions[i], &r));
        EncoderInfo info = {.print = r.print,
                            .layers = r.options.layers,
                            .window = r.options.window,
                            .overlap = r.options.overlap};
        assert_done(recipe_text(&r, &info, again, &err), &err);
        assert_string_equal(again, versions[i]);
    }
    static const char *const others[] = {"librosa-0.11",
                                         "",
                                         "layer-7",
                                         "layer-7/1a2b3c4",
                                         "layer-x/1a2b3c4d",
                                         "layer-7/1a2b3c4d/",
                                         "layer-7/1a2b3c4d/window-3",
                                         "layer-7/1a2b3c4d/tent"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        Recipe r;
        assert_false(recipe_parse(others[i], &r));
    }
}

/* The samples of the tiny model and its hidden states [3, 13, 8], as PyTorch computes them. */
static Tensors golden(const char *model) {
    char path[100];
    Tensors t;
    Error err;
    snprintf(path, sizeof path, FOLDER "%s/stages.npz", model);
    assert_done(tensor_file_read(path, &t, &err), &err);
    return t;
}

static Audio sound_of(const Tensors *t, double rate) {
    const Tensor *samples = tensors_find(t, "samples");
    Audio a = {.count = tensor_count(samples), .rate = rate};
    a.samples = malloc(a.count * sizeof(float));
    memcpy(a.samples, samples->data, a.count * sizeof(float));
    return a;
}

static MusicEncoder opened(const char *model, MusicEncoderOptions o) {
    MusicEncoder e;
    Error err;
    char folder[100];
    snprintf(folder, sizeof folder, FOLDER "%s", model);
    assert_done(music_encoder_open(folder, &o, &e, &err), &err);
    return e;
}

static Music encoded(const MusicEncoder *e, Audio a) {
    Music m;
    Error err;
    assert_done(music_encoder_run(e, "x", &a, NULL, &m, &err), &err);
    audio_free(&a);
    return m;
}

static double hidden(const Tensors *t, size_t layer, size_t frame, size_t column) {
    return tensor_f32(tensors_find(t, "hidden"))[(layer * 13 + frame) * 8 + column];
}

static void layers_are_taken_from_pytorchs_hidden_states(void **state) {
    (void)state;
    Tensors t = golden("group");
    MusicEncoderOptions o = {.rule = FRAMES_NATIVE};
    for (int mean = 0; mean < 2; mean++) {
        o.encoder.layers =
            mean ? (EncoderLayers){.mean = true} : (EncoderLayers){.count = 2, .items = {2, 0}};
        MusicEncoder e = opened("group", o);
        Music m = encoded(&e, sound_of(&t, 24000));
        assert_string_equal(m.identity.name, "mert-2x8");
        assert_string_equal(m.identity.columns, mean ? "encoder:8" : "layer2:8,layer0:8");
        assert_int_equal(m.frames, 13);
        assert_true(m.fps == 4000);
        for (size_t k = 0; k < 13; k++)
            for (size_t c = 0; c < m.dim; c++) {
                double wanted = hidden(&t, c < 8 ? 2 : 0, k, c % 8);
                if (mean) wanted = (wanted + hidden(&t, 0, k, c) + hidden(&t, 1, k, c)) / 3;
                assert_true(fabs(m.data[k * m.dim + c] - wanted) < 1e-5);
            }
        music_free(&m);
        music_encoder_close(&e);
    }
    tensors_free(&t);
}

/* A song of 20 windows: identity, blocks and rate of a file; a model's way back from them. */
static void a_song_becomes_music(void **state) {
    (void)state;
    enum { COUNT = 8000 };
    MusicEncoderOptions o = {.encoder = {.fps = 60, .window_given = true, .window = 0.02},
                             .blocks = MINT35_ONSET_STRENGTH | MINT35_BEATS};
    MusicEncoder e = opened("layer", o), again, other;
    Error err;
    Audio a = {.count = COUNT, .rate = 8000, .samples = malloc(COUNT * sizeof(float))};
    for (size_t i = 0; i < COUNT; i++) a.samples[i] = (float)sin((double)(i * i) * 1e-4);
    Music m = encoded(&e, a);
    assert_int_equal(m.frames, 60);
    assert_int_equal(m.dim, 10);
    assert_string_equal(m.identity.columns, "encoder:8,onset_strength,beats");
    assert_true(m.notes & MUSIC_DULL);
    assert_true(music_encoder_made(&m.identity));
    assert_non_null(features_of(&m.identity));
    assert_done(music_encoder_open_as(FOLDER "layer", &m.identity, 60, &again, &err), &err);
    assert_string_equal(again.identity.version, e.identity.version);
    assert_string_equal(again.identity.columns, e.identity.columns);
    music_encoder_close(&again);
    assert_failed(music_encoder_open_as(FOLDER "group", &m.identity, 60, &other, &err), &err,
                  "another checkpoint");
    music_free(&m);
    music_encoder_close(&e);
}

/* What enters the transformer is the same however the song is cut: the group norm's statistics are
 * the song's, and the positional convolution reaches less far than windows overlap. With statistics
 * of each window it is not. */
static void windows_share_the_songs_norms(void **state) {
    (void)state;
    enum { COUNT = 1200 };
    Music m[3];
    for (int k = 0; k < 3; k++) {
        MusicEncoderOptions o = {.rule = FRAMES_NATIVE,
                                 .encoder = {.layers = {.count = 1}, .window_given = true}};
        o.encoder.window = k ? 40. / 4000 : 0;
        o.encoder.overlap = k ? 12. / 4000 : 0;
        o.encoder.normalise = k < 2 ? NORMALISE_SONG : NORMALISE_WINDOW;
        MusicEncoder e = opened("group", o);
        Audio a = {.count = COUNT, .rate = 24000, .samples = malloc(COUNT * sizeof(float))};
        for (size_t i = 0; i < COUNT; i++)
            a.samples[i] = (float)(sin((double)(i * i) * 1e-3) * (double)(i + 100) / (double)COUNT);
        m[k] = encoded(&e, a);
        music_encoder_close(&e);
    }
    double near = 0, far = 0;
    for (size_t i = 0; i < m[0].frames * m[0].dim; i++) {
        near = fmax(near, fabs(m[1].data[i] - m[0].data[i]));
        far = fmax(far, fabs(m[2].data[i] - m[0].data[i]));
    }
    assert_true(m[0].frames == 199 && near < 1e-5 && far > 0.1);
    for (int k = 0; k < 3; k++) music_free(&m[k]);
}

static void refused(const char *folder, MusicEncoderOptions o, const char *why) {
    MusicEncoder e;
    Error err;
    assert_failed(music_encoder_open(folder, &o, &e, &err), &err, why);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    MusicEncoderOptions o = {.rule = FRAMES_NATIVE};
    refused(FOLDER "gone", o, "gone: not a folder");
    refused("test/golden", o, "config.json is missing");
    scratch_write("config.json", "{\"model_type\": \"bert\"}", 22);
    refused(scratch("."), o, "no encoder of model_type 'bert' is known");
    scratch_write("config.json", "{\"model_type\": 3}", 17);
    refused(scratch("."), o, "config.json: ");
    o.encoder.layers = (EncoderLayers){.count = 1, .items = {3}};
    refused(FOLDER "group", o, "there is no layer 3");
    o.encoder = (EncoderOptions){.window_given = true, .window = 1e-6};
    refused(FOLDER "group", o, "less than a frame");
    o.encoder = (EncoderOptions){.window_given = true, .window = 1, .overlap = 1};
    refused(FOLDER "group", o, "not below the window");
    o.encoder = (EncoderOptions){0};
    o.blocks = MINT35_BEATS;
    refused(FOLDER "group", o, "blocks cannot be appended");
    MusicEncoder e = opened("group", (MusicEncoderOptions){.rule = FRAMES_NATIVE});
    Audio a = {.count = 10, .rate = 24000, .samples = calloc(10, sizeof(float))};
    Music m;
    Error err;
    assert_failed(music_encoder_run(&e, "x", &a, NULL, &m, &err), &err, "are too few");
    assert_null(m.data);
    audio_free(&a);
    music_encoder_close(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_written_as_users_do),
        cmocka_unit_test(windows_cover_a_song),
        cmocka_unit_test(recipes_are_read_back),
        cmocka_unit_test(layers_are_taken_from_pytorchs_hidden_states),
        cmocka_unit_test(a_song_becomes_music),
        cmocka_unit_test(windows_share_the_songs_norms),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
