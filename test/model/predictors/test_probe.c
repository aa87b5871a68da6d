/* A predictor that uses everything the interface offers and does next to nothing with it, in the
 * place of the registry's others: what a row promises is what happens. */
#include "test/scratch.h"

#include <cjson/cJSON.h>

#include "lib/nn/ops/ops.h"
#include "model/generate.h"
#include "model/model_dances.h"
#include "model/predictors/predictors.h"
#include "model/train/batch.h"
#include "model/train/schedule.h"
#include "model/train/settings.h"
#include "test/model/predictors/probe.h"

/* --- configuration --- */

static void chosen_keys(void **state) {
    (void)state;
    Config c = probe_config();
    Error err;
    assert_true(c.own[SLOPE].real == 2 && c.own[ROWS].size == 3 && !c.own[MIRROR].flag);
    assert_int_equal(c.own[MODE].choice, 1);
    assert_true(c.predictor.width == 5 && c.predictor.heads == 0 && c.predictor.mlp == 0);
    assert_true(c.motion_layers == 0 && c.cross_layers == 0 && c.music == 0 && c.music_dim == 0);
    assert_done(config_check(&c, &err), &err);
    c.own[ROWS].size = 9;
    assert_failed(config_check(&c, &err), &err, "nine rows are too many");
    c.own[ROWS].size = 10;
    assert_failed(config_check(&c, &err), &err, "rows must lie between 1 and 9, not 10");
}

static void json_of_its_own(void **state) {
    (void)state;
    Config c = probe_config(), back;
    Error err;
    c.own[SLOPE].real = 0.5;
    c.own[MIRROR].flag = true;
    char *json = config_to_json(&c);
    assert_non_null(strstr(json, "\"predictor\":\"probe\",\"slope\":0.5,\"rows\":3,\"mirror\":true,"
                                 "\"mode\":\"fancy\"}"));
    static const char *const absent[] = {"music", "\"heads", "\"mlp", "\"layers"};
    for (int i = 0; i < 4; i++) assert_null(strstr(json, absent[i]));
    assert_done(config_from_json(json, &back, &err), &err);
    assert_memory_equal(&back, &c, sizeof c);
    cJSON_free(json);
}

/* The configuration with `key` set to `value` (NULL: without it) is refused. */
static void refused(const char *key, const char *value, const char *part) {
    Config c = probe_config(), out;
    Error err;
    char *json = config_to_json(&c);
    cJSON *o = cJSON_Parse(json);
    cJSON_DeleteItemFromObjectCaseSensitive(o, key);
    if (value) cJSON_AddItemToObject(o, key, cJSON_Parse(value));
    char *changed = cJSON_PrintUnformatted(o);
    assert_failed(config_from_json(changed, &out, &err), &err, part);
    cJSON_free(json);
    cJSON_free(changed);
    cJSON_Delete(o);
}

static void json_that_is_refused(void **state) {
    (void)state;
    refused("slope", NULL, "slope is missing");
    refused("slope", "11", "slope must lie between 0 and 10, not 11");
    refused("rows", "2.5", "rows is not a sensible whole number");
    refused("mirror", "1", "mirror is neither true nor false");
    refused("mode", "\"odd\"", "mode is none of plain, fancy");
    refused("heads", "2", "heads does not apply to the predictor probe");
    refused("layers", "[1, 1, 1]", "layers does not apply to the predictor probe");
    refused("music", "80", "music does not apply");
    refused("predictor", "\"other\"", "the predictor 'other' is not known");
    refused("predictor", "7", "predictor");
    refused("predictor", NULL, "is missing"); /* FACT's keys are */
}

/* --- training --- */

/* One dance of 12 frames: all columns of frame t are t. */
enum { FRAMES = 12, BATCH = 2 };
typedef struct {
    float motion[FRAMES * D];
    Sequence sequence;
    Corpus corpus;
} Data;

static void data_begin(Data *d) {
    for (size_t i = 0; i < FRAMES * D; i++) d->motion[i] = (float)(i / D);
    d->sequence = (Sequence){.motion = d->motion, .frames = FRAMES};
    d->corpus = (Corpus){&d->sequence, 1, D, 0};
}

typedef struct {
    Model m;
    Training t;
    TrainState state;
    StageRun run;
    Data data;
} Trial;

static void trial_begin(Trial *t, Training training) {
    Config c = probe_config();
    Error err;
    *t = (Trial){.t = training, .state = {.stage = STAGE_PREDICT, .seed = 3}};
    data_begin(&t->data);
    assert_done(model_new(&t->m, KIND_MODEL, &c, (const char *const[]){"a"}, 1, false, &err), &err);
    assert_done(params_allocate(&t->m.params, true, &err), &err);
    for (size_t i = 0; i < D; i++) model_values(&t->m, "predictor.w")[i] = 1;
    t->run = (StageRun){.m = &t->m,
                        .corpus = &t->data.corpus,
                        .t = &t->t,
                        .state = &t->state,
                        .spec = stage_spec(STAGE_PREDICT),
                        .capacity = BATCH};
    assert_done(stage_graph(&t->m, STAGE_PREDICT, BATCH, &t->t, &t->run.graph, &err), &err);
}

static void trial_end(Trial *t) {
    stage_graph_free(&t->run.graph);
    model_free(&t->m);
}

static const Crop windows[BATCH] = {{0, 0}, {0, 5}};

static const real *input(const Trial *t, Value v) { return graph_data(t->run.graph.graph, v); }

static void assert_near(double x, double due) { assert_true(fabs(x - due) <= 1e-6); }

/* Future frame k of a past that ends at frame 3 is frame 4 + k; so the errors are 1, 2, 3 where
 * neither noise nor feeding moves the prediction. */
static void losses_by_hand(void **state) {
    (void)state;
    Trial t;
    trial_begin(&t, (Training){.root_weight = 1, .mse_weight = 0.5, .own_weight = 0.25});
    batch_fill(&t.run, &t.data.corpus, windows, BATCH, 0);
    graph_forward(t.run.graph.graph, BATCH);
    double error = (1 + 4 + 9) / 3., own = (1 + 2 + 3) / 3.;
    assert_near((double)input(&t, t.run.graph.error)[0], error);
    assert_near((double)input(&t, t.run.graph.loss)[0], 0.5 * error + 0.25 * own);
    trial_end(&t);
}

static void noise_is_drawn_in_training(void **state) {
    (void)state;
    Trial t;
    trial_begin(&t, (Training){.root_weight = 1});
    enum { N = BATCH * K * D };
    real first[N];
    double sum = 0, squares = 0;
    batch_fill(&t.run, &t.data.corpus, windows, BATCH, 0);
    for (size_t i = 0; i < N; i++) assert_true(input(&t, t.run.graph.noise)[i] == 0);
    batch_augment(&t.run, BATCH, (Part){0, BATCH});
    memcpy(first, input(&t, t.run.graph.noise), sizeof first);
    for (size_t i = 0; i < N; i++) {
        sum += (double)first[i];
        squares += (double)(first[i] * first[i]);
    }
    /* the mean of 72 numbers has a deviation of 0.12, that of their squares one of 0.17 */
    assert_true(fabs(sum / (double)N) < 0.6 && fabs(squares / (double)N - 1) < 0.8);
    batch_augment(&t.run, BATCH, (Part){1, 1}); /* another process has the first window */
    assert_memory_equal(input(&t, t.run.graph.noise), first + K * D, K * D * sizeof *first);
    t.state.step++;
    batch_augment(&t.run, BATCH, (Part){0, BATCH});
    assert_memory_not_equal(input(&t, t.run.graph.noise), first, sizeof first);
    trial_end(&t);
}

/* Which of K = 3 future frames are fed true ones: after floor(grow epoch) own ones, `fed` true. */
static void feeding_by_hand(void **state) {
    (void)state;
    static const struct {
        size_t fed;
        double grow;
        size_t epoch;
        real given[K];
    } cases[] = {
        {0, 0, 0, {0, 0, 0}},    {0, 1, 5, {0, 0, 0}},    {10, 0, 9, {0, 1, 1}},
        {1, 0, 0, {0, 1, 1}},    {1, 1, 1, {0, 0, 1}},    {10, 0.5, 1, {0, 1, 1}},
        {10, 0.5, 2, {0, 0, 1}}, {10, 0.5, 4, {0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Trial t;
        trial_begin(&t, (Training){.root_weight = 1, .fed = cases[i].fed, .grow = cases[i].grow});
        t.state.epoch = cases[i].epoch;
        batch_fill(&t.run, &t.data.corpus, windows, BATCH, 0);
        batch_augment(&t.run, BATCH, (Part){0, BATCH});
        for (size_t b = 0; b < BATCH; b++)
            assert_memory_equal(input(&t, t.run.graph.given) + b * K, cases[i].given,
                                sizeof cases[i].given);
        batch_fill(&t.run, &t.data.corpus, windows, BATCH, 0); /* as for validation */
        for (size_t k = 0; k < BATCH * K; k++) assert_true(input(&t, t.run.graph.given)[k] == 0);
        trial_end(&t);
    }
}

static void crops_without_music(void **state) {
    (void)state;
    Config c = probe_config();
    CropShape one = stage_spec(STAGE_PREDICT)->crop(&c, 1),
              two = stage_spec(STAGE_PREDICT)->crop(&c, 2);
    assert_true(one.motion == L + K && one.music == 0 && one.stride == K);
    assert_true(two.motion == L + 2 * K && two.music == 0 && two.stride == 2 * K);
}

typedef struct {
    size_t rows;
    LogRow last;
} Log;

static void keep_row(void *user, const LogRow *row) {
    Log *log = user;
    log->rows++;
    log->last = *row;
}

/* Validation reports eq. 9 alone, without noise and true frames. */
static void a_whole_stage(void **state) {
    (void)state;
    Trial t;
    Error err;
    Log log = {0};
    trial_begin(&t, (Training){.batch = BATCH,
                               .epochs = 1,
                               .lr = 0,
                               .unroll = 1,
                               .root_weight = 1,
                               .mse_weight = 1,
                               .own_weight = 100,
                               .fed = 10});
    const TrainHooks hooks = {.user = &log, .log = keep_row};
    assert_int_equal(
        train_stage(&t.m, &t.data.corpus, &t.data.corpus, &t.t, &t.state, &hooks, &err),
        TRAIN_DONE);
    assert_int_equal(log.rows, 1);
    assert_true(log.last.loss > 100);
    assert_near(log.last.validation, (1 + 4 + 9) / 3.);
    trial_end(&t);
}

/* --- generation --- */

static void dances_without_music(void **state) {
    (void)state;
    Trial t;
    Error err;
    Generator *g;
    trial_begin(&t, (Training){.root_weight = 1});
    assert_done(generator_new(&g, &t.m, 1, K, 0, &err), &err);
    float motion[9 * D];
    for (size_t i = 0; i < 9 * D; i++) motion[i] = i < L * D ? (float)(i / D) : 77;
    GenerationJob dance = {.motion = motion, .frames = 9};
    assert_done(generator_run(g, &dance, 1, NULL, NULL, &err), &err);
    for (size_t i = L * D; i < 9 * D; i++) assert_true(motion[i] == 3); /* no noise: it rests */
    assert_failed(generator_round(g, &err), &err, "probe without banks has no layers to round");
    generator_free(g);
    trial_end(&t);
}

/* From files: the length is asked for, or is that of a song that is not heard. */
static int no_song(void *context, const char *path, Music *out, Error *err) {
    (void)context, (void)out;
    return error_set(err, "%s: was asked for", path);
}

static void files_without_music(void **state) {
    (void)state;
    Trial t;
    Error err;
    Motion seed, dance;
    trial_begin(&t, (Training){.root_weight = 1});
    t.m.config.fps = 60;
    assert_done(motion_new(&seed, L, 1, &err), &err);
    for (size_t i = 0; i < L * D; i++) seed.data[i] = (float)(i / D);
    const char *from = scratch("seed.npz"), *to = scratch("dance.npz");
    assert_done(motion_write(from, &seed, &err), &err);
    motion_free(&seed);
    DanceRequest request = {.seed = from, .output = to};
    ModelDances how = {.model = &t.m};
    const DanceMaker maker = model_dances(&how);
    DanceRun run = {.maker = &maker, .frames = 9, .batch = 1, .load = no_song};
    assert_done(dances_make(&run, &request, 1, &err), &err);
    assert_done(motion_read(to, &dance, &err), &err);
    assert_true(dance.frames == 9 && dance.data[8 * D] == 3);
    assert_string_equal(dance.genre, "a");
    motion_free(&dance);
    run.frames = 0;
    assert_failed(dances_make(&run, &request, 1, &err), &err,
                  "dance.npz: without music, --frames or --seconds says how long the dance is");
    run.frames = L;
    assert_failed(dances_make(&run, &request, 1, &err), &err,
                  "dance.npz: 4 frames are no longer than the seed of 4");
    request.music = "song.npz";
    assert_failed(dances_make(&run, &request, 1, &err), &err, "song.npz: was asked for");
    model_dances_free(&how);
    trial_end(&t);
}

/* --- options --- */

enum { WORDS = 16 };
static const Program program = {.name = "probe-trainer"};

static int begin(TrainSettings *s, const char *line) {
    static char text[400];
    char *argv[WORDS] = {"probe-trainer"};
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) argv[argc++] = word;
    return settings_begin(&program, argc, argv, STAGE_PREDICT, STAGE_PREDICT, s);
}

static const Option *find(const OptionGroup *group, const char *name) {
    for (const Option *row = group->rows; row->name; row++)
        if (strcmp(row->name, name) == 0) return row;
    return NULL;
}

static void options_of_its_own(void **state) {
    (void)state;
    TrainSettings s;
    assert_int_equal(begin(&s, "--preset tiny --predictor=probe x.tsv"), 0);
    OptionGroup own = settings_predictor_options(&s), refused_rows = settings_refused_options(&s);
    OptionGroup training = settings_training_options(&s);
    assert_true(find(&own, "slope")->value == &s.config.own[SLOPE].real);
    assert_int_equal(find(&own, "slope")->type, OPTION_REAL);
    assert_true(find(&own, "rows")->max == 9);
    assert_int_equal(find(&own, "mirror")->type, OPTION_SWITCH);
    assert_string_equal(find(&own, "mode")->words[1], "fancy");
    assert_int_equal(*(int *)find(&own, "mode")->value, 1);
    assert_null(find(&own, "heads"));
    assert_int_equal(find(&refused_rows, "heads")->type, OPTION_REFUSED);
    assert_non_null(find(&refused_rows, "music"));
    assert_null(find(&refused_rows, "slope"));
    assert_null(find(&refused_rows, "fed"));
    assert_true(*(double *)find(&training, "own-weight")->value == 0.25);
    assert_non_null(find(&training, "fed"));
    assert_int_equal(begin(&s, "x.tsv"), 0); /* FACT */
    own = settings_predictor_options(&s);
    refused_rows = settings_refused_options(&s);
    training = settings_training_options(&s);
    assert_null(find(&own, "slope"));
    assert_non_null(find(&own, "heads"));
    assert_non_null(find(&refused_rows, "slope"));
    assert_non_null(find(&refused_rows, "fed"));
    assert_null(find(&training, "own-weight"));
}

/* What a checkpoint compares names the numbers that the predictor has. */
static void settings_as_text(void **state) {
    (void)state;
    const Training t = {
        .batch = 8, .lr = 0.5, .own_weight = 2, .mse_weight = 1, .fed = 3, .grow = 4};
    for (int id = 0; id < 2; id++) {
        Config c = probe_config();
        config_choose_predictor(&c, id);
        Buffer text = {0};
        training_describe(&t, STAGE_PREDICT, &c, &text);
        buffer_byte(&text, '\0');
        char due[400];
        snprintf(due, sizeof due,
                 " batch3=8 lr3=0.5 schedule3=0 drop3=0,0 warmup3=0 noise3=0 fade3=0 unroll3=0,0 "
                 "beta3=0 kl3=0 root3=0%s",
                 id ? " mse3=1 own3=2 fed3=3,4" : "");
        assert_string_equal((const char *)text.data, due);
        buffer_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_keys),
        cmocka_unit_test(json_of_its_own),
        cmocka_unit_test(json_that_is_refused),
        cmocka_unit_test(losses_by_hand),
        cmocka_unit_test(noise_is_drawn_in_training),
        cmocka_unit_test(feeding_by_hand),
        cmocka_unit_test(crops_without_music),
        cmocka_unit_test(a_whole_stage),
        cmocka_unit_test(dances_without_music),
        cmocka_unit_test(files_without_music),
        cmocka_unit_test(options_of_its_own),
        cmocka_unit_test(settings_as_text),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
