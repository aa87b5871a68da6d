#include "model/cluster/preference.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"

/* One end of the bracket. */
typedef struct {
    double log_preference; /* log(-preference): falls as the number of clusters grows */
    size_t count;
} End;

typedef struct {
    const float *s;
    size_t n, wanted, runs;
    AffinityOptions options;
    AffinityOnRun *on_run;
    void *context;
    Affinity best; /* fewest clusters at or above the wanted number */
    double best_preference;
} Search;

static int run_once(Search *q, double preference, size_t min_iterations, size_t *count,
                    Error *err) {
    AffinityOptions o = q->options;
    if (o.min_iterations < min_iterations) o.min_iterations = min_iterations;
    if (o.max_iterations < 2 * o.min_iterations) o.max_iterations = 2 * o.min_iterations;
    Affinity a;
    if (affinity_propagate(q->s, q->n, preference, &o, &a, err)) return -1;
    q->runs++;
    *count = a.count;
    if (q->on_run) q->on_run(q->context, q->runs, preference, &a);
    if (a.count >= q->wanted && (q->best.count == 0 || a.count < q->best.count)) {
        affinity_free(&q->best);
        q->best = a;
        q->best_preference = preference;
    } else {
        affinity_free(&a);
    }
    return 0;
}

/* A run between two ends (either may be NULL), repeated more patiently if its count is not between
 * theirs. */
static int probe(Search *q, double log_preference, const End *few, const End *many, End *out,
                 Error *err) {
    double preference = -exp(log_preference);
    size_t count;
    if (run_once(q, preference, AFFINITY_SETTLED, &count, err)) return -1;
    bool odd = (few && count < few->count) || (many && count > many->count);
    if (odd && run_once(q, preference, AFFINITY_SETTLED_SURELY, &count, err)) return -1;
    *out = (End){log_preference, count};
    return 0;
}

/* Between the ends: where a straight line of log(count) reaches the wanted number, kept out of the
 * outer tenths. */
static double between(const Search *q, const End *few, const End *many) {
    double low = log((double)few->count + 0.5), high = log((double)many->count + 0.5),
           wanted = log((double)q->wanted + 0.5);
    double t = high > low ? (wanted - low) / (high - low) : 0.5;
    if (q->runs % 3 == 2) t = 0.5; /* plain bisection now and then: the line alone can creep */
    t = fmin(fmax(t, 0.1), 0.9);
    return few->log_preference + t * (many->log_preference - few->log_preference);
}

/* log of the median of -s over pairs of different points, from at most a few thousand of them. */
static int typical(const float *s, size_t n, double *log_median, Error *err) {
    enum { SAMPLE = 4096 };
    double *values = malloc(SAMPLE * sizeof *values);
    if (!values) return error_set(err, "out of memory");
    size_t count = 0, step = n * n / SAMPLE + 1;
    if (step % n == 0) step++; /* not down one column */
    for (size_t at = 0; at < n * n && count < SAMPLE; at += step)
        if (at / n != at % n && s[at] < 0.0f) values[count++] = -(double)s[at];
    doubles_sort(values, count);
    *log_median = count ? log(values[count / 2]) : 0.0;
    free(values);
    return 0;
}

/* Points that no earlier point equals. */
static size_t distinct_points(const float *s, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        bool fresh = true;
        for (size_t k = 0; k < i && fresh; k++) fresh = s[i * n + k] < 0.0f;
        count += fresh;
    }
    return count;
}

/* Whether what lies between the ends is not worth a run: nothing is left to find, or too little. */
static bool narrow_enough(const Search *q, const End *few, const End *many) {
    if (q->best.count <= q->wanted) return true;
    const size_t more = q->best.count - q->wanted;
    const double narrow = more <= q->wanted / PREFERENCE_NEAR ? 1e-3 : 1e-5;
    return few->log_preference - many->log_preference <= narrow;
}

static int search(Search *q, Error *err) {
    const double stride = log(8.0);
    double at = 0.0;
    if (typical(q->s, q->n, &at, err)) return -1;
    End few, many, middle;
    if (probe(q, at, NULL, NULL, &middle, err)) return -1;
    few = many = middle;
    while (many.count < q->wanted && q->runs < PREFERENCE_MAX_RUNS)
        if (few = many, probe(q, many.log_preference - stride, &few, NULL, &many, err)) return -1;
    while (few.count >= q->wanted && q->best.count != q->wanted && q->runs < PREFERENCE_MAX_RUNS) {
        many = few;
        if (q->wanted == 1) break; /* nothing lies below: the best so far is cut down */
        if (probe(q, few.log_preference + stride, NULL, &many, &few, err)) return -1;
    }
    while (!narrow_enough(q, &few, &many) && q->runs < PREFERENCE_MAX_RUNS) {
        if (probe(q, between(q, &few, &many), &few, &many, &middle, err)) return -1;
        if (middle.count < q->wanted)
            few = middle;
        else
            many = middle;
    }
    if (q->best.count < q->wanted)
        return error_set(err, "no preference gave %zu clusters or more", q->wanted);
    return affinity_keep_largest(q->s, q->wanted, &q->best, err);
}

int affinity_search(const float *s, size_t n, size_t clusters, const AffinityOptions *options,
                    AffinityOnRun *on_run, void *context, double *preference, Affinity *out,
                    Error *err) {
    *out = (Affinity){0};
    if (clusters < 1 || clusters > n)
        return error_set(err, "%zu points cannot make %zu clusters", n, clusters);
    size_t distinct = distinct_points(s, n);
    if (clusters > distinct)
        return error_set(
            err, "only %zu of the %zu points differ from each other: too few for %zu clusters",
            distinct, n, clusters);
    Search q = {.s = s,
                .n = n,
                .wanted = clusters,
                .options = *options,
                .on_run = on_run,
                .context = context};
    if (search(&q, err)) {
        affinity_free(&q.best);
        return -1;
    }
    *out = q.best;
    *preference = q.best_preference;
    return 0;
}
