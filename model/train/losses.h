/* losses.h: what each stage minimises, as a graph with its inputs. */
#ifndef MODEL_TRAIN_LOSSES_H
#define MODEL_TRAIN_LOSSES_H

#include "model/model.h"

typedef struct {
    Graph *graph;
    Value motion, music, genre, eps, target; /* inputs; none where the stage has no use for them */
    Value future; /* stage 3's prediction, else none */
    Value loss;
} StageGraph;

/* What the terms of the losses count. */
typedef struct {
    double beta; /* eq. 7's commitment */
    double kl; /* the VAE's divergence */
    double root; /* errors of the root's translation, against 1 for all other numbers */
} LossWeights;

/* Chooses what is trained in the stage (marks the parameters) and records its loss: stage 1 eq. 7,
 * stage 2 eq. 8, stage 3 eq. 9. Neither planned nor allocated yet; the model's parameters need not
 * be. */
int stage_record(Model *m, int stage, size_t batch, LossWeights w, StageGraph *out, Error *err);
/* The same, ready to run. */
int stage_graph(Model *m, int stage, size_t batch, LossWeights w, StageGraph *out, Error *err);

#endif
