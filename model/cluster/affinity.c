/* One iteration is one sweep over the rows: availabilities from the last responsibilities and their
 * column sums, then the responsibilities of the same row, while it is in the cache, then this row's
 * part of the next column sums. */
#include "model/cluster/affinity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "model/cluster/affinity_loops.h"

enum {
    ROWS_PER_BLOCK = 64,
    PARALLEL_FROM = 1000, /* points: below, waking threads costs more than it saves */
};

static const double CALM = 0.9; /* a damping at which messages seldom oscillate */
static const double TIE_BREAK = 1e-6; /* of the preference: some units in the last place of float,
                                         so that it survives rounding */

typedef struct {
    size_t n, blocks;
    double damping;
    const float *s;
    float *responsibility, *availability; /* [n, n]; their diagonals are not used */
    double *preference, *self_responsibility, *self_availability; /* [n]: the diagonals */
    float *support; /* [n] R(k,k) + column sum */
    float *partial; /* [blocks, n] sums over each block of rows of max(0, R), without the diagonal:
                       fixed blocks, so threads do not matter */
    bool *is_exemplar; /* [n] at the last iteration */
    size_t *resting; /* [n] for how many iterations it has been so */
} Messages;

AffinityOptions affinity_defaults(void) {
    return (AffinityOptions){
        .damping = 0.9, .max_iterations = 200, .convergence_iterations = 15, .min_iterations = 0};
}

void affinity_free(Affinity *a) {
    free(a->exemplars);
    free(a->labels);
    *a = (Affinity){0};
}

/* --- messages --- */

static void update_row(Messages *m, size_t i, float *sums) {
    static const AffinityLoops *const ways[] = LOOPS_WAYS(affinity_loops);
    const AffinityLoops *loops = ways[choice(CHOICE_LANES)];
    size_t n = m->n;
    float *a = m->availability + i * n, *r = m->responsibility + i * n, damping = (float)m->damping;
    const float *s = m->s + i * n;
    TopTwo top;
    for (int lane = 0; lane < AFFINITY_LANES; lane++)
        top.first[lane] = top.second[lane] = -INFINITY;
    loops->availability(a, r, s, m->support, 0, i, damping, &top);
    loops->availability(a, r, s, m->support, i + 1, n, damping, &top);
    float self = (float)(m->self_availability[i] + m->preference[i]);
    top_two_add(&top, 0, self);
    for (int lane = 1; lane < AFFINITY_LANES; lane++) {
        top_two_add(&top, 0, top.first[lane]);
        top_two_add(&top, 0, top.second[lane]);
    }
    float first = top.first[0], second = top.second[0];
    loops->responsibility(r, a, s, sums, 0, i, damping, first, second);
    loops->responsibility(r, a, s, sums, i + 1, n, damping, first, second);
    double message = m->preference[i] - (double)(self >= first ? second : first);
    m->self_responsibility[i] =
        m->damping * m->self_responsibility[i] + (1.0 - m->damping) * message;
}

static void iterate(Messages *m) {
    size_t n = m->n;
#pragma omp parallel for schedule(dynamic) if (n >= PARALLEL_FROM)
    for (size_t b = 0; b < m->blocks; b++) {
        float *sums = m->partial + b * n;
        memset(sums, 0, n * sizeof *sums);
        size_t end = (b + 1) * ROWS_PER_BLOCK < n ? (b + 1) * ROWS_PER_BLOCK : n;
        for (size_t i = b * ROWS_PER_BLOCK; i < end; i++) update_row(m, i, sums);
    }
#pragma omp parallel for schedule(static) if (n >= PARALLEL_FROM)
    for (size_t k = 0; k < n; k++) {
        double sum = 0.0;
        for (size_t b = 0; b < m->blocks; b++) sum += (double)m->partial[b * n + k];
        m->self_availability[k] = m->damping * m->self_availability[k] + (1.0 - m->damping) * sum;
        m->support[k] = (float)(m->self_responsibility[k] + sum);
    }
}

/* Iterates until the exemplars have stopped changing; returns the number of iterations. */
static size_t run_messages(Messages *m, const AffinityOptions *o, bool *converged) {
    *converged = false;
    for (size_t iteration = 1; iteration <= o->max_iterations; iteration++) {
        iterate(m);
        size_t count = 0;
        bool rests = true;
        for (size_t k = 0; k < m->n; k++) {
            bool now = m->self_availability[k] + m->self_responsibility[k] > 0.0;
            m->resting[k] = now == m->is_exemplar[k] ? m->resting[k] + 1 : 1;
            m->is_exemplar[k] = now;
            count += now;
            rests = rests && m->resting[k] >= o->convergence_iterations;
        }
        if (iteration > o->convergence_iterations && iteration >= o->min_iterations && rests &&
            count > 0) {
            *converged = true;
            return iteration;
        }
    }
    return o->max_iterations;
}

static void messages_reset(Messages *m) {
    size_t n = m->n;
    memset(m->responsibility, 0, n * n * sizeof(float));
    memset(m->availability, 0, n * n * sizeof(float));
    memset(m->self_responsibility, 0, n * sizeof(double));
    memset(m->self_availability, 0, n * sizeof(double));
    memset(m->support, 0, n * sizeof(float));
    memset(m->is_exemplar, 0, n * sizeof(bool));
    memset(m->resting, 0, n * sizeof(size_t));
}

static void messages_free(Messages *m) {
    free(m->responsibility);
    free(m->availability);
    free(m->preference);
    free(m->self_responsibility);
    free(m->self_availability);
    free(m->support);
    free(m->partial);
    free(m->is_exemplar);
    free(m->resting);
}

static int messages_new(Messages *m, const float *s, size_t n, double damping, Error *err) {
    *m = (Messages){
        .n = n, .blocks = (n + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, .damping = damping, .s = s};
    m->responsibility = memory_zeros(n * n * sizeof(float));
    m->availability = memory_zeros(n * n * sizeof(float));
    m->preference = calloc(n, sizeof(double));
    m->self_responsibility = calloc(n, sizeof(double));
    m->self_availability = calloc(n, sizeof(double));
    m->support = calloc(n, sizeof(float));
    m->partial = calloc(m->blocks * n, sizeof(float));
    m->is_exemplar = calloc(n, sizeof(bool));
    m->resting = calloc(n, sizeof(size_t));
    if (m->responsibility && m->availability && m->preference && m->self_responsibility &&
        m->self_availability && m->support && m->partial && m->is_exemplar && m->resting)
        return 0;
    messages_free(m);
    return error_set(err, "out of memory for affinity propagation among %zu points", n);
}

/* --- from exemplars to clusters --- */

/* Every point to its most similar exemplar (the first of equals), exemplars to themselves. */
static void assign_points(const float *s, Affinity *a) {
    size_t n = a->points;
#pragma omp parallel for schedule(static) if (n >= PARALLEL_FROM)
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        for (size_t c = 1; c < a->count; c++)
            if (s[i * n + a->exemplars[c]] > s[i * n + a->exemplars[best]]) best = c;
        a->labels[i] = best;
    }
    for (size_t c = 0; c < a->count; c++) a->labels[a->exemplars[c]] = c;
}

/* Makes the exemplar of each cluster the member to which the members' similarities sum highest.
 * members is [points]. */
static void refine_exemplars(const float *s, Affinity *a, size_t *members) {
    size_t n = a->points;
    for (size_t c = 0; c < a->count; c++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            if (a->labels[i] == c) members[count++] = i;
        double best = -INFINITY;
        for (size_t j = 0; j < count; j++) {
            double sum = 0.0;
            for (size_t i = 0; i < count; i++)
                if (i != j) sum += (double)s[members[i] * n + members[j]];
            if (sum > best) {
                best = sum;
                a->exemplars[c] = members[j];
            }
        }
    }
}

static int by_value(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static int allocate_result(Affinity *a, size_t n, size_t count, Error *err) {
    a->points = n;
    a->count = count;
    if (count == 0) return 0;
    a->exemplars = calloc(count, sizeof *a->exemplars);
    a->labels = calloc(n, sizeof *a->labels);
    if (a->exemplars && a->labels) return 0;
    affinity_free(a);
    return error_set(err, "out of memory");
}

static int collect(Messages *m, Affinity *out, Error *err) {
    size_t count = 0;
    for (size_t k = 0; k < m->n; k++) count += m->is_exemplar[k];
    if (allocate_result(out, m->n, count, err)) return -1;
    if (count == 0) return 0;
    count = 0;
    for (size_t k = 0; k < m->n; k++)
        if (m->is_exemplar[k]) out->exemplars[count++] = k;
    assign_points(m->s, out);
    refine_exemplars(m->s, out, m->resting);
    qsort(out->exemplars, count, sizeof *out->exemplars, by_value);
    assign_points(m->s, out);
    return 0;
}

/* With one similarity for all pairs no message decides; the optimum is then all points or one. */
static bool all_alike(const float *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k && s[i * n + k] != s[1]) return false;
    return true;
}

static int cluster_alike(const float *s, size_t n, double preference, Affinity *out, Error *err) {
    bool apart = n == 1 || preference > (double)s[1];
    if (allocate_result(out, n, apart ? n : 1, err)) return -1;
    for (size_t i = 0; apart && i < n; i++) out->exemplars[i] = out->labels[i] = i;
    out->converged = true;
    return 0;
}

/* A number in [0, 1) that belongs to i. */
static double scatter(size_t i) {
    uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    return (double)(z >> 11) * 0x1p-53;
}

int affinity_propagate(const float *s, size_t n, double preference, const AffinityOptions *o,
                       Affinity *out, Error *err) {
    *out = (Affinity){0};
    if (n == 0) return error_set(err, "there are no points to cluster");
    if (!isfinite(preference)) return error_set(err, "the preference must be a finite number");
    if (!(o->damping >= 0.5 && o->damping < 1.0))
        return error_set(err, "the damping must be at least 0.5 and below 1");
    if (n > SIZE_MAX / sizeof(float) / n) return error_set(err, "too many points (%zu)", n);
    if (all_alike(s, n)) return cluster_alike(s, n, preference, out, err);

    Messages m;
    if (messages_new(&m, s, n, o->damping, err)) return -1;
    for (size_t i = 0; i < n; i++) m.preference[i] = preference * (1.0 + TIE_BREAK * scatter(i));
    out->iterations = run_messages(&m, o, &out->converged);
    if (!out->converged && o->damping < CALM) {
        bool ignored;
        messages_reset(&m);
        m.damping = CALM;
        run_messages(&m, o, &ignored);
    }
    int status = collect(&m, out, err);
    messages_free(&m);
    return status;
}

double affinity_net_similarity(const float *s, double preference, const Affinity *a) {
    double sum = 0.0;
    for (size_t i = 0; i < a->points && a->count; i++) {
        size_t k = a->exemplars[a->labels[i]];
        sum += k == i ? preference : (double)s[i * a->points + k];
    }
    return sum;
}

/* --- order --- */

typedef struct {
    size_t size, exemplar;
} Sized;

static int by_size(const void *a, const void *b) {
    const Sized *x = a, *y = b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return (x->exemplar > y->exemplar) - (x->exemplar < y->exemplar);
}

static void order_by_size(Affinity *a, Sized *order) {
    for (size_t c = 0; c < a->count; c++) order[c] = (Sized){0, a->exemplars[c]};
    for (size_t i = 0; i < a->points; i++) order[a->labels[i]].size++;
    qsort(order, a->count, sizeof *order, by_size);
    for (size_t c = 0; c < a->count; c++) a->exemplars[c] = order[c].exemplar;
}

int affinity_keep_largest(const float *s, size_t clusters, Affinity *a, Error *err) {
    if (a->count == 0) return 0;
    Sized *order = calloc(a->count, sizeof *order);
    if (!order) return error_set(err, "out of memory");
    order_by_size(a, order);
    if (a->count > clusters) {
        a->count = clusters;
        assign_points(s, a);
        order_by_size(a, order);
    }
    assign_points(s, a);
    free(order);
    return 0;
}
