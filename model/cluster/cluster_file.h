/* cluster_file.h: the dances of one genre as windows, and the arrays of a clusters file. */
#ifndef MODEL_CLUSTER_CLUSTER_FILE_H
#define MODEL_CLUSTER_CLUSTER_FILE_H

#include "lib/data/dataset.h"
#include "lib/formats/tensor.h"
#include "model/cluster/affinity.h"
#include "model/cluster/similarity.h"

typedef struct {
    const char *genre; /* borrowed */
    Motion *motions;
    size_t *rows; /* [count] of the data set */
    size_t count;
    ClusterWindows windows;
} GenreDances;

/* Reads the motions of a genre, which must all have one body and one frame rate; its windows are
 * still to be cut (cluster_windows_cut). genre_dances_free releases what there is, after an error
 * too. */
int genre_dances_read(const Dataset *set, const char *genre, GenreDances *out, Error *err);
void genre_dances_free(GenreDances *d);

/* Adds centers f32 [N, l, D] (the exemplars' windows), exemplars i64 [N] (rows of segments), labels
 * i64 [M], segments i64 [M, 2] (row of the data set, first frame), and the motions' fps f64. */
int cluster_arrays(const GenreDances *d, const Affinity *a, Tensors *arrays, Error *err);

#endif
