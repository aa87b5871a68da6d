/* music_source.h: music as programs are given it: a feature file (.npz, .npy) is read, of any other
 * file, a sound, the features are computed. */
#ifndef FEATURES_MUSIC_SOURCE_H
#define FEATURES_MUSIC_SOURCE_H

#include "features/features.h"
#include "lib/base/file.h"

typedef struct {
    /* What is computed of sounds. An identity that is not known, or not in the registry, matters
     * only once there is a sound. */
    MusicIdentity wanted;
    double fps;
    const char *weights; /* the folder of the encoder's checkpoint; borrowed; or NULL */
    const FeatureSet *set; /* once there was a sound; NULL before */
    void *state;
    /* One line each about what was cut short or is silent, and the first of all that had to be
     * assumed: the caller prints them and frees the list (strings_free), as often as it likes. */
    Strings warnings;
    bool assumed;
} MusicSource;

/* A source of the set's features as they are by default, at that rate. */
MusicSource music_source(const FeatureSet *set, double fps);
/* A source of what a model needs that was trained on music of that identity and rate; what they do
 * not say is assumed in place, with a warning that begins with the model's path. */
int music_source_for_model(MusicSource *out, const char *path, MusicIdentity *identity, size_t dim,
                           double *fps, Error *err);

/* A SongLoad (lib/data/songs.h) with a MusicSource as its context: *out owns its values and is
 * empty on error. Errors begin with the path. For one thread at a time. */
int music_source_load(void *source, const char *path, Music *out, Error *err);
void music_source_close(MusicSource *s);

/* The same for one file: the default features of a sound, without warnings. */
int music_source_read(const char *path, double fps, Music *out, Error *err);

#endif
