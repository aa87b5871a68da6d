#include "test/fuzz/checkpoint_readers.h"

#include <math.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "features/encoders/clap.h"
#include "features/encoders/encoders.h"
#include "features/encoders/jukebox_config.h"
#include "features/encoders/jukebox_store.h"
#include "features/encoders/wav2vec2.h"
#include "lib/formats/json_fields.h"
#include "lib/formats/torch_file.h"
#include "lib/formats/weights.h"
#include "test/fuzz/reading.h"

bool fuzz_read_torch(const char *path) {
    enum { ELEMENTS = 1 << 16 }; /* an expanded tensor can claim any number */
    static float values[ELEMENTS];
    TorchFile *f;
    Error err;
    if (!read_well(torch_file_open(path, &f, &err), path, &err)) return false;
    require(torch_file_count(f) > 0);
    for (size_t i = 0; i < torch_file_count(f); i++) {
        const TorchTensor *t = torch_file_at(f, i);
        require(torch_file_find(f, t->name) == t);
        if (torch_elements(t) > ELEMENTS) continue;
        if (torch_read_f32(t, values, &err) == 0) touch(values, torch_elements(t) * sizeof *values);
    }
    torch_file_close(f);
    return true;
}

bool fuzz_read_settings(const char *path) {
    JsonFields f;
    Error err;
    if (!read_well(json_fields_read(path, &f, &err), path, &err)) return false;
    for (size_t i = 0; i < f.count; i++) {
        const char *name = f.items[i].name;
        size_t sizes[4], count = 0;
        char text[16];
        double x = 0;
        bool b;
        (void)json_field_size(&f, name, 0, 1000, sizes, &err);
        (void)json_field_real(&f, name, &x, &err);
        (void)json_field_bool(&f, name, &b, &err);
        (void)json_field_text(&f, name, text, sizeof text, &err);
        (void)json_field_sizes(&f, name, 0, 1000, 4, sizes, &count, &err);
        require(isfinite(x) && count <= 4);
    }
    json_fields_free(&f);
    return true;
}

static bool read_wav2vec2(const char *folder) {
    Wav2vec2Config c;
    Error err;
    if (!read_well(wav2vec2_config_read(folder, &c, &err), folder, &err)) return false;
    require(c.convs > 0 && c.convs <= WAV2VEC2_CONVS_MAX && c.width % c.heads == 0 &&
            c.width % c.position_groups == 0 && c.rate >= 1000 && isfinite(c.epsilon));
    return true;
}

static bool read_clap(const char *folder) {
    ClapConfig c;
    Error err;
    if (!read_well(clap_config_read(folder, &c, &err), folder, &err)) return false;
    require(c.stages > 0 && c.stages <= CLAP_STAGES_MAX && c.side % c.bands == 0 &&
            c.side % c.patch == 0 && c.epsilon > 0);
    for (size_t s = 0; s < c.stages; s++)
        require(c.depth[s] > 0 && (c.width << s) % c.heads[s] == 0 &&
                (c.side / c.patch >> s) % c.window == 0);
    return true;
}

/* Moves the file to PATH.folder/config.json. */
static void put_into_folder(const char *path, char folder[4096]) {
    char config[4200];
    snprintf(folder, 4096, "%.4000s.folder", path);
    snprintf(config, sizeof config, "%s/config.json", folder);
    mkdir(folder, 0700);
    require(rename(path, config) == 0);
}

bool fuzz_read_encoder(const char *path) {
    char folder[4096];
    const Encoder *kind;
    Error err;
    put_into_folder(path, folder);
    if (!read_well(encoders_recognise(folder, &kind, &err), folder, &err)) return false;
    if (strcmp(kind->name, "wav2vec2") == 0) return read_wav2vec2(folder);
    return strcmp(kind->name, "clap") == 0 && read_clap(folder);
}

bool fuzz_read_jukebox(const char *path) {
    char folder[4096];
    JukeboxConfig c;
    Error err;
    put_into_folder(path, folder);
    if (!read_well(jukebox_config_read(folder, &c, &err), folder, &err)) return false;
    require(c.levels > 0 && c.levels <= JUKEBOX_LEVELS_MAX && c.hop > 1 && c.hop <= 1 << 12);
    require(c.block > 0 && c.context % c.block == 0 && c.attention % c.heads == 0);
    require(c.inner > 0 && c.rate >= 1000 && c.longest > c.shortest);
    return true;
}

/* A file that does not fit is begun again, which is no failure of reading it. */
bool fuzz_read_states(const char *path) {
    enum { WINDOWS = 3, SIZE = 4 };
    float x[SIZE];
    JukeboxStore s;
    Error err;
    if (!read_well(jukebox_store_open(&s, path, 7, WINDOWS, 0, SIZE, &err), path, &err))
        return false;
    bool good = s.resumed;
    require(s.done < WINDOWS);
    for (size_t w = 0; w < WINDOWS && s.resumed; w++)
        if (!read_well(jukebox_store_get(&s, w, x, SIZE, &err), path, &err)) good = false;
    jukebox_store_close(&s, false);
    return good;
}

bool fuzz_read_index(const char *path) {
    Weights *w;
    Error err;
    bool good = weights_open(path, &w, &err) == 0;
    if (!good) require(!strchr(err.text, '\n') && err.text[0]);
    weights_close(w);
    return good || strstr(err.text, "No such file");
}
