/* networks.h: the paper's networks as compositions of ops (ops.h). Building them declares their
 * parameters (graph.h).
 *
 * Everything between normalise_motion and restore_motion happens in the networks' own coordinates:
 * relative to the root where --relative-root is on, to the heading where --relative-heading is,
 * scaled where --standardise is on; plain motion otherwise. */
#ifndef MODEL_NETWORKS_H
#define MODEL_NETWORKS_H

#include "lib/nn/layers/transformer.h"
#include "model/config.h"
#include "model/rotate_heading.h"

/* --- refine_bank.c (section 4.1) --- */
/* z [l, C]: E_RB of motion in the networks' coordinates, [rows <= l, D] */
Value refine_encode(Graph *g, const Config *c, Value motion);
/* n latents of z: frames floor(i (l-1) / (n-1) + 1/2), or the mean for n = 1 */
Value refine_sample(Graph *g, const Config *c, Value z);
/* refine_sample of refine_encode, without computing the frames that are not sampled */
Value refine_latents(Graph *g, const Config *c, Value motion);
/* Eq. 3: z' = B softmax(B^T z) */
Value refine_project(Graph *g, const Config *c, Value z, Value genre);
/* D_RB: n latents, interpolated over l frames, to motion; its frames from `first` on, [l - first,
 * D] */
Value refine_decode(Graph *g, const Config *c, Value latents, size_t first);
/* Eq. 6's projection, z to its nearest item. */
Value refine_nearest(Graph *g, const Config *c, Value z, Value genre);

typedef struct {
    Value motion; /* [l - first, D] */
    Value mean, logvar; /* of the variational variant, else none */
} Refined;

/* The whole of RefineBank, for the frames from `first` on. eps [n, C]: the VAE's noise, or none for
 * its mean. */
Refined refine_bank(Graph *g, const Config *c, Value motion, size_t first, Value genre, Value eps);

/* --- transit_bank.c (section 4.2) --- */
/* Eqs. 4, 5: prior tokens [K, predictor width] from the past [l, D]. noise [1, items]: added to
 * eq. 5's logits; or none. */
Value transit_bank(Graph *g, const Config *c, Value past, Value genre, Value noise);

/* --- step.c --- */
/* The frame [1, D] from whose place (relative_root) and heading (relative_heading) a window is
 * seen; none with neither. */
Value reference_frame(Graph *g, const Config *c, Value motion, size_t frame);
Value normalise_motion(Graph *g, const Config *c, Value motion, Value reference);
Value restore_motion(Graph *g, const Config *c, Value motion, Value reference);

/* RefineBank over the newest past frames and the K that follow, [K, D]. With --join all its frames
 * are shifted by what its reconstruction of the last past frame misses that frame by, fading out.
 * eps as refine_bank takes it. */
Refined refine_future(Graph *g, const Config *c, Value past, Value future, Value genre, Value eps);
/* What --gain does behind it: last + gain (future - last), last being the past's last frame; with
 * joint_gains each column has its own, "motion.gain" [D]. The least squared error is that of the
 * mean of what may follow, which moves less than any of it [ours]. */
Value amplify_future(Graph *g, const Config *c, Value past, Value future);
/* What --smooth does behind that. */
Value smooth_future(Graph *g, const Config *c, Value past, Value future);

/* A step's inputs, none where the model has no use for them, and its results. */
typedef struct {
    Value past; /* [l, D] */
    Value music; /* [M, music_dim] */
    Value genre; /* [1, 1] */
    Value home; /* [1, HOME_NUMBERS]: home_of the dance's first frame and the last past frame */
    Value eps; /* the VAE's noise; training only */
    Value recalled; /* [1, items]: added to eq. 5's logits; STEP_DRAWS with TransitBank only */
    Value noise; /* the predictor's (predictors.h), like the two below */
    Value target; /* [K, D]: the frames that came; training only */
    Value given; /* [K, 1]: training only */
    Value future; /* [K, D] */
    Value own_loss; /* the predictor's; training only */
    Value mean, logvar; /* VAE, else none */
} Step;

/* What a step is recorded for: generation, also of drawn dances, or training with what only
 * training has, on a past that is as it was recorded or on one that is disturbed (--fade). */
typedef enum { STEP_GENERATES, STEP_DRAWS, STEP_TRAINS, STEP_TRAINS_DISTURBED } StepUse;

/* Eq. 2: one auto-regressive step. */
Step step_build(Graph *g, const Config *c, StepUse use);

#endif
