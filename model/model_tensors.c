#include "model/model_tensors.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/numbers.h"

void exported_free(Exported *e) {
    free(e->views);
    strings_free(&e->names);
    metadata_free(&e->metadata);
    *e = (Exported){0};
}

int exported_write(const char *path, Exported *e, Error *err) {
    int status = safetensors_write(path, e->views, e->count, &e->metadata, err);
    exported_free(e);
    return status;
}

static int add_views(Exported *e, const Params *p, const char *prefix, const real *block,
                     Error *err) {
    for (size_t i = 0; i < p->count; i++) {
        const Param *item = &p->items[i];
        char name[128];
        snprintf(name, sizeof name, "%s%s", prefix, item->name);
        if (strings_add(&e->names, name, err)) return -1;
        SafetensorsView *v = &e->views[e->count++];
        *v = (SafetensorsView){
            .type = SAFETENSORS_F32, .rank = item->rank, .data = block + item->offset};
        memcpy(v->shape, item->shape, sizeof item->shape);
    }
    return 0;
}

char *model_genres_json(const Model *m) {
    cJSON *list =
        cJSON_CreateStringArray((const char *const *)m->genres, (int)m->config.genre_count);
    char *text = list ? cJSON_PrintUnformatted(list) : NULL;
    cJSON_Delete(list);
    return text;
}

static int add_metadata(const Model *m, const char *kind, Metadata *out, Error *err) {
    char *config = config_to_json(&m->config), *genres = model_genres_json(m);
    int status = config && genres ? 0 : error_set(err, "out of memory");
    status = status || metadata_set(out, "format", "neverstop", err) ||
             metadata_set(out, "kind", kind, err) || metadata_set(out, "genres", genres, err) ||
             metadata_set(out, "config", config, err);
    cJSON_free(config);
    cJSON_free(genres);
    return status ? -1 : 0;
}

static int add_moments(const Model *m, Exported *out, Error *err) {
    return add_views(out, &m->params, "adam.m.", m->params.m, err) ||
                   add_views(out, &m->params, "adam.v.", m->params.v, err)
               ? -1
               : 0;
}

int model_tensors_export(const Model *m, const char *kind, bool moments, Exported *out,
                         Error *err) {
    *out = (Exported){0};
    out->views = calloc(3 * m->params.count + 1, sizeof *out->views);
    if (!out->views) return error_set(err, "out of memory");
    if (add_views(out, &m->params, "", m->params.value, err) ||
        add_metadata(m, kind, &out->metadata, err) || (moments && add_moments(m, out, err))) {
        exported_free(out);
        return -1;
    }
    for (size_t i = 0; i < out->count; i++) out->views[i].name = out->names.items[i];
    return 0;
}

int model_tensors_check_kind(const Safetensors *file, const char *kind, Error *err) {
    const Metadata *meta = safetensors_metadata(file);
    const char *format = metadata_get(meta, "format"), *found = metadata_get(meta, "kind");
    if (!format || strcmp(format, "neverstop") != 0)
        return error_set(err, "is not a neverstop file (no format in its metadata)");
    if (!found || strcmp(found, kind) != 0)
        return error_set(err, "is a %s, not a %s", found ? found : "file without a kind", kind);
    return 0;
}

/* The tensor of that name if it is what the parameter needs. */
static const SafetensorsView *matching(const Safetensors *file, const char *prefix, const Param *p,
                                       Error *err) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", prefix, p->name);
    const SafetensorsView *v = safetensors_find(file, name);
    if (!v) {
        error_set(err, "tensor %s is missing", name);
        return NULL;
    }
    bool same = v->type == SAFETENSORS_F32 && v->rank == p->rank;
    for (int d = 0; same && d < p->rank; d++) same = v->shape[d] == p->shape[d];
    if (!same) {
        error_set(err, "tensor %s is not float32 of the shape that the configuration implies",
                  name);
        return NULL;
    }
    size_t bad = floats_first_nonfinite(v->data, p->count);
    if (bad < p->count) {
        error_set(err, "tensor %s holds %f at element %zu", name,
                  (double)((const float *)v->data)[bad], bad);
        return NULL;
    }
    return v;
}

int model_tensors_read(const Safetensors *file, const char *prefix, const Params *p, real *block,
                       Error *err) {
    for (size_t i = 0; i < p->count; i++) {
        const SafetensorsView *v = matching(file, prefix, &p->items[i], err);
        if (!v) return -1;
        const float *x = v->data;
        for (size_t k = 0; block && k < p->items[i].count; k++)
            block[p->items[i].offset + k] = x[k];
    }
    return 0;
}
