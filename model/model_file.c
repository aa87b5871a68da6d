#include "model/model_file.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/checksum.h"
#include "model/checkpoint_file.h"

static const char *const kind_names[] = {[KIND_BANK] = "bank", [KIND_MODEL] = "model"};
enum { MAX_GENRES = 4096 };

int model_export(const Model *m, Exported *out, Error *err) {
    return model_tensors_export(m, kind_names[m->kind], false, out, err);
}

static int read_genres(const Safetensors *file, cJSON **list, const char ***genres, size_t *count,
                       Error *err) {
    const char *text = metadata_get(safetensors_metadata(file), "genres");
    *list = text ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
    *genres = NULL;
    int n = cJSON_IsArray(*list) ? cJSON_GetArraySize(*list) : 0;
    if (n < 1 || n > MAX_GENRES) return error_set(err, "metadata: genres is not a list of names");
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

/* No tensor that is not a parameter's (or, in a checkpoint, a moment of one). */
static int check_known(const Model *m, const Safetensors *file, Error *err) {
    bool checkpoint = checkpoint_is(file);
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const char *name = safetensors_at(file, i)->name;
        bool moment =
            checkpoint && (strncmp(name, "adam.m.", 7) == 0 || strncmp(name, "adam.v.", 7) == 0);
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

static int check_kind(const Safetensors *file, ModelKind kind, Error *err) {
    if (!checkpoint_is(file)) return model_tensors_check_kind(file, kind_names[kind], err);
    return checkpoint_check_makes(file, kind, err);
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
    int status = check_kind(file, kind, err);
    if (status == 0 && !json) status = error_set(err, "metadata: config is missing");
    if (status == 0) status = config_from_json(json, &config, err);
    if (status == 0) status = read_genres(file, &list, &genres, &count, err);
    if (status == 0) {
        bool seed = safetensors_find(file, "seed.motion") != NULL;
        status = model_new(out, kind, &config, genres, count, seed, err);
    }
    if (status == 0) status = model_tensors_read(file, "", &out->params, NULL, err);
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
    if (status == 0) status = check_positive(out, "motion.std", err);
    if (status == 0) status = check_positive(out, "music.std", err);
    if (status == 0) status = check_positive(out, "motion.gain", err);
    if (status)
        model_free(out);
    else
        out->file = file;
    return status;
}

int model_read(const char *path, ModelKind kind, Model *out, Error *err) {
    Safetensors *file;
    if (safetensors_open(path, &file, err)) return -1;
    if (model_map(out, file, kind, err) == 0) return 0;
    safetensors_close(file);
    return error_prefix(err, path);
}

uint64_t model_checksum(const Model *m) {
    uint64_t sum = CHECKSUM_OF_NOTHING;
    for (size_t i = 0; i < m->params.count; i++)
        sum = checksum_add(sum, params_values(&m->params, i), m->params.items[i].count);
    return sum;
}
