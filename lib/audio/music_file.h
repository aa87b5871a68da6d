/* music_file.h: music features on disk: .npz `features` f32 [T, 35], `fps` f64, `tempo` f64 (BPM);
 * or a bare .npy [T, D]. The 35 columns are five blocks, in this order. A file may hold some of
 * them only: `columns` |Sn [D] then names the block of each column. Other numbers of columns than
 * 35 are read too, since models say how many they take: whoever needs a certain number compares
 * `dim` with it. */
#ifndef LIB_AUDIO_MUSIC_FILE_H
#define LIB_AUDIO_MUSIC_FILE_H

#include <stddef.h>

#include "lib/base/error.h"

/* Sets of blocks are sums of these. */
enum {
    MUSIC_ONSET_STRENGTH = 1,
    MUSIC_MFCC = 2,
    MUSIC_CHROMA = 4,
    MUSIC_ONSETS = 8,
    MUSIC_BEATS = 16,
    MUSIC_ALL = 31
};

typedef struct {
    const char *name; /* onset_strength, mfcc, chroma, onsets, beats */
    size_t width; /* columns */
} MusicBlock;

enum { MUSIC_BLOCKS = 5 };
extern const MusicBlock music_blocks[MUSIC_BLOCKS]; /* block i is 1 << i in a set */

size_t music_width(unsigned blocks); /* columns of a set of blocks */
size_t music_column(unsigned blocks,
                    unsigned block); /* first column of one block in a set that has it */
int music_blocks_parse(const char *list, unsigned *blocks,
                       Error *err); /* "mfcc,beats": names in any order, each once */

typedef struct {
    size_t frames, dim;
    float *data; /* [frames, dim], owned */
    double fps, tempo; /* tempo 0 if unknown */
    unsigned blocks; /* what the columns are; 0: unknown (a bare array of other than 35 columns) */
} Music;

int music_read(const char *path, Music *out,
               Error *err); /* finite, at least one frame; errors begin with the path */
int music_write(const char *path, const Music *m,
                Error *err); /* blocks 0 or MUSIC_ALL: no `columns` */
void music_free(Music *m);

/* "35", or "21 (onset_strength, mfcc)" where only some blocks are there, into text (at least 100
 * bytes); returns text. */
char *music_dim_text(const Music *m, char *text);

/* The first column of a block that the caller needs, or an error that says what there is instead.
 */
int music_need(const Music *m, unsigned block, size_t *column, Error *err);

#endif
