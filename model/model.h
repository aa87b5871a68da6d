/* model.h: a model or a bank with its configuration, in memory. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "lib/formats/safetensors.h"
#include "lib/nn/params.h"
#include "model/config.h"
#include "model/networks.h"

typedef enum {
    KIND_BANK, /* RefineBank and the banks: what train-bank makes */
    KIND_MODEL /* all that generation needs */
} ModelKind;

typedef struct {
    ModelKind kind;
    Config config;
    char **genres; /* [config.genre_count] in the order of the banks; owned */
    Params params;
    Safetensors *file; /* that the parameters are mapped from (model_file.h); owned, else NULL */
} Model;

/* Declares all parameters of the kind; nothing is allocated yet. seed: with `seed.motion` [genres,
 * l, D], one window per genre to start from when no seed motion is given. The genres are copied.
 * *out is empty on error. */
int model_new(Model *out, ModelKind kind, const Config *config, const char *const *genres,
              size_t genre_count, bool seed, Error *err);
void model_free(Model *m);

/* Values of a parameter that is known to be there; NULL where it is mapped. */
real *model_values(const Model *m, const char *name);
/* The same to read, mapped or not. */
const real *model_constants(const Model *m, const char *name);
bool model_has(const Model *m, const char *name);

/* Copies the values of all parameters that both have (same name and shape) from one model to
 * another. */
void model_copy_shared(Model *to, const Model *from);

#endif
