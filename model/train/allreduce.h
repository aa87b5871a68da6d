/* allreduce.h: the gradients of a batch, summed over all processes (comm.h) while graph_backward is
 * still under way.
 *
 * The trained parameters are cut into buckets of consecutive memory. Backward completes the last
 * parameters first, and a bucket's sum begins when all its gradients are complete and those of the
 * buckets behind it have begun: the same order in every process. */
#ifndef MODEL_TRAIN_ALLREDUCE_H
#define MODEL_TRAIN_ALLREDUCE_H

#include "lib/nn/graph.h"

typedef struct Allreduce Allreduce;

/* Over the parameters that are trainable now. bucket_bytes: about so much in one message. NULL when
 * out of memory. */
Allreduce *allreduce_new(Params *p, size_t bucket_bytes);
void allreduce_free(Allreduce *r);

void allreduce_start(Allreduce *r); /* before backward, or instead of it where there is no window:
                                       nothing is complete */
void allreduce_complete(void *reduction, Parameter w); /* for graph_on_gradient */
void allreduce_finish(
    Allreduce *r); /* after backward: begins what is left and waits for all sums */

#endif
