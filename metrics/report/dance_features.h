/* dance_features.h: the features of a set of dances, from the dances or from a file. */
#ifndef METRICS_REPORT_DANCE_FEATURES_H
#define METRICS_REPORT_DANCE_FEATURES_H

#include "metrics/dance_features.h"
#include "metrics/report/batch.h"
#include "metrics/set_score.h"

typedef struct {
    size_t dances, rows, joints;
    size_t *first; /* [dances + 1]: rows of dance i are first[i] .. first[i+1]-1 */
    Strings names; /* [rows]: the dances' names without folder and ending */
    float *kinetic, *geometric; /* [rows, 3 joints], [rows, GEOMETRIC_FEATURES] */
} DanceFeatures;

/* How features are taken of a dance. */
typedef struct {
    DanceFeatureOptions options;
    bool with_seed; /* seed frames are used too */
    const Skeleton *skeleton;
} DanceFeatureJob;

/* For eval_dances; the result is a DanceFeatureRows. */
int dance_features_of_dance(const PoseSource *t, const char *path, const void *job, void *result,
                            Error *err);
void dance_features_release(void *result);

/* All rows in one; every dance must have the same number of joints. *out owns its arrays and is
 * empty on error. */
int dance_features_collect(DanceFeatures *out, const EvalResults *d, Error *err);
void dance_features_free(DanceFeatures *f);

FeatureMatrix dance_features_kinetic(const DanceFeatures *f);
FeatureMatrix dance_features_geometric(const DanceFeatures *f);

/* .npz: names, kinetic, geometric, first, and options, a text that says how they were taken.
 * Reading refuses features that were taken otherwise. */
int dance_features_write(const char *path, const DanceFeatures *f, const DanceFeatureJob *job,
                         Error *err);
int dance_features_read(const char *path, DanceFeatures *out, const DanceFeatureJob *job,
                        Error *err);

#endif
