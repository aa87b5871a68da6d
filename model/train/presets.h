/* presets.h: named sets of all numbers: the paper's, one for a two-core machine, one for the demo,
 * one for tests. */
#ifndef MODEL_TRAIN_PRESETS_H
#define MODEL_TRAIN_PRESETS_H

#include "model/train/training.h"

typedef struct {
    Config config; /* motion_dim and music_dim come from the data */
    Training stage[STAGE_COUNT + 1]; /* by Stage */
} Preset;

extern const char *const preset_names[]; /* ended by NULL */

/* NULL for a name that is not in preset_names. */
const Preset *preset_find(const char *name);

/* Gives *c, which has this preset's numbers and its predictor chosen, the sizes that the preset has
 * for the predictor. */
void preset_take_sizes(const char *preset, Config *c);

#endif
