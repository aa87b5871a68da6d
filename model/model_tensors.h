/* model_tensors.h: a model's parameters as the tensors of a safetensors file, and its configuration
 * as the metadata: what the files of models, banks and checkpoints share. Float32 builds only. */
#ifndef MODEL_MODEL_TENSORS_H
#define MODEL_MODEL_TENSORS_H

#include "lib/base/file.h"
#include "lib/formats/safetensors.h"
#include "model/model.h"

/* A file to be written; release with exported_free. Its tensors point into the model. */
typedef struct {
    SafetensorsView *views;
    size_t count;
    Strings names;
    Metadata metadata;
} Exported;

/* The parameters' values and the metadata format, kind, genres and config. moments: Adam's, too, as
 * adam.m.NAME and adam.v.NAME. */
int model_tensors_export(const Model *m, const char *kind, bool moments, Exported *out, Error *err);
void exported_free(Exported *e);
/* Writes the file atomically and releases what was exported. */
int exported_write(const char *path, Exported *e, Error *err);

/* The list of the model's genres as JSON; NULL when out of memory. Owned. */
char *model_genres_json(const Model *m);

/* Refuses a file that is not of that kind. */
int model_tensors_check_kind(const Safetensors *file, const char *kind, Error *err);
/* Checks that the file has a tensor PREFIX + NAME for every parameter, F32, finite and of its
 * shape, and copies their values into `block` (laid out as Params.value) unless it is NULL. */
int model_tensors_read(const Safetensors *file, const char *prefix, const Params *p, real *block,
                       Error *err);

#endif
