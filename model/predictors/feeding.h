/* feeding.h: what predictors that go on frame by frame share. */
#ifndef MODEL_PREDICTORS_FEEDING_H
#define MODEL_PREDICTORS_FEEDING_H

#include "model/predictors/predictors.h"

/* How TransitBank's tokens enter: as rows before a sequence that sees them, or added to what future
 * frame k is read from. */
typedef enum { PRIOR_TOKENS, PRIOR_ADD } PriorRule;
extern const char *const prior_words[]; /* ended by NULL */

/* Refuses any rule but PRIOR_ADD for the key at that place of Config.own. */
int check_added(const Config *c, int place, Error *err);

/* What future frame k > 0 is predicted from: the frame before it, its own one [1, D] or, while the
 * predictor is taught and `given` says so, the true one. No gradient passes. */
Value feed_frame(Graph *g, const PredictorInputs *in, Value own, size_t k);

/* One below the other, of one width: any number of them. */
Value join_rows(Graph *g, const Value *rows, size_t count);

/* The K frames that the loss compares, or with in->past_counts those from frame 1 on: the frames
 * that came [.., D]. */
Value true_frames(Graph *g, const Config *c, const PredictorInputs *in);

/* Refuses music that ends before the last future frame, and more frames a step than a graph that
 * goes on frame by frame is made for. */
int check_feeding(const Config *c, Error *err);

#endif
