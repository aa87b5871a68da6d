/* Training in micro-batches: the gradient of a batch is the sum of theirs, so that in float64 the
 * weights agree to rounding with those of whole batches, and in batches of one part to the bit. */
#include "test/scratch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/threads.h"
#include "lib/motion/skeleton.h"
#include "model/model.h"
#include "model/train/trainer.h"

enum { D = 3 + 9 * SMPL_JOINTS, MUSIC = 4, FRAMES = 40, SEQUENCES = 2, GENRE_COUNT = 2 };
enum { L = 8, K = 2 };

static Config config(Refine refine) {
    return (Config){.motion_dim = D,
                    .music_dim = MUSIC,
                    .genre_count = GENRE_COUNT,
                    .past = L,
                    .future = K,
                    .music = L + K,
                    .keep = K,
                    .predictor = {.width = 4, .heads = 2, .mlp = 4},
                    .motion_layers = 1,
                    .music_layers = 1,
                    .cross_layers = 1,
                    .bank = {.width = 4, .heads = 2, .mlp = 4},
                    .bank_layers = 1,
                    .items = 3,
                    .latents = 2,
                    .refine = refine,
                    .transit = true,
                    .relative_root = true,
                    .residual = true};
}

typedef struct {
    Model model;
    double losses; /* of all epochs, and validation errors */
} Trained;

static void add_row(void *user, const LogRow *row) {
    Trained *t = user;
    t->losses += row->loss + row->validation;
}

static void fill(float *x, size_t n, Rng *r) {
    for (size_t i = 0; i < n; i++) x[i] = (float)rng_normal(r);
}

/* Two epochs in batches of at most 7 windows, with everything that is drawn for a batch. */
static void train(Stage stage, size_t micro_batch, Trained *out) {
    static float motion[SEQUENCES][FRAMES * D], music[SEQUENCES][FRAMES * MUSIC];
    static const char *const genres[GENRE_COUNT] = {"a", "b"};
    const Training t = {.batch = 7,
                        .micro_batch = micro_batch,
                        .lr = 1e-3,
                        .schedule = SCHEDULE_CONSTANT,
                        .noise = 0.2,
                        .fade = stage == STAGE_PREDICT ? 0.5 : 0,
                        .mirror = 0.5,
                        .unroll = stage == STAGE_PREDICT ? 2 : 1,
                        .kl = 0.1,
                        .beta = 0.2,
                        .root_weight = 3,
                        .mse_weight = 1,
                        .epochs = 2};
    Config c = config(stage == STAGE_MANIFOLD ? REFINE_BANK : REFINE_VAE);
    Error err;
    Rng r = rng_seed(3);
    Sequence sequences[SEQUENCES];
    for (size_t i = 0; i < SEQUENCES; i++) {
        fill(motion[i], FRAMES * D, &r);
        fill(music[i], FRAMES * MUSIC, &r);
        sequences[i] = (Sequence){.motion = motion[i],
                                  .music = music[i],
                                  .frames = FRAMES,
                                  .music_frames = FRAMES,
                                  .genre = i};
    }
    const Corpus corpus = {sequences, SEQUENCES, D, MUSIC}, last = {sequences + 1, 1, D, MUSIC};
    const TrainHooks hooks = {.user = out, .log = add_row};
    TrainState state = {.stage = stage, .seed = 5};
    ModelKind kind = stage == STAGE_PREDICT ? KIND_MODEL : KIND_BANK;
    *out = (Trained){0};
    assert_done(model_new(&out->model, kind, &c, genres, GENRE_COUNT, false, &err), &err);
    assert_done(params_allocate(&out->model.params, true, &err), &err);
    for (size_t i = 0; i < out->model.params.total; i++) /* banks */
        out->model.params.value[i] = (real)rng_normal(&r);
    params_initialise(&out->model.params, &r);
    assert_done(train_stage(&out->model, &corpus, &last, &t, &state, &hooks, &err), &err);
    assert_true(state.step >= 6);
}

static void check_stage(Stage stage) {
    Trained whole, parts;
    train(stage, 0, &whole);
    const Params *p = &whole.model.params;
    for (size_t micro_batch = 1; micro_batch <= 7; micro_batch += micro_batch == 3 ? 4 : 1) {
        train(stage, micro_batch, &parts);
        const real *value = parts.model.params.value;
        double worst = 0;
        for (size_t i = 0; i < p->total; i++)
            worst = fmax(worst, fabs((double)(value[i] - p->value[i])));
        assert_true(worst < 1e-9); /* of weights about 0.1 and more */
        assert_true(fabs(parts.losses - whole.losses) < 1e-9 * whole.losses);
        bool same = memcmp(value, p->value, p->total * sizeof *value) == 0;
        assert_true(same == (micro_batch == 7));
        model_free(&parts.model);
    }
    model_free(&whole.model);
}

static void predictors(void **state) {
    (void)state;
    check_stage(STAGE_PREDICT);
}

static void banks(void **state) {
    (void)state;
    check_stage(STAGE_REFINE);
    check_stage(STAGE_MANIFOLD);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictors),
        cmocka_unit_test(banks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
