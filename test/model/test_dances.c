/* Dances from requests: what is read, how often, and what is refused. */
#include "model/model_dances.h"

#include <math.h>

#include "test/scratch.h"

enum { PAST = 9, FRAMES = 30, MUSIC_DIM = 5 };
static const MusicIdentity features = {"sound7", "1", "loudness:5"};

/* A model at 30 frames a second that was never trained. */
static void make_model(Model *m) {
    static const char *const genres[] = {"HO", "KR"};
    Config c = {.motion_dim = 12,
                .music_dim = MUSIC_DIM,
                .fps = 30,
                .music_features = features,
                .past = PAST,
                .future = 3,
                .music = 13,
                .keep = 3,
                .predictor = {.width = 4, .heads = 2, .mlp = 6},
                .motion_layers = 1,
                .music_layers = 1,
                .cross_layers = 1,
                .bank = {.width = 6, .heads = 2, .mlp = 5},
                .bank_layers = 1,
                .items = 3,
                .latents = 2,
                .refine = REFINE_NONE};
    Error err;
    assert_done(model_new(m, KIND_MODEL, &c, genres, 2, true, &err), &err);
    assert_done(params_allocate(&m->params, false, &err), &err);
    Rng r = rng_seed(1);
    params_initialise(&m->params, &r);
    real *seeds = model_values(m, "seed.motion");
    for (size_t i = 0; i < 2 * PAST * 12; i++) seeds[i] = (real)i;
}

/* Songs that are made up: "slow" has another rate, "other" other features. */
typedef struct {
    size_t reads;
} Counter;

static int load(void *context, const char *path, Music *out, Error *err) {
    Counter *c = context;
    if (strcmp(path, "gone") == 0) return error_set(err, "gone: no such file");
    *out = (Music){.frames = FRAMES, .dim = MUSIC_DIM, .fps = 30, .identity = features};
    if (strcmp(path, "slow") == 0) out->fps = 25;
    if (strcmp(path, "other") == 0) strcpy(out->identity.version, "2");
    out->data = calloc(FRAMES * MUSIC_DIM, sizeof *out->data);
    assert_non_null(out->data);
    for (size_t i = 0; i < FRAMES * MUSIC_DIM; i++)
        out->data[i] = (float)sin((double)i * (double)path[0]);
    c->reads++;
    return 0;
}

static const char *motion_file(const char *name, double fps, const char *genre) {
    Error err;
    Motion m;
    const char *path = scratch(name);
    assert_done(motion_new(&m, 2 * PAST, 1, &err), &err);
    m.fps = fps;
    for (size_t i = 0; i < 2 * PAST * 12; i++) m.data[i] = 0.5f + (float)i;
    assert_done(motion_set_names(&m, genre, "", &err), &err);
    assert_done(motion_write(path, &m, &err), &err);
    motion_free(&m);
    return path;
}

static int make(const DanceRequest *requests, size_t count, size_t batch, Counter *c, Error *err) {
    Model m;
    make_model(&m);
    *c = (Counter){0};
    ModelDances how = {.model = &m};
    const DanceMaker maker = model_dances(&how);
    const DanceRun run = {.maker = &maker, .batch = batch, .load = load, .load_context = c};
    const int status = dances_make(&run, requests, count, err);
    model_dances_free(&how);
    model_free(&m);
    return status;
}

/* Twenty seeds to one song, and ten of them to another between: each song is read once. */
static void a_song_is_read_once(void **state) {
    (void)state;
    enum { COUNT = 30 };
    DanceRequest requests[COUNT];
    char outputs[COUNT][300], seed[300];
    strcpy(seed, motion_file("seed.npz", 30, "HO"));
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(outputs[i], sizeof outputs[i], "%s/dance%zu.npz", scratch_folder, i);
        requests[i] = (DanceRequest){.music = i % 3 ? "a" : "b",
                                     .seed = i % 2 ? seed : NULL,
                                     .genre = "house",
                                     .output = outputs[i]};
    }
    for (size_t batch = 1; batch <= 32; batch += 31) {
        Error err;
        Counter c;
        assert_done(make(requests, COUNT, batch, &c, &err), &err);
        assert_int_equal(c.reads, 2);
    }
    Error err;
    Motion m;
    assert_done(motion_read(outputs[1], &m, &err), &err); /* from the seed */
    assert_true(m.fps == 30 && m.frames == FRAMES && m.seed_frames == PAST);
    assert_true(m.data[0] == 0.5f && m.data[PAST * 12 - 1] == PAST * 12 - 0.5f);
    assert_string_equal(m.genre, "HO");
    assert_string_equal(m.music, "a");
    motion_free(&m);
    assert_done(motion_read(outputs[0], &m, &err), &err); /* from the model's own */
    assert_true(m.data[0] == 0 && m.data[PAST * 12 - 1] == PAST * 12 - 1);
    motion_free(&m);
}

typedef struct {
    size_t first[8], count[8], calls;
    const char *assumed;
} Heard;

static void on_ready(void *user, size_t first, size_t count, size_t total,
                     const char *seed_assumed) {
    Heard *h = user;
    assert_int_equal(total, 7);
    h->first[h->calls] = first;
    h->count[h->calls++] = count;
    if (seed_assumed) h->assumed = seed_assumed;
}

static void batches_are_announced(void **state) {
    (void)state;
    Error err;
    Model m;
    Counter c = {0};
    Heard h = {0};
    DanceRequest requests[7];
    char outputs[7][300];
    for (size_t i = 0; i < 7; i++) {
        snprintf(outputs[i], sizeof outputs[i], "%s/dance%zu.npz", scratch_folder, i);
        requests[i] = (DanceRequest){.music = "a", .genre = "KR", .output = outputs[i]};
    }
    make_model(&m);
    ModelDances how = {.model = &m};
    DanceMaker maker = model_dances(&how);
    maker.fps = 60;
    DanceRun run = {.maker = &maker,
                    .batch = 3,
                    .frames = 12,
                    .load = load,
                    .load_context = &c,
                    .user = &h,
                    .ready = on_ready};
    assert_failed(dances_make(&run, requests, 7, &err), &err,
                  "a: has 30 frames a second, but the model was trained at 60");
    assert_int_equal(h.calls, 0); /* nothing was ready */
    maker.fps = 30;
    assert_done(dances_make(&run, requests, 7, &err), &err);
    assert_int_equal(h.calls, 3);
    assert_true(h.first[1] == 3 && h.count[1] == 3 && h.first[2] == 6 && h.count[2] == 1);
    assert_null(h.assumed);
    model_dances_free(&how);
    model_free(&m);
}

static void what_the_model_was_not_trained_on_is_refused(void **state) {
    (void)state;
    Error err;
    Counter c;
    char fast[300], nameless[300], output[300];
    strcpy(fast, motion_file("fast.npz", 60, "HO"));
    strcpy(nameless, motion_file("nameless.npz", 30, ""));
    strcpy(output, scratch("x.npz"));
    const struct {
        DanceRequest request;
        const char *says;
        int status;
    } cases[] = {
        {{"slow", NULL, "HO", output},
         "slow: has 25 frames a second, but the model was trained at 30; give the sound file, or "
         "extract-music-features --fps 30",
         -1},
        {{"other", NULL, "HO", output},
         "other: holds sound7 2, but the model was trained on sound7 1",
         -1},
        {{"gone", NULL, "HO", output}, "gone: no such file", -1},
        {{"a", fast, "HO", output},
         "fast.npz: has 60 frames a second, but the model was trained at 30; import-motion --fps "
         "30 converts it",
         -1},
        {{"a", NULL, "salsa", output}, "salsa: no such genre here; known are HO (house)", -1},
        {{"a", nameless, NULL, output},
         "nameless.npz: names no genre; give --genre, one of HO (house), KR (krump)",
         DANCES_NO_GENRE},
        {{"a", NULL, NULL, output}, "the model's seed names no genre", DANCES_NO_GENRE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(make(&cases[i].request, 1, 1, &c, &err), cases[i].status);
        assert_failed(-1, &err, cases[i].says);
        assert_int_equal(access(output, F_OK), -1);
    }
}

/* A model that does not say its features does not take ones that say theirs. */
static void named_features_need_a_model_that_names_them(void **state) {
    (void)state;
    Error err;
    Model m;
    Counter c = {0};
    const DanceRequest request = {"a", NULL, "HO", scratch("x.npz")};
    make_model(&m);
    m.config.music_features = (MusicIdentity){0};
    ModelDances how = {.model = &m};
    const DanceMaker maker = model_dances(&how);
    const DanceRun run = {.maker = &maker, .batch = 1, .load = load, .load_context = &c};
    assert_failed(dances_make(&run, &request, 1, &err), &err,
                  "a: holds sound7 1, but the model was trained on 5 unnamed features");
    model_free(&m);
}

static void rows_become_dances(void **state) {
    (void)state;
    Error err;
    Model m;
    Motion made;
    Counter c = {0};
    static const char rows[] = "name\tgenre\tmotion\tmusic\na\tHO\tseed.npz\ta\nb\tKR\t\ta\n";
    static const char silent[] = "name\tgenre\tmotion\nb\tKR\t\n";
    char list[300], folder[300], dance[320];
    motion_file("seed.npz", 30, "KR");
    strcpy(list, scratch_write("list.tsv", rows, sizeof rows - 1));
    strcpy(folder, scratch("dances/of/rows"));
    snprintf(dance, sizeof dance, "%s/b.npz", folder);
    make_model(&m);
    ModelDances how = {.model = &m};
    const DanceMaker maker = model_dances(&how);
    const DanceRun run = {.maker = &maker, .batch = 5, .load = load, .load_context = &c};
    assert_done(dances_make_dataset(&run, list, folder, NULL, &err), &err);
    assert_int_equal(c.reads, 1);
    assert_done(motion_read(dance, &made, &err), &err);
    assert_string_equal(made.genre, "KR");
    motion_free(&made);
    assert_done(dances_make_dataset(&run, list, folder, "house", &err), &err);
    assert_done(motion_read(dance, &made, &err), &err);
    assert_string_equal(made.genre, "HO");
    motion_free(&made);
    strcpy(list, scratch_write("silent.tsv", silent, sizeof silent - 1));
    assert_failed(dances_make_dataset(&run, list, folder, NULL, &err), &err,
                  "silent.tsv: b has no music");
    model_dances_free(&how);
    model_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_song_is_read_once),
        cmocka_unit_test(batches_are_announced),
        cmocka_unit_test(what_the_model_was_not_trained_on_is_refused),
        cmocka_unit_test(named_features_need_a_model_that_names_them),
        cmocka_unit_test(rows_become_dances),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
