/* features.h: the registry of music features: every set that can be computed from sound.
 *
 * A set has a name and versions ("mint35": "librosa-0.11", "librosa-0.8"), which together with the
 * layout of its columns are its identity (lib/audio/music_identity.h). Feature files and models
 * carry it, and code that joins two of them compares it. A new set is a row here and the functions
 * that it points to. */
#ifndef FEATURES_FEATURES_H
#define FEATURES_FEATURES_H

#include "lib/audio/audio_file.h"
#include "lib/audio/music_file.h"

typedef struct {
    const char *name;
    const char *const *versions; /* ended by NULL; the first is computed if none is asked for */
    const char *columns; /* the layout of all that it computes; NULL: by its weights */
    double fps; /* frames a second, if none are asked for */

    /* Makes ready for any number of sounds: refuses versions, layouts and rates that it cannot
     * compute, reads weights from that folder (NULL: none is named). *state is owned, given back to
     * `close`, and may be used by several threads at a time; NULL is a state, too. */
    int (*open)(const MusicIdentity *wanted, double fps, const char *weights, void **state,
                Error *err);
    /* The features of one sound -> *out (owned; empty on error), with identity, rate and notes. The
     * samples may be freed on the way. title: the file's name without folders and ending. */
    int (*run)(const void *state, const char *title, Audio *sound, Music *out, Error *err);
    void (*close)(void *state);
} FeatureSet;

/* The set of that name; NULL if there is none. */
const FeatureSet *features_find(const char *name);
/* The set that computes such features; NULL if there is none. */
const FeatureSet *features_of(const MusicIdentity *identity);

/* The set that is computed where none is named. */
const FeatureSet *features_default(void);

/* What the set computes if nothing else is asked for. */
MusicIdentity features_identity(const FeatureSet *set);

/* Fills in what files of older versions do not say, which is what those versions meant: 60 frames a
 * second; for 35 columns, or columns that mint35's layout has, mint35 as librosa 0.11 computes it.
 * Others stay without an identity. Returns whether anything was filled in: it is a guess, which
 * programs announce. */
bool features_assume(MusicIdentity *identity, size_t dim, double *fps);

/* Reads a feature file; what it does not say is assumed (MUSIC_ASSUMED among the notes). Errors
 * begin with the path. A SongLoad (lib/data/songs.h), which needs no context. */
int features_read(void *context, const char *path, Music *out, Error *err);

#endif
