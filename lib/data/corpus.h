/* corpus.h: a data-set .tsv as a training set in memory. */
#ifndef LIB_DATA_CORPUS_H
#define LIB_DATA_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/audio/music_file.h"
#include "lib/data/crops.h"
#include "lib/data/dataset.h"
#include "lib/motion/motion.h"

typedef struct {
    Dataset dataset;
    Motion *motions; /* [dataset.count] */
    Music *music; /* [dataset.count]; empty where not asked for */
    Sequence *sequences; /* views of the above; genre is set by loaded_set_genres */
    Corpus corpus;
    double fps;
} TrainingSet;

/* Reads every motion (and music) the list names. All must agree in joints, rate and music
 * dimensions, and music must have the motion's rate. */
int training_set_load(const char *path, bool with_music, TrainingSet *out, Error *err);
/* Numbers the sequences' genres by their place in `genres`; one that is not there is an error. */
int training_set_number_genres(TrainingSet *l, const char *path, char *const *genres, size_t count,
                               Error *err);
/* A checksum of all values: the same data, the same number. */
uint64_t training_set_checksum(const TrainingSet *l);
void training_set_free(TrainingSet *l);

#endif
