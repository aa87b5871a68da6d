/* corpus.h: a data-set .tsv as a training set in memory. */
#ifndef LIB_DATA_CORPUS_H
#define LIB_DATA_CORPUS_H

#include <stdint.h>

#include "lib/data/crops.h"
#include "lib/data/dataset.h"
#include "lib/data/songs.h"

typedef struct {
    Dataset dataset;
    float **motions; /* [dataset.count] owned, as sequences keep them */
    Songs songs; /* one use for each row; no songs where music was not asked for */
    Sequence *sequences; /* views of the above; genre is set by training_set_number_genres */
    Corpus corpus;
    double fps; /* of all motions and songs */
    MusicIdentity music; /* of all songs */
    uint64_t checksum; /* of all values as they were read, a song's for every row */
    /* The first song that does not say what it is (MUSIC_ASSUMED), and the first motion that does
     * not say its rate; NULL if all do. */
    const Song *assumed_song;
    const char *assumed_motion;
} TrainingSet;

/* Reads every motion and, with `load`, every song that the list names, a song once however many
 * rows are to it. All must agree in joints, rate and music features, and music must have the
 * motion's rate. *out is empty on error. */
int training_set_load(const char *path, SongLoad *load, void *context, TrainingSet *out,
                      Error *err);
/* Refuses a validation set of other joints, another rate or other music features than the training
 * set has. */
int training_set_check_validation(const TrainingSet *val, const char *val_path,
                                  const TrainingSet *train, const char *train_path, Error *err);
/* One line about what was assumed of the set, for a warning; false if nothing was. */
bool training_set_assumed(const TrainingSet *l, char text[MUSIC_ASSUMED_SIZE]);
/* Numbers the sequences' genres by their place in `genres`; one that is not there is an error. */
int training_set_number_genres(TrainingSet *l, const char *path, char *const *genres, size_t count,
                               Error *err);
/* Bytes that motions and songs take. */
size_t training_set_bytes(const TrainingSet *l);
void training_set_free(TrainingSet *l);

#endif
