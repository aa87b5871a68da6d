#include "features/mint35/mint35_set.h"

#include <stdlib.h>
#include <string.h>

#include "features/mint35/mint35.h"

/* "librosa-0.8" -> its LibrosaVersion; -1 if it is not one. */
static int version_of(const char *name) {
    for (int v = 0; mint35_versions[v]; v++)
        if (strcmp(mint35_versions[v], name) == 0) return v;
    return -1;
}

static int open_mint35(const MusicIdentity *wanted, double fps, const char *weights, void **state,
                       Error *err) {
    (void)weights;
    Mint35Options *o = *state = malloc(sizeof *o);
    if (!o) return error_set(err, "out of memory");
    *o = mint35_defaults();
    o->fps = fps;
    const int version = version_of(wanted->version);
    int status = version >= 0 ? 0
                              : error_set(err,
                                          "mint35 has no version %s; there are librosa-0.11 "
                                          "and librosa-0.8",
                                          wanted->version);
    if (!status) {
        o->version = (LibrosaVersion)version;
        status = mint35_blocks_of(wanted->columns, &o->blocks, err) || mint35_check(o, err);
    }
    if (!status) return 0;
    free(o);
    *state = NULL;
    return -1;
}

/* The samples are freed as soon as they are resampled: an hour of sound is half a gigabyte. */
static int run_mint35(const void *state, const char *title, Audio *sound, Music *out, Error *err) {
    Mint35Options o = *(const Mint35Options *)state;
    o.start_bpm = mint35_start_bpm(title);
    *out = (Music){0};
    float *y;
    size_t n;
    if (mint35_resample(sound->samples, sound->count, sound->rate, &o, &y, &n, err)) return -1;
    audio_free(sound);
    const int status = mint35_features_resampled(y, n, &o, out, NULL, err);
    free(y);
    return status;
}

const FeatureSet mint35_set = {.name = mint35_name,
                               .versions = mint35_versions,
                               .columns = mint35_layout,
                               .fps = 60,
                               .open = open_mint35,
                               .run = run_mint35,
                               .close = free};
