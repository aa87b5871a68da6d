/* jukebox_config.h: sizes of Jukebox (Dhariwal et al. 2020): the encoder of its VQ-VAE's last level
 * and the prior over that level's codes. Reference: github.com/openai/jukebox, jukebox/hparams.py.
 *
 * The published files have no config.json: without one the sizes are those of the VQ-VAE and of the
 * prior "5b". */
#ifndef FEATURES_ENCODERS_JUKEBOX_CONFIG_H
#define FEATURES_ENCODERS_JUKEBOX_CONFIG_H

#include <stddef.h>

#include "lib/base/error.h"

enum { JUKEBOX_LEVELS_MAX = 4 };

typedef struct {
    double rate; /* samples a second */
    /* VQ-VAE: the last level's encoder is one block for each level, of so many halvings, after each
     * of which come `depth` residual units of `width` channels and dilations growth^0, growth^1 */
    size_t levels, halvings[JUKEBOX_LEVELS_MAX];
    size_t width, depth, growth, embedding; /* embedding: channels of a block's result */
    size_t bins; /* rows of the codebook */
    size_t hop; /* samples of a code: 2^(all halvings) */
    /* prior */
    size_t context; /* codes that it can see */
    size_t block; /* codes of a block of attention */
    size_t columns, layers, heads, attention, inner; /* attention: columns of all heads */
    size_t genres, artists, times; /* rows of the embeddings of what a song is, and of its times */
    size_t genre_slots;
    double shortest, longest; /* seconds that the embedding of a song's length spans */
} JukeboxConfig;

/* Reads FOLDER/config.json, if there is one. Refuses sizes that do not fit together. Errors begin
 * with the folder. */
int jukebox_config_read(const char *folder, JukeboxConfig *out, Error *err);

#endif
