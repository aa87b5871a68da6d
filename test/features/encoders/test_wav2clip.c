/* A tiny network against torch's layers in float64 (test/golden/encoders/make_wav2clip.py), and how
 * songs are cut into pieces. */
#include "features/encoders/wav2clip.h"

#include "features/encoders/encoders.h"
#include "features/encoders/music_encoder.h"
#include "lib/base/threads.h"
#include "test/features/encoders/model_checks.h"

#define FOLDER "test/golden/encoders/wav2clip"
static const double tolerance = 1e-5; /* of a stage's root mean square */
enum { EMBEDDING = 8, PIECE = 512, SAMPLES = 2900 };

static void read_golden(const char *path, Tensors *out) {
    Error err;
    *out = (Tensors){0};
    assert_done(tensor_file_read(path, out, &err), &err);
}

static void read_song(float *song) {
    Tensors t;
    read_golden(FOLDER "/whole.npz", &t);
    const Tensor *samples = tensors_find(&t, "samples");
    assert_non_null(samples);
    assert_int_equal(tensor_count(samples), SAMPLES);
    memcpy(song, tensor_f32(samples), SAMPLES * sizeof *song);
    tensors_free(&t);
}

typedef struct {
    float rows[100][EMBEDDING];
    size_t count;
} Collected;

static int collect(void *context, size_t first, const float *x, size_t rows, Error *err) {
    Collected *c = context;
    (void)err;
    assert_int_equal(first, c->count);
    memcpy(c->rows[first], x, rows * sizeof c->rows[0]);
    c->count += rows;
    return 0;
}

static void encode(const EncoderOptions *o, const float *song, size_t n, EncoderStage *stage,
                   void *context, EncoderInfo *info, Collected *out) {
    const Encoder *e;
    void *state;
    Error err;
    float *copy = malloc(n * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, song, n * sizeof *copy);
    assert_done(encoders_recognise(FOLDER, &e, &err), &err);
    assert_string_equal(e->name, "wav2clip");
    assert_done(encoder_open(e, FOLDER, o, &state, info, &err), &err);
    assert_int_equal(info->columns, EMBEDDING);
    *out = (Collected){0};
    const EncoderSink sink = {
        .frames = collect, .context = out, .stage = stage, .stage_context = context};
    assert_done(e->run(state, copy, n, &sink, &err), &err);
    assert_int_equal(out->count, e->frames(state, n));
    encoder_close(e, state);
    free(copy);
}

/* Pictures one column wide: 3 x 1 in place of 3 x 3. */
static void stages_of_short_pieces_agree_with_torch(void **state) {
    (void)state;
    float song[SAMPLES];
    Tensors expected;
    Collected c;
    EncoderInfo info;
    read_song(song);
    read_golden(FOLDER "/pieces.npz", &expected);
    StageChecks s = {&expected, tolerance, 0};
    encode(&(EncoderOptions){.preset = "gcdance"}, song, 3 * PIECE + 100, check_stage, &s, &info,
           &c);
    assert_int_equal(s.seen, expected.count);
    assert_int_equal(c.count, 3);
    check_values("rows", c.rows[0], tensors_find(&expected, "embedding"), 3 * EMBEDDING, tolerance);
    tensors_free(&expected);
    assert_true(info.rate == 15360 && info.frame_rate == 30 && info.offset == 0);
}

/* Only the stages that the file has. */
static void check_some(void *context, const char *name, const float *x, int rank,
                       const size_t *shape) {
    StageChecks *s = context;
    if (tensors_find(s->expected, name)) check_stage(s, name, x, rank, shape);
}

static void stages_of_a_song_in_one_agree_with_torch(void **state) {
    (void)state;
    float song[SAMPLES];
    Tensors expected;
    Collected c;
    EncoderInfo info;
    read_song(song);
    read_golden(FOLDER "/whole.npz", &expected);
    StageChecks s = {&expected, tolerance, 0};
    encode(&(EncoderOptions){.window_given = true}, song, SAMPLES, check_some, &s, &info, &c);
    assert_int_equal(s.seen, expected.count - 1); /* not samples */
    assert_int_equal(c.count, 1);
    tensors_free(&expected);
}

/* A song long enough for several batches: as one call of the network on the scale of all of it. */
static void songs_in_batches_are_one_song(void **state) {
    (void)state;
    enum { COUNT = 90, HOP = 256, N = (COUNT - 1) * HOP + PIECE };
    static float song[N], at_once[COUNT][EMBEDDING];
    uint32_t noise = 1;
    for (size_t i = 0; i < N; i++) {
        noise = noise * 1664525u + 1013904223u;
        song[i] = ((float)(noise >> 8) / (1 << 24) - 0.5f) * (float)(1 + i / 5000);
    }
    const Wav2clipPieces p = {song, COUNT, PIECE, HOP};
    Wav2clip *m;
    Wav2clipScale scale;
    Error err;
    Collected c;
    EncoderInfo info;
    assert_done(wav2clip_load(FOLDER, &m, &err), &err);
    assert_true(wav2clip_batch(m, PIECE) < COUNT);
    assert_done(wav2clip_measure(&p, &scale, &err), &err);
    assert_done(wav2clip_run(m, &p, scale, 0, COUNT, at_once[0], NULL, NULL, &err), &err);
    wav2clip_free(m);
    for (int threads = 1; threads <= 2; threads++) {
        threads_set(threads);
        encode(&(EncoderOptions){.preset = "gcdance", .fps = 60}, song, N, NULL, NULL, &info, &c);
        assert_int_equal(c.count, COUNT);
        assert_true(info.frame_rate == 60);
        for (size_t i = 0; i < COUNT; i++)
            for (size_t k = 0; k < EMBEDDING; k++)
                assert_true(fabsf(c.rows[i][k] - at_once[i][k]) <= 1e-5f);
    }
    threads_set(0);
}

/* Mean and deviation over everything, as the definition has them. */
static void scale_is_that_of_all_pieces(void **state) {
    (void)state;
    float song[SAMPLES];
    Tensors t;
    Wav2clipScale scale;
    Error err;
    read_song(song);
    const Wav2clipPieces p = {song, 3, PIECE, PIECE};
    assert_done(wav2clip_measure(&p, &scale, &err), &err);
    read_golden(FOLDER "/pieces.npz", &t);
    const Tensor *x = tensors_find(&t, "log_power");
    double sum = 0, squares = 0;
    const size_t n = tensor_count(x);
    for (size_t i = 0; i < n; i++) sum += tensor_f32(x)[i];
    for (size_t i = 0; i < n; i++) squares += pow(tensor_f32(x)[i] - sum / (double)n, 2);
    assert_true(fabs(scale.mean - sum / (double)n) < 1e-6);
    assert_true(fabs(scale.deviation - sqrt(squares / (double)(n - 1))) < 1e-6);
    tensors_free(&t);
}

static void count_zeros(void *context, const char *name, const float *x, int rank,
                        const size_t *shape) {
    size_t *zeros = context;
    if (strcmp(name, "standardised") != 0) return;
    assert_int_equal(rank, 3);
    for (size_t i = 0; i < shape[0] * shape[1] * shape[2]; i++) *zeros += x[i] == 0;
}

static void silence_is_zeros_to_the_network(void **state) {
    (void)state;
    static const float song[2 * PIECE];
    size_t zeros = 0;
    Collected c;
    EncoderInfo info;
    encode(&(EncoderOptions){0}, song, 2 * PIECE, count_zeros, &zeros, &info, &c);
    assert_int_equal(c.count, 2);
    assert_int_equal(zeros, 2 * 257 * 2);
    for (size_t k = 0; k < EMBEDDING; k++) {
        assert_true(isfinite(c.rows[0][k]));
        assert_true(c.rows[0][k] == c.rows[1][k]);
    }
}

static void options_are_refused_in_a_sentence(void **state) {
    (void)state;
    const struct {
        EncoderOptions o;
        const char *part;
    } cases[] = {
        {{.layers = {.mean = true}}, "no layers"},
        {{.preset = "x"}, "has the preset 'gcdance', not 'x'"},
        {{.preset = "gcdance", .window_given = true, .window = 1}, "says how long windows are"},
        {{.output = "x"}, "not 'x'"},
        {{.normalise = NORMALISE_WINDOW}, "no other way"},
        {{.bfloat16 = true}, "float32 only"},
        {{.window_given = true, .window = 0.016}, "too short"},
        {{.window_given = true, .window = 0.05, .overlap = 0.05}, "is not below"},
        {{.window_given = true, .window = 700}, "too long"},
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

/* What a model names is what is computed for it: presets, windows and outputs are told by the
 * identity. */
static void identities_open_what_they_were_made_of(void **state) {
    (void)state;
    const struct {
        const char *folder;
        EncoderOptions o;
        double frame_rate;
    } cases[] = {
        {FOLDER, {.preset = "gcdance", .fps = 60}, 60},
        {FOLDER, {.preset = "gcdance", .fps = 30}, 30},
        {FOLDER, {.fps = 60}, 31.25},
        {FOLDER, {.window_given = true, .window = 1, .overlap = 0.5, .fps = 60}, 2},
        {FOLDER, {.window_given = true, .fps = 60}, 1},
        {"test/golden/encoders/clap",
         {.window_given = true, .window = 0.115, .overlap = 0.1, .fps = 60},
         4000 / 60.0},
        {"test/golden/encoders/clap", {.output = "frames", .fps = 60}, 4000 / (112.0 / 31 * 16)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double fps = cases[i].o.fps;
        MusicEncoder first, again;
        Error err;
        assert_done(music_encoder_open(cases[i].folder,
                                       &(MusicEncoderOptions){.encoder = cases[i].o}, &first, &err),
                    &err);
        assert_true(fabs(first.info.frame_rate - cases[i].frame_rate) < 1e-9);
        assert_done(music_encoder_open_as(cases[i].folder, &first.identity, fps, &again, &err),
                    &err);
        assert_true(again.info.frame_rate == first.info.frame_rate);
        assert_true(again.info.offset == first.info.offset);
        assert_string_equal(again.identity.version, first.identity.version);
        music_encoder_close(&first);
        music_encoder_close(&again);
    }
}

static void too_few_samples_are_refused(void **state) {
    (void)state;
    static float song[PIECE - 1];
    const Encoder *e;
    void *opened;
    EncoderInfo info;
    Collected c = {0};
    Error err;
    const EncoderSink sink = {.frames = collect, .context = &c};
    assert_done(encoders_recognise(FOLDER, &e, &err), &err);
    assert_done(encoder_open(e, FOLDER, &(EncoderOptions){0}, &opened, &info, &err), &err);
    assert_int_equal(e->frames(opened, PIECE - 1), 0);
    assert_int_equal(e->frames(opened, PIECE), 1);
    assert_failed(e->run(opened, song, PIECE - 1, &sink, &err), &err, "511 samples are too few");
    encoder_close(e, opened);
}

/* A file of weights with `what` replaced by as many bytes. */
static void refused(const char *what, const char *with, const char *part) {
    Wav2clip *m;
    Error err;
    const char *folder = changed_model(FOLDER, "Wav2CLIP.pt", "Wav2CLIP.pt", what, with);
    assert_failed(wav2clip_load(folder, &m, &err), &err, part);
    assert_null(m);
}

static void other_weights_are_refused_by_name(void **state) {
    (void)state;
    Wav2clip *m;
    Error err;
    refused("layer3.1.conv2.weight", "layer3.1.convX.weight",
            "audio_encoder.layer3.1.conv2.weight' is missing");
    refused("layer2.0.downsample.1.running_var", "layer2.0.downsample.1.running_vax",
            "audio_encoder.layer2.0.downsample.1.running_var' is missing");
    refused("image_transform.sequential.0.weight", "audio_transform.sequential.9.weight",
            "'audio_transform.sequential.9.weight' does not belong");
    refused("audio_encoder.conv1.weight", "audio_encoder.conv9.weight",
            "audio_encoder.conv1.weight' is missing");
    assert_failed(wav2clip_load("test/golden/encoders/clap", &m, &err), &err,
                  "audio_encoder.conv1.weight' is missing");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_of_short_pieces_agree_with_torch),
        cmocka_unit_test(stages_of_a_song_in_one_agree_with_torch),
        cmocka_unit_test(songs_in_batches_are_one_song),
        cmocka_unit_test(scale_is_that_of_all_pieces),
        cmocka_unit_test(silence_is_zeros_to_the_network),
        cmocka_unit_test(options_are_refused_in_a_sentence),
        cmocka_unit_test(identities_open_what_they_were_made_of),
        cmocka_unit_test(too_few_samples_are_refused),
        cmocka_unit_test(other_weights_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
