#include "model/model_dances.h"

static int prepare(void *state, size_t batch, Error *err) {
    ModelDances *m = state;
    const size_t keep = m->keep ? m->keep : m->model->config.keep;
    model_dances_free(m);
    if (generator_new(&m->generator, m->model, batch, keep, m->gain, err)) return -1;
    generator_keep_within(m->generator, m->radius);
    if (m->escape_given && generator_escape(m->generator, m->escape, err)) return -1;
    if (m->temperature > 0 && generator_draw(m->generator, m->temperature, m->random_seed, err))
        return -1;
    return m->bf16 ? generator_round(m->generator, err) : 0;
}

/* With the model's own seed. */
static int begin(void *state, GenerationJob *job, Error *err) {
    const Model *m = ((const ModelDances *)state)->model;
    const size_t count = m->config.past * m->config.motion_dim;
    if (!model_has(m, "seed.motion"))
        return error_set(err, "the model stores no seed; give --seed-motion");
    const real *stored = model_constants(m, "seed.motion") + job->genre * count;
    for (size_t i = 0; i < count; i++) job->motion[i] = (float)stored[i];
    return 0;
}

static int run(void *state, GenerationJob *jobs, size_t count,
               void (*progress)(void *user, size_t done, size_t total), void *user, Error *err) {
    return generator_run(((ModelDances *)state)->generator, jobs, count, progress, user, err);
}

DanceMaker model_dances(ModelDances *m) {
    const Config *c = &m->model->config;
    return (DanceMaker){.name = "the model",
                        .made_of = "the model was trained on",
                        .made_at = "the model was trained at",
                        .genres = m->model->genres,
                        .genre_count = c->genre_count,
                        .past = c->past,
                        .motion_dim = c->motion_dim,
                        .music_dim = c->music_dim,
                        .fps = c->fps,
                        .music = c->music_features,
                        .state = m,
                        .prepare = prepare,
                        .begin = begin,
                        .run = run};
}

void model_dances_free(ModelDances *m) {
    generator_free(m->generator);
    m->generator = NULL;
}
