/* train_graphs.h: what each stage minimises, as a graph with its inputs. */
#ifndef MODEL_TRAIN_GRAPHS_H
#define MODEL_TRAIN_GRAPHS_H

#include "model.h"

typedef struct {
    Graph *graph;
    Value motion, music, genre, eps, target; /* inputs; -1 where the stage has none */
    Value future;                            /* stage 3's prediction, else -1 */
    Value loss;
} StageGraph;

/* Chooses what is trained in the stage (marks the parameters) and records its loss: stage 1 eq. 7, stage 2 eq. 8, stage 3 eq. 9. */
int stage_graph(Model *m, int stage, size_t batch, double beta, double kl, StageGraph *out, Error *err);

#endif
