#include "model/checkpoint_file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a run that has come to a stage makes. */
static const struct {
    ModelKind makes;
    const char *program;
    const char *lacks; /* what its weights still lack; NULL: nothing */
} runs[] = {
    [STAGE_MANIFOLD] = {KIND_BANK, "train-bank",
                        "is a checkpoint of train-bank from stage 1, in which there is no "
                        "past-future bank yet; let train-bank come to stage 2"},
    [STAGE_REFINE] = {KIND_BANK, "train-bank", NULL},
    [STAGE_PREDICT] = {KIND_MODEL, "train-predictor", NULL},
};

static bool stage_exists(int stage) { return stage >= STAGE_MANIFOLD && stage <= STAGE_PREDICT; }

bool checkpoint_is(const Safetensors *file) {
    const char *kind = metadata_get(safetensors_metadata(file), "kind");
    return kind && strcmp(kind, "checkpoint") == 0;
}

int checkpoint_check_makes(const Safetensors *file, ModelKind kind, Error *err) {
    if (model_tensors_check_kind(file, "checkpoint", err)) return -1;
    const char *state = metadata_get(safetensors_metadata(file), "state");
    int stage = state ? atoi(state) : 0;
    if (!stage_exists(stage))
        return error_set(err, "is an incomplete checkpoint: its state does not parse");
    if (runs[stage].makes != kind)
        return error_set(err, "is a checkpoint of %s, not a %s", runs[stage].program,
                         kind == KIND_BANK ? "bank" : "model");
    return runs[stage].lacks ? error_set(err, "%s", runs[stage].lacks) : 0;
}

int checkpoint_export(const Model *m, const TrainState *s, const char *settings, Exported *out,
                      Error *err) {
    if (model_tensors_export(m, "checkpoint", true, out, err)) return -1;
    char text[400];
    snprintf(text, sizeof text, "%d %zu %zu %zu %a %zu %" PRIu64, (int)s->stage, s->epoch, s->batch,
             s->step, s->loss_sum, s->loss_count, s->seed);
    if (metadata_set(&out->metadata, "state", text, err) ||
        metadata_set(&out->metadata, "settings", settings, err)) {
        exported_free(out);
        return -1;
    }
    return 0;
}

/* --- comparison with the run at hand --- */

static int other_run(const char *key, const char *theirs, const char *ours, Error *err) {
    return error_set(err,
                     "is a checkpoint of another run: it has %.60s=%.200s, this run %.60s=%.200s; "
                     "delete it to start over",
                     key, theirs, key, ours);
}

/* The items of its banks are those of its own genres, in their order. */
static int compare_genres(const Model *m, const char *theirs, Error *err) {
    char *ours = model_genres_json(m);
    int status = 0;
    if (!ours)
        status = error_set(err, "out of memory");
    else if (!theirs || strcmp(ours, theirs) != 0)
        status = other_run("genres", theirs ? theirs : "unknown", ours, err);
    cJSON_free(ours);
    return status;
}

/* Checkpoints of older versions lack these; that the data are the same, their checksum says. */
static bool is_newer_key(const char *key) {
    return strcmp(key, "fps") == 0 || strcmp(key, "music_features") == 0;
}

/* The first key of `list` whose value in `other` differs. theirs_first: `list` is the checkpoint's.
 */
static int compare_keys(const cJSON *list, const cJSON *other, bool theirs_first, Error *err) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        const cJSON *same = cJSON_GetObjectItemCaseSensitive(other, item->string);
        if (cJSON_Compare(item, same, true)) continue;
        if (!same && !theirs_first && is_newer_key(item->string)) continue;
        char *here = cJSON_PrintUnformatted(item);
        char *there = same ? cJSON_PrintUnformatted(same) : NULL;
        const char *x = here ? here : "?", *y = there ? there : "none";
        int status = other_run(item->string, theirs_first ? x : y, theirs_first ? y : x, err);
        cJSON_free(here);
        cJSON_free(there);
        return status;
    }
    return 0;
}

/* Two flat JSON objects. */
static int compare_configs(const char *ours, const char *theirs, Error *err) {
    cJSON *a = cJSON_Parse(ours), *b = cJSON_Parse(theirs);
    int status;
    if (!cJSON_IsObject(a) || !cJSON_IsObject(b))
        status = error_set(err, "is an incomplete checkpoint: its configuration does not parse");
    else
        status = compare_keys(a, b, false, err) || compare_keys(b, a, true, err) ? -1 : 0;
    cJSON_Delete(a);
    cJSON_Delete(b);
    return status;
}

/* Two words that differ. */
static int compare_words(const char *ours, const char *theirs, Error *err) {
    size_t key = strcspn(ours, "=");
    if (strncmp(ours, "config=", 7) == 0 && strncmp(theirs, "config=", 7) == 0)
        return compare_configs(ours + 7, theirs + 7, err);
    if (strncmp(ours, theirs, key) == 0 && ours[key] == '=' && theirs[key] == '=') {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)key, ours);
        return other_run(name, theirs + key + 1, ours + key + 1, err);
    }
    return error_set(err,
                     "is a checkpoint of another run: it has %.200s, this run %.200s; delete it to "
                     "start over",
                     theirs[0] ? theirs : "nothing", ours[0] ? ours : "nothing");
}

/* Whether a setting of `word`'s name is in a list. */
static bool is_set(const char *list, const char *word) {
    size_t n = strcspn(word, "=") + 1;
    for (; *list; list += strcspn(list, " "), list += *list == ' ')
        if (strncmp(list, word, n) == 0) return true;
    return false;
}

/* A setting that only one of the two runs has, where both have more to say. */
static int lonely_word(const char *word, bool theirs, Error *err) {
    size_t n = strcspn(word, "=");
    char name[64], value[201];
    snprintf(name, sizeof name, "%.*s", (int)n, word);
    snprintf(value, sizeof value, "%s", word + n + (word[n] == '='));
    return other_run(name, theirs ? value : "none", theirs ? "none" : value, err);
}

/* "a=1 b=2" against "a=1 b=3": names the first setting that differs. */
static int compare_settings(const char *ours, const char *theirs, Error *err) {
    size_t n, m;
    for (; *ours || *theirs; ours += n + (ours[n] == ' '), theirs += m + (theirs[m] == ' ')) {
        n = strcspn(ours, " ");
        m = strcspn(theirs, " ");
        if (n == m && memcmp(ours, theirs, n) == 0) continue;
        char *a = strndup(ours, n), *b = strndup(theirs, m);
        int status;
        if (!a || !b)
            status = error_set(err, "out of memory");
        else if (*a && *b && !is_set(theirs, a))
            status = lonely_word(a, false, err);
        else if (*a && *b && !is_set(ours, b))
            status = lonely_word(b, true, err);
        else
            status = compare_words(a, b, err);
        free(a);
        free(b);
        if (status) return -1;
    }
    return 0;
}

enum { MOST_EPOCHS = 1000000000 };
static const size_t MOST_STEPS = (size_t)1 << 50;

static int read_state(const char *text, TrainState *out, Error *err) {
    int stage, end = 0;
    TrainState t;
    if (sscanf(text, "%d %zu %zu %zu %la %zu %" SCNu64 "%n", &stage, &t.epoch, &t.batch, &t.step,
               &t.loss_sum, &t.loss_count, &t.seed, &end) != 7 ||
        text[end] || strchr(text, '-') == text || !stage_exists(stage))
        return error_set(err, "is an incomplete checkpoint: its state does not parse");
    /* %zu takes "-1" for 2^64 - 1. */
    if (t.epoch > MOST_EPOCHS || t.batch > MOST_STEPS || t.step > MOST_STEPS ||
        t.loss_count > MOST_STEPS || !isfinite(t.loss_sum) || t.loss_sum < 0)
        return error_set(err, "is a damaged checkpoint: its state (%.100s) makes no sense", text);
    t.stage = (Stage)stage;
    *out = t;
    return 0;
}

int checkpoint_import(Model *m, TrainState *s, const char *settings, const Safetensors *file,
                      Error *err) {
    if (model_tensors_check_kind(file, "checkpoint", err)) return -1;
    const Metadata *meta = safetensors_metadata(file);
    const char *theirs = metadata_get(meta, "settings"), *state = metadata_get(meta, "state");
    if (!theirs || !state || !metadata_get(meta, "config"))
        return error_set(err, "is an incomplete checkpoint: settings, state or config is missing");
    TrainState t;
    if (compare_settings(settings, theirs, err) ||
        compare_genres(m, metadata_get(meta, "genres"), err) || read_state(state, &t, err))
        return -1;
    static const char *const prefixes[] = {"", "adam.m.", "adam.v."};
    real *blocks[] = {m->params.value, m->params.m, m->params.v};
    for (int i = 0; i < 3; i++) /* all is checked before anything is changed */
        if (model_tensors_read(file, prefixes[i], &m->params, NULL, err)) return -1;
    for (int i = 0; i < 3; i++)
        if (model_tensors_read(file, prefixes[i], &m->params, blocks[i], err)) return -1;
    *s = t;
    return 0;
}
