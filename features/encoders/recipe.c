#include "features/encoders/recipe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoder_layers.h"

static const char *const normalisations[] = {[NORMALISE_SONG] = "",
                                             [NORMALISE_WINDOW] = "normalise-window",
                                             [NORMALISE_OFF] = "normalise-off"};

static const char *const rules[] = {[FRAMES_TENT] = "",
                                    [FRAMES_LINEAR] = "linear",
                                    [FRAMES_FFT] = "fft",
                                    [FRAMES_NATIVE] = "native"};

/* --- writing --- */

typedef struct {
    char *text;
    size_t used;
} Version;

__attribute__((format(printf, 2, 3))) static void put(Version *v, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (v->used < MUSIC_NAME_SIZE)
        v->used += (size_t)vsnprintf(v->text + v->used, MUSIC_NAME_SIZE - v->used, format, args);
    va_end(args);
}

int recipe_text(const Recipe *r, const EncoderInfo *info, char version[MUSIC_NAME_SIZE],
                Error *err) {
    const EncoderOptions *o = &r->options;
    char layers[ENCODER_LAYERS_TEXT];
    Version v = {version, 0};
    put(&v, "%s/%08" PRIx32, encoder_layers_text(&info->layers, layers),
        (uint32_t)(info->print ^ info->print >> 32));
    if (o->output) put(&v, "/output-%s", o->output);
    if (o->preset) put(&v, "/preset-%s", o->preset);
    if (info->window > 0 || o->window_given) put(&v, "/window-%g-%g", info->window, info->overlap);
    if (o->normalise != NORMALISE_SONG) put(&v, "/%s", normalisations[o->normalise]);
    if (r->rule != FRAMES_TENT) put(&v, "/%s", rules[r->rule]);
    if (v.used < MUSIC_NAME_SIZE) return 0;
    return error_set(err, "so many layers and options cannot be named in a file's %d characters",
                     MUSIC_NAME_SIZE - 1);
}

/* --- reading --- */

/* "4+8+12" */
static bool parse_layers(char *text, EncoderLayers *out) {
    Error err;
    for (char *at = text; *at; at++)
        if (*at == '+') *at = ',';
    return encoder_layers_parse(text, out, &err) == 0;
}

static bool parse_first(char *part, EncoderLayers *out) {
    *out = (EncoderLayers){0};
    if (strcmp(part, "all") == 0) return true;
    if (strncmp(part, "layer-", 6) == 0) return parse_layers(part + 6, out);
    return strncmp(part, "layers-", 7) == 0 && parse_layers(part + 7, out);
}

static bool parse_print(const char *part, uint32_t *out) {
    if (strlen(part) != 8 || strspn(part, "0123456789abcdef") != 8) return false;
    *out = (uint32_t)strtoul(part, NULL, 16);
    return true;
}

static bool parse_window(const char *part, EncoderOptions *o) {
    char *end;
    o->window_given = true;
    o->window = strtod(part, &end);
    if (end == part || *end != '-') return false;
    part = end + 1;
    o->overlap = strtod(part, &end);
    return end != part && *end == '\0' && o->window >= 0 && o->overlap >= 0;
}

static bool copy(const char *part, char out[32], const char **named) {
    *named = out;
    return (size_t)snprintf(out, 32, "%s", part) < 32;
}

static bool parse_option(const char *part, Recipe *r) {
    if (strncmp(part, "output-", 7) == 0) return copy(part + 7, r->output, &r->options.output);
    if (strncmp(part, "preset-", 7) == 0) return copy(part + 7, r->preset, &r->options.preset);
    if (strncmp(part, "window-", 7) == 0) return parse_window(part + 7, &r->options);
    for (int n = NORMALISE_WINDOW; n <= NORMALISE_OFF; n++)
        if (strcmp(part, normalisations[n]) == 0) {
            r->options.normalise = (EncoderNormalise)n;
            return true;
        }
    for (int k = FRAMES_LINEAR; k <= FRAMES_NATIVE; k++)
        if (strcmp(part, rules[k]) == 0) {
            r->rule = (FrameRule)k;
            return true;
        }
    return false;
}

bool recipe_parse(const char *version, Recipe *out) {
    char text[MUSIC_NAME_SIZE], *rest = text;
    *out = (Recipe){0};
    snprintf(text, sizeof text, "%s", version);
    char *part = strsep(&rest, "/");
    if (!rest || !parse_first(part, &out->options.layers)) return false;
    part = strsep(&rest, "/");
    if (!parse_print(part, &out->print)) return false;
    while (rest)
        if (!parse_option(strsep(&rest, "/"), out)) return false;
    return true;
}
