/* model_file.h: models, banks and checkpoints as tensors with metadata: their form in a safetensors
 * file.
 *
 * Nothing here touches a disk: the caller opens and writes the file (lib/safetensors.h). Float32
 * builds only. */
#ifndef MODEL_MODEL_FILE_H
#define MODEL_MODEL_FILE_H

#include <stdint.h>

#include "lib/base/file.h"
#include "lib/formats/safetensors.h"
#include "model/model.h"

/* Where a training run stands: enough to go on as if it had never stopped. Random draws depend on
 * seed, stage, epoch and step alone, so that the seed is the whole state of the generator. */
typedef struct {
    int stage; /* 1, 2, 3 */
    size_t epoch; /* whole epochs done in this stage */
    size_t batch; /* batches done in the epoch under way */
    size_t step; /* Adam steps done in this stage */
    double loss_sum; /* of the epoch under way */
    size_t loss_count;
    uint64_t seed;
} TrainState;

/* Tensors of a model as a file holds them; release with exported_free. They point into the model.
 */
typedef struct {
    SafetensorsView *views;
    size_t count;
    Strings names;
    Metadata metadata;
} Exported;

/* kind as the model's. */
int model_export(const Model *m, Exported *out, Error *err);
/* kind "checkpoint", with adam.m.NAME, adam.v.NAME, the state, and `settings`: one line that must
 * be equal for the run to go on. */
int checkpoint_export(const Model *m, const TrainState *state, const char *settings, Exported *out,
                      Error *err);
void exported_free(Exported *e);

/* From an open file of that kind, or a checkpoint of a run that makes one: its weights as they
 * stand. Every tensor the configuration implies must be there, F32, finite and of its shape, and no
 * other; all this is checked first. For reading only: the weights stay where they are in the file,
 * nothing is copied. The file becomes the model's on success. */
int model_map(Model *out, Safetensors *file, ModelKind kind, Error *err);
/* Into a model built from the run's own settings; a checkpoint of other settings is refused with
 * the difference named. */
int checkpoint_import(Model *m, TrainState *state, const char *settings, const Safetensors *file,
                      Error *err);

/* --- on disk --- */

/* Opens a model (a checkpoint of one included) or a bank for reading only: its weights stay in the
 * mapped file. *out is empty on error; errors begin with the path. */
int model_read(const char *path, ModelKind kind, Model *out, Error *err);
/* Writes whatever was exported, atomically, and releases it. */
int exported_write(const char *path, Exported *e, Error *err);
/* checksum.h's of all parameters. */
uint64_t model_checksum(const Model *m);

#endif
