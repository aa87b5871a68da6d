/* training.h: how a stage is trained: the numbers, and a row for each that says which stages have
 * it. From the rows follow the options of the training programs with their --help, and what a
 * checkpoint compares. */
#ifndef MODEL_TRAIN_TRAINING_H
#define MODEL_TRAIN_TRAINING_H

#include "lib/base/buffer.h"
#include "model/checkpoint_file.h"
#include "model/config_keys.h"

typedef enum { PRECISION_FLOAT32, PRECISION_BF16 } Precision;

typedef enum { SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_CONSTANT } Schedule;

typedef struct {
    size_t batch; /* windows of a step, over all processes */
    size_t micro_batch; /* windows of it that a process computes at a time; 0: its whole part */
    double lr;
    Schedule schedule; /* step: lr falls to a tenth at each of `drop`; cosine: to 0 at the end */
    size_t drop[2]; /* epochs; 0: none */
    size_t warmup; /* steps over which lr rises from 0 */
    double noise; /* augmentation: drift of the motion that the networks are given, by its last
                     frame, in units of motion.std where that exists */
    double fade; /* augmentation: most of the past's movement that is taken away, 0 to 1 */
    double mirror; /* augmentation: share of windows that are mirrored, left to right */
    size_t unroll, ramp; /* steps in a row on the model's own output, reached after `ramp` epochs */
    double beta; /* weight of eq. 7's commitment */
    double kl; /* weight of the VAE's divergence */
    double root_weight; /* of errors of the root's translation, against 1 for all other numbers */
    double contact; /* of the contact loss (contact_loss.h); 0: there is none */
    double mse_weight, own_weight; /* of eq. 9 and of the predictor's own loss, where it has one */
    size_t fed; /* a predictor that feeds itself: true frames in a row that it is fed; 0: none */
    double
        grow; /* likewise: predicted frames between them, by which an epoch adds to their number */
    size_t epochs;
    size_t max_steps; /* 0: as many as the epochs have */
    Precision precision; /* of the products of the transformers and of what the predictor names
                            (predictor_rounds), forwards and backwards; all else is in float32 */
    bool recompute; /* compute activations a second time instead of keeping them: the same bits in
                       less memory */
} Training;

/* What a predictor must have for a number to apply. */
typedef enum { NEEDS_NOTHING, NEEDS_OWN_LOSS, NEEDS_FEEDING } TrainingNeed;

typedef struct {
    const char *option, *argument, *help;
    const char *standard; /* the default in words; NULL: its value */
    KeyType type; /* a size, a real number or a choice */
    size_t offset; /* in Training */
    double min, max;
    const char *const *words; /* of a choice, ended by NULL */
    unsigned stages; /* 1 << stage for each that has it */
    bool each; /* a program that trains several of them has an option for each: --lr1, --lr2 */
    TrainingNeed needs;
    /* What a checkpoint compares, "batch3=8 unroll3=1,0": the word before the stage; or NULL: it
     * follows the number before it, after a comma. */
    const char *word;
    bool optional; /* a real number or a choice: compared only where it is not 0 */
    bool cosine; /* compared only where it is the length of a cosine schedule */
    bool uncompared; /* changes what is trained by rounding alone, like the number of processes */
} TrainingKey;

const TrainingKey *training_key(size_t i); /* NULL after the last */
bool training_key_applies(const TrainingKey *k, Stage stage, const Config *c);
/* " batch3=8 lr3=0.001 ...": appends to `text` what a checkpoint compares of a stage. */
void training_describe(const Training *t, Stage stage, const Config *c, Buffer *text);

#endif
