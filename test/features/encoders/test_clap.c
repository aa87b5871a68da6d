/* A tiny tower against transformers in float64 (test/golden/encoders/make_clap.py), and how songs
 * are cut into windows. */
#include "features/encoders/clap.h"

#include "features/encoders/encoders.h"
#include "features/encoders/music_encoder.h"
#include "test/features/encoders/model_checks.h"

#define FOLDER "test/golden/encoders/clap"
static const double tolerance = 1e-5; /* of a stage's root mean square */
enum { CLIP = 460, EMBEDDING = 6, STEPS = 8, CHANNELS = 8 };

static Clap *loaded(void) {
    Clap *m;
    Error err;
    assert_done(clap_load(FOLDER, &m, &err), &err);
    return m;
}

static void stages_agree_with_transformers(void **state) {
    (void)state;
    Tensors expected = {0};
    Error err;
    float embeds[2 * EMBEDDING], frames[2 * STEPS * CHANNELS];
    assert_done(tensor_file_read(FOLDER "/stages.npz", &expected, &err), &err);
    Clap *m = loaded();
    const Tensor *samples = tensors_find(&expected, "samples");
    assert_non_null(samples);
    const ClapClip clip = {tensor_f32(samples), tensor_count(samples)}, clips[] = {clip, clip};
    StageChecks s = {&expected, tolerance, 0};
    assert_done(clap_run(m, clips, 2, embeds, frames, check_stage, &s, &err), &err);
    assert_int_equal(s.seen, expected.count - 1); /* not samples */
    for (size_t i = 0; i < 2; i++) { /* the second clip likewise */
        check_values("embeds", embeds + i * EMBEDDING, tensors_find(&expected, "audio_embeds"),
                     EMBEDDING, tolerance);
        check_values("frames", frames + i * STEPS * CHANNELS, tensors_find(&expected, "frames"),
                     STEPS * CHANNELS, tolerance);
    }
    clap_free(m);
    tensors_free(&expected);
}

/* --- songs --- */

/* 60 Hz and its overtones, louder and louder. */
static void make_song(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / 4000, cycle = t * 60 - floor(t * 60);
        x[i] = (float)((cycle - 0.5) * (0.1 + t));
    }
}

typedef struct {
    float rows[200][CHANNELS];
    size_t count, columns;
} Collected;

static int collect(void *context, size_t first, const float *x, size_t rows, Error *err) {
    Collected *c = context;
    (void)err;
    assert_int_equal(first, c->count);
    assert_true(first + rows <= sizeof c->rows / sizeof *c->rows);
    for (size_t i = 0; i < rows; i++)
        memcpy(c->rows[first + i], x + i * c->columns, c->columns * sizeof *x);
    c->count += rows;
    return 0;
}

static void encode(const EncoderOptions *o, const float *song, size_t n, EncoderInfo *info,
                   Collected *out) {
    const Encoder *e;
    void *state;
    float copy[8000];
    Error err;
    assert_done(encoders_recognise(FOLDER, &e, &err), &err);
    assert_string_equal(e->name, "clap");
    assert_done(encoder_open(e, FOLDER, o, &state, info, &err), &err);
    *out = (Collected){.columns = info->columns};
    memcpy(copy, song, n * sizeof *copy);
    const EncoderSink sink = {.frames = collect, .context = out};
    assert_done(e->run(state, copy, n, &sink, &err), &err);
    assert_int_equal(out->count, e->frames(state, n));
    encoder_close(e, state);
}

static void equal(const float *x, const float *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(x[i] - y[i]) <= 1e-6f)) fail_msg("number %zu: %g, not %g", i, x[i], y[i]);
}

/* The vector, or the steps, of what is heard at a place of the song. */
static void run_at(const float *song, size_t begin, float *embeds, float *frames) {
    Clap *m = loaded();
    Error err;
    const ClapClip clip = {song + begin, CLIP};
    assert_done(clap_run(m, &clip, 1, embeds, frames, NULL, NULL, &err), &err);
    clap_free(m);
}

/* Within what 8 bits of significand give, and not the same. */
static void bfloat16_is_near(void **state) {
    (void)state;
    float song[CLIP];
    Collected full, half;
    EncoderInfo info;
    make_song(song, CLIP);
    encode(&(EncoderOptions){.output = "frames"}, song, CLIP, &info, &full);
    encode(&(EncoderOptions){.output = "frames", .bfloat16 = true}, song, CLIP, &info, &half);
    double error = 0, square = 0;
    const size_t columns = full.columns;
    for (size_t i = 0; i < full.count * columns; i++) {
        const double wanted = (double)full.rows[i / columns][i % columns];
        const double difference = (double)half.rows[i / columns][i % columns] - wanted;
        error += difference * difference;
        square += wanted * wanted;
    }
    assert_true(error < 0.03 * 0.03 * square && error > 1e-8 * square);
}

static void vectors_are_those_of_windows_the_last_at_the_songs_end(void **state) {
    (void)state;
    enum { HOP = 140, SAMPLES = CLIP + 2 * HOP + 20 };
    const EncoderOptions o = {.window_given = true,
                              .window = (double)CLIP / 4000.0,
                              .overlap = (CLIP - HOP) / 4000.0,
                              .output = "audio_embeds"};
    float song[SAMPLES], alone[EMBEDDING];
    Collected c;
    EncoderInfo info;
    make_song(song, SAMPLES);
    encode(&o, song, SAMPLES, &info, &c);
    assert_int_equal(c.count, 4);
    assert_true(fabs(info.frame_rate - 4000.0 / (double)HOP) < 1e-9);
    assert_true(fabs(info.offset / info.frame_rate - (double)CLIP / 8000.0) <
                1e-9); /* the first's middle */
    for (size_t i = 0; i < 4; i++) {
        run_at(song, i < 3 ? i * HOP : SAMPLES - CLIP, alone, NULL);
        equal(c.rows[i], alone, EMBEDDING);
    }
}

static void vectors_have_length_one_and_one_song_one_window(void **state) {
    (void)state;
    float song[CLIP];
    Collected c;
    EncoderInfo info;
    make_song(song, CLIP);
    for (size_t n = 100; n <= CLIP; n += CLIP - 100) { /* repeated, and whole */
        double square = 0;
        encode(&(EncoderOptions){0}, song, n, &info, &c);
        assert_int_equal(c.count, 1);
        for (size_t k = 0; k < EMBEDDING; k++) square += (double)c.rows[0][k] * c.rows[0][k];
        assert_true(fabs(square - 1) < 1e-6);
    }
}

/* A step is 32 columns of the picture / 8, 28 mel frames being 31 columns: 28/31 16 samples each,
 * four of them: 57.8 samples. */
static void steps_of_windows_make_one_row_of_time(void **state) {
    (void)state;
    const double step = 4.0 * 28 / 31 * 16;
    enum { SAMPLES = CLIP + 300 }; /* 8 + 5 steps */
    const EncoderOptions o = {.window_given = true,
                              .window = (double)CLIP / 4000.0,
                              .overlap = 3.4 * 57.8 / 4000,
                              .output = "frames"};
    float song[SAMPLES], first[STEPS * CHANNELS], last[STEPS * CHANNELS];
    Collected c;
    EncoderInfo info;
    make_song(song, SAMPLES);
    encode(&o, song, SAMPLES, &info, &c);
    assert_int_equal(c.count, 13);
    assert_true(fabs(info.frame_rate - 4000 / step) < 1e-9);
    run_at(song, 0, NULL, first);
    run_at(song, (size_t)llround(5 * step), NULL, last);
    /* steps 5, 6 and 7 are in both windows: the first gives one and a half of them, or two */
    for (size_t t = 0; t < 7; t++) equal(c.rows[t], first + t * CHANNELS, CHANNELS);
    for (size_t t = 7; t < 13; t++) equal(c.rows[t], last + (t - 5) * CHANNELS, CHANNELS);
    encode(&o, song, CLIP / 4, &info, &c); /* a quarter of a window */
    assert_int_equal(c.count, 2);
}

/* Up to 1500 Hz is heard: sound at 3000 Hz has all of that, though the network takes 4000. */
static void sound_below_the_highest_band_is_dull(void **state) {
    (void)state;
    MusicEncoder e;
    Error err;
    assert_done(
        music_encoder_open(FOLDER, &(MusicEncoderOptions){.encoder = {.fps = 30}}, &e, &err), &err);
    for (int rate = 2990; rate <= 3010; rate += 20) {
        Music m;
        Audio sound = {.rate = rate, .count = 3000, .samples = calloc(3000, sizeof(float))};
        assert_non_null(sound.samples);
        make_song(sound.samples, sound.count);
        assert_done(music_encoder_run(&e, "song", &sound, NULL, &m, &err), &err);
        assert_int_equal((m.notes & MUSIC_DULL) != 0, rate < 3000);
        music_free(&m);
        audio_free(&sound);
    }
    music_encoder_close(&e);
}

static void silence_gives_a_vector(void **state) {
    (void)state;
    static const float song[CLIP];
    Collected c;
    EncoderInfo info;
    encode(&(EncoderOptions){0}, song, CLIP, &info, &c);
    for (size_t k = 0; k < EMBEDDING; k++) assert_true(isfinite(c.rows[0][k]));
}

/* --- what is refused --- */

static void refused(const char *folder, const char *part) {
    Clap *m;
    Error err;
    assert_failed(clap_load(folder, &m, &err), &err, part);
    assert_null(m);
}

static const char *changed(const char *what, const char *with) {
    return changed_model(FOLDER, "pytorch_model.bin", "config.json", what, with);
}

static const char *front_end(const char *what, const char *with) {
    return changed_model(FOLDER, "pytorch_model.bin", "preprocessor_config.json", what, with);
}

static void other_networks_are_refused_by_name(void **state) {
    (void)state;
    refused(changed("\"enable_fusion\": false", "\"enable_fusion\": true"),
            "'enable_fusion' is on, which is not supported");
    refused(changed("{\n  \"spec", "{\n  \"hidden_act\": \"relu\",\n  \"spec"),
            "'hidden_act' is \"relu\"");
    refused(changed("\"spec_size\": 16", "\"spec_size\": 18"), "is not a multiple of");
    refused(changed("\"window_size\": 2", "\"window_size\": 3"), "windows of 'window_size' 3");
    refused(changed("\"num_mel_bins\": 8", "\"num_mel_bins\": 2"), "pieces of time");
    refused(changed("\"hidden_size\": 8,\n  \"proj", "\"hidden_size\": 9,\n  \"proj"),
            "'hidden_size' is 9");
    refused(changed("\"num_attention_heads\": [\n   2", "\"num_attention_heads\": [\n   3"),
            "3 do not share 4 numbers");
    refused(changed("\"patch_stride\": [\n   2", "\"patch_stride\": [\n   1"), "'patch_stride'");
    refused(changed("\"depths\": [\n   2,", "\"depths\": [\n   2,\n   1,"), "differ in length");
    refused(changed("audio_config", "text_config"), "'audio_config' is missing");
    refused("test/golden/torch", "config.json is missing");
}

static void other_front_ends_are_refused_by_name(void **state) {
    (void)state;
    refused(front_end("\"feature_size\": 8", "\"feature_size\": 16"), "'feature_size' is 16");
    refused(front_end("\"rand_trunc\"", "\"fusion\""), "'truncation' is \"fusion\"");
    refused(front_end("\"repeatpad\"", "\"loop\""), "'padding' is \"loop\"");
    refused(front_end("\"top_db\": null", "\"top_db\": 80"), "'top_db' is set");
    refused(front_end("\"nb_max_samples\": 460", "\"nb_max_samples\": 461"), "is 461, not");
    refused(front_end("\"hop_length\": 16", "\"hop_length\": 4"), "room for 32");
    refused(front_end("\"frequency_max\": 1500", "\"frequency_max\": 2500"),
            "'frequency_max' 2500");
    refused(front_end("\"sampling_rate\": 4000", "\"sampling_rate\": 4"), "4 Hz");
}

static void other_weights_are_refused_by_name(void **state) {
    (void)state;
    refused(changed("\"depths\": [\n   2,\n   1", "\"depths\": [\n   2,\n   2"),
            "layers.1.blocks.1.attention.self.query.weight' is missing");
    refused(changed("\"depths\": [\n   2,\n   1", "\"depths\": [\n   1,\n   1"),
            "does not belong to such a model");
    refused(changed("\"projection_dim\": 6", "\"projection_dim\": 7"),
            "'audio_projection.linear1.weight' has the shape [6, 8], not [7, 8]");
}

static void options_of_other_families_are_refused(void **state) {
    (void)state;
    const struct {
        EncoderOptions o;
        const char *part;
    } cases[] = {
        {{.layers = {.mean = true}}, "no layers"},
        {{.preset = "x"}, "no preset 'x'"},
        {{.output = "x"}, "not 'x'"},
        {{.normalise = NORMALISE_OFF}, "nothing to normalise"},
        {{.window_given = true, .window = 1}, "hears windows of 0.115 s, not of 1 s"},
        {{.window_given = true, .window = 0.115, .overlap = 0.115}, "is not below"},
    };
    const Encoder *e;
    Error err;
    assert_done(encoders_recognise(FOLDER, &e, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *opened;
        EncoderInfo info;
        assert_failed(encoder_open(e, FOLDER, &cases[i].o, &opened, &info, &err), &err,
                      cases[i].part);
        assert_null(opened);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_agree_with_transformers),
        cmocka_unit_test(bfloat16_is_near),
        cmocka_unit_test(vectors_are_those_of_windows_the_last_at_the_songs_end),
        cmocka_unit_test(vectors_have_length_one_and_one_song_one_window),
        cmocka_unit_test(steps_of_windows_make_one_row_of_time),
        cmocka_unit_test(sound_below_the_highest_band_is_dull),
        cmocka_unit_test(silence_gives_a_vector),
        cmocka_unit_test(other_networks_are_refused_by_name),
        cmocka_unit_test(other_front_ends_are_refused_by_name),
        cmocka_unit_test(other_weights_are_refused_by_name),
        cmocka_unit_test(options_of_other_families_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
