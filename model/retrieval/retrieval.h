/* retrieval.h: dances strung together of pieces of a data set: nothing is trained, and every frame
 * between two seams was recorded (choose.h says which pieces).
 *
 * A piece is turned and moved so that the frame before it lies on the dance's last frame; what is
 * left between the two fades out over the first frames of the piece, in the numbers of the motion,
 * whose matrices are then made rotations again. A bank (refiner.h) smooths the K frames behind a
 * seam; a piece that only goes on with the last one has none. */
#ifndef MODEL_RETRIEVAL_RETRIEVAL_H
#define MODEL_RETRIEVAL_RETRIEVAL_H

#include "model/dances.h"
#include "model/refiner.h"
#include "model/retrieval/choose.h"

typedef struct {
    ChoiceCosts costs;
    size_t past, future, stride; /* l, K, and frames from one piece to the next */
    size_t blend; /* frames over which what is left at a seam fades out: at most K */
    bool plan; /* choose_plan instead of choose_greedily */
    size_t beam, best;
    double temperature;
    uint64_t random_seed;
    bool other_songs; /* leave out dances to the very song that is danced to, by its name */
} RetrievalOptions;

typedef struct {
    const TrainingSet *set; /* borrowed */
    RetrievalOptions options;
    Pieces pieces;
    char **genres; /* [pieces.genres], owned array of borrowed strings */
    Refiner *refiner; /* NULL: without a bank */
    size_t *bank_genres; /* [pieces.genres]: the bank's numbers */
} Retrieval;

/* Of a data set, with music or without, whose sequences' genres get numbers, in a skeleton with its
 * joints. bank: NULL, or one of the same rate, frames, past and future that knows all genres
 * (bank_path for messages). All is borrowed. *out is empty on error. */
int retrieval_new(Retrieval *out, TrainingSet *set, const RetrievalOptions *options,
                  const Skeleton *skeleton, const Model *bank, const char *bank_path, Error *err);
void retrieval_free(Retrieval *r);

/* Of a data set with music, a dance without a seed begins with the l frames before the piece whose
 * music is nearest to what comes after them. */
DanceMaker retrieval_maker(Retrieval *r);

/* Whether music is called so, without folder and ending. */
int retrieval_same_song(const char *music, const char *song, bool *same, Error *err);

/* Puts K frames of pieces' data, the one before them included (piece [K + 1, dim]), behind a
 * dance's last frame: out [count <= K, dim], whose first `blend` frames lead from `last` to the
 * piece. */
void retrieval_place(const float *last, const float *piece, size_t dim, size_t count, size_t blend,
                     float *out);

#endif
