#include "export/tsne.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"

/* --- similarities of the vectors --- */

static void square_distances(const double *x, size_t n, size_t dim, float *out) {
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < dim; k++)
                sum += (x[i * dim + k] - x[j * dim + k]) * (x[i * dim + k] - x[j * dim + k]);
            out[i * n + j] = (float)sum;
        }
}

/* Turns row i of squared distances into p_j|i = exp(-beta d^2) / sum, with the beta that gives an
 * entropy of log(perplexity). */
static void row_to_probabilities(float *row, size_t n, size_t i, double perplexity) {
    double beta = 0, low = 0, high = INFINITY, nearest = INFINITY, mean = 0, sum = 1;
    for (size_t j = 0; j < n; j++) {
        if (j == i) continue;
        nearest = fmin(nearest, (double)row[j]);
        mean += (double)row[j] / (double)(n - 1);
    }
    beta = mean - nearest > 0 ? 1 / (mean - nearest) : 1;
    for (int step = 0; step < 100; step++) {
        double weighted = 0;
        sum = 0;
        for (size_t j = 0; j < n; j++) {
            if (j == i) continue;
            double d = (double)row[j] - nearest,
                   p = exp(-beta *
                           d); /* the nearest counts 1: nothing underflows to an empty sum */
            sum += p;
            weighted += p * d;
        }
        double off = log(sum) + beta * weighted / sum - log(perplexity);
        if (fabs(off) < 1e-5) break;
        if (off > 0) {
            low = beta;
            beta = isfinite(high) ? (low + high) / 2 : 2 * beta;
        } else {
            high = beta;
            beta = (low + high) / 2;
        }
        if (!(beta < 1e300)) break; /* many equal vectors: they share the whole */
    }
    for (size_t j = 0; j < n; j++)
        row[j] = j == i ? 0 : (float)(exp(-beta * ((double)row[j] - nearest)) / sum);
}

static void make_symmetric(float *p, size_t n) {
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            float mean = (p[i * n + j] + p[j * n + i]) / (2 * (float)n);
            p[i * n + j] = p[j * n + i] = mean > 1e-12f ? mean : 1e-12f;
        }
}

/* --- the layout --- */

typedef struct {
    size_t n;
    const float *p; /* [n, n] */
    float *x, *y; /* [n] */
    double *pull, *push, *kernel; /* [n, 2], [n, 2], [n]: sums over the others */
} Layout;

/* With w = 1 / (1 + |y_i - y_j|^2): pull = sum p w (y_i - y_j), push = sum w^2 (y_i - y_j), kernel
 * = sum w. */
static void sum_forces(Layout *l) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < l->n; i++) {
        const float *p = l->p + i * l->n, *x = l->x, *y = l->y;
        float pull_x = 0, pull_y = 0, push_x = 0, push_y = 0, kernel = 0, at_x = x[i], at_y = y[i];
#pragma omp simd reduction(+ : pull_x, pull_y, push_x, push_y, kernel)
        for (size_t j = 0; j < l->n; j++) {
            float dx = at_x - x[j], dy = at_y - y[j], w = 1 / (1 + dx * dx + dy * dy);
            pull_x += p[j] * w * dx;
            pull_y += p[j] * w * dy;
            push_x += w * w * dx;
            push_y += w * w * dy;
            kernel += w;
        }
        l->pull[2 * i] = (double)pull_x, l->pull[2 * i + 1] = (double)pull_y;
        l->push[2 * i] = (double)push_x, l->push[2 * i + 1] = (double)push_y;
        l->kernel[i] = (double)kernel - 1; /* itself */
    }
}

static double total_kernel(const Layout *l) {
    double total = 0;
    for (size_t i = 0; i < l->n; i++) total += l->kernel[i];
    return total;
}

static void descend(Layout *l, const TsneOptions *o, double *points, double *move, double *gain) {
    size_t n = l->n, early = o->iterations / 4 < 250 ? o->iterations / 4 : 250;
    double rate = fmax((double)n / 12 / 4, 50);
    for (size_t step = 0; step < o->iterations; step++) {
        double exaggeration = step < early ? 12 : 1, momentum = step < early ? 0.5 : 0.8,
               centre[2] = {0, 0};
        for (size_t i = 0; i < n; i++)
            l->x[i] = (float)points[2 * i], l->y[i] = (float)points[2 * i + 1];
        sum_forces(l);
        double total = total_kernel(l);
        for (size_t k = 0; k < 2 * n; k++) {
            double gradient = 4 * (exaggeration * l->pull[k] - l->push[k] / total);
            gain[k] = gradient * move[k] < 0 ? gain[k] + 0.2 : fmax(0.8 * gain[k], 0.01);
            move[k] = momentum * move[k] - rate * gain[k] * gradient;
            points[k] += move[k];
            centre[k % 2] += points[k] / (double)n;
        }
        for (size_t k = 0; k < 2 * n; k++) points[k] -= centre[k % 2];
    }
}

static double kl_divergence(Layout *l, const double *points) {
    double total, sum = 0;
    for (size_t i = 0; i < l->n; i++)
        l->x[i] = (float)points[2 * i], l->y[i] = (float)points[2 * i + 1];
    sum_forces(l);
    total = total_kernel(l);
    for (size_t i = 0; i < l->n; i++)
        for (size_t j = 0; j < l->n; j++) {
            if (i == j) continue;
            double dx = points[2 * i] - points[2 * j], dy = points[2 * i + 1] - points[2 * j + 1],
                   p = (double)l->p[i * l->n + j];
            sum += p * log(p * total * (1 + dx * dx + dy * dy));
        }
    return sum;
}

int tsne(const double *vectors, size_t count, size_t dim, const TsneOptions *o, double *points,
         double *divergence, Error *err) {
    if (!(o->perplexity >= 1 && o->perplexity < (double)count))
        return error_set(err, "a perplexity of %g needs more than %g points, not %zu",
                         o->perplexity, o->perplexity, count);
    size_t cells = 0;
    float *p = __builtin_mul_overflow(count, count, &cells) ? NULL : calloc(cells, sizeof *p);
    float *place = calloc(2 * count, sizeof *place);
    double *sums = calloc(9 * count, sizeof *sums);
    int status =
        p && place && sums ? 0 : error_set(err, "out of memory for the pairs of %zu points", count);
    if (!status) {
        Layout l = {count, p, place, place + count, sums, sums + 2 * count, sums + 4 * count};
        double *move = sums + 5 * count, *gain = sums + 7 * count;
        Rng rng = rng_seed(o->seed);
        square_distances(vectors, count, dim, p);
#pragma omp parallel for schedule(dynamic, 16)
        for (size_t i = 0; i < count; i++)
            row_to_probabilities(p + i * count, count, i, o->perplexity);
        make_symmetric(p, count);
        for (size_t k = 0; k < 2 * count; k++) {
            points[k] = 1e-4 * rng_normal(&rng);
            gain[k] = 1;
        }
        descend(&l, o, points, move, gain);
        *divergence = kl_divergence(&l, points);
    }
    free(p);
    free(place);
    free(sums);
    return status;
}

/* --- neighbours --- */

typedef struct {
    double distance;
    size_t group;
} Neighbour;

static int by_distance(const void *a, const void *b) {
    double x = ((const Neighbour *)a)->distance, y = ((const Neighbour *)b)->distance;
    return (x > y) - (x < y);
}

int neighbour_share(const double *points, const size_t *group, size_t count, size_t k,
                    double *share, Error *err) {
    if (k < 1 || k >= count)
        return error_set(err, "%zu neighbours need more than %zu points", k, count);
    Neighbour *others = malloc(count * sizeof *others);
    if (!others) return error_set(err, "out of memory for %zu points", count);
    size_t own = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            others[j] = (Neighbour){j == i ? INFINITY
                                           : hypot(points[2 * i] - points[2 * j],
                                                   points[2 * i + 1] - points[2 * j + 1]),
                                    group[j]};
        qsort(others, count, sizeof *others, by_distance);
        for (size_t n = 0; n < k; n++) own += others[n].group == group[i];
    }
    *share = (double)own / (double)(k * count);
    free(others);
    return 0;
}
