#include "model/model_file.h"

#include "lib/base/checksum.h"
#include "lib/base/numbers.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {[KIND_BANK] = "bank", [KIND_MODEL] = "model"};

/* --- out --- */

void exported_free(Exported *e) {
    free(e->views);
    strings_free(&e->names);
    metadata_free(&e->metadata);
    *e = (Exported){0};
}

static int add_views(Exported *e, const Params *p, const char *prefix, const real *block,
                     Error *err) {
    for (size_t i = 0; i < p->count; i++) {
        const Param *item = &p->items[i];
        char name[128];
        snprintf(name, sizeof name, "%s%s", prefix, item->name);
        if (strings_add(&e->names, name, err)) return -1;
        SafetensorsView *v = &e->views[e->count++];
        *v =
            (SafetensorsView){.type = SAFETENSORS_F32, .rank = item->rank, .data = block + item->offset};
        memcpy(v->shape, item->shape, sizeof item->shape);
    }
    return 0;
}

static char *genres_json(const Model *m) {
    cJSON *list =
        cJSON_CreateStringArray((const char *const *)m->genres, (int)m->config.genre_count);
    char *text = list ? cJSON_PrintUnformatted(list) : NULL;
    cJSON_Delete(list);
    return text;
}

static int add_metadata(const Model *m, const char *kind, Metadata *out, Error *err) {
    char *config = config_to_json(&m->config), *genres = genres_json(m);
    int status = config && genres ? 0 : error_set(err, "out of memory");
    status = status || metadata_set(out, "format", "neverstop", err) ||
             metadata_set(out, "kind", kind, err) || metadata_set(out, "genres", genres, err) ||
             metadata_set(out, "config", config, err);
    cJSON_free(config);
    cJSON_free(genres);
    return status ? -1 : 0;
}

static int export(const Model *m, const char *kind, bool moments, Exported *out, Error *err) {
    *out = (Exported){0};
    out->views = calloc(3 * m->params.count + 1, sizeof *out->views);
    if (!out->views) return error_set(err, "out of memory");
    if (add_views(out, &m->params, "", m->params.value, err) ||
        add_metadata(m, kind, &out->metadata, err) ||
        (moments && (add_views(out, &m->params, "adam.m.", m->params.m, err) ||
                     add_views(out, &m->params, "adam.v.", m->params.v, err)))) {
        exported_free(out);
        return -1;
    }
    for (size_t i = 0; i < out->count; i++) out->views[i].name = out->names.items[i];
    return 0;
}

int model_export(const Model *m, Exported *out, Error *err) {
    return export(m, kind_names[m->kind], false, out, err);
}

int checkpoint_export(const Model *m, const TrainState *s, const char *settings, Exported *out,
                      Error *err) {
    if (export(m, "checkpoint", true, out, err)) return -1;
    char text[400];
    snprintf(text, sizeof text, "%d %zu %zu %zu %a %zu %" PRIu64, s->stage, s->epoch, s->batch,
             s->step, s->loss_sum, s->loss_count, s->seed);
    if (metadata_set(&out->metadata, "state", text, err) ||
        metadata_set(&out->metadata, "settings", settings, err)) {
        exported_free(out);
        return -1;
    }
    return 0;
}

/* --- in --- */

static bool is_checkpoint(const Safetensors *file) {
    const char *kind = metadata_get(safetensors_metadata(file), "kind");
    return kind && strcmp(kind, "checkpoint") == 0;
}

/* "is a checkpoint of train-bank, not a model": whose checkpoint it is can be told from its stage.
 */
static int check_checkpoint_kind(const Safetensors *file, ModelKind kind, Error *err) {
    const char *state = metadata_get(safetensors_metadata(file), "state");
    int stage = state ? atoi(state) : 0;
    if (stage < 1 || stage > 3)
        return error_set(err, "is no complete checkpoint: its state does not parse");
    if (stage == 3 && kind == KIND_BANK)
        return error_set(err, "is a checkpoint of train-predictor, not a bank");
    if (stage < 3 && kind == KIND_MODEL)
        return error_set(err, "is a checkpoint of train-bank, not a model");
    if (stage == 1)
        return error_set(err, "is a checkpoint of train-bank from stage 1, in which there is no "
                              "past-future bank yet; let train-bank come to stage 2");
    return 0;
}

static int check_kind(const Safetensors *file, const char *kind, Error *err) {
    const char *format = metadata_get(safetensors_metadata(file), "format"),
               *found = metadata_get(safetensors_metadata(file), "kind");
    if (!format || strcmp(format, "neverstop") != 0)
        return error_set(err, "is not a neverstop file (no format in its metadata)");
    if (!found || strcmp(found, kind) != 0)
        return error_set(err, "is a %s, not a %s", found ? found : "file of no kind", kind);
    return 0;
}

static int read_genres(const Safetensors *file, cJSON **list, const char ***genres, size_t *count,
                       Error *err) {
    const char *text = metadata_get(safetensors_metadata(file), "genres");
    *list = text ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
    *genres = NULL;
    int n = cJSON_IsArray(*list) ? cJSON_GetArraySize(*list) : 0;
    if (n < 1 || n > 4096) return error_set(err, "metadata: genres is not a list of names");
    *genres = calloc((size_t)n, sizeof **genres);
    if (!*genres) return error_set(err, "out of memory");
    *count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, *list) {
        if (!cJSON_IsString(item)) return error_set(err, "metadata: genres is not a list of names");
        for (size_t i = 0; i < *count; i++)
            if (strcmp((*genres)[i], item->valuestring) == 0)
                return error_set(err, "metadata: genre %s occurs twice", item->valuestring);
        (*genres)[(*count)++] = item->valuestring;
    }
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

static int copy_in(const Safetensors *file, const char *prefix, const Params *p, real *block,
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

static int check_known(const Model *m, const Safetensors *file, Error *err) {
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const char *name = safetensors_at(file, i)->name;
        bool moment = is_checkpoint(file) &&
                      (strncmp(name, "adam.m.", 7) == 0 || strncmp(name, "adam.v.", 7) == 0);
        if (!model_has(m, moment ? name + 7 : name))
            return error_set(err, "tensor %s belongs to no part of this configuration", name);
    }
    return 0;
}

/* Standard deviations divide. */
static int check_positive(const Model *m, const char *name, Error *err) {
    int i = params_find(&m->params, name);
    if (i < 0) return 0;
    const real *x = params_values(&m->params, (size_t)i);
    for (size_t k = 0; k < m->params.items[i].count; k++)
        if (!(x[k] > 0)) return error_set(err, "tensor %s is not positive at element %zu", name, k);
    return 0;
}

/* A model of the file's configuration, whose tensors the file has as they must be; without memory
 * yet. */
static int declare(Model *out, const Safetensors *file, ModelKind kind, Error *err) {
    *out = (Model){0};
    cJSON *list = NULL;
    const char **genres = NULL;
    size_t count = 0;
    Config config;
    const char *json = metadata_get(safetensors_metadata(file), "config");
    int status = check_kind(file, is_checkpoint(file) ? "checkpoint" : kind_names[kind], err);
    if (status == 0 && is_checkpoint(file)) status = check_checkpoint_kind(file, kind, err);
    if (status == 0)
        status = json ? config_from_json(json, &config, err)
                      : error_set(err, "metadata: config is missing");
    if (status == 0) status = read_genres(file, &list, &genres, &count, err);
    if (status == 0)
        status = model_new(out, kind, &config, genres, count,
                           safetensors_find(file, "seed.motion") != NULL, err);
    if (status == 0) status = copy_in(file, "", &out->params, NULL, err); /* checks only */
    if (status == 0) status = check_known(out, file, err);
    free(genres);
    cJSON_Delete(list);
    return status;
}

int model_map(Model *out, Safetensors *file, ModelKind kind, Error *err) {
    int status = declare(out, file, kind, err);
    const real **data = status ? NULL : malloc((out->params.count + 1) * sizeof *data);
    if (status == 0 && !data) status = error_set(err, "out of memory");
    if (status == 0) {
        for (size_t i = 0; i < out->params.count; i++)
            data[i] = safetensors_find(file, out->params.items[i].name)->data;
        params_map(&out->params, data);
    }
    free(data);
    if (status == 0)
        status = check_positive(out, "motion.std", err) || check_positive(out, "music.std", err)
                     ? -1
                     : 0;
    if (status)
        model_free(out);
    else
        out->file = file;
    return status;
}

/* The items of its banks are those of its own genres, in their order. */
static int compare_genres(const Model *m, const char *theirs, Error *err) {
    char *ours = genres_json(m);
    if (!ours) return error_set(err, "out of memory");
    int status = theirs && strcmp(ours, theirs) == 0
                     ? 0
                     : error_set(err,
                                 "is a checkpoint of another run: it has genres %.300s, this run "
                                 "%.300s; remove it to start anew",
                                 theirs ? theirs : "unknown", ours);
    cJSON_free(ours);
    return status;
}

static int other_run(const char *key, const char *theirs, const char *ours, Error *err) {
    return error_set(err,
                     "is a checkpoint of another run: it has %s=%.200s, this run %s=%.200s; remove "
                     "it to start anew",
                     key, theirs, key, ours);
}

/* Two flat JSON objects: names the first key whose value differs. */
static int compare_configs(const char *ours, const char *theirs, Error *err) {
    cJSON *a = cJSON_Parse(ours), *b = cJSON_Parse(theirs);
    int status =
        cJSON_IsObject(a) && cJSON_IsObject(b)
            ? 0
            : error_set(err, "is no complete checkpoint: its configuration does not parse");
    for (int turn = 0; status == 0 && turn < 2;
         turn++) { /* keys of one, then those that only the other has */
        const cJSON *item, *list = turn ? b : a;
        cJSON_ArrayForEach(item, list) {
            const cJSON *other = cJSON_GetObjectItemCaseSensitive(turn ? a : b, item->string);
            if (status || cJSON_Compare(item, other, true)) continue;
            char *mine = cJSON_PrintUnformatted(item),
                 *its = other ? cJSON_PrintUnformatted(other) : NULL;
            const char *x = mine ? mine : "?", *y = its ? its : "none";
            status = turn ? other_run(item->string, x, y, err) : other_run(item->string, y, x, err);
            cJSON_free(mine);
            cJSON_free(its);
        }
    }
    cJSON_Delete(a);
    cJSON_Delete(b);
    return status;
}

/* "a=1 b=2" against "a=1 b=3": names the first setting that differs. A word `config={...}` is
 * looked into. */
static int compare_settings(const char *ours, const char *theirs, Error *err) {
    while (*ours || *theirs) {
        char a[2048], b[2048];
        size_t n = strcspn(ours, " "), m = strcspn(theirs, " ");
        snprintf(a, sizeof a, "%.*s", (int)n, ours);
        snprintf(b, sizeof b, "%.*s", (int)m, theirs);
        if (strcmp(a, b) != 0) {
            if (strncmp(a, "config=", 7) == 0 && strncmp(b, "config=", 7) == 0)
                return compare_configs(a + 7, b + 7, err);
            size_t key = strcspn(a, "=");
            bool same_key = key == strcspn(b, "=") && strncmp(a, b, key) == 0;
            if (!same_key)
                return error_set(err,
                                 "is a checkpoint of another run: it has %.200s, this run %.200s; "
                                 "remove it to start anew",
                                 m ? b : "nothing", n ? a : "nothing");
            a[key] = '\0';
            return other_run(a, b + key + 1, a + key + 1, err);
        }
        ours += n + (ours[n] == ' ');
        theirs += m + (theirs[m] == ' ');
    }
    return 0;
}

int checkpoint_import(Model *m, TrainState *s, const char *settings, const Safetensors *file,
                      Error *err) {
    if (check_kind(file, "checkpoint", err)) return -1;
    const Metadata *meta = safetensors_metadata(file);
    const char *theirs = metadata_get(meta, "settings"), *state = metadata_get(meta, "state"),
               *config = metadata_get(meta, "config");
    if (!theirs || !state || !config)
        return error_set(err, "is no complete checkpoint: settings, state or config is missing");
    if (compare_settings(settings, theirs, err) ||
        compare_genres(m, metadata_get(meta, "genres"), err))
        return -1;
    TrainState t;
    int end = 0;
    if (sscanf(state, "%d %zu %zu %zu %la %zu %" SCNu64 "%n", &t.stage, &t.epoch, &t.batch, &t.step,
               &t.loss_sum, &t.loss_count, &t.seed, &end) != 7 ||
        state[end] || t.stage < 1 || t.stage > 3)
        return error_set(err, "is no complete checkpoint: its state does not parse");
    if (copy_in(file, "", &m->params, NULL, err) ||
        copy_in(file, "adam.m.", &m->params, NULL, err) ||
        copy_in(file, "adam.v.", &m->params, NULL, err))
        return -1;
    copy_in(file, "", &m->params, m->params.value, err);
    copy_in(file, "adam.m.", &m->params, m->params.m, err);
    copy_in(file, "adam.v.", &m->params, m->params.v, err);
    *s = t;
    return 0;
}

int model_read(const char *path, ModelKind kind, Model *out, Error *err) {
    Safetensors *file;
    if (safetensors_open(path, &file, err)) return -1;
    if (model_map(out, file, kind, err) == 0) return 0;
    safetensors_close(file);
    return error_prefix(err, path);
}

int exported_write(const char *path, Exported *e, Error *err) {
    int status = safetensors_write(path, e->views, e->count, &e->metadata, err);
    exported_free(e);
    return status;
}

uint64_t model_checksum(const Model *m) {
    uint64_t sum = CHECKSUM_OF_NOTHING;
    for (size_t i = 0; i < m->params.count; i++)
        sum = checksum_add(sum, params_values(&m->params, i), m->params.items[i].count);
    return sum;
}
