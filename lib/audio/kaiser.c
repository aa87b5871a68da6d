/* kaiser.c: resampy 0.2.2, resampy.core.resample and resampy.filters.sinc_window. The table of
 * `zeros` * 512 + 1 values of one wing of the filter is kept in the order in which it is read: all
 * taps of one phase after the other. Sums are rounded to single precision after every tap, as
 * there. */
#include "lib/audio/kaiser.h"

#include <math.h>
#include <stdlib.h>

enum { PRECISION = 512 /* values per zero crossing */, LANES = 8 };

const KaiserFilter kaiser_best = {64, 0.9475937167399596, 14.769656459379492};
const KaiserFilter kaiser_fast = {16, 0.85, 8.555504641634386};

/* Modified Bessel function of the first kind, order 0, by its power series. */
static double bessel_i0(double x) {
    double term = 1, sum = 1;
    for (int k = 1; term > 1e-18 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

static double wing_value(const KaiserFilter *f, size_t i) {
    const double count = (double)(f->zeros * PRECISION), u = (double)i / count,
                 x = M_PI * f->rolloff * (double)i / (double)PRECISION;
    return f->rolloff * (i ? sin(x) / x : 1) * bessel_i0(f->beta * sqrt(1 - u * u)) /
           bessel_i0(f->beta);
}

/* Tap i of phase p is value p + i step of the wing, delta the way to the value after it; all of
 * them times `scale`. */
typedef struct {
    size_t step, taps, size;
    double scale, *value, *delta; /* [step + 1][taps] */
} Table;

static int table_new(Table *t, const KaiserFilter *f, double ratio, Error *err) {
    const double scale = fmin(1, ratio);
    *t = (Table){.step = (size_t)(scale * (double)PRECISION),
                 .scale = scale,
                 .size = f->zeros * PRECISION + 1};
    if (t->step == 0) return error_set(err, "a change of sample rate by %g is too much", ratio);
    t->taps = (t->size + t->step - 1) / t->step;
    double *wing = malloc((t->size + 1) * sizeof *wing);
    t->value = calloc((t->step + 1) * t->taps, sizeof(double));
    t->delta = calloc((t->step + 1) * t->taps, sizeof(double));
    if (!wing || !t->value || !t->delta) {
        free(wing);
        free(t->value);
        free(t->delta);
        return error_set(err, "out of memory for a resampler");
    }
    for (size_t i = 0; i < t->size; i++) wing[i] = scale * wing_value(f, i);
    wing[t->size] = wing[t->size - 1]; /* no way to go after the last */
    for (size_t p = 0; p <= t->step; p++)
        for (size_t i = 0; i < t->taps && p + i * t->step < t->size; i++) {
            const double *v = wing + p + i * t->step;
            t->value[p * t->taps + i] = v[0];
            t->delta[p * t->taps + i] = v[1] - v[0];
        }
    free(wing);
    return 0;
}

/* One wing of the filter, for one output: the taps of a phase, and the samples that they meet. */
typedef struct {
    const double *value, *delta;
    double eta;
    const float *x;
    size_t count;
} Wing;

/* `fraction` of a zero crossing into the wing, with at most so many samples from x on. */
static Wing wing_at(const Table *t, double fraction, const float *x, size_t most) {
    const double index = fraction * (double)PRECISION;
    const size_t phase = (size_t)index, taps = (t->size - phase) / t->step;
    return (Wing){t->value + phase * t->taps, t->delta + phase * t->taps, index - (double)phase, x,
                  most < taps ? most : taps};
}

static float add_tap(float sum, const Wing *w, size_t i, ptrdiff_t direction) {
    return (float)((double)sum + (w->value[i] + w->eta * w->delta[i]) *
                                     (double)*(w->x + direction * (ptrdiff_t)i));
}

/* sum[j] += tap i of wing j times sample i or -i, for all i, several outputs at a time because each
 * of them must wait for its own last sum. */
static void add_wings(const Wing *wings, size_t count, ptrdiff_t direction, float *sum) {
    size_t common = wings[0].count;
    for (size_t j = 1; j < count; j++) common = wings[j].count < common ? wings[j].count : common;
    if (count == LANES)
        for (size_t i = 0; i < common; i++)
            for (size_t j = 0; j < LANES; j++) sum[j] = add_tap(sum[j], &wings[j], i, direction);
    for (size_t j = 0; j < count; j++)
        for (size_t i = count == LANES ? common : 0; i < wings[j].count; i++)
            sum[j] = add_tap(sum[j], &wings[j], i, direction);
}

int kaiser_resample(const float *x, size_t n, double ratio, const KaiserFilter *filter, float *y,
                    size_t m, Error *err) {
    Table table;
    if (table_new(&table, filter, ratio, err)) return -1;
    const double increment = 1 / ratio;
    double time = 0; /* added up, not multiplied, as there */
    for (size_t t = 0; t < m; t += LANES) {
        const size_t count = m - t < LANES ? m - t : LANES;
        Wing left[LANES], right[LANES];
        for (size_t j = 0; j < count; j++, time += increment) {
            const size_t at = (size_t)time < n ? (size_t)time : n - 1;
            const double fraction = table.scale * (time - (double)at);
            left[j] = wing_at(&table, fraction, x + at, at + 1);
            right[j] = wing_at(&table, table.scale - fraction, x + at + 1, n - at - 1);
        }
        for (size_t j = 0; j < count; j++) y[t + j] = 0;
        add_wings(left, count, -1, y + t);
        add_wings(right, count, 1, y + t);
    }
    free(table.value);
    free(table.delta);
    return 0;
}
