/* signals.h: the synthetic signals of scripts/make-golden-music.py, sample for sample, and the
 * numbers that librosa makes of them. */
#ifndef TEST_FEATURES_MINT35_SIGNALS_H
#define TEST_FEATURES_MINT35_SIGNALS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/formats/tensor_file.h" /* before cmocka.h, which has a macro called fail */

#include <cmocka.h>

/* -1 .. 1 by a linear congruential generator. */
static inline double noise(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 16) / 32768 - 1;
}

/* To the 65536 values of 16-bit sound. */
static inline float quantised(double x) {
    x = x < -1 ? -1 : x > 0.9999 ? 0.9999 : x;
    return (float)(floor(x * 32768 + 0.5) / 32768);
}

/* Chords that change every 2 s and sound anew every 0.5 s, behind a click, over faint noise. Owned
 * by the caller. */
static inline float *song(double rate, size_t n) {
    static const double chords[3][3] = {
        {220.0, 261.6, 329.6}, {174.6, 220.0, 261.6}, {196.0, 246.9, 293.7}};
    float *x = malloc(n * sizeof *x);
    uint32_t state = 1;
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i / rate, beat = fmod(t, 0.5);
        double v = 0.01 * noise(&state);
        for (size_t c = 0; c < 3; c++)
            v += 0.2 * sin(2 * M_PI * 1.007 * chords[(size_t)(t / 2) % 3][c] * t) * exp(-3 * beat);
        if (beat < 0.003) v += 0.5 * noise(&state);
        x[i] = quantised(v);
    }
    return x;
}

static inline float *white(uint32_t seed, size_t n) {
    float *x = malloc((n ? n : 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) x[i] = quantised(0.3 * noise(&seed));
    return x;
}

/* scripts/make-golden-music.py's envelope of that name: cubes of noise where it is positive, in
 * every other case with a swell now and then. */
static inline float *random_envelope(size_t number, size_t frames) {
    uint32_t state = (uint32_t)(1000 + number);
    float *x = malloc(frames * sizeof *x);
    assert_non_null(x);
    for (size_t t = 0; t < frames; t++) {
        const double u = noise(&state), v = u > 0 ? u * u * u * 5 : 0;
        x[t] = (float)(number % 2 && t % (20 + number) == 7 ? v + 2 : v);
    }
    return x;
}

static inline void golden(const char *name, Tensors *set) {
    char path[200];
    Error err = {0};
    snprintf(path, sizeof path, "test/golden/music/%s.npz", name);
    if (tensor_file_read(path, set, &err)) fail_msg("%s", err.text);
}

/* A float64 copy of a tensor of floats. Owned by the caller. */
static inline double *numbers(const Tensors *set, const char *name, size_t *count) {
    const Tensor *t = tensors_find(set, name);
    if (!t) fail_msg("golden %s is missing", name);
    *count = tensor_count(t);
    double *x = malloc(*count * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < *count; i++)
        x[i] = t->type == TENSOR_F32   ? (double)tensor_f32(t)[i]
               : t->type == TENSOR_F64 ? tensor_f64(t)[i]
                                       : (double)tensor_i64(t)[i];
    return x;
}

static inline double number(const Tensors *set, const char *name) {
    size_t count;
    double *x = numbers(set, name, &count), v = x[0];
    free(x);
    assert_int_equal(count, 1);
    return v;
}

/* Column `first` + k of row t * step of x [frames, stride], for all t and k < columns, lies within
 * tolerance of the next golden number. */
static inline void assert_close(const char *what, const float *x, size_t stride, size_t step,
                                const double *wanted, size_t count, size_t columns,
                                double tolerance) {
    double worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs((double)x[i / columns * step * stride + i % columns] - wanted[i]);
        if (!(error <= worst)) {
            worst = error;
            where = i;
        }
    }
    if (!(worst <= tolerance))
        fail_msg("%s: row %zu column %zu is off by %g, more than %g", what, where / columns,
                 where % columns, worst, tolerance);
}

#endif
