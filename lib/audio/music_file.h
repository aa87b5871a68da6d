/* music_file.h: music features on disk: one row of numbers for every frame, and what they are.
 *
 * A .npz of `features` f32 [T, D], `fps` f64, `tempo` f64 (beats per minute), and the identity of
 * the features: `name` and `version` as |Sn scalars, `columns` |Sn [D], the block that each column
 * belongs to ("mfcc" twenty times); for numpy.load's users, np.load(file)["name"].item() ==
 * b"mint35". Or a bare array, .npy [T, D], which does not say what it holds.
 *
 * No set of features is known here: features/features.h knows them. */
#ifndef LIB_AUDIO_MUSIC_FILE_H
#define LIB_AUDIO_MUSIC_FILE_H

#include <stddef.h>

#include "lib/audio/music_identity.h"
#include "lib/base/error.h"

/* What a reader had to guess or leave out; sums of these. */
enum {
    MUSIC_ASSUMED = 1, /* rate or identity are not in the file */
    MUSIC_CUT = 2, /* the sound ends early or is damaged: features of what could be decoded */
    MUSIC_SILENT = 4, /* onsets were looked for, and there are none */
    MUSIC_DULL = 8 /* sampled at a lower rate than the encoder takes: its upper band is empty */
};

/* What a program warns of, after the path and a colon: the text of MUSIC_CUT, MUSIC_SILENT or
 * MUSIC_DULL, if it is among the notes; else NULL. */
const char *music_note_text(unsigned notes, unsigned note);

typedef struct {
    size_t frames, dim;
    float *data; /* [frames, dim], owned */
    double fps, tempo; /* 0 if unknown */
    MusicIdentity identity;
    unsigned notes;
} Music;

/* Reads what the file says: a rate, an identity, or a layout that are not there stay unknown.
 * Refuses no frames, values that are not finite, rates and tempi that are not believed
 * (lib/formats/scalar.h), columns of one block
 * that are not side by side. *out is empty on error. Errors begin with the path. */
int music_read(const char *path, Music *out, Error *err);
/* What is unknown is not written; `tempo` is. Atomic. Errors begin with the path. */
int music_write(const char *path, const Music *m, Error *err);
void music_free(Music *m);

/* The first column of a block that the caller needs, or an error that says what there is instead.
 */
int music_need(const Music *m, const char *block, size_t *column, Error *err);

#endif
