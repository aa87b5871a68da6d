#include "metrics/report/fid_explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "metrics/influence.h"

enum { SHOWN = 5, NAME_SIZE = 256 };

typedef struct {
    const char *title, *key; /* of the distance */
    double distance;
    FeatureMatrix real, made;
    const FeatureScale *scale;
    void (*feature_name)(size_t i, char *text, size_t size);
    const DanceFeatures *dances;
} Distance;

static void name_of(const Distance *d, bool features, size_t i, char text[NAME_SIZE]) {
    if (features) {
        d->feature_name(i, text, NAME_SIZE);
        return;
    }
    snprintf(text, NAME_SIZE, "%s", d->dances->names.items[d->dances->first[i]]);
    bool shown;
    for (size_t at = 0, n; text[at]; at += n) {
        n = utf8_next(text + at, &shown);
        if (!shown) memset(text + at, '?', n);
    }
}

/* The index of the smallest number; `count` where all are NaN. */
static size_t smallest(const double *x, size_t count) {
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (!isnan(x[i]) && (best == count || x[i] < x[best])) best = i;
    return best;
}

/* The few whose absence makes the distance smallest; `without` is used up. */
static void show(Report *r, const Distance *d, cJSON *object, bool features, double *without,
                 size_t count) {
    const char *kind = features ? "features" : "dances";
    cJSON *list = object ? report_object(r, object, kind) : NULL;
    if (!object) printf("%s %.4f, without one of its %s:", d->title, d->distance, kind);
    for (size_t shown = 0; shown < SHOWN; shown++) {
        const size_t i = smallest(without, count);
        char name[NAME_SIZE];
        if (i == count) break;
        name_of(d, features, i, name);
        if (list)
            report_number(r, list, name, without[i]);
        else
            printf("%s %s %.4f", shown ? "," : "", name, without[i]);
        without[i] = NAN;
    }
    if (!object) printf("\n");
}

static int explain(Report *r, const Distance *d, cJSON *all, Error *err) {
    const size_t dim = d->made.dim, dances = d->made.dances;
    double *features = malloc((dim + dances + 1) * sizeof *features);
    if (!features) return error_set(err, "out of memory for %zu features", dim);
    double *without = features + dim;
    int status = influence_measure(&d->real, &d->made, d->scale, features, without, err);
    if (!status) {
        cJSON *object = all ? report_object(r, all, d->key) : NULL;
        show(r, d, object, true, features, dim);
        show(r, d, object, false, without, dances);
    }
    free(features);
    return status;
}

int fid_explain(Report *r, const FidReport *what, Error *err) {
    const FidScores *s = what->scores;
    const Distance kinetic = {"FID_k",
                              "fid_k",
                              s->kinetic.fid,
                              dance_features_kinetic(what->real),
                              dance_features_kinetic(what->made),
                              &s->kinetic_scale,
                              fid_kinetic_name,
                              what->made};
    const Distance geometric = {"FID_g",
                                "fid_g",
                                s->geometric.fid,
                                dance_features_geometric(what->real),
                                dance_features_geometric(what->made),
                                &s->geometric_scale,
                                fid_geometric_name,
                                what->made};
    cJSON *all = r->json ? report_object(r, r->json, "explain") : NULL;
    return explain(r, &kinetic, all, err) || explain(r, &geometric, all, err) ? -1 : 0;
}
