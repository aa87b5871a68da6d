/* presets.h: named sets of all numbers: the paper's own, one for a two-core machine, one for the
 * demo, one for tests. */
#ifndef MODEL_TRAIN_PRESETS_H
#define MODEL_TRAIN_PRESETS_H

#include "model/train/trainer.h"

typedef struct {
    const char *name;
    Config config; /* motion_dim and music_dim come from the data */
    Training stage[3];
} Preset;

/* "paper", "small", "demo" or "tiny"; NULL for other names. */
const Preset *preset_find(const char *name);

#endif
