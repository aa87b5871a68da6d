/* losses.h: the stages of training (section 4.3), one row for each, and what each minimises as a
 * graph with its inputs. */
#ifndef MODEL_TRAIN_LOSSES_H
#define MODEL_TRAIN_LOSSES_H

#include "lib/data/crops.h"
#include "model/train/training.h"

/* The graph of a stage. Inputs are none where it has no use for them. */
typedef struct {
    Graph *graph;
    Value motion; /* [l, D]: the past, or the window that is reconstructed */
    Value music; /* [M, music_dim] */
    Value genre; /* [1, 1]: index of the window's genre */
    Value home; /* [1, HOME_NUMBERS]: where the dance began */
    Value eps; /* the VAE's noise */
    Value noise; /* the predictor's noise */
    Value given; /* [K, 1]: which true frames the predictor is fed (predictors.h) */
    Value contact; /* [transitions, CONTACT_COLUMNS]: where the data's feet stand */
    Value target; /* what the loss compares with: [l, D] or [K, D] */
    Value future; /* [K, D], what was predicted: a result */
    Value error; /* scalar: eq. 7, 8 or 9 alone, which validation reports: a result */
    Value loss; /* scalar that is minimised: the error, the predictor's own loss if it has one, and
                   the contact loss if t->contact asks for it */
} StageGraph;

typedef struct {
    const char *trains[4]; /* what the names of the trained parameters begin with; ended by NULL */
    /* The target is the K frames after the past, which are predicted: pasts can be faded, and steps
     * unrolled on the model's own output. Else it is the window itself. */
    bool predicts;
    /* A crop of the data for `unroll` steps in a row. */
    CropShape (*crop)(const Config *c, size_t unroll);
    /* Records the inputs, error and loss. */
    void (*record)(const Config *c, const Training *t, StageGraph *s);
} StageSpec;

const StageSpec *stage_spec(Stage stage);

/* Marks the parameters that are trained in the stage and records its loss, with segments to
 * recompute if t->recompute, and products in t->precision. Neither planned nor allocated yet; the
 * model's parameters need not be. *out is empty on error. */
int stage_record(Model *m, Stage stage, size_t batch, const Training *t, StageGraph *out,
                 Error *err);
/* The same, ready to run. */
int stage_graph(Model *m, Stage stage, size_t batch, const Training *t, StageGraph *out,
                Error *err);
void stage_graph_free(StageGraph *s);

#endif
