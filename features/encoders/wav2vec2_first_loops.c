#include <string.h>

#include "features/encoders/wav2vec2_first.h"

enum { ACROSS = 32, DOWN = 4 }; /* sums in registers */

/* ACROSS channels from `at` on, of so many rows. */
static inline void block(const FirstConv *f, const float *x, size_t at, const size_t rows,
                         float *y) {
    float sum[DOWN][ACROSS];
    for (size_t t = 0; t < rows; t++)
        for (size_t l = 0; l < ACROSS; l++) sum[t][l] = f->shift[at + l];
    for (size_t j = 0; j < f->kernel; j++)
        for (size_t t = 0; t < rows; t++)
            for (size_t l = 0; l < ACROSS; l++)
                sum[t][l] += x[t * f->stride + j] * f->taps[j * f->n + at + l];
    for (size_t t = 0; t < rows; t++) memcpy(y + t * f->n + at, sum[t], sizeof sum[t]);
}

/* Channels from `at` on, of a row. */
static void rest(const FirstConv *f, const float *x, size_t at, float *y) {
    for (; at < f->n; at++) {
        float sum = f->shift[at];
        for (size_t j = 0; j < f->kernel; j++) sum += x[j] * f->taps[j * f->n + at];
        y[at] = sum;
    }
}

static void convolve(const FirstConv *f, const float *x, size_t rows, float *y) {
    for (size_t t = 0; t < rows;) {
        const size_t count = rows - t < DOWN ? 1 : DOWN;
        const float *from = x + t * f->stride;
        float *to = y + t * f->n;
        size_t at = 0;
        for (; at + ACROSS <= f->n; at += ACROSS)
            if (count == DOWN)
                block(f, from, at, DOWN, to);
            else
                block(f, from, at, 1, to);
        for (size_t i = 0; i < count; i++) rest(f, from + i * f->stride, at, to + i * f->n);
        t += count;
    }
}

const FirstConvLoops LOOPS_TABLE(first_conv_loops) = {.convolve = convolve};
