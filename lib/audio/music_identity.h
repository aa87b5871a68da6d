/* music_identity.h: what the columns of music features are and whose numbers they hold.
 *
 * A layout lists the blocks that the columns fall into, in order, each with its width where that is
 * not 1: "onset_strength,mfcc:20,chroma:12,onsets,beats". Names are printable ASCII without blanks,
 * quotes, ',' and ':'. */
#ifndef LIB_AUDIO_MUSIC_IDENTITY_H
#define LIB_AUDIO_MUSIC_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

enum { MUSIC_NAME_SIZE = 64, MUSIC_LAYOUT_SIZE = 512 };

typedef struct {
    char name[MUSIC_NAME_SIZE]; /* of the set of features: "mint35"; "" if unknown */
    char version[MUSIC_NAME_SIZE]; /* whose numbers: "librosa-0.11"; "" if unknown */
    char columns[MUSIC_LAYOUT_SIZE]; /* the layout; "" if unknown */
} MusicIdentity;

static inline bool music_identity_known(const MusicIdentity *i) { return i->name[0] != '\0'; }

/* Name and version together or neither, a layout that parses and has `dim` columns. */
int music_identity_check(const MusicIdentity *i, size_t dim, Error *err);

/* In what two identities of `dim` columns each differ, as two phrases for a message: "mint35
 * librosa-0.8" and "mint35 librosa-0.11". Returns whether they do. Unknown layouts differ in the
 * number of columns only. */
enum { MUSIC_PHRASE_SIZE = MUSIC_LAYOUT_SIZE + 2 * MUSIC_NAME_SIZE + 40 };
bool music_identity_differs(const MusicIdentity *a, size_t a_dim, const MusicIdentity *b,
                            size_t b_dim, char a_phrase[MUSIC_PHRASE_SIZE],
                            char b_phrase[MUSIC_PHRASE_SIZE]);

/* One line about what was assumed of a file that does not say all (features/features.h), for a
 * warning: "song.npy does not say what its music features are; taken as ...". */
enum { MUSIC_ASSUMED_SIZE = 600 };
char *music_assumed_text(const char *path, const MusicIdentity *identity, size_t dim, double fps,
                         char text[MUSIC_ASSUMED_SIZE]);

typedef struct {
    const char *name; /* [length], into the layout */
    size_t length, width;
} MusicBlock;

/* Takes the next block from *layout; false at its end, and where it does not parse. */
bool music_layout_next(const char **layout, MusicBlock *block);
/* Columns of a layout; 0 if it does not parse or names a block twice. */
size_t music_layout_width(const char *layout);
/* Where the columns of a block begin; false if the layout does not have it. */
bool music_layout_find(const char *layout, const char *block, size_t *column);
/* Appends a block; -1 if there is no room for it or its name cannot be one. */
int music_layout_append(char layout[MUSIC_LAYOUT_SIZE], const char *name, size_t length,
                        size_t width);

#endif
