/* predictor_training.h: stage 3: from a bank file (or without) to a model. */
#ifndef MODEL_TRAIN_PREDICTOR_TRAINING_H
#define MODEL_TRAIN_PREDICTOR_TRAINING_H

#include "lib/data/songs.h"
#include "model/train/settings.h"

typedef struct {
    const char
        *bank; /* file of train-bank, which decides windows, coordinates and banks; or NULL */
    const char *init; /* a model to start from: the weights that it has in common; or NULL */
    bool no_refine; /* without RefineBank */
    SongLoad *load_song; /* reads music features */
} PredictorSources;

/* A whole run, in all processes: writes the model to s->output. */
int predictor_training(const Program *program, const TrainSettings *s,
                       const PredictorSources *sources, Error *err);

#endif
