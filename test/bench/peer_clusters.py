"""scikit-learn's affinity propagation among propagate.c's points. As a program, python3
peer_clusters.py N ITERATIONS, prints the number of clusters."""

import sys
import warnings

import numpy as np
from sklearn.cluster import AffinityPropagation


def cluster(n, iterations):
    i = np.arange(1, n * 16 + 1, dtype=np.uint64)
    points = ((i * 2654435761 % 2**32 >> 8).astype(np.float32) / np.float32(1 << 24)).reshape(n, 16)
    warnings.simplefilter('ignore')
    propagation = AffinityPropagation(
        damping=0.9,
        max_iter=iterations,
        convergence_iter=iterations,
        preference=-2.0,
        random_state=0,
    )
    return len(propagation.fit(points).cluster_centers_indices_)


if __name__ == '__main__':
    print(cluster(int(sys.argv[1]), int(sys.argv[2])))
