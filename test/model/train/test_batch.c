/* What a stage's graph is given: mirrored windows are those of mirrored data, in every step of a
 * batch; where the dance began, by hand. */
#include "test/scratch.h"

#include <math.h>

#include "lib/motion/heading.h"
#include "lib/motion/mirror.h"
#include "model/home.h"
#include "model/model.h"
#include "model/train/batch.h"

enum { JOINTS = 24, D = 3 + 9 * JOINTS, FRAMES = 40, L = 8, K = 3, M = 12, MUSIC = 5, WINDOWS = 3 };

static Config config(void) {
    return (Config){.motion_dim = D,
                    .music_dim = MUSIC,
                    .genre_count = 1,
                    .past = L,
                    .future = K,
                    .music = M,
                    .keep = K,
                    .predictor = {.width = 4, .heads = 2, .mlp = 4},
                    .bank = {.width = 4, .heads = 2, .mlp = 4},
                    .items = 2,
                    .latents = 2,
                    .refine = REFINE_NONE,
                    .relative_root = true,
                    .relative_heading = true,
                    .home = true};
}

static const Training training = {.batch = WINDOWS, .unroll = 2};
static const Crop windows[WINDOWS] = {{0, 5}, {0, 0}, {0, 20}};

typedef struct {
    Model model;
    StageRun run;
    TrainState state;
    Sequence sequence;
    Corpus corpus;
    float motion[FRAMES * D], music[FRAMES * MUSIC];
    bool mirrored[WINDOWS];
    float rolled[WINDOWS * L * D];
} Trial;

static void begin(Trial *t) {
    Config c = config();
    const char *genre = "a";
    Error err;
    *t = (Trial){.state = {.stage = STAGE_PREDICT, .seed = 7}};
    Rng r = rng_seed(1);
    for (size_t i = 0; i < FRAMES * D; i++) t->motion[i] = (float)rng_normal(&r);
    assert_int_equal(model_new(&t->model, KIND_MODEL, &c, &genre, 1, false, &err), 0);
    assert_int_equal(params_allocate(&t->model.params, true, &err), 0);
    params_initialise(&t->model.params, &r);
    t->sequence = (Sequence){
        .motion = t->motion, .music = t->music, .frames = FRAMES, .music_frames = FRAMES};
    t->corpus = (Corpus){&t->sequence, 1, D, MUSIC};
    t->run = (StageRun){.m = &t->model,
                        .corpus = &t->corpus,
                        .t = &training,
                        .state = &t->state,
                        .spec = stage_spec(STAGE_PREDICT),
                        .capacity = WINDOWS,
                        .mirrored = t->mirrored,
                        .rolled = t->rolled};
    assert_int_equal(stage_graph(&t->model, STAGE_PREDICT, WINDOWS, &training, &t->run.graph, &err),
                     0);
}

static void end(Trial *t) {
    stage_graph_free(&t->run.graph);
    model_free(&t->model);
}

/* Two steps in a row; what the graph gets in each, one after another. */
enum { GIVEN = WINDOWS * (L * D + K * D + HOME_NUMBERS) };
static void give(Trial *t, real *to) {
    const StageGraph *g = &t->run.graph;
    for (size_t u = 0; u < 2; u++) {
        batch_fill(&t->run, &t->corpus, windows, WINDOWS, u);
        batch_home(&t->run, &t->corpus, windows, WINDOWS);
        memcpy(to, graph_data(g->graph, g->motion), WINDOWS * L * D * sizeof *to);
        to += WINDOWS * L * D;
        memcpy(to, graph_data(g->graph, g->target), WINDOWS * K * D * sizeof *to);
        to += WINDOWS * K * D;
        memcpy(to, graph_data(g->graph, g->home), WINDOWS * HOME_NUMBERS * sizeof *to);
        to += WINDOWS * HOME_NUMBERS;
        graph_forward(g->graph, WINDOWS);
        batch_advance(&t->run, windows, WINDOWS, u);
    }
}

static void mirrored_windows_are_those_of_mirrored_data(void **state) {
    (void)state;
    static Trial a, b;
    static real mirrored[2 * GIVEN], plain[2 * GIVEN], of_mirrored_data[2 * GIVEN];
    begin(&a);
    give(&a, plain);
    for (size_t i = 0; i < WINDOWS; i++) a.mirrored[i] = true;
    give(&a, mirrored);
    begin(&b);
    mirror_frames(b.motion, FRAMES, JOINTS);
    give(&b, of_mirrored_data);
    assert_memory_equal(mirrored, of_mirrored_data, sizeof mirrored);
    assert_memory_not_equal(mirrored, plain, sizeof mirrored);
    a.mirrored[0] = a.mirrored[2] = false; /* each window for itself */
    give(&a, mirrored);
    const size_t size = L * D;
    assert_memory_equal(mirrored, plain, size * sizeof *plain);
    assert_memory_equal(mirrored + size, of_mirrored_data + size, size * sizeof *plain);
    assert_memory_equal(mirrored + 2 * size, plain + 2 * size, size * sizeof *plain);
    end(&a);
    end(&b);
}

/* The same windows whichever process has them, about as many as asked for. */
static void which_windows_are_mirrored(void **state) {
    (void)state;
    enum { WHOLE = 1000 };
    static bool all[WHOLE], part[WHOLE];
    const Training half = {.mirror = 0.25};
    TrainState at = {.stage = STAGE_PREDICT, .seed = 7};
    StageRun s = {.t = &half, .state = &at, .mirrored = all};
    size_t count = 0;
    batch_draw_mirrored(&s, WHOLE, (Part){0, WHOLE});
    for (size_t i = 0; i < WHOLE; i++) count += all[i];
    assert_in_range(count, 200, 300);
    s.mirrored = part;
    batch_draw_mirrored(&s, WHOLE, (Part){300, 500});
    assert_memory_equal(part, all + 300, 500 * sizeof *part);
}

/* Heading is the z axis's: a dancer at (3, 1) who faces +x sees a start at (1, 4) that faces +z 2
 * behind and 3 to the left (x goes left), turned by a quarter; lengths r become r / (1 + r). */
static void home_by_hand(void **state) {
    (void)state;
    Config c = config();
    const float start[HEADING_NUMBERS] = {1, 9, 4, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    const float here[HEADING_NUMBERS] = {3, 2, 1, 0, 0, 1, 0, 1, 0, -1, 0, 0};
    real home[HOME_NUMBERS];
    home_of(&c, start, here, home);
    const double bound = 1 + sqrt(13);
    const double want[HOME_NUMBERS] = {-3 / bound, -2 / bound, -1, 0};
    for (size_t i = 0; i < HOME_NUMBERS; i++) assert_true(fabs((double)home[i] - want[i]) < 1e-6);
    home_of(&c, here, here, home);
    const double at_home[HOME_NUMBERS] = {0, 0, 0, 1};
    for (size_t i = 0; i < HOME_NUMBERS; i++)
        assert_true(fabs((double)home[i] - at_home[i]) < 1e-6);
    c.relative_heading = false;
    home_of(&c, start, here, home);
    const double room[HOME_NUMBERS] = {-2 / bound, 3 / bound, 0, 1};
    for (size_t i = 0; i < HOME_NUMBERS; i++) assert_true(fabs((double)home[i] - room[i]) < 1e-6);
}

/* Joint j is off the floor in frames j, j + 5, ...; the second window is mirrored. Of the step u a
 * transition k begins at frame first + l - 1 + u K + k of the data. */
static void contacts_of_steps(void **state) {
    (void)state;
    static Trial t;
    static bool marks[FRAMES][FOOT_JOINTS];
    bool(*down[])[FOOT_JOINTS] = {marks};
    const Training with = {.batch = WINDOWS, .unroll = 2, .root_weight = 1, .contact = 0.5};
    Error err;
    begin(&t);
    stage_graph_free(&t.run.graph);
    t.run.t = &with;
    assert_int_equal(stage_graph(&t.model, STAGE_PREDICT, WINDOWS, &with, &t.run.graph, &err), 0);
    for (size_t i = 0; i < FRAMES; i++)
        for (size_t j = 0; j < FOOT_JOINTS; j++) marks[i][j] = i % 5 != j;
    t.run.contacts = (CorpusContacts){down, 1};
    t.mirrored[1] = true;
    const real *f = graph_data(t.run.graph.graph, t.run.graph.contact);
    for (size_t u = 0; u < 2; u++) {
        batch_fill(&t.run, &t.corpus, windows, WINDOWS, u);
        for (size_t i = 0; i < (size_t)WINDOWS * K * CONTACT_COLUMNS; i++) {
            size_t b = i / CONTACT_COLUMNS / K, k = i / CONTACT_COLUMNS % K, j = i / 3 % 4;
            size_t frame = windows[b].first + L - 1 + u * K + k, from = b == 1 ? (j + 2) % 4 : j;
            assert_true(f[i] == (frame % 5 != from && (frame + 1) % 5 != from ? 1 : 0));
        }
    }
    const Corpus other = t.corpus; /* a validation set */
    batch_fill(&t.run, &other, windows, WINDOWS, 0);
    for (size_t i = 0; i < (size_t)WINDOWS * K * CONTACT_COLUMNS; i++) assert_true(f[i] == 0);
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mirrored_windows_are_those_of_mirrored_data),
        cmocka_unit_test(which_windows_are_mirrored),
        cmocka_unit_test(home_by_hand),
        cmocka_unit_test(contacts_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
