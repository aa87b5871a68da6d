/* model_file.h: models and banks on disk, as safetensors files. Float32 builds only. */
#ifndef MODEL_MODEL_FILE_H
#define MODEL_MODEL_FILE_H

#include <stdint.h>

#include "model/model_tensors.h"

/* kind as the model's. */
int model_export(const Model *m, Exported *out, Error *err);

/* Opens a model or a bank for reading only; or a checkpoint of a run that makes one, whose weights
 * are taken as they stand. Every tensor that the configuration implies must be there, F32, finite
 * and of its shape, and no other: all this is checked first. Nothing is copied: the weights stay in
 * the mapped file. *out is empty on error; errors begin with the path. */
int model_read(const char *path, ModelKind kind, Model *out, Error *err);
/* The same from a file that is open (lib/formats/safetensors.h), which becomes the model's on
 * success. */
int model_map(Model *out, Safetensors *file, ModelKind kind, Error *err);

/* checksum.h's of all parameters. */
uint64_t model_checksum(const Model *m);

#endif
