/* clap.h: the audio tower of CLAP (Wu et al. 2023, arXiv 2211.06687): the picture of a clip's mel
 * spectrogram through a Swin transformer (HTS-AT, Chen et al. 2022, 2202.00874; Liu et al. 2021,
 * 2103.14030), as ClapFeatureExtractor and ClapAudioModelWithProjection of transformers 4.57
 * compute it in evaluation mode. Not the towers with fusion, which see longer clips at once. */
#ifndef FEATURES_ENCODERS_CLAP_H
#define FEATURES_ENCODERS_CLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "features/encoders/encoder.h"
#include "lib/base/error.h"

enum { CLAP_STAGES_MAX = 8 };

/* How a clip shorter than the network's is made longer: repeated whole as often as it fits and
 * then zeros; repeated and cut; zeros. */
typedef enum { CLAP_REPEAT_PAD, CLAP_REPEAT, CLAP_PAD } ClapPadding;

typedef struct {
    /* front end */
    double rate; /* samples a second */
    double lowest, highest; /* Hz, of the mel bands */
    size_t samples; /* of a clip */
    size_t n_fft, hop, bands;
    ClapPadding padding;
    /* network */
    size_t side; /* of the square picture: side / bands pieces of side frames, one upon the other */
    size_t patch; /* side of a patch */
    size_t width; /* of the first stage's tokens; doubled from stage to stage */
    size_t stages, depth[CLAP_STAGES_MAX], heads[CLAP_STAGES_MAX];
    size_t window; /* side of the windows of attention */
    size_t inner; /* of a feed-forward layer, in widths */
    size_t embedding; /* numbers of a clip's vector */
    bool qkv_bias;
    float epsilon; /* of the layer norms in the blocks */
} ClapConfig;

typedef struct Clap Clap;

/* Reads config.json (whole, or that of the audio tower alone) and preprocessor_config.json, if
 * there is one, of a checkpoint's folder. Refuses what is not computed here, by the name of the
 * key. Errors begin with a path. */
int clap_config_read(const char *folder, ClapConfig *out, Error *err);

/* Reads a checkpoint's folder. The text tower (text_model, text_projection, logit_scale_a,
 * logit_scale_t) is ignored; whatever else is missing, of another shape or too many is refused by
 * name. Weights stay in the mapped file. *out is NULL on error. Errors begin with a path. */
int clap_load(const char *folder, Clap **out, Error *err);
/* Before anything is run: rounds the weights of blocks and merges to bfloat16, and then their
 * inputs as they come. */
int clap_use_bfloat16(Clap *m, Error *err);
void clap_free(Clap *m);
const ClapConfig *clap_config(const Clap *m);
uint64_t clap_print(const Clap *m); /* of the weights */

/* What the last stage has: steps of time, and numbers for each. A step is `clap_step` samples: its
 * tokens are those of side / bands frequency bands of equal height. */
size_t clap_steps(const Clap *m);
size_t clap_channels(const Clap *m);
double clap_step(const Clap *m);
double clap_operations(const Clap *m); /* floating-point, of a clip */

/* Mono samples at the config's rate; count >= 1. Beyond config.samples they are not looked at. */
typedef struct {
    const float *samples;
    size_t count;
} ClapClip;

/* Runs `count` clips together. embeds [count, embedding]: their vectors, not normalised; frames
 * [count, steps, channels]: the last stage, mean over the frequency bands of each step; each may be
 * NULL. The stages of the first clip go to `stage`, which may be NULL: mel [frames, bands]
 * (decibels), batch_norm, image [side, side], patch_embed [tokens, width],
 * stage_0_block_0_attention_windows, stage_0_block_0, stage_0_block_1_shifted, stage_0 ..., norm,
 * last_hidden_state [channels, bands of a step, steps], pooled, audio_embeds,
 * audio_embeds_normalized, frames. Threads are those of OpenMP. */
int clap_run(const Clap *m, const ClapClip *clips, size_t count, float *embeds, float *frames,
             EncoderStage *stage, void *context, Error *err);

/* x [n] to a length of 1, as torch.nn.functional.normalize. */
void clap_normalise(float *x, size_t n);

#endif
