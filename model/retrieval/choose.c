#include "model/retrieval/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nn/kernels/matmul.h"

/* Pieces are numbered within the genre here. */
typedef struct {
    const DanceWanted *of;
    size_t first, count; /* of the genre */
    real *squares; /* [count]: |start|^2 */
    real *stay; /* [count]: what a piece costs at this step, whatever came before */
    unsigned char *recent; /* [count] */
} Costs;

static void costs_free(Costs *c) {
    free(c->squares);
    free(c->stay);
    free(c->recent);
}

static double square(const float *a, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)a[i];
    return sum;
}

static int costs_new(Costs *c, const DanceWanted *w, Error *err) {
    const Pieces *p = w->pieces;
    const size_t first = p->first[w->genre], count = p->first[w->genre + 1] - first;
    *c = (Costs){.of = w,
                 .first = first,
                 .count = count,
                 .squares = calloc(count + 1, sizeof *c->squares),
                 .stay = calloc(count + 1, sizeof *c->stay),
                 .recent = calloc(count + 1, sizeof *c->recent)};
    size_t left = 0;
    for (size_t i = 0; i < count; i++) left += !w->barred || !w->barred[i];
    if (!c->squares || !c->stay || !c->recent) {
        costs_free(c);
        return error_set(err, "out of memory");
    }
    if (left == 0) {
        costs_free(c);
        return error_set(err, "no piece is left to dance");
    }
    for (size_t i = 0; i < count; i++)
        c->squares[i] = (real)square(p->start + (first + i) * p->pose_dim, p->pose_dim);
    return 0;
}

/* c->stay: the music's part. */
static void listen(Costs *c, size_t step) {
    const DanceWanted *w = c->of;
    const Pieces *p = w->pieces;
    const float *u = w->music + step * p->music_dim;
    const unsigned char *beats = w->beats + step * p->future;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < c->count; i++) {
        const float *v = p->music + (c->first + i) * p->music_dim;
        const unsigned char *flags = p->beats + (c->first + i) * p->future;
        double distance = 0;
        size_t differ = 0;
        for (size_t k = 0; k < p->music_dim; k++)
            distance += (double)(u[k] - v[k]) * (double)(u[k] - v[k]);
        for (size_t k = 0; k < p->future; k++) differ += beats[k] != flags[k];
        const double cost =
            w->costs->music * distance + w->costs->beat * (double)differ / (double)p->future;
        c->stay[i] = w->barred && w->barred[i] ? (real)INFINITY : (real)cost;
    }
}

/* rows [n, count]: what going from the poses [n, pose_dim] to every piece costs. */
static void step_from(const Costs *c, const float *poses, size_t n, real *rows) {
    const Pieces *p = c->of->pieces;
    const real *start = p->start + c->first * p->pose_dim;
    matmul_nt(n, c->count, p->pose_dim, -2, poses, p->pose_dim, start, p->pose_dim, 0, rows,
              c->count);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < n; r++) {
        const real own = (real)square(poses + r * p->pose_dim, p->pose_dim);
        real *row = rows + r * c->count;
        for (size_t i = 0; i < c->count; i++) {
            const real distance = row[i] + own + c->squares[i]; /* may round below 0 */
            row[i] = (real)c->of->costs->pose * (distance > 0 ? distance : 0);
        }
    }
}

/* Sets or clears marks at the pieces that share frames with piece i, itself included. */
static void mark(const Costs *c, size_t i, unsigned char value) {
    const Pieces *p = c->of->pieces;
    const Piece *items = p->items + c->first;
    const size_t reach = p->future / p->stride - 1;
    const size_t from = i > reach ? i - reach : 0;
    const size_t to = i + reach < c->count ? i + reach : c->count - 1;
    for (size_t k = from; k <= to; k++)
        if (items[k].sequence == items[i].sequence) c->recent[k] = value;
}

/* The rules that depend on what was danced before, the last piece at past[0]. */
static void apply_rules(Costs *c, const size_t *past, size_t n, real *row) {
    const ChoiceCosts *k = c->of->costs;
    const size_t next = n ? pieces_next(c->of->pieces, c->first + past[0]) : 0;
    if (n && next < c->of->pieces->count) row[next - c->first] -= (real)k->follow;
    if (k->repeat == 0) return;
    for (size_t i = 0; i < n; i++) mark(c, past[i], 1);
    for (size_t i = 0; i < c->count; i++)
        if (c->recent[i]) row[i] += (real)k->repeat;
    for (size_t i = 0; i < n; i++) mark(c, past[i], 0);
}

/* --- from the seed --- */

/* row [count] of the first step. */
static void start_from_seed(const Costs *c, real *row) {
    if (c->of->seed_pose)
        step_from(c, c->of->seed_pose, 1, row);
    else
        memset(row, 0, c->count * sizeof *row);
}

static const float *end_of(const Costs *c, size_t piece) {
    return c->of->pieces->end + (c->first + piece) * c->of->pieces->pose_dim;
}

/* row [count]: of step `step` after chosen[0 .. step - 1], without the music's part; past [recent]
 * is scratch. */
static void row_after(Costs *c, const size_t *chosen, size_t step, size_t *past, real *row) {
    const size_t recent = c->of->costs->recent > 0 ? c->of->costs->recent : 1;
    const size_t n = step < recent ? step : recent;
    if (step == 0) {
        start_from_seed(c, row);
        return;
    }
    for (size_t i = 0; i < n; i++) past[i] = chosen[step - 1 - i] - c->first;
    step_from(c, end_of(c, past[0]), 1, row);
    apply_rules(c, past, n, row);
}

/* --- one after the other --- */

typedef struct {
    double cost;
    size_t piece;
} Offer;

static int by_cost(const void *a, const void *b) {
    const Offer *x = a, *y = b;
    const int order = (x->cost > y->cost) - (x->cost < y->cost);
    return order ? order : (x->piece > y->piece) - (x->piece < y->piece);
}

static size_t draw(const Offer *offers, size_t count, double temperature, Rng *rng) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp((offers[0].cost - offers[i].cost) / temperature);
    double left = rng_uniform(rng) * sum;
    for (size_t i = 0; i + 1 < count; i++) {
        left -= exp((offers[0].cost - offers[i].cost) / temperature);
        if (left < 0) return i;
    }
    return count - 1;
}

/* The offers that can be taken, the cheapest first. */
static size_t sort_offers(const Costs *c, const real *row, Offer *offers) {
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        if (isfinite(c->stay[i])) offers[n++] = (Offer){(double)row[i] + (double)c->stay[i], i};
    qsort(offers, n, sizeof *offers, by_cost);
    return n;
}

int choose_greedily(const DanceWanted *w, size_t best, double temperature, Rng *rng, size_t *chosen,
                    Error *err) {
    Costs c;
    if (costs_new(&c, w, err)) return -1;
    real *row = calloc(c.count + 1, sizeof *row);
    Offer *offers = calloc(c.count + 1, sizeof *offers);
    size_t *past = calloc(w->costs->recent + 1, sizeof *past);
    const int status = row && offers && past ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < w->steps; i++) {
        listen(&c, i);
        row_after(&c, chosen, i, past, row);
        const size_t n = sort_offers(&c, row, offers);
        const size_t k = temperature > 0 ? draw(offers, n < best ? n : best, temperature, rng) : 0;
        chosen[i] = c.first + offers[k].piece;
    }
    free(past);
    free(offers);
    free(row);
    costs_free(&c);
    return status;
}

int choose_cost(const DanceWanted *w, const size_t *chosen, double *cost, Error *err) {
    Costs c;
    if (costs_new(&c, w, err)) return -1;
    real *row = calloc(c.count + 1, sizeof *row);
    size_t *past = calloc(w->costs->recent + 1, sizeof *past);
    const int status = row && past ? 0 : error_set(err, "out of memory");
    *cost = 0;
    for (size_t i = 0; status == 0 && i < w->steps; i++) {
        listen(&c, i);
        row_after(&c, chosen, i, past, row);
        *cost += (double)row[chosen[i] - c.first] + (double)c.stay[chosen[i] - c.first];
    }
    free(past);
    free(row);
    costs_free(&c);
    return status;
}

/* --- all together --- */

/* The cheapest way to a piece at a step. */
typedef struct {
    double cost;
    size_t piece;
    size_t before; /* node of the step before */
} Way;

typedef struct {
    Costs costs;
    size_t beam;
    Way *ways; /* [steps, beam] */
    size_t *widths; /* [steps]: ways kept */
    Way *all; /* [count]: of the step that is worked on */
    float *ends; /* [beam, pose_dim] */
    real *rows; /* [beam, count] */
    size_t *past; /* [recent + 1] */
} Plan;

static void plan_free(Plan *p) {
    costs_free(&p->costs);
    free(p->ways);
    free(p->widths);
    free(p->all);
    free(p->ends);
    free(p->rows);
    free(p->past);
}

static int plan_new(Plan *p, const DanceWanted *w, size_t beam, Error *err) {
    *p = (Plan){0};
    if (costs_new(&p->costs, w, err)) return -1;
    const size_t count = p->costs.count;
    p->beam = beam < count ? beam : count;
    p->ways = calloc(w->steps * p->beam + 1, sizeof *p->ways);
    p->widths = calloc(w->steps + 1, sizeof *p->widths);
    p->all = calloc(count + 1, sizeof *p->all);
    p->ends = calloc(p->beam * w->pieces->pose_dim + 1, sizeof *p->ends);
    p->rows = calloc(p->beam * count + 1, sizeof *p->rows);
    p->past = calloc(w->costs->recent + 1, sizeof *p->past);
    if (p->ways && p->widths && p->all && p->ends && p->rows && p->past) return 0;
    plan_free(p);
    return error_set(err, "out of memory");
}

/* The pieces on the way to node n of a step, the last first, into p->past. */
static size_t walk_back(const Plan *p, size_t step, size_t n) {
    const size_t recent = p->costs.of->costs->recent > 0 ? p->costs.of->costs->recent : 1;
    size_t count = 0;
    for (;; step--) {
        const Way *way = &p->ways[step * p->beam + n];
        p->past[count++] = way->piece;
        if (count == recent || step == 0) return count;
        n = way->before;
    }
}

/* rows [width, count]: what every piece costs after each way that was kept of the step before. */
static size_t go_on(Plan *p, size_t step) {
    Costs *c = &p->costs;
    if (step == 0) {
        start_from_seed(c, p->rows);
        return 1;
    }
    const size_t width = p->widths[step - 1], dim = c->of->pieces->pose_dim;
    const Way *ways = p->ways + (step - 1) * p->beam;
    for (size_t n = 0; n < width; n++)
        memcpy(p->ends + n * dim, end_of(c, ways[n].piece), dim * sizeof *p->ends);
    step_from(c, p->ends, width, p->rows);
    for (size_t n = 0; n < width; n++) {
        const size_t count = walk_back(p, step - 1, n);
        apply_rules(c, p->past, count, p->rows + n * c->count);
    }
    return width;
}

static int by_way_cost(const void *a, const void *b) {
    const Way *x = a, *y = b;
    const int order = (x->cost > y->cost) - (x->cost < y->cost);
    return order ? order : (x->piece > y->piece) - (x->piece < y->piece);
}

static void plan_step(Plan *p, size_t step) {
    Costs *c = &p->costs;
    const size_t width = go_on(p, step);
    const Way *ways = step ? p->ways + (step - 1) * p->beam : NULL;
    listen(c, step);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < c->count; i++) {
        Way best = {INFINITY, i, 0};
        for (size_t n = 0; n < width; n++) {
            const double before = ways ? ways[n].cost : 0;
            const double cost = before + (double)p->rows[n * c->count + i];
            if (cost < best.cost) best = (Way){cost, i, n};
        }
        best.cost += (double)c->stay[i];
        p->all[i] = best;
    }
    qsort(p->all, c->count, sizeof *p->all, by_way_cost);
    size_t kept = 0;
    while (kept < p->beam && isfinite(p->all[kept].cost)) kept++;
    memcpy(p->ways + step * p->beam, p->all, kept * sizeof *p->all);
    p->widths[step] = kept;
}

int choose_plan(const DanceWanted *w, size_t beam, size_t *chosen, Error *err) {
    Plan p;
    if (plan_new(&p, w, beam, err)) return -1;
    for (size_t i = 0; i < w->steps; i++) plan_step(&p, i);
    size_t n = 0; /* the cheapest comes first */
    for (size_t i = w->steps; i-- > 0;) {
        const Way *way = &p.ways[i * p.beam + n];
        chosen[i] = p.costs.first + way->piece;
        n = way->before;
    }
    plan_free(&p);
    return 0;
}
