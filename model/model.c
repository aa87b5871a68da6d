#include "model/model.h"

#include <stdlib.h>
#include <string.h>

static int copy_genres(Model *m, const char *const *genres, size_t count, Error *err) {
    m->genres = calloc(count + 1, sizeof *m->genres);
    if (!m->genres) return error_set(err, "out of memory");
    for (; m->config.genre_count < count; m->config.genre_count++) {
        m->genres[m->config.genre_count] = strdup(genres[m->config.genre_count]);
        if (!m->genres[m->config.genre_count]) return error_set(err, "out of memory");
    }
    return 0;
}

static int declare(Model *m, bool seed, Error *err) {
    const Config *c = &m->config;
    Graph *g = graph_new(&m->params, 1);
    if (!g) return error_set(err, "out of memory");
    size_t banks[3] = {m->config.genre_count, c->items, c->bank.width};
    if (m->kind == KIND_BANK) {
        Value genre = graph_input(g, 1, 1);
        Value motion = graph_input(g, c->past, c->motion_dim);
        Value root = reference_frame(g, c, motion, c->past - c->future - 1);
        refine_bank(g, c, normalise_motion(g, c, motion, root), 0, genre, NO_VALUE);
        graph_parameter(g, INIT_GIVEN, 3, banks, "bank.manifold");
        graph_parameter(g, INIT_GIVEN, 3, banks, "bank.past");
        graph_parameter(g, INIT_GIVEN, 3, banks, "bank.future");
    } else {
        step_build(g, c, false);
    }
    if (seed)
        graph_parameter(g, INIT_GIVEN, 3, (size_t[]){m->config.genre_count, c->past, c->motion_dim},
                        "seed.motion");
    int status = graph_check(g, err);
    graph_free(g);
    return status;
}

int model_new(Model *out, ModelKind kind, const Config *config, const char *const *genres,
              size_t genre_count, bool seed, Error *err) {
    *out = (Model){.kind = kind, .config = *config};
    out->config.genre_count = 0; /* counts what has been copied */
    if (config_check(config, err) || copy_genres(out, genres, genre_count, err) ||
        declare(out, seed, err)) {
        model_free(out);
        return -1;
    }
    return 0;
}

void model_free(Model *m) {
    for (size_t i = 0; i < m->config.genre_count; i++) free(m->genres[i]);
    free(m->genres);
    params_free(&m->params);
    safetensors_close(m->file);
    *m = (Model){0};
}

bool model_has(const Model *m, const char *name) { return params_find(&m->params, name) >= 0; }

real *model_values(const Model *m, const char *name) {
    int i = params_find(&m->params, name);
    return i < 0 || m->params.mapped ? NULL : m->params.value + m->params.items[i].offset;
}

const real *model_constants(const Model *m, const char *name) {
    int i = params_find(&m->params, name);
    return i < 0 ? NULL : params_values(&m->params, (size_t)i);
}

void model_copy_shared(Model *to, const Model *from) {
    for (size_t i = 0; i < to->params.count; i++) {
        const Param *p = &to->params.items[i];
        int k = params_find(&from->params, p->name);
        if (k < 0) continue;
        const Param *q = &from->params.items[k];
        if (p->rank == q->rank && memcmp(p->shape, q->shape, sizeof p->shape) == 0)
            memcpy(to->params.value + p->offset, params_values(&from->params, (size_t)k),
                   p->count * sizeof(real));
    }
}
