/* generate.h: auto-regressive generation, eq. 2 step after step. */
#ifndef MODEL_GENERATE_H
#define MODEL_GENERATE_H

#include <stdint.h>

#include "model/model.h"

/* One dance. motion's first l frames are the seed, from the caller; the rest up to `frames` is
 * filled in. */
typedef struct {
    float *motion; /* [frames, motion_dim] */
    size_t frames; /* more than l, or there is nothing to do */
    const float *music; /* [music_frames, music_dim]; extended at its end by its last frame. NULL
                           for a model whose predictor takes no music */
    size_t music_frames;
    size_t genre;
    const char *song; /* name of the music, "" without; for makers that know songs */
    uint64_t number; /* whose random numbers it gets (generator_draw) */
} GenerationJob;

typedef struct Generator Generator;

/* Plans memory for up to max_batch dances at once. The model is borrowed. keep: frames taken from
 * each step's K. gain: of every joint, in place of the model's gains; 0: the model's. */
int generator_new(Generator **out, const Model *m, size_t max_batch, size_t keep, double gain,
                  Error *err);
void generator_free(Generator *g);

/* From now on the products of the banks' transformer layers and of the layers that the predictor
 * names (Predictor.rounded) are computed with weights and inputs rounded to bfloat16 (bfloat16.h);
 * embeddings, heads, items, attention and norms stay in float32. Takes half as much memory as the
 * weights once more. Fails if there is no such layer. */
int generator_round(Generator *g, Error *err);

/* From now on dances come back when they are more than `radius` metres from where they began
 * (keep_within.h); 0: they are not. */
void generator_keep_within(Generator *g, double radius);

/* From now on dances that repeat themselves are led away from there (escape.h), by this share in
 * place of the model's; 0: they are not. Fails for a model without a mean pose. */
int generator_escape(Generator *g, double share, Error *err);

/* From now on dances are drawn, by seed, job and frame, so that those of a batch do not depend on
 * each other. TransitBank's logits (eq. 5) get `temperature` times Gumbel noise: with a large one a
 * single item is recalled, drawn by softmax(logits / temperature) (Maddison et al. 2017), with a
 * small one all of them as they were [ours]. A predictor's random numbers are normal ones times
 * `temperature`. Fails for a model that has neither. To be called before
 * generator_round. */
int generator_draw(Generator *g, double temperature, uint64_t seed, Error *err);

/* Generates `count` <= max_batch dances together. progress (may be NULL) gets frames done and
 * frames in all of the longest. Fails if a value is no longer finite. */
int generator_run(Generator *g, GenerationJob *dances, size_t count,
                  void (*progress)(void *user, size_t done, size_t total), void *user, Error *err);

#endif
