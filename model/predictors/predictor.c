#include <string.h>

#include "model/predictors/predictors.h"

const Predictor *predictor_at(int id) { return predictor_registry[id]; }

int predictor_find(const char *name) {
    for (int i = 0; predictor_registry[i]; i++)
        if (strcmp(predictor_registry[i]->name, name) == 0) return i;
    return -1;
}
