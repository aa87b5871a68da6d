/* dance_features.h: the features of a set of dances, from the dances or from a file. */
#ifndef METRICS_REPORT_DANCE_FEATURES_H
#define METRICS_REPORT_DANCE_FEATURES_H

#include "metrics/report/batch.h"
#include "metrics/dance_features.h"
#include "metrics/set_score.h"

typedef struct {
    size_t dances, rows, joints;
    size_t *first;              /* [dances + 1]: rows of dance i are first[i] .. first[i+1]-1 */
    Strings names;              /* [rows]: the dances' names without folder and ending */
    float *kinetic, *geometric; /* [rows, 3 joints], [rows, GEOMETRIC_FEATURES] */
} Features;

/* How features are taken of a dance. */
typedef struct {
    FeatureOptions options;
    bool with_seed; /* seed frames are used too */
    const Skeleton *skeleton;
} FeatureJob;

/* For measure_dances; the result is a FeatureRows. */
int features_of_dance(const Take *t, const char *path, const void *job, void *result, Error *err);
void features_release(void *result);

/* All rows in one; every dance must have the same number of joints. *out owns its arrays and is empty on error. */
int features_collect(Features *out, const Measured *d, Error *err);
void features_free(Features *f);

FeatureSet features_kinetic(const Features *f);
FeatureSet features_geometric(const Features *f);

/* .npz: names, kinetic, geometric, first, and options, a text that says how they were taken. Reading refuses features that were taken otherwise. */
int features_write(const char *path, const Features *f, const FeatureJob *job, Error *err);
int features_read(const char *path, Features *out, const FeatureJob *job, Error *err);

#endif
