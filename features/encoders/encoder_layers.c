#include "features/encoders/encoder_layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(EncoderLayers *l, size_t item, Error *err) {
    if (l->count == ENCODER_LAYERS_MAX)
        return error_set(err, "more than %d layers", ENCODER_LAYERS_MAX);
    l->items[l->count++] = item;
    return 0;
}

int encoder_layers_parse(const char *text, EncoderLayers *out, Error *err) {
    EncoderLayers l = {.mean = strcmp(text, "mean") == 0};
    const char *at = text;
    while (!l.mean && *at) {
        char *end = (char *)at;
        size_t item = ENCODER_LAST;
        if (strncmp(at, "last", 4) == 0)
            end += 4;
        else if (*at >= '0' && *at <= '9')
            item = strtoul(at, &end, 10);
        if (end == at || (*end && *end != ',') || item > ENCODER_LAST)
            return error_set(err, "'%s' is not a layer, 'last', or layers separated by commas",
                             text);
        if (add(&l, item, err)) return -1;
        at = end + (*end == ',');
    }
    if (!l.mean && l.count == 0) return error_set(err, "no layer is named");
    *out = l;
    return 0;
}

int encoder_layers_check(const EncoderLayers *wanted, size_t states, EncoderLayers initial,
                         EncoderLayers *out, Error *err) {
    EncoderLayers l = wanted->mean || wanted->count ? *wanted : initial;
    for (size_t i = 0; i < l.count; i++) {
        if (l.items[i] == ENCODER_LAST) l.items[i] = states - 1;
        if (l.items[i] >= states)
            return error_set(err, "there is no layer %zu; there are 0 to %zu", l.items[i],
                             states - 1);
        for (size_t k = 0; k < i; k++)
            if (l.items[k] == l.items[i])
                return error_set(err, "layer %zu is asked for twice", l.items[i]);
    }
    *out = l;
    return 0;
}

char *encoder_layers_text(const EncoderLayers *l, char text[ENCODER_LAYERS_TEXT]) {
    if (l->mean) return strcpy(text, "layer-mean");
    if (l->count == 0) return strcpy(text, "all");
    size_t used = (size_t)snprintf(text, ENCODER_LAYERS_TEXT, "layer%s-", l->count > 1 ? "s" : "");
    for (size_t i = 0; i < l->count; i++)
        used += (size_t)snprintf(text + used, ENCODER_LAYERS_TEXT - used, "%s%zu", i ? "+" : "",
                                 l->items[i]);
    return text;
}
