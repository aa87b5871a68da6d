/* predictors.h: the networks that predict the next frames, P_c of eq. 2. The banks stand around
 * whichever is chosen (step.c) and do not know it.
 *
 * A predictor is one file, which defines a Predictor, and one row of the registry in predictors.c.
 * Its options, JSON, checks, training, memory, checkpoints, --dry-run and bfloat16 follow from the
 * row: docs/architecture.md walks through adding one. */
#ifndef MODEL_PREDICTORS_PREDICTORS_H
#define MODEL_PREDICTORS_PREDICTORS_H

#include "lib/nn/graph.h"
#include "model/config_keys.h"

/* l: config.past, K: future, M: music, D: motion_dim. Motion is in the networks' coordinates
 * (networks.h), music standardised if the configuration says so; future frame 0 follows the last
 * past frame, and music row t belongs to past frame t, so that row l + k belongs to future frame k.
 */
typedef struct {
    Value past; /* [l, D] */
    Value music; /* [M, music_dim]; none if the predictor does not use it */
    Value prior; /* TransitBank's tokens [K, predictor.width]; none in a model without TransitBank.
                    Token k says what usually happens k frames ahead. */
    Value home; /* [1, HOME_NUMBERS] (home.h); none unless the predictor uses it and the
                   configuration says so */
    Value noise; /* [rows, cols] as noise_shape says: normal random numbers while training, zeros in
                    validation and generation (the most probable dance); none without noise_shape */
    /* In training, for predictors that ask for them; else none: */
    Value truth; /* [K, D]: the frames that came */
    Value given; /* [K, 1]: 1 where future frame k is to be predicted from the true frame before it,
                    0 where from the predicted one. All 0 in validation. Row 0 has no meaning: the
                    frame before it is the past's last. */
    bool past_counts; /* the past is as it was recorded (--fade 0): a loss of the predictor's own
                         may ask for its frames, too, where there is `truth` */
} PredictorInputs;

typedef struct {
    Value future; /* [K, D] */
    Value loss; /* scalar: the predictor's own loss, to be added to eq. 9 with the weight
                   --own-weight; none: eq. 9 is all there is. None without `truth`. */
} Prediction;

/* A number that a preset has for a predictor in place of its own. */
typedef struct {
    const char *preset, *option; /* option: of a ConfigKey, one that the predictor has */
    double value;
} PresetSize;

typedef struct {
    const char *name; /* in files and for --predictor */
    const char *about; /* what it is, with its source: completes "NAME, ..." in --help */

    /* Its keys. Options of other predictors are refused. */
    unsigned uses; /* USES_...: of the sizes that several share, those that it uses */
    const ConfigKey *keys; /* that it alone has: offsets into Config.own; an option each */
    size_t key_count;
    const PresetSize *sizes; /* where the presets' numbers, FACT's, do not suit it */
    size_t size_count;
    unsigned ignores; /* USES_...: sizes that its files may hold, although it does not use them */
    int (*check)(const Config *c, Error *err); /* what ranges cannot say; may be NULL */

    /* How it is taught. */
    bool takes_truth; /* has a loss of its own */
    double own_weight; /* --own-weight, unless it is given */
    bool feeds_itself; /* frame by frame, the frame before being an input: takes truth and given,
                          and config.residual (displacements) is then from the frame before and up
                          to build */
    bool outright; /* predicts frames, never displacements: config.residual must be off */
    /* Rows and *cols of its random numbers for one window; NULL: none. */
    size_t (*noise_shape)(const Config *c, size_t *cols);

    /* Part of the names of those of its weights [out, in] that --precision bf16 rounds, in training
     * and generation (each used by op_linear alone); NULL: none. */
    const char *rounded;

    /* Records the network; declares its parameters under "predictor.". */
    Prediction (*build)(Graph *g, const Config *c, const PredictorInputs *in);
} Predictor;

/* The registry, ended by NULL. The first is what files without the key `predictor` have. */
extern const Predictor *const predictor_registry[];

const Predictor *predictor_at(int id); /* id: row of the registry */
int predictor_find(const char *name); /* -1 if there is none of that name */

/* Whether --precision bf16 rounds a parameter: weights of the banks' transformers, and what the
 * predictor names. */
bool predictor_rounds(const Predictor *p, const Param *w);
/* The error where nothing is rounded. */
int predictor_nothing_rounded(const Predictor *p, Error *err);

#endif
