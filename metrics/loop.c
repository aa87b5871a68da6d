/* loop.c: autocorrelation of the pose at multiples of a generation step. */
#include "metrics/loop.h"

#include <math.h>
#include <stdlib.h>

/* |a - b|^2, in eight sums side by side. */
static double difference_square(const double *a, const double *b, size_t n) {
    double sums[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t l = 0; l < 8; l++) sums[l] += (a[i + l] - b[i + l]) * (a[i + l] - b[i + l]);
    for (; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    for (size_t l = 0; l < 8; l++) sum += sums[l];
    return sum;
}

int loop_score(const PoseTrack *b, size_t step, double *score, size_t *lag, Error *err) {
    size_t dim = 9 * b->joints;
    size_t frames = b->frames;
    double *mean = calloc(dim, sizeof *mean);
    double *energy =
        malloc((frames + 1) * sizeof *energy); /* energy[t]: sum of |x|^2 before frame t */
    if (!mean || !energy) {
        free(mean);
        free(energy);
        return error_set(err, "out of memory for %zu frames", frames);
    }
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < dim; c++) mean[c] += b->rotations[t * dim + c];
    for (size_t c = 0; c < dim; c++) mean[c] /= (double)(frames ? frames : 1);
    energy[0] = 0;
    for (size_t t = 0; t < frames; t++) {
        double sum = 0;
        for (size_t c = 0; c < dim; c++) {
            double x = b->rotations[t * dim + c] - mean[c];
            sum += x * x;
        }
        energy[t + 1] = energy[t] + sum;
    }
    *score = NAN;
    if (lag) *lag = 0;
    for (size_t k = 1; k <= LOOP_LAGS && k * step <= frames / 2; k++) {
        size_t l = k * step;
        double difference =
            difference_square(b->rotations, b->rotations + l * dim, (frames - l) * dim);
        double both = energy[frames - l] + energy[frames] - energy[l];
        double r = difference > 0 ? 1 - difference / both : 1;
        if (!(r <= *score)) {
            *score = r;
            if (lag) *lag = l;
        }
    }
    free(mean);
    free(energy);
    return 0;
}
