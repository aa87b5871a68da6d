#include "model/config.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <string.h>

static const char *const refine_names[] = {"none", "bank", "discrete", "ae", "vae"};

const char *refine_name(Refine r) { return refine_names[r]; }

int refine_parse(const char *name, Refine *out) {
    for (int i = 0; i < 5; i++)
        if (strcmp(name, refine_names[i]) == 0) {
            *out = (Refine)i;
            return 0;
        }
    return -1;
}

int config_check(const Config *c, Error *err) {
    if (c->motion_dim < 12 || (c->motion_dim - 3) % 9)
        return error_set(err, "motion_dim %zu is not 3 + 9 joints", c->motion_dim);
    if (!c->music_dim || !c->past || !c->future || !c->music)
        return error_set(err, "a window has no frames or no dimensions");
    if (c->future >= c->past)
        return error_set(err, "future (%zu) must be less than past (%zu)", c->future, c->past);
    if (!c->keep || c->keep > c->future)
        return error_set(err, "keep must lie between 1 and future (%zu), not %zu", c->future,
                         c->keep);
    if (!(c->smooth >= 0) || c->smooth > 1e9 || (c->smooth > 0 && c->past < 3))
        return error_set(err, "smooth must lie between 0 and 1e9 and needs 3 past frames");
    if (c->join > c->future)
        return error_set(err, "join must not exceed future (%zu), not %zu", c->future, c->join);
    if (c->past + c->music < c->future)
        return error_set(err, "the predictor has fewer tokens than future frames");
    if (!c->predictor.width || !c->predictor.heads || !c->predictor.mlp || !c->bank.width ||
        !c->bank.heads || !c->bank.mlp)
        return error_set(err, "a network's width, heads or mlp is zero");
    if (c->motion_layers > 256 || c->music_layers > 256 || c->cross_layers > 256 ||
        c->bank_layers > 256)
        return error_set(err, "more than 256 layers");
    if (!c->items || !c->latents || c->latents > 64)
        return error_set(err, "items must be positive and latents between 1 and 64");
    return 0;
}

/* The keys of the file format, in its order: one table for both directions. */
typedef struct {
    const char *key;
    size_t at; /* offset of a size_t, or of a bool */
    bool flag;
} Key;

static const Key keys[] = {
    {"motion_dim", offsetof(Config, motion_dim), false},
    {"music_dim", offsetof(Config, music_dim), false},
    {"past", offsetof(Config, past), false},
    {"future", offsetof(Config, future), false},
    {"music", offsetof(Config, music), false},
    {"keep", offsetof(Config, keep), false},
    {"width", offsetof(Config, predictor.width), false},
    {"heads", offsetof(Config, predictor.heads), false},
    {"mlp", offsetof(Config, predictor.mlp), false},
    {"bank_width", offsetof(Config, bank.width), false},
    {"bank_heads", offsetof(Config, bank.heads), false},
    {"bank_mlp", offsetof(Config, bank.mlp), false},
    {"bank_layers", offsetof(Config, bank_layers), false},
    {"items", offsetof(Config, items), false},
    {"latents", offsetof(Config, latents), false},
    {"transit", offsetof(Config, transit), true},
    {"residual", offsetof(Config, residual), true},
    {"join", offsetof(Config, join), false},
    {"relative_root", offsetof(Config, relative_root), true},
    {"standardise", offsetof(Config, standardise), true},
    {"logit_scale", offsetof(Config, logit_scale), true},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };
static const double largest =
    1 << 24; /* of any size: products of two fit in 64 bits with room to spare */

char *config_to_json(const Config *c) {
    cJSON *o = cJSON_CreateObject();
    const char *base = (const char *)c;
    double layers[3] = {(double)c->motion_layers, (double)c->music_layers, (double)c->cross_layers};
    bool ok = o != NULL;
    for (int i = 0; ok && i < KEY_COUNT; i++)
        ok = keys[i].flag
                 ? cJSON_AddBoolToObject(o, keys[i].key, *(const bool *)(base + keys[i].at)) != NULL
                 : cJSON_AddNumberToObject(
                       o, keys[i].key,
                       (double)*(const size_t *)(const void *)(base + keys[i].at)) != NULL;
    /* Keys that came later are written only where they are used. */
    if (ok && c->smooth > 0) ok = cJSON_AddNumberToObject(o, "smooth", c->smooth) != NULL;
    if (ok && c->relative_heading) ok = cJSON_AddBoolToObject(o, "relative_heading", true) != NULL;
    ok = ok && cJSON_AddItemToObject(o, "layers", cJSON_CreateDoubleArray(layers, 3));
    ok = ok && cJSON_AddStringToObject(o, "refine", refine_name(c->refine)) != NULL;
    char *text = ok ? cJSON_PrintUnformatted(o) : NULL;
    cJSON_Delete(o);
    return text;
}

static int read_size(const cJSON *v, const char *key, size_t *out, Error *err) {
    if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > largest ||
        v->valuedouble != (double)(size_t)v->valuedouble)
        return error_set(err, "config: %s is not a sensible whole number", key);
    *out = (size_t)v->valuedouble;
    return 0;
}

static int read_keys(const cJSON *o, Config *c, Error *err) {
    char *base = (char *)c;
    for (int i = 0; i < KEY_COUNT; i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, keys[i].key);
        if (!v) return error_set(err, "config: %s is missing", keys[i].key);
        if (keys[i].flag) {
            if (!cJSON_IsBool(v))
                return error_set(err, "config: %s is neither true nor false", keys[i].key);
            *(bool *)(base + keys[i].at) = cJSON_IsTrue(v);
        } else if (read_size(v, keys[i].key, (size_t *)(void *)(base + keys[i].at), err))
            return -1;
    }
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(o, "layers");
    if (!cJSON_IsArray(layers) || cJSON_GetArraySize(layers) != 3)
        return error_set(err, "config: layers is not a list of three");
    size_t *counts[3] = {&c->motion_layers, &c->music_layers, &c->cross_layers};
    for (int i = 0; i < 3; i++)
        if (read_size(cJSON_GetArrayItem(layers, i), "layers", counts[i], err)) return -1;
    const cJSON *refine = cJSON_GetObjectItemCaseSensitive(o, "refine");
    if (!cJSON_IsString(refine) || refine_parse(refine->valuestring, &c->refine))
        return error_set(err, "config: refine is none of bank, discrete, ae, vae, none");
    const cJSON *smooth = cJSON_GetObjectItemCaseSensitive(o, "smooth");
    if (smooth && !cJSON_IsNumber(smooth)) return error_set(err, "config: smooth is not a number");
    c->smooth = smooth ? smooth->valuedouble : 0;
    const cJSON *heading = cJSON_GetObjectItemCaseSensitive(o, "relative_heading");
    if (heading && !cJSON_IsBool(heading))
        return error_set(err, "config: relative_heading is neither true nor false");
    c->relative_heading = cJSON_IsTrue(heading);
    if (cJSON_GetArraySize(o) != KEY_COUNT + 2 + (smooth != NULL) + (heading != NULL))
        return error_set(err, "config: an unknown or repeated key");
    return config_check(c, err);
}

int config_from_json(const char *json, Config *out, Error *err) {
    *out = (Config){0};
    cJSON *o = cJSON_ParseWithOpts(json, NULL, true);
    int status =
        cJSON_IsObject(o) ? read_keys(o, out, err) : error_set(err, "config is not a JSON object");
    cJSON_Delete(o);
    return status;
}
