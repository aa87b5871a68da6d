/* blocks.h: mint35's columns fall into five blocks, of which a caller may want some only. */
#ifndef FEATURES_MINT35_BLOCKS_H
#define FEATURES_MINT35_BLOCKS_H

#include <stddef.h>

#include "lib/audio/music_identity.h"
#include "lib/base/error.h"

/* Sets of blocks are sums of these. */
enum {
    MINT35_ONSET_STRENGTH = 1,
    MINT35_MFCC = 2,
    MINT35_CHROMA = 4,
    MINT35_ONSETS = 8,
    MINT35_BEATS = 16,
    MINT35_ALL = 31
};

extern const char mint35_name[];
extern const char *const mint35_versions[]; /* by LibrosaVersion, ended by NULL */
extern const char mint35_layout[]; /* the blocks in order, with their names and widths */

size_t mint35_width(unsigned blocks); /* columns of a set of blocks */
/* The first column of one block in a set that has it. */
size_t mint35_column(unsigned blocks, unsigned block);
/* The layout of a set of blocks. */
void mint35_layout_of(unsigned blocks, char layout[MUSIC_LAYOUT_SIZE]);

/* "onset_strength, mfcc, chroma, onsets, beats", for messages. */
enum { MINT35_NAMES_SIZE = 80 };
char *mint35_block_names(char names[MINT35_NAMES_SIZE]);
/* "mfcc,beats": names in any order, each once. */
int mint35_blocks_parse(const char *list, unsigned *blocks, Error *err);
/* The blocks of such a layout; "": all. */
int mint35_blocks_of(const char *layout, unsigned *blocks, Error *err);

#endif
