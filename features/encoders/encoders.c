#include "features/encoders/encoders.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"

extern const Encoder encoder_clap, encoder_jukebox, encoder_wav2clip, encoder_wav2vec2;

static const Encoder *const rows[] = {
    &encoder_wav2vec2, &encoder_clap, &encoder_wav2clip, &encoder_jukebox, NULL,
};

const Encoder *const *encoders_all(void) { return rows; }

double encoders_preset_fps(const char *preset) {
    for (size_t i = 0; rows[i]; i++)
        for (const char *const *p = rows[i]->presets; p && *p; p++)
            if (strcmp(*p, preset) == 0) return rows[i]->preset_fps;
    return 0;
}

/* f stays empty where there is no config.json. */
static int read_config(const char *folder, JsonFields *f, bool *there, Error *err) {
    char *path = path_join(folder, "config.json");
    if (!path) return error_set(err, "%s: out of memory", folder);
    *there = file_exists(path);
    const int status = *there ? json_fields_read(path, f, err) : 0;
    free(path);
    return status;
}

static int find(const char *folder, const JsonFields *config, const Encoder **out, Error *err) {
    char type[64] = "";
    if (config && json_field_text(config, "model_type", type, sizeof type, err)) {
        error_prefix(err, "config.json");
        return error_prefix(err, folder);
    }
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->recognise(folder, config, type)) {
            *out = rows[i];
            return 0;
        }
    if (!config)
        return error_set(err, "%s: config.json is missing; it belongs to the weights", folder);
    return error_set(err, "%s: config.json: no encoder of model_type '%s' is known", folder, type);
}

int encoders_recognise(const char *folder, const Encoder **out, Error *err) {
    JsonFields config = {0};
    bool there;
    *out = NULL;
    if (!folder_exists(folder))
        return error_set(err, "%s: not a folder; give the one that a checkpoint was downloaded to",
                         folder);
    if (read_config(folder, &config, &there, err)) return -1;
    const int status = find(folder, there ? &config : NULL, out, err);
    json_fields_free(&config);
    return status;
}

int encoder_open(const Encoder *e, const char *folder, const EncoderOptions *o, void **state,
                 EncoderInfo *info, Error *err) {
    *state = calloc(1, e->size);
    if (!*state) return error_set(err, "%s: out of memory", folder);
    if (e->open(folder, o, *state, info, err) == 0) return 0;
    encoder_close(e, *state);
    *state = NULL;
    return -1;
}

void encoder_close(const Encoder *e, void *state) {
    if (state) e->close(state);
    free(state);
}
