/* clustering.h: the windows of a data set's dances, clustered genre by genre into files. */
#ifndef MODEL_CLUSTER_CLUSTERING_H
#define MODEL_CLUSTER_CLUSTERING_H

#include "lib/cli/options.h"
#include "lib/data/dataset.h"
#include "lib/formats/tensor.h"

/* Strings are borrowed. */
typedef struct {
    const char *dataset; /* path of a .tsv */
    const char *genre; /* only this one; NULL: all */
    const char *output; /* the .npz of `genre`; without genre a folder for GENRE.npz each */
    size_t length; /* frames of a window; 0: `seconds` of them */
    double seconds;
    size_t stride; /* frames between the first ones of two windows; 0: a third of a second */
    size_t clusters; /* how many; the preference is searched for */
    bool preference_given; /* else: as many as `preference` gives */
    double preference;
    bool relative_root, relative_heading; /* a window's place and heading count from frame */
    size_t future; /* length - future - 1, as in a model of this K; 0: `future_seconds` of them */
    double future_seconds;
    double damping;
    size_t max_iterations;
    bool quiet;
} ClusterOptions;

/* What came out for one genre. */
typedef struct {
    const char *genre; /* the data set's text */
    char *path; /* of its file; owned */
    size_t windows, clusters, largest; /* largest: windows of the largest cluster */
    double preference;
    size_t iterations; /* of the run that counts */
    bool converged;
    const char *assumed; /* a motion that does not say its rate, or NULL */
    Tensors arrays; /* of the file */
} ClusterResult;

typedef struct {
    ClusterResult *items; /* owned */
    size_t count;
    Dataset dataset;
} ClusterResults;

/* Clusters one genre after the other and writes their files when all are done. Warnings and
 * progress go to stderr in the program's name. *out is to be freed after an error, too. */
int cluster_all(const Program *program, const ClusterOptions *o, ClusterResults *out, Error *err);
void cluster_results_free(ClusterResults *r);

#endif
