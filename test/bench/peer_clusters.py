"""scikit-learn's affinity propagation among propagate.c's points: python3 peer_clusters.py N ITERATIONS. Prints the number of clusters."""
import sys
import warnings

import numpy as np
from sklearn.cluster import AffinityPropagation

n, iterations = int(sys.argv[1]), int(sys.argv[2])
i = np.arange(1, n * 16 + 1, dtype=np.uint64)
points = ((i * 2654435761 % 2 ** 32 >> 8).astype(np.float32) / np.float32(1 << 24)).reshape(n, 16)
warnings.simplefilter('ignore')
fitted = AffinityPropagation(damping=0.9, max_iter=iterations, convergence_iter=iterations, preference=-2.0, random_state=0).fit(points)
print(len(fitted.cluster_centers_indices_))
