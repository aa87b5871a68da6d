/* beats.c: minima of speed, and their distance from beats of the music. */
#include "metrics/beats.h"

#include <math.h>
#include <stdlib.h>

size_t beats_local_minima(const double *v, size_t n, size_t order, size_t *out) {
    size_t count = 0;
    for (size_t t = 1; t + 1 < n; t++) {
        size_t from = t > order ? t - order : 0;
        size_t last = order < n - 1 - t ? t + order : n - 1;
        bool less = true;
        for (size_t k = from; k <= last && less; k++) less = k == t || v[t] < v[k];
        if (less) out[count++] = t;
    }
    return count;
}

/* Index i of a signal of n that goes on as d c b a | a b c d | d c b a. */
static size_t mirrored(long long i, size_t n) {
    long long period = 2 * (long long)n;
    long long k = i % period;
    if (k < 0) k += period;
    return (size_t)(k < (long long)n ? k : period - 1 - k);
}

void beats_gaussian_smooth(const double *in, size_t n, double sigma, double *out) {
    long long radius = (long long)(4 * sigma + 0.5);
    double total = 0;
    for (long long k = -radius; k <= radius; k++)
        total += exp(-0.5 * (double)(k * k) / (sigma * sigma));
    for (size_t t = 0; t < n; t++) {
        out[t] = 0;
        for (long long k = -radius; k <= radius; k++)
            out[t] += exp(-0.5 * (double)(k * k) / (sigma * sigma)) / total *
                      in[mirrored((long long)t + k, n)];
    }
}

static double joint_speed(const double *now, const double *before, size_t joints) {
    double sum = 0;
    for (size_t j = 0; j < 3 * joints; j += 3) {
        double x = now[j] - before[j];
        double y = now[j + 1] - before[j + 1];
        double z = now[j + 2] - before[j + 2];
        sum += sqrt(x * x + y * y + z * z);
    }
    return sum;
}

int beats_kinematic(const double *positions, size_t frames, size_t joints, const BeatStyle *style,
                    size_t **beats, size_t *count, Error *err) {
    *count = 0;
    *beats = malloc((frames + 1) * sizeof **beats);
    double *speed = malloc((frames + 1) * sizeof *speed);
    double *smooth = malloc((frames + 1) * sizeof *smooth);
    if (*beats && speed && smooth) {
        size_t n = 0;
        if (!style->forward) speed[n++] = 0;
        for (size_t t = 1; t < frames; t++)
            speed[n++] =
                joint_speed(positions + 3 * joints * t, positions + 3 * joints * (t - 1), joints);
        if (style->smooth > 0) beats_gaussian_smooth(speed, n, style->smooth, smooth);
        *count = beats_local_minima(style->smooth > 0 ? smooth : speed, n, style->order, *beats);
        free(speed);
        free(smooth);
        return 0;
    }
    free(*beats);
    free(speed);
    free(smooth);
    *beats = NULL;
    return error_set(err, "out of memory for %zu frames", frames);
}

double beat_align(const double *from, size_t n, const double *to, size_t m, double sigma) {
    if (n == 0) return 0;
    if (m == 0) return NAN;
    double sum = 0;
    size_t k = 0; /* the last beat of `to` at or before from[i], or 0 */
    for (size_t i = 0; i < n; i++) {
        while (k + 1 < m && to[k + 1] <= from[i]) k++;
        double d = fabs(from[i] - to[k]);
        if (k + 1 < m) d = fmin(d, fabs(from[i] - to[k + 1]));
        sum += exp(-d * d / (2 * sigma * sigma));
    }
    return sum / (double)n;
}

double beat_chance(const double *to, size_t m, double first, double end, double sigma) {
    const double unit = sigma * sqrt(2);
    double sum = 0;
    for (size_t k = 0; k < m; k++) { /* the places to which to[k] is the nearest */
        double a = k ? fmax(first, (to[k - 1] + to[k]) / 2) : first;
        double b = k + 1 < m ? fmin(end, (to[k] + to[k + 1]) / 2) : end;
        if (a < b) sum += erf((b - to[k]) / unit) - erf((a - to[k]) / unit);
    }
    return sigma * sqrt(acos(-1) / 2) * sum / (end - first);
}
