/* model_dances.h: a model as a maker of dances: eq. 2, step after step (generate.h). */
#ifndef MODEL_MODEL_DANCES_H
#define MODEL_MODEL_DANCES_H

#include "model/dances.h"

typedef struct {
    const Model *model; /* borrowed; its configuration says the rate and what music it takes */
    size_t keep; /* frames kept of each step; 0: the model's */
    double gain; /* of each step's movement; 0: the model's, 1: off */
    double radius; /* see generator_keep_within; 0: there is no stage */
    bool escape_given; /* escape takes the place of the model's (generator_escape) */
    double escape;
    bool bf16; /* see generator_round */
    double temperature; /* see generator_draw; 0: the most probable dances */
    uint64_t random_seed;
    Generator *generator; /* once there is something to generate */
} ModelDances;

/* m is borrowed, and so is all that the maker names. */
DanceMaker model_dances(ModelDances *m);
void model_dances_free(ModelDances *m);

#endif
