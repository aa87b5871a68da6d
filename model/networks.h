/* networks.h: the paper's networks as compositions of ops (ops.h). Building them declares their parameters (graph.h).
 *
 * Everything between normalise_motion and restore_motion happens in the networks' own coordinates: relative to the root
 * where --relative-root is on, to the heading where --relative-heading is, scaled where --standardise is on; plain motion otherwise. */
#ifndef MODEL_NETWORKS_H
#define MODEL_NETWORKS_H

#include "config.h"
#include "ops.h"

/* --- transformer.c --- */
/* Linear layer "P.weight", "P.bias" [out, in]. */
Value dense(Graph *g, Value x, const char *prefix, size_t out, Init init);
/* The rows of a result that are wanted: `count` listed ones, or those from `first` on where list is NULL; with count 0 all. The last layer does not compute
 * the others. */
typedef struct {
    size_t first, count;
    const size_t *list;
} Wanted;
static const Wanted all_rows = {0};

/* `layers` of FACT's pre-norm block "P.blocks.I...": x += Attn(LN(x)); x += MLP(LN(x)). */
Value transformer(Graph *g, Value x, const char *prefix, size_t layers, Dims d, Wanted rows);
/* "P.position" [max_rows, width]: the first rows of it are added. */
Value positioned(Graph *g, Value x, const char *prefix, size_t max_rows);
/* dense to the width, position, layers: x [rows, in] -> [rows or those wanted, width] */
Value encoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers, Dims d, Wanted rows);
/* position, layers, head: x [rows, width] -> [rows or those wanted, out] */
Value decoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers, Dims d, size_t out, Wanted rows);

/* --- refine_bank.c (section 4.1) --- */
/* z [l, C]: E_RB of motion in the networks' coordinates, [rows <= l, D] */
Value refine_encode(Graph *g, const Config *c, Value motion);
/* n latents of z: frames floor(i (l-1) / (n-1) + 1/2), or the mean for n = 1 */
Value refine_sample(Graph *g, const Config *c, Value z);
/* refine_sample of refine_encode, without what it does not ask for */
Value refine_latents(Graph *g, const Config *c, Value motion);
/* Eq. 3: z' = B softmax(B^T z) */
Value refine_project(Graph *g, const Config *c, Value z, Value genre, size_t genres);
/* D_RB: n latents, interpolated over l frames, to motion; its frames from `first` on, [l - first, D] */
Value refine_decode(Graph *g, const Config *c, Value latents, size_t first);
/* Eq. 6's projection, z to its nearest item. */
Value refine_nearest(Graph *g, const Config *c, Value z, Value genre, size_t genres);

typedef struct {
    Value motion;       /* [l - first, D] */
    Value mean, logvar; /* of the variational variant, else -1 */
} Refined;

/* The whole of RefineBank, for the frames from `first` on. eps [n, C]: the VAE's noise, or -1 for its mean. */
Refined refine_bank(Graph *g, const Config *c, Value motion, size_t first, Value genre, size_t genres, Value eps);

/* --- transit_bank.c (section 4.2) --- */
/* Eqs. 4, 5: prior tokens [K, predictor width] from the past [l, D] */
Value transit_bank(Graph *g, const Config *c, Value past, Value genre, size_t genres);

/* --- predictor.c --- */
/* P_c: past [l, D], music [M, 35], prior tokens or -1 -> future [K, D] */
Value predictor(Graph *g, const Config *c, Value past, Value music, Value prior);

/* --- step.c --- */
/* The frame [1, D] from whose place (relative_root) and heading (relative_heading) a window is seen; -1 with neither. */
Value reference_frame(Graph *g, const Config *c, Value motion, size_t frame);
Value normalise_motion(Graph *g, const Config *c, Value motion, Value reference);
Value restore_motion(Graph *g, const Config *c, Value motion, Value reference);

/* --- smoothing.c --- */
/* x [3 + K]: three frames that stand and K that may move -> the K frames f that minimise
 *   sum |f - x[3..]|^2 + lambda sum |third difference of [x[0..2]; f]|^2        (Whittaker 1923)
 * which damps what is faster than the frequency w with lambda (2 sin(w/2))^6 = 1 (at 60 fps: 18 is 6 Hz, 190 is 4 Hz). */
Value smooth_rows(Graph *g, Value x, double lambda);

typedef struct {
    Value past, music, genre, eps; /* inputs; genre and eps are -1 where the model has no use for them */
    Value future;                  /* [K, D] */
    Value mean, logvar;            /* VAE, else -1 */
} Step;

/* Eq. 2: one auto-regressive step; training adds the VAE's noise. */
Step step_build(Graph *g, const Config *c, size_t genres, bool training);

#endif
