/* diversity.c: mean pairwise distance. */
#include "diversity.h"

#include <math.h>

double mean_pairwise_distance(const double *rows, size_t n, size_t dim) {
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double square = 0;
            for (size_t c = 0; c < dim; c++) {
                double d = rows[i * dim + c] - rows[j * dim + c];
                square += d * d;
            }
            sum += sqrt(square);
        }
    return n < 2 ? NAN : sum / ((double)n * (double)(n - 1) / 2);
}
