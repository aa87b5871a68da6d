/* config.h: everything that decides what a model is and how it is trained. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/nn/layers/dims.h"

/* How RefineBank projects a latent (Table 3). */
typedef enum { REFINE_NONE, REFINE_BANK, REFINE_DISCRETE, REFINE_AE, REFINE_VAE } Refine;

typedef struct {
    size_t motion_dim, music_dim; /* 3 + 9 J; 35 */
    size_t genre_count; /* of the banks; not in the JSON: a file lists the names */
    size_t past, future, music; /* l, K, music frames */
    size_t keep; /* frames kept of each step's K when the model generates by default */
    Dims predictor;
    size_t motion_layers, music_layers, cross_layers; /* E_d, E_m, P_c */
    Dims bank;
    size_t bank_layers;
    size_t items, latents; /* N, n */
    Refine refine;
    bool transit;
    bool residual, relative_root, relative_heading, standardise,
        logit_scale; /* aids of our own: see README, "What is the paper's and what is ours" */
    size_t join; /* frames over which the seam fades; 0: off */
    double smooth; /* lambda of smoothing.h; 0: off */
} Config;

/* Refuses sizes of zero, keep or join beyond K, K >= l, fewer tokens than K, no latent or more than
 * 64, more than 256 layers of a kind. */
int config_check(const Config *c, Error *err);

/* The flat JSON object of the file format (owned string; NULL when out of memory), and back. Every
 * key must be there, of the right type, and sane; an unknown key is refused. */
char *config_to_json(const Config *c);
int config_from_json(const char *json, Config *out, Error *err);

const char *refine_name(Refine r); /* "bank", "discrete", "ae", "vae", "none" */
int refine_parse(const char *name, Refine *out); /* -1 if it is none of them */

#endif
