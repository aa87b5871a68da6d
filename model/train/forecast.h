/* forecast.h: what a stage of training will take, known before it starts. */
#ifndef MODEL_TRAIN_FORECAST_H
#define MODEL_TRAIN_FORECAST_H

#include "model/train/trainer.h"

typedef struct {
    Stage stage;
    size_t parameters, trained; /* numbers in the model; those that the stage changes */
    size_t state_bytes; /* the parameters with gradients and Adam's moments */
    size_t activation_bytes; /* the graph's working memory in each process */
    size_t batch; /* windows of a step, of all processes together */
    size_t steps; /* of the stage, at most */
    double flops; /* of a step, of all processes together: graph_flops, recomputed segments too */
} Forecast;

/* The model's parameters have been declared (model_new), not necessarily allocated; which of them
 * are trainable is changed. The figures are those by which train_stage allocates. */
int forecast_stage(Model *m, Stage stage, const Corpus *corpus, const Corpus *validation,
                   const Training *t, Forecast *out, Error *err);

/* Seconds of one step on this machine, with the threads in force: from a few steps on noise with
 * one layer of every transformer and a batch of about 10^11 operations, by the ratio of the
 * operations; the update by that of the trained parameters. Takes a few seconds, and memory for
 * that small model. Several processes are taken to share the work without loss. */
int forecast_time(const Model *m, const Training *t, const Forecast *f, double *seconds,
                  Error *err);

#endif
