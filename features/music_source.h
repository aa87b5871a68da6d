/* music_source.h: music as programs are given it: a feature file (.npz, .npy) is read, of any other
 * file, a sound, the features are computed. */
#ifndef FEATURES_MUSIC_SOURCE_H
#define FEATURES_MUSIC_SOURCE_H

#include "features/features.h"

/* What is computed of sounds. Zero it but for `wanted` and `fps`; an identity that is not known, or
 * not in the registry, matters only once there is a sound. */
typedef struct {
    MusicIdentity wanted;
    double fps;
    const FeatureSet *set; /* once there was a sound; NULL before */
    void *state;
} MusicSource;

/* A source of the set's features as they are by default, at that rate. */
MusicSource music_source(const FeatureSet *set, double fps);

/* A SongLoad (lib/data/songs.h) with a MusicSource as its context: *out owns its values and is
 * empty on error. Errors begin with the path. For one thread at a time. */
int music_source_load(void *source, const char *path, Music *out, Error *err);
void music_source_close(MusicSource *s);

/* The same for one file: the default features of a sound. */
int music_source_read(const char *path, double fps, Music *out, Error *err);

#endif
