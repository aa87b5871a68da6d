/* tsne.h: t-SNE (van der Maaten, Hinton 2008, JMLR 9), exact: every pair is looked at, so some
 * thousand points. */
#ifndef EXPORT_TSNE_H
#define EXPORT_TSNE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef struct {
    double perplexity; /* 30; below count */
    size_t
        iterations; /* 1000, the first quarter (at most 250) with attractions 12 times as strong */
    uint64_t seed;
} TsneOptions;

/* points [count, 2] for vectors [count, dim]; *divergence is the Kullback-Leibler divergence that
 * was reached. Learning rate as in Belkina et al. 2019 (count / 12, at least 50), gains and momenta
 * (0.5, then 0.8) as in the authors' code. The same input and seed give the same points on any
 * number of threads. */
int tsne(const double *vectors, size_t count, size_t dim, const TsneOptions *o, double *points,
         double *divergence, Error *err);

/* Share of each point's k nearest others (by points [count, 2]) that are of its own group, mean
 * over all points. */
int neighbour_share(const double *points, const size_t *group, size_t count, size_t k,
                    double *share, Error *err);

#endif
