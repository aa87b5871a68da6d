/* The third differences that smoothing weighs with lambda grow with the third power of a frame's
 * length, and their squares with the sixth: a cut-off of f Hz is at lambda ~ (fps / f)^6. */
#include "model/train/preset_rate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/rate.h"

size_t preset_frames(size_t frames, double fps) {
    double scaled = round((double)frames * fps / (double)RATE_UNSAID);
    if (frames == 0) return 0;
    return scaled > 1 ? (size_t)scaled : 1;
}

static bool is_scaled(const TrainSettings *s, size_t i, const ConfigKey *k) {
    return k->rate_power != 0 && !s->key_given[i] && config_key_applies(k, &s->config);
}

void preset_to_rate(const TrainSettings *s, double fps, Config *c) {
    const ConfigKey *k;
    if (rate_same(fps, RATE_UNSAID)) return;
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++) {
        if (!is_scaled(s, i, k)) continue;
        double value = config_get(c, k);
        if (k->type == KEY_SIZE)
            value = (double)preset_frames((size_t)value, fps);
        else
            value *= pow(fps / (double)RATE_UNSAID, k->rate_power);
        config_set(c, k, value);
    }
}

static bool is_part(const ConfigKey *k, int parts) {
    return (parts & (k->part == PART_WINDOW ? PRESET_WINDOW : PRESET_STEP)) != 0;
}

void preset_rate_text(const TrainSettings *s, const Config *c, int parts,
                      char text[PRESET_RATE_TEXT]) {
    const ConfigKey *k;
    const char *between = ": ";
    int at = snprintf(text, PRESET_RATE_TEXT, "preset %s at %g frames a second",
                      preset_names[s->preset], c->fps);
    for (size_t i = 0; (k = config_key(c->predictor_id, i)); i++) {
        if (!is_scaled(s, i, k) || !is_part(k, parts) || config_get(c, k) == 0) continue;
        if (at < 0 || at >= PRESET_RATE_TEXT) break;
        at += snprintf(text + at, (size_t)(PRESET_RATE_TEXT - at), "%s%s %g", between, k->option,
                       config_get(c, k));
        between = ", ";
    }
    if (rate_same(c->fps, RATE_UNSAID) || between[0] == ':') text[0] = '\0';
}
