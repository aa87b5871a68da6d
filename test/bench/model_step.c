/* model_step WHAT PRESET METHOD BATCH STEPS [THREADS [LONGER]]: the time of a training or
 * generation step of a preset, on random numbers.
 *
 * WHAT: train1, train2, train3 (a stage's whole step: forward, backward, Adam) or generate; with
 * -bf16 behind it, the same in bfloat16; or config, which prints the configuration as JSON. METHOD:
 * full (FACT with the banks), or a predictor without them: fact, revolution, ... LONGER: how many
 * times the preset's frames of past and music are seen. One warm-up step, then prints as one line:
 * median seconds of a step, median CPU seconds (all threads), its arithmetic in GFLOP
 * (graph_flops), peak memory in MiB. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/generate.h"
#include "model/networks.h"
#include "model/predictors/predictors.h"
#include "model/train/losses.h"
#include "model/train/presets.h"
#include "model/train/trainer.h"
#include "test/bench/clock.h"

enum { MOTION_DIM = 219, MUSIC_DIM = 35, MOST = 1000 };

/* Of one clock of the system's. */
typedef struct {
    clockid_t id;
    double seconds[MOST], last;
    size_t count;
} Laps;

typedef struct {
    Laps wall, cpu;
} Clock;

static void lap(Laps *l) {
    double t = now(l->id);
    if (l->count < MOST) l->seconds[l->count++] = t - l->last;
    l->last = t;
}

static void start(Clock *c) {
    c->wall = (Laps){.id = CLOCK_MONOTONIC, .last = now(CLOCK_MONOTONIC)};
    c->cpu = (Laps){.id = CLOCK_PROCESS_CPUTIME_ID, .last = now(CLOCK_PROCESS_CPUTIME_ID)};
}

static void tick(void *user, size_t done, size_t total) {
    (void)done, (void)total;
    Clock *c = user;
    lap(&c->wall);
    lap(&c->cpu);
}

static void tick_batch(void *user, const TrainState *state, size_t done, size_t total) {
    (void)state;
    tick(user, done, total);
}

static double median_lap(Laps *l) {
    return l->count < 2 ? 0 : median(l->seconds + 1, l->count - 1);
} /* without the first */

static float *numbers(size_t n) {
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; x && i < n; i++) x[i] = (float)((i * 2654435761u) % 1000) / 1000 - 0.5f;
    return x;
}

/* Weights of about the size that training starts with: only time is measured here. */
static void give_weights(Params *params) {
    for (size_t i = 0; i < params->count; i++) {
        const Param *p = &params->items[i];
        bool one = p->init == INIT_ONE || strstr(p->name, ".std");
        real *w = params->value + p->offset, size = p->init == INIT_GIVEN ? 1 : (real)0.05;
#pragma omp parallel for schedule(static)
        for (size_t k = 0; k < p->count; k++)
            w[k] = one ? 1 : size * ((real)((k * 2654435761u) % 1000) / 1000 - (real)0.5);
    }
}

static int train(Model *m, Training t, Stage stage, size_t batch, size_t steps, Clock *clock,
                 Error *err) {
    const Config *c = &m->config;
    size_t longest = c->past;
    if (stage == STAGE_PREDICT) longest += c->future;
    if (stage == STAGE_PREDICT && c->music > longest) longest = c->music;
    size_t frames = longest + batch * c->future - 1; /* whatever its phase, an epoch is one batch */
    float *motion = numbers(frames * MOTION_DIM), *music = numbers(frames * MUSIC_DIM);
    if (!motion || !music) return error_set(err, "out of memory");
    Sequence sequence = {
        .motion = motion, .music = music, .frames = frames, .music_frames = frames};
    Corpus corpus = {&sequence, 1, MOTION_DIM, MUSIC_DIM};
    t.batch = batch;
    t.max_steps = steps + 1;
    TrainState state = {.stage = stage, .seed = 1};
    TrainHooks hooks = {.user = clock, .progress = tick_batch};
    start(clock);
    int status = train_stage(m, &corpus, NULL, &t, &state, &hooks, err);
    free(motion);
    free(music);
    return status;
}

static int generate(const Model *m, bool rounded, size_t batch, size_t steps, Clock *clock,
                    Error *err) {
    const Config *c = &m->config;
    size_t frames = c->past + (steps + 1) * c->future;
    GenerationJob *dances = calloc(batch, sizeof *dances);
    Generator *g = NULL;
    int status =
        dances ? generator_new(&g, m, batch, c->future, 0, err) : error_set(err, "out of memory");
    if (status == 0 && rounded) status = generator_round(g, err);
    for (size_t b = 0; status == 0 && b < batch; b++)
        dances[b] = (GenerationJob){.motion = numbers(frames * MOTION_DIM),
                                    .frames = frames,
                                    .music = numbers(frames * MUSIC_DIM),
                                    .music_frames = frames};
    start(clock);
    if (status == 0) status = generator_run(g, dances, batch, tick, clock, err);
    generator_free(g);
    for (size_t b = 0; dances && b < batch; b++) {
        free(dances[b].motion);
        free((float *)(size_t)dances[b].music);
    }
    free(dances);
    return status;
}

static int print_config(const Config *c) {
    char *json = config_to_json(c);
    if (json) puts(json);
    cJSON_free(json);
    return json == NULL;
}

/* Of one window through a stage, or of one dance through a step of generation (stage 0), without
 * what is computed a second time to save memory. */
static double window_flops(Model *m, int stage) {
    StageGraph s = {0};
    Error err;
    if (stage == 0) s.graph = graph_new(&m->params, 1);
    if (s.graph) step_build(s.graph, &m->config, STEP_GENERATES);
    if (stage > 0) stage_record(m, (Stage)stage, 1, &(Training){.root_weight = 1}, &s, &err);
    GraphFlops f = {0};
    if (s.graph && graph_plan(s.graph, s.loss, &err) == 0) f = graph_flops(s.graph, 1);
    graph_free(s.graph);
    return f.forward + f.backward;
}

/* "full", or a predictor's name; -1 if it is neither. */
static int choose_method(Config *c, const char *preset, const char *method) {
    if (strcmp(method, "full") == 0) return 0;
    int id = predictor_find(method);
    if (id < 0) return -1;
    config_choose_predictor(c, id);
    preset_take_sizes(preset, c);
    c->refine = REFINE_NONE;
    c->transit = false;
    return 0;
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    const Preset *preset = argc > 5 ? preset_find(argv[2]) : NULL;
    if (!preset)
        return fputs("usage: model_step config|train1|train2|train3|generate[-bf16] PRESET "
                     "full|PREDICTOR BATCH STEPS [THREADS [LONGER]]\n",
                     stderr),
               2;
    size_t batch = strtoul(argv[4], NULL, 10), steps = strtoul(argv[5], NULL, 10);
    threads_set(argc > 6 ? atoi(argv[6]) : 0);
    Config config = preset->config;
    size_t longer = argc > 7 ? strtoul(argv[7], NULL, 10) : 1;
    config.past *= longer;
    config.music *= longer;
    config.motion_dim = MOTION_DIM;
    config.music_dim = MUSIC_DIM;
    if (choose_method(&config, argv[2], argv[3]))
        return fprintf(stderr, "model_step: no predictor is named %s\n", argv[3]), 2;
    if (strcmp(argv[1], "config") == 0) return print_config(&config);
    int stage = strncmp(argv[1], "train", 5) == 0 ? argv[1][5] - '0' : 0;
    bool rounded = strstr(argv[1], "-bf16") != NULL;
    Training t = preset->stage[stage];
    t.own_weight = predictor_at(config.predictor_id)->own_weight;
    t.precision = rounded ? PRECISION_BF16 : PRECISION_FLOAT32;
    Model m;
    Error err;
    static Clock clock;
    int status = model_new(&m, stage == 1 || stage == 2 ? KIND_BANK : KIND_MODEL, &config,
                           (const char *const[]){"BR"}, 1, false, &err) ||
                 params_allocate(&m.params, stage > 0, &err);
    if (status == 0) {
        give_weights(&m.params);
        status = stage ? train(&m, t, (Stage)stage, batch, steps, &clock, &err)
                       : generate(&m, rounded, batch, steps, &clock, &err);
    }
    if (status) fprintf(stderr, "model_step: %s\n", err.text);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double gflop = status ? 0 : 1e-9 * (double)batch * window_flops(&m, stage);
    if (!status)
        printf("%.6f %.6f %.3f %.0f\n", median_lap(&clock.wall), median_lap(&clock.cpu), gflop,
               (double)use.ru_maxrss / 1024);
    model_free(&m);
    return status != 0;
}
