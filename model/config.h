/* config.h: everything that decides what a model is; config_keys.h describes each key. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/audio/music_identity.h"
#include "lib/base/error.h"
#include "lib/nn/layers/dims.h"

/* How RefineBank projects a latent (Table 3). */
typedef enum { REFINE_BANK, REFINE_DISCRETE, REFINE_AE, REFINE_VAE, REFINE_NONE } Refine;

enum {
    CONFIG_MAX_LATENTS = 64,
    CONFIG_MAX_LAYERS = 256,
    CONFIG_MAX_SIZE = 1 << 24, /* of anything: products of two fit in 64 bits with room to spare */
    CONFIG_MAX_OWN = 16 /* keys of a predictor's own */
};

/* A value of a key that only one predictor has. */
typedef union {
    size_t size;
    double real;
    bool flag;
    int choice;
} OwnValue;

typedef struct {
    size_t motion_dim; /* 3 + 9 joints */
    size_t music_dim; /* features a frame; 0 for a predictor that takes no music */
    size_t genre_count; /* of the banks; not in the JSON: a file lists their names */
    double fps; /* frames a second of motion and music; 0: not known */
    MusicIdentity music_features; /* what the music's columns are; unknown in older files */

    size_t past, future, music; /* frames: l, K, M */
    bool relative_root, relative_heading, standardise;

    Dims bank; /* RefineBank's and TransitBank's networks; width: of an item, C */
    size_t bank_layers;
    size_t items, latents; /* N, n */
    Refine refine;
    bool logit_scale;

    int predictor_id; /* row of the registry: predictors/predictors.h */
    Dims predictor; /* width: of TransitBank's tokens, too */
    size_t motion_layers, music_layers, cross_layers; /* FACT's E_d, E_m, P_c */
    OwnValue own[CONFIG_MAX_OWN]; /* of the predictor's own keys, in places that its file numbers */

    bool transit, residual;
    bool home; /* the predictor sees where the dance began (home.h) */
    size_t join; /* frames over which the seam fades; 0: off */
    double smooth; /* lambda of op_smooth_rows; 0: off */
    double gain; /* of a step's movement when the model generates by default; 0: off, as 1 */
    bool joint_gains; /* each joint's own instead, fitted after training (train/fit_gain.h) */
    double escape; /* from loops, by default (escape.h); 0: off */
    size_t keep; /* frames kept of each step's K when the model generates by default */
} Config;

/* Refuses a key outside its range, sizes that contradict each other (K >= l, keep or join beyond
 * K), and what the predictor refuses. */
int config_check(const Config *c, Error *err);

/* The flat JSON object of the file format (owned string; NULL when out of memory). */
char *config_to_json(const Config *c);
/* And back. Every key that is not optional must be there, of its type and within its range; unknown
 * keys and those of another predictor are refused. */
int config_from_json(const char *json, Config *out, Error *err);

#endif
