#include "model/train/predictor_training.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/comm.h"
#include "lib/base/rate.h"
#include "model/model_file.h"
#include "model/predictors/predictors.h"
#include "model/train/fit_gain.h"
#include "model/train/run.h"
#include "model/train/statistics.h"

typedef struct {
    const PredictorSources *sources;
    Model bank, start;
} PredictorInput;

/* Its windows are of the data's motion, at the data's rate. */
static int check_bank(Run *run, const char *path, const Config *bank, Error *err) {
    const char *dataset = run->settings->dataset;
    const Corpus *data = &run->data.corpus;
    const double fps = bank->fps > 0 ? bank->fps : (double)RATE_UNSAID;
    if (!(bank->fps > 0) && !run->assumed[0]) rate_unsaid_text(path, run->assumed);
    if (data->motion_dim != bank->motion_dim)
        return error_set(err, "%s: frames of %zu numbers, but %s was trained on %zu", dataset,
                         data->motion_dim, path, bank->motion_dim);
    if (!rate_same(run->data.fps, fps))
        return error_set(err,
                         "%s: has %g frames a second, but %s was trained at %g%s; train a bank at "
                         "%g",
                         dataset, run->data.fps, path, fps,
                         bank->fps > 0 ? "" : " (it does not say so; older banks are meant so)",
                         run->data.fps);
    return 0;
}

/* What the bank file and the data decide; a preset's keep and join are for the preset's K. */
static int choose_config(Run *run, const PredictorInput *in, Config *c, Error *err) {
    const TrainSettings *s = run->settings;
    const PredictorSources *sources = in->sources;
    *c = s->config;
    preset_to_rate(s, run->data.fps, c);
    if (sources->bank) {
        config_copy_part(c, &in->bank.config, PART_WINDOW);
        config_copy_part(c, &in->bank.config, PART_BANKS);
        settings_leave_out(s, c);
    }
    if (sources->no_refine) c->refine = REFINE_NONE;
    if (c->refine == REFINE_NONE) c->join = 0; /* nothing to join */
    if (c->keep > c->future && !settings_given(s, "keep")) c->keep = c->future;
    if (c->join > c->future && !settings_given(s, "join")) c->join = c->future;
    c->motion_dim = run->data.corpus.motion_dim;
    c->music_dim = run->data.corpus.music_dim;
    c->fps = run->data.fps;
    c->music_features = run->data.music;
    preset_rate_text(s, c, sources->bank ? PRESET_STEP : PRESET_WINDOW | PRESET_STEP,
                     run->preset_text);
    return sources->bank ? check_bank(run, sources->bank, &in->bank.config, err) : 0;
}

/* Weights that were trained with a switch the other way mean something else. */
static void compare_switches(const Run *run, const char *path, const Config *start) {
    const Config *c = &run->model.config;
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++) {
        /* Gains are fitted after the training; a bank that is left out was asked to be. */
        const bool harmless =
            k->offset == offsetof(Config, joint_gains) || k->offset == offsetof(Config, transit);
        if (k->type != KEY_FLAG || !k->option || harmless || !config_key_applies(k, start) ||
            config_get(c, k) == config_get(start, k))
            continue;
        program_warn(run->program, "%s was trained with --%s%s, this run is with --%s%s", path,
                     config_get(start, k) != 0 ? "" : "no-", k->option,
                     config_get(c, k) != 0 ? "" : "no-", k->option);
    }
}

/* A model to start from may be another's, but not without a word. */
static void compare_start(const Run *run, const char *path, const Model *start) {
    char theirs[MUSIC_PHRASE_SIZE], ours[MUSIC_PHRASE_SIZE];
    const Config *c = &run->model.config, *its = &start->config;
    if (its->fps > 0 && !rate_same(its->fps, c->fps))
        program_warn(run->program, "%s was trained at %g frames a second, this run is at %g", path,
                     its->fps, c->fps);
    if (its->predictor_id == c->predictor_id) compare_switches(run, path, its);
    if (music_identity_known(&its->music_features) &&
        music_identity_differs(&its->music_features, its->music_dim, &c->music_features,
                               c->music_dim, theirs, ours))
        program_warn(run->program, "%s was trained on %s, this run is on %s", path, theirs, ours);
}

/* The bank's genres or, without a bank, the data set's. */
static int declare_model(Run *run, const Model *bank, const Config *c, Error *err) {
    if (bank->genres)
        return model_new(&run->model, KIND_MODEL, c, (const char *const *)bank->genres,
                         bank->config.genre_count, model_has(bank, "seed.motion"), err);
    const char **genres = NULL;
    size_t count = 0;
    int status = dataset_genres(&run->data.dataset, &genres, &count, err);
    if (status == 0) status = model_new(&run->model, KIND_MODEL, c, genres, count, false, err);
    free(genres);
    return status;
}

/* --- the steps of the run (RunSteps) --- */

static int read_sources(Run *run, Error *err) {
    PredictorInput *in = run->user;
    const PredictorSources *sources = in->sources;
    bool music = predictor_at(run->settings->config.predictor_id)->uses & USES_MUSIC;
    Config c;
    if (sources->bank && model_read(sources->bank, KIND_BANK, &in->bank, err)) return -1;
    if (sources->init && model_read(sources->init, KIND_MODEL, &in->start, err)) return -1;
    if (run_read_sets(run, music ? sources->load_song : NULL, err) ||
        choose_config(run, in, &c, err) || declare_model(run, &in->bank, &c, err))
        return -1;
    if (sources->init) compare_start(run, sources->init, &in->start);
    run->extra_bytes = (in->bank.params.total + in->start.params.total) * sizeof(real);
    return run_number_genres(run, err);
}

static int initialise(Run *run, Error *err) {
    const PredictorInput *in = run->user;
    Rng rng = rng_seed((uint64_t)run->settings->seed);
    params_initialise(&run->model.params, &rng);
    if (train_statistics(&run->model, &run->data.corpus, err)) return -1;
    real *gains = model_values(&run->model, "motion.gain"); /* until they are fitted */
    for (size_t k = 0; gains && k < run->model.config.motion_dim; k++) gains[k] = 1;
    model_copy_shared(&run->model, &in->bank); /* statistics, too: those that its networks know */
    model_copy_shared(&run->model, &in->start);
    return 0;
}

static void describe(const Run *run, Buffer *text) {
    const PredictorInput *in = run->user;
    buffer_print(text, " bank=%016" PRIx64 " init=%016" PRIx64, model_checksum(&in->bank),
                 model_checksum(&in->start));
}

static void release(Run *run) {
    PredictorInput *in = run->user;
    model_free(&in->bank);
    model_free(&in->start);
}

static void on_dances(void *user, size_t done, size_t total) {
    Progress *p = user;
    p->total = total;
    progress_step(p, done);
}

/* A model without gains is a model all the same: what they cannot be fitted to is no error. */
static int finish_stage(Run *run, Stage stage, Error *err) {
    (void)stage;
    (void)err;
    GainFit fit;
    Error why;
    if (!run->model.config.joint_gains) return 0;
    Progress progress;
    progress_start(&progress, "fitting gains: dances", GAIN_ROUNDS, run->settings->general.quiet);
    const int status = fit_gain(&run->model, &run->data.corpus, on_dances, &progress, &fit, &why);
    progress_end(&progress);
    if (status) {
        program_warn(run->program, "no gains are fitted: %s", why.text);
        return 0;
    }
    if (!run->settings->general.quiet && comm_rank() == 0)
        fprintf(stderr,
                "%s: gains fitted to %zu dances: floor %.2f, height %.2f, joints %.2f to %.2f; "
                "movement %.2f of the data's (%.2f without)\n",
                run->program->name, fit.dances, fit.floor, fit.height, fit.least, fit.most,
                fit.after, fit.before);
    return 0;
}

int predictor_training(const Program *program, const TrainSettings *s,
                       const PredictorSources *sources, Error *err) {
    static const RunSteps steps = {.read = read_sources,
                                   .initialise = initialise,
                                   .describe = describe,
                                   .release = release,
                                   .finish_stage = finish_stage};
    PredictorInput in = {.sources = sources};
    Run run = {.program = program, .settings = s, .steps = &steps, .user = &in};
    int status = run_training(&run, err);
    release(&run);
    return status;
}
