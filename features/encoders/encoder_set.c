#include "features/encoders/encoder_set.h"

#include <stdlib.h>

#include "features/encoders/music_encoder.h"

static int open_encoder(const MusicIdentity *wanted, double fps, const char *weights, void **state,
                        Error *err) {
    char phrase[MUSIC_ENCODER_PHRASE];
    if (!weights)
        return error_set(err,
                         "a sound file, but the features that are needed are those of an encoder, "
                         "%s: give the folder of its checkpoint (--encoder FOLDER), or the "
                         "features themselves (encode-music)",
                         music_encoder_phrase(wanted, phrase));
    MusicEncoder *e = *state = malloc(sizeof *e);
    if (!e) return error_set(err, "out of memory");
    if (music_encoder_open_as(weights, wanted, fps, e, err) == 0) return 0;
    free(e);
    *state = NULL;
    return -1;
}

static int run_encoder(const void *state, const char *title, Audio *sound, Music *out, Error *err) {
    return music_encoder_run(state, title, sound, NULL, out, err);
}

static void close_encoder(void *state) {
    music_encoder_close(state);
    free(state);
}

const FeatureSet encoder_set = {
    .name = "encoder", .open = open_encoder, .run = run_encoder, .close = close_encoder};
