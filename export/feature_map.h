/* feature_map.h: a song's features over time as numbers of bounded size, however many frames and
 * columns there are: what plot_features.h draws.
 *
 * Columns are standardised over the song (mean 0, deviation 1; a constant one is 0). The blocks
 * "onsets" and "beats" are marks and not columns, unless there are no others. Time is cut into bins
 * of whole frames as equal as they can be, and a bin is the mean of its frames. */
#ifndef EXPORT_FEATURE_MAP_H
#define EXPORT_FEATURE_MAP_H

#include "lib/audio/music_file.h"

enum {
    MAP_ROWS = 240, /* at most, and one more for each block */
    MAP_BINS = 800, /* at most, of the map */
    MAP_MOMENTS = 260 /* at most, of the self-similarity */
};

/* Consecutive rows of the map, of one block of the layout. */
typedef struct {
    MusicBlock block; /* its name points into the features' layout; "features" without one */
    size_t first, rows;
} MapBlock;

typedef struct {
    size_t count;
    double *seconds; /* [count], owned */
} MapMarks;

typedef struct {
    double seconds; /* of the song: frames / rate */
    MapBlock *blocks;
    size_t block_count;
    /* [rows, bins]: where a block has more columns than the map has rows for it, groups of
     * neighbouring ones, averaged and standardised once more */
    float *values;
    size_t rows, bins;
    float *similarity; /* [moments, moments]: cosines of the bins' columns; 0 with a bin of zeros */
    size_t moments;
    MapMarks onsets, beats; /* frames above 0.5 */
} FeatureMap;

/* m must outlive *out and have a rate. *out is owned: feature_map_free; empty on error. */
int feature_map(const Music *m, FeatureMap *out, Error *err);
void feature_map_free(FeatureMap *map);

/* The middle of moment i in seconds. */
double feature_map_moment(const FeatureMap *map, const Music *m, size_t i);

#endif
