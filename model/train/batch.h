/* batch.h: what a stage's graph is given for a batch of windows. Every process of a run fills its
 * own part; noise and fading are drawn for the whole batch, so that a window gets the same
 * whichever process has it. */
#ifndef MODEL_TRAIN_BATCH_H
#define MODEL_TRAIN_BATCH_H

#include "lib/base/comm.h"
#include "model/train/losses.h"
#include "model/train/trainer.h"

/* Everything one stage needs while it runs. */
typedef struct {
    Model *m;
    const Corpus *corpus;
    const Training *t;
    TrainState *state;
    StageGraph graph;
    size_t capacity; /* windows that the graph takes */
    Crop *windows;
    float *rolled; /* [capacity, l, D]: pasts made of the model's own output, when unrolling */
    struct Allreduce *reduction; /* NULL where one process is all */
    bool stopping; /* some process was asked to stop */
} Stage;

typedef enum { FOR_WINDOWS = 1, FOR_NOISE = 2, FOR_SAMPLING = 3, FOR_FADE = 4 } Purpose;
/* A generator of its own for every purpose, stage, epoch and step: nothing to carry over a restart.
 */
Rng stage_draw(const Stage *s, Purpose purpose, size_t step);

/* Puts the u-th step of `count` windows into the graph's inputs as the data has it; rolled pasts
 * take the place of the data's for u > 0. */
void batch_fill(const Stage *s, const Corpus *corpus, const Crop *windows, size_t count, size_t u);
/* Then fades, lets drift and draws the VAE's noise, as the settings say; part: which of the batch's
 * windows these are. */
void batch_augment(const Stage *s, size_t whole, Part part);
/* The VAE's noise is nothing. */
void batch_zero_noise(const Stage *s, size_t count);
/* The next step's past: what this step was given without its first K frames, and its own
 * prediction. */
void batch_advance(const Stage *s, const Crop *windows, size_t count, size_t u);

#endif
