#include "model/config.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "lib/formats/scalar.h"
#include "model/config_keys.h"
#include "model/predictors/predictors.h"

/* --- checks --- */

static int check_range(const ConfigKey *k, double value, Error *err) {
    if (k->type == KEY_SIZE && !(value >= k->min && value <= k->max))
        return error_set(err, "%s must lie between %.0f and %.0f, not %.0f", k->name, k->min,
                         k->max, value);
    if (k->type == KEY_REAL && !(value >= k->min && value <= k->max))
        return error_set(err, "%s must lie between %g and %g, not %g", k->name, k->min, k->max,
                         value);
    return 0;
}

int config_check(const Config *c, Error *err) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++)
        if (config_key_applies(k, c) && check_range(k, config_get(c, k), err)) return -1;
    if (c->fps != 0 && scalar_check(&scalar_fps, c->fps, err)) return -1;
    if (c->music_dim > 0 && music_identity_check(&c->music_features, c->music_dim, err))
        return error_prefix(err, "music_features");
    if ((c->motion_dim - 3) % 9)
        return error_set(err, "motion_dim %zu is not 3 + 9 joints", c->motion_dim);
    if (c->future >= c->past)
        return error_set(err, "future (%zu) must be less than past (%zu)", c->future, c->past);
    if (c->keep > c->future)
        return error_set(err, "keep must lie between 1 and future (%zu), not %zu", c->future,
                         c->keep);
    if (c->join > c->future)
        return error_set(err, "join must not exceed future (%zu), not %zu", c->future, c->join);
    if (c->smooth > 0 && c->past < 3)
        return error_set(err, "smooth needs at least 3 past frames, not %zu", c->past);
    if (c->home && !c->relative_root)
        return error_set(err, "home needs relative_root: without it places are known");
    if (c->escape > 0 && !c->standardise)
        return error_set(err, "escape needs standardise: without it there is no mean pose");
    const Predictor *p = predictor_at(c->predictor_id);
    if (c->residual && p->outright)
        return error_set(err, "%s predicts frames, not displacements: residual must be off",
                         p->name);
    return p->check ? p->check(c, err) : 0;
}

/* --- JSON --- */

/* A list stands in a file if any of its elements applies; those that do not are 0. */
static bool in_file(const Config *c, const ConfigKey *k) {
    const ConfigKey *other;
    if (!k->listed || config_key_applies(k, c)) return config_key_applies(k, c);
    for (size_t i = 0; (other = config_key(c->predictor_id, i)); i++)
        if (other->listed && strcmp(other->name, k->name) == 0 && config_key_applies(other, c))
            return true;
    return false;
}

static cJSON *value_to_json(const ConfigKey *k, double value) {
    switch (k->type) {
    case KEY_SIZE:
    case KEY_REAL:
        break;
    case KEY_FLAG:
        return cJSON_CreateBool(value != 0);
    case KEY_CHOICE:
        return cJSON_CreateString(k->words[(int)value]);
    case KEY_PREDICTOR:
        return cJSON_CreateString(predictor_at((int)value)->name);
    case KEY_MUSIC:
        return NULL; /* see add_identity */
    }
    return cJSON_CreateNumber(value);
}

static bool add_identity(cJSON *o, const char *name, const MusicIdentity *i) {
    cJSON *item = cJSON_AddObjectToObject(o, name);
    return item && cJSON_AddStringToObject(item, "name", i->name) &&
           cJSON_AddStringToObject(item, "version", i->version) &&
           cJSON_AddStringToObject(item, "columns", i->columns);
}

static bool add_key(cJSON *o, const ConfigKey *k, double value) {
    cJSON *item = value_to_json(k, value);
    if (!k->listed) return item && cJSON_AddItemToObject(o, k->name, item);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(o, k->name);
    if (!list) list = cJSON_AddArrayToObject(o, k->name);
    return list && item && cJSON_AddItemToArray(list, item);
}

char *config_to_json(const Config *c) {
    const ConfigKey *k;
    cJSON *o = cJSON_CreateObject();
    bool ok = o != NULL;
    for (size_t i = 0; ok && (k = config_key(c->predictor_id, i)); i++) {
        double value = config_get(c, k);
        if (!in_file(c, k)) continue;
        if (k->type == KEY_MUSIC)
            ok = !music_identity_known(&c->music_features) ||
                 add_identity(o, k->name, &c->music_features);
        else if (!k->optional || value != k->missing)
            ok = add_key(o, k, value);
    }
    char *text = ok ? cJSON_PrintUnformatted(o) : NULL;
    cJSON_Delete(o);
    return text;
}

static int read_word(const cJSON *v, const ConfigKey *k, double *out, Error *err) {
    char list[200] = "";
    for (int i = 0; k->words[i]; i++) {
        if (cJSON_IsString(v) && strcmp(v->valuestring, k->words[i]) == 0) {
            *out = i;
            return 0;
        }
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", k->words[i]);
    }
    return error_set(err, "config: %s is none of %s", k->name, list);
}

static int read_predictor(const cJSON *v, double *out, Error *err) {
    const char *name = cJSON_IsString(v) ? v->valuestring : "";
    int id = predictor_find(name);
    if (id < 0)
        return error_set(err, "config: the predictor '%.60s' is not known to this version", name);
    *out = id;
    return 0;
}

static int read_size(const cJSON *v, const ConfigKey *k, double *out, Error *err) {
    double value = cJSON_IsNumber(v) ? v->valuedouble : -1;
    if (!(value >= 0) || value > (double)CONFIG_MAX_SIZE || value != (double)(size_t)value)
        return error_set(err, "config: %s is not a sensible whole number", k->name);
    *out = value;
    return 0;
}

static int read_identity(const cJSON *v, const ConfigKey *k, MusicIdentity *out, Error *err) {
    static const char *const names[] = {"name", "version", "columns"};
    char *texts[] = {out->name, out->version, out->columns};
    const size_t sizes[] = {sizeof out->name, sizeof out->version, sizeof out->columns};
    *out = (MusicIdentity){0};
    for (int i = 0; i < 3; i++) {
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(v, names[i]);
        if (!cJSON_IsString(text) || strlen(text->valuestring) >= sizes[i])
            return error_set(err, "config: %s has no text '%s', or one that is too long", k->name,
                             names[i]);
        strcpy(texts[i], text->valuestring);
    }
    if (cJSON_GetArraySize(v) != 3)
        return error_set(err, "config: %s holds more than a name, a version and columns", k->name);
    return 0;
}

static int value_from_json(const cJSON *v, const ConfigKey *k, double *out, Error *err) {
    switch (k->type) {
    case KEY_SIZE:
        return read_size(v, k, out, err);
    case KEY_REAL:
        *out = cJSON_IsNumber(v) ? v->valuedouble : 0;
        return cJSON_IsNumber(v) ? 0 : error_set(err, "config: %s is not a number", k->name);
    case KEY_FLAG:
        *out = cJSON_IsTrue(v);
        return cJSON_IsBool(v) ? 0
                               : error_set(err, "config: %s is neither true nor false", k->name);
    case KEY_CHOICE:
        return read_word(v, k, out, err);
    case KEY_PREDICTOR:
        return read_predictor(v, out, err);
    case KEY_MUSIC:
        break; /* see read_identity */
    }
    return -1;
}

/* Rows of the list that the i-th row belongs to; *at: its place among them. */
static int list_length(int predictor, size_t i, int *at) {
    const ConfigKey *k = config_key(predictor, i), *other;
    int n = 0;
    for (size_t j = 0; (other = config_key(predictor, j)); j++) {
        if (j == i) *at = n;
        n += other->listed && strcmp(other->name, k->name) == 0;
    }
    return n;
}

static int read_key(const cJSON *o, Config *c, size_t i, Error *err) {
    const ConfigKey *k = config_key(c->predictor_id, i);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, k->name);
    double value = k->missing;
    if (!v && !k->optional) return error_set(err, "config: %s is missing", k->name);
    if (v && k->listed) {
        int at = 0, count = list_length(c->predictor_id, i, &at);
        if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != count)
            return error_set(err, "config: %s is not a list of %d", k->name, count);
        v = cJSON_GetArrayItem(v, at);
    }
    if (v && k->type == KEY_MUSIC) return read_identity(v, k, &c->music_features, err);
    if (v && value_from_json(v, k, &value, err)) return -1;
    const unsigned ignored = k->uses & predictor_at(c->predictor_id)->ignores;
    if (value != 0 && !ignored && !config_key_applies(k, c))
        return error_set(err, "config: %s holds a number that the predictor %s does not use",
                         k->name, predictor_at(c->predictor_id)->name);
    config_set(c, k, ignored ? 0 : value);
    return 0;
}

/* No key that the predictor does not have, none twice. */
static int check_known(const cJSON *o, const Config *c, Error *err) {
    const cJSON *item;
    cJSON_ArrayForEach(item, o) {
        const ConfigKey *k;
        bool known = false, used = false;
        for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++) {
            if (strcmp(k->name, item->string) != 0) continue;
            known = true;
            used = used || in_file(c, k) || (k->uses & predictor_at(c->predictor_id)->ignores);
        }
        if (!known) return error_set(err, "config: unknown key %.100s", item->string);
        if (!used)
            return error_set(err, "config: %s does not apply to the predictor %s", item->string,
                             predictor_at(c->predictor_id)->name);
        if (cJSON_GetObjectItemCaseSensitive(o, item->string) != item)
            return error_set(err, "config: %s is repeated", item->string);
    }
    return 0;
}

static int read_keys(const cJSON *o, Config *c, Error *err) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(0, i)); i++) /* it decides which keys there are */
        if (k->type == KEY_PREDICTOR && read_key(o, c, i, err)) return -1;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++)
        if (in_file(c, k) && read_key(o, c, i, err)) return -1;
    if (check_known(o, c, err)) return -1;
    return config_check(c, err) ? error_prefix(err, "config") : 0;
}

int config_from_json(const char *json, Config *out, Error *err) {
    *out = (Config){0};
    cJSON *o = cJSON_ParseWithOpts(json, NULL, true);
    int status =
        cJSON_IsObject(o) ? read_keys(o, out, err) : error_set(err, "config is not a JSON object");
    cJSON_Delete(o);
    return status;
}
