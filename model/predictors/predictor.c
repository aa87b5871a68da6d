#include <string.h>

#include "model/predictors/predictors.h"

const Predictor *predictor_at(int id) { return predictor_registry[id]; }

int predictor_find(const char *name) {
    for (int i = 0; predictor_registry[i]; i++)
        if (strcmp(predictor_registry[i]->name, name) == 0) return i;
    return -1;
}

bool predictor_rounds(const Predictor *p, const Param *w) {
    if (w->rank != 2) return false;
    if (strncmp(w->name, "predictor.", strlen("predictor.")) != 0)
        return strstr(w->name, ".blocks.") != NULL;
    return p->rounded && strstr(w->name, p->rounded);
}

int predictor_nothing_rounded(const Predictor *p, Error *err) {
    return error_set(err,
                     "--precision bf16: a model of the predictor %s without banks has no layers to "
                     "round",
                     p->name);
}
