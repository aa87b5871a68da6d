/* batch.h: the inputs of a stage's graph for a batch of windows. Every process of a run fills its
 * own part; augmentations are drawn for the whole batch, so that a window gets the same whichever
 * process has it. */
#ifndef MODEL_TRAIN_BATCH_H
#define MODEL_TRAIN_BATCH_H

#include "lib/base/comm.h"
#include "model/train/contact_loss.h"
#include "model/train/losses.h"
#include "model/train/trainer.h"

/* A stage while it runs. */
typedef struct {
    Model *m;
    const Corpus *corpus;
    const Training *t;
    TrainState *state;
    const StageSpec *spec;
    StageGraph graph;
    size_t share; /* windows of a batch that this process has, at most */
    size_t capacity; /* windows that the graph takes at a time: no more than that */
    size_t first; /* of the share, that the graph's first one is */
    Crop *windows;
    bool *mirrored; /* [share]: the window is seen as in a mirror; NULL: none is */
    CorpusContacts contacts; /* of corpus; empty where the loss does not ask for them */
    float *rolled; /* [share, l, D]: pasts made of the model's own output, when unrolling */
    struct Allreduce *reduction; /* NULL where one process is all */
    bool stopping; /* some process was asked to stop */
} StageRun;

typedef enum {
    FOR_WINDOWS = 1,
    FOR_NOISE = 2,
    FOR_SAMPLING = 3, /* the VAE's */
    FOR_FADE = 4,
    FOR_PREDICTOR = 5, /* its noise */
    FOR_MIRROR = 6
} Purpose;
/* A generator for each purpose, stage, epoch and step: a restart has nothing to carry over. */
Rng stage_draw(const StageRun *s, Purpose purpose, size_t step);

/* Puts the u-th step of `count` windows into the graph's inputs as the data has it, without
 * augmentation and with a predictor that is fed its own frames; rolled pasts take the place of the
 * data's for u > 0. Here and below `windows` are those from s->first of the share on. */
void batch_fill(const StageRun *s, const Corpus *corpus, const Crop *windows, size_t count,
                size_t u);
/* Then, for training: fades, drifts, draws noise and feeds true frames, as t says; part: which of
 * the batch's windows these are, of all processes. */
void batch_augment(const StageRun *s, size_t whole, Part part);
/* Before a batch's first step: which of its windows are mirrored; part: the share. */
void batch_draw_mirrored(StageRun *s, size_t whole, Part part);
/* After the two above: where the windows' dances began, as seen from the pasts that these left. */
void batch_home(const StageRun *s, const Corpus *corpus, const Crop *windows, size_t count);
/* The next step's past: what this step was given without its first K frames, and its own
 * prediction. */
void batch_advance(const StageRun *s, const Crop *windows, size_t count, size_t u);

#endif
