#include "features/mint35/blocks.h"

#include <stdio.h>
#include <string.h>

#include "features/mint35/librosa.h"

const char mint35_name[] = "mint35";
const char *const mint35_versions[] = {
    [LIBROSA_0_11] = "librosa-0.11", [LIBROSA_0_8] = "librosa-0.8", NULL};
/* In the order of the columns and of MINT35_ONSET_STRENGTH, MINT35_MFCC, ... */
const char mint35_layout[] = "onset_strength,mfcc:20,chroma:12,onsets,beats";

/* Takes the next of mint35's blocks; false after the last. */
static bool next_block(const char **at, MusicBlock *b, unsigned *block) {
    *block = *block ? 2 * *block : 1;
    return **at && music_layout_next(at, b);
}

size_t mint35_width(unsigned blocks) {
    const char *at = mint35_layout;
    size_t width = 0;
    MusicBlock b;
    for (unsigned block = 0; next_block(&at, &b, &block);) width += blocks & block ? b.width : 0;
    return width;
}

size_t mint35_column(unsigned blocks, unsigned block) { return mint35_width(blocks & (block - 1)); }

void mint35_layout_of(unsigned blocks, char layout[MUSIC_LAYOUT_SIZE]) {
    const char *at = mint35_layout;
    MusicBlock b;
    layout[0] = '\0';
    for (unsigned block = 0; next_block(&at, &b, &block);)
        if (blocks & block) (void)music_layout_append(layout, b.name, b.length, b.width);
}

char *mint35_block_names(char names[MINT35_NAMES_SIZE]) {
    const char *at = mint35_layout;
    size_t used = 0;
    MusicBlock b;
    for (unsigned block = 0; next_block(&at, &b, &block);)
        used += (size_t)snprintf(names + used, MINT35_NAMES_SIZE - used, "%s%.*s", used ? ", " : "",
                                 (int)b.length, b.name);
    return names;
}

/* The block of that name of `length` bytes, 0 if there is none. */
static unsigned block_named(const char *name, size_t length) {
    const char *at = mint35_layout;
    MusicBlock b;
    for (unsigned block = 0; next_block(&at, &b, &block);)
        if (b.length == length && memcmp(b.name, name, length) == 0) return block;
    return 0;
}

int mint35_blocks_parse(const char *list, unsigned *blocks, Error *err) {
    unsigned set = 0;
    char names[MINT35_NAMES_SIZE];
    for (const char *name = list;; name++) {
        const size_t length = strcspn(name, ",");
        const unsigned block = block_named(name, length);
        if (!block)
            return error_set(err, "'%.*s' is not one of %s", (int)(length < 40 ? length : 40), name,
                             mint35_block_names(names));
        if (set & block) return error_set(err, "%.*s is named twice", (int)length, name);
        set |= block;
        name += length;
        if (!*name) break;
    }
    *blocks = set;
    return 0;
}

int mint35_blocks_of(const char *layout, unsigned *blocks, Error *err) {
    char again[MUSIC_LAYOUT_SIZE];
    const char *at = layout;
    MusicBlock b;
    *blocks = *layout ? 0 : MINT35_ALL;
    while (*at && music_layout_next(&at, &b)) *blocks |= block_named(b.name, b.length);
    mint35_layout_of(*blocks, again);
    return !*layout || strcmp(layout, again) == 0
               ? 0
               : error_set(err, "%s has no columns %s; there are %s", mint35_name, layout,
                           mint35_layout);
}
