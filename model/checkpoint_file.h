/* checkpoint_file.h: a training run on disk: a model with Adam's moments, the place it has come to
 * and its settings, as a safetensors file. Float32 builds only. */
#ifndef MODEL_CHECKPOINT_FILE_H
#define MODEL_CHECKPOINT_FILE_H

#include <stdint.h>

#include "model/model_tensors.h"

/* The stages of section 4.3. Files and logs know them by these numbers. */
typedef enum {
    STAGE_MANIFOLD = 1, /* the manifold bank, eq. 7 */
    STAGE_REFINE = 2, /* RefineBank's networks, eq. 8 */
    STAGE_PREDICT = 3 /* predictor, TransitBank and RefineBank, eq. 9 */
} Stage;
enum { STAGE_COUNT = 3 };

/* Where a training run stands: enough to go on as if it had never stopped. Random draws depend on
 * seed, stage, epoch and step alone, so that the seed is the whole state of the generator. */
typedef struct {
    Stage stage;
    size_t epoch; /* whole epochs done in this stage */
    size_t batch; /* batches done in the epoch under way */
    size_t step; /* Adam steps done in this stage */
    double loss_sum; /* of the epoch under way */
    size_t loss_count;
    uint64_t seed;
} TrainState;

/* settings: one line of words NAME=VALUE that must be equal for the run to go on; a value that is
 * a JSON object has no blanks. */
int checkpoint_export(const Model *m, const TrainState *state, const char *settings, Exported *out,
                      Error *err);
/* Into a model built from the run's own settings; a checkpoint of other settings is refused with
 * the first difference named. */
int checkpoint_import(Model *m, TrainState *state, const char *settings, const Safetensors *file,
                      Error *err);

bool checkpoint_is(const Safetensors *file);
/* Refuses a checkpoint of a run that does not make that kind, or has not come to a stage in which
 * its weights are of use. */
int checkpoint_check_makes(const Safetensors *file, ModelKind kind, Error *err);

#endif
