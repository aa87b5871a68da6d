#include "model/train/statistics.h"

#include <stdlib.h>

#include "lib/motion/heading.h"

/* Adds a window, as the networks see it, to the sums. */
static void add_window(const Config *c, const Sequence *q, size_t first, double *sum,
                       double *squares) {
    size_t D = c->motion_dim;
    float frame[SEQUENCE_FRAME_MAX];
    sequence_frames(q, D, first + c->past - c->future - 1, 1, frame);
    Placement p = placement_of(frame, c->relative_root, c->relative_heading);
    for (size_t t = 0; t < c->past; t++) {
        sequence_frames(q, D, first + t, 1, frame);
        placement_enter(&p, frame, frame);
        for (size_t k = 0; k < D; k++) {
            double x = (double)frame[k];
            sum[k] += x;
            squares[k] += x * x;
        }
    }
}

static void finish_statistics(real *mean, real *std, const double *sum, const double *squares,
                              size_t dim, double n, double floor) {
    for (size_t k = 0; k < dim; k++) {
        double m = sum[k] / n, variance = squares[k] / n - m * m;
        double s = variance > 0 ? sqrt(variance) : 0;
        mean[k] = (real)m;
        std[k] = (real)(s > floor ? s : floor);
    }
}

/* Most frames that the bins' ends are taken from. */
enum { BIN_FRAMES = 1 << 18 };

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Column k of every step-th window's frames, as the networks see them. */
static size_t gather_column(const Model *m, const Corpus *corpus, const Crop *windows, size_t count,
                            size_t step, size_t k, float *out) {
    const Config *c = &m->config;
    const real *mean = model_values(m, "motion.mean"), *std = model_values(m, "motion.std");
    size_t D = c->motion_dim, n = 0;
    for (size_t i = 0; i < count; i += step) {
        const Sequence *q = &corpus->items[windows[i].sequence];
        float frame[SEQUENCE_FRAME_MAX];
        sequence_frames(q, D, windows[i].first + c->past - 1, 1, frame);
        Placement p = placement_of(frame, c->relative_root, c->relative_heading);
        for (size_t t = 0; t < c->past; t++) {
            float x;
            if (k < HEADING_NUMBERS) {
                sequence_frames(q, D, windows[i].first + t, 1, frame);
                placement_enter(&p, frame, frame);
                x = frame[k];
            } else {
                x = sequence_number(q, D, windows[i].first + t, k);
            }
            out[n++] = mean ? (x - (float)mean[k]) / (float)std[k] : x;
        }
    }
    return n;
}

/* Ends of the bins of a predictor that sees numbers as classes: the 0.1% and 99.9% quantiles of
 * each column, at least 0.02 apart. */
static int find_bins(Model *m, const Corpus *corpus, const Crop *windows, size_t count,
                     Error *err) {
    real *low = model_values(m, "predictor.bins.low"),
         *high = model_values(m, "predictor.bins.high");
    if (!low || !high) return 0;
    size_t most = BIN_FRAMES / m->config.past + 1, step = (count + most - 1) / most;
    float *column = malloc((count / step + 1) * m->config.past * sizeof *column);
    if (!column) return error_set(err, "out of memory");
    for (size_t k = 0; k < m->config.motion_dim; k++) {
        size_t n = gather_column(m, corpus, windows, count, step, k, column);
        qsort(column, n, sizeof *column, by_size);
        size_t tail = n / 1000;
        real below = (real)column[tail], above = (real)column[n - 1 - tail];
        real gap = above - below < (real)0.02 ? (real)0.01 - (above - below) / 2 : 0;
        low[k] = below - gap;
        high[k] = above + gap;
    }
    free(column);
    return 0;
}

/* Windows of the corpus, as many as *count; NULL with a message. */
static Crop *all_windows(const Config *c, const Corpus *corpus, size_t *count, Error *err) {
    const CropShape shape = {c->past, 0, c->future};
    *count = crops_max(corpus, shape);
    Crop *windows = malloc((*count + 1) * sizeof *windows);
    if (windows) crops_epoch(corpus, shape, NULL, windows);
    if (!windows) error_set(err, "out of memory");
    if (windows && *count == 0) error_set(err, "no sequence has %zu frames", c->past);
    if (windows && *count > 0) return windows;
    free(windows);
    return NULL;
}

static int set_bins(Model *m, const Corpus *corpus, Error *err) {
    size_t count = 0;
    if (!model_has(m, "predictor.bins.low")) return 0;
    Crop *windows = all_windows(&m->config, corpus, &count, err);
    int status = windows ? find_bins(m, corpus, windows, count, err) : -1;
    free(windows);
    return status;
}

static int set_scales(Model *m, const Corpus *corpus, Error *err) {
    const Config *c = &m->config;
    real *motion_mean = model_values(m, "motion.mean"), *music_mean = model_values(m, "music.mean");
    if (!motion_mean) return 0;
    size_t D = c->motion_dim, M = c->music_dim,
           most = crops_max(corpus, (CropShape){c->past, 0, c->future});
    double *sums = calloc(2 * (D + M), sizeof *sums);
    Crop *windows = malloc((most + 1) * sizeof *windows);
    int status = sums && windows ? 0 : error_set(err, "out of memory");
    if (status == 0 && most == 0) status = error_set(err, "no sequence has %zu frames", c->past);
    if (status == 0) {
        crops_epoch(corpus, (CropShape){c->past, 0, c->future}, NULL, windows);
        for (size_t i = 0; i < most; i++)
            add_window(c, &corpus->items[windows[i].sequence], windows[i].first, sums, sums + D);
        finish_statistics(motion_mean, model_values(m, "motion.std"), sums, sums + D, D,
                          (double)(most * c->past), 0.01);
    }
    if (status == 0 && music_mean) {
        double *sum = sums + 2 * D, *squares = sum + M, n = 0;
        for (size_t i = 0; i < corpus->count; i++)
            for (size_t t = 0; t < corpus->items[i].music_frames; t++, n++)
                for (size_t k = 0; k < M; k++) {
                    double x = (double)corpus->items[i].music[t * M + k];
                    sum[k] += x;
                    squares[k] += x * x;
                }
        finish_statistics(music_mean, model_values(m, "music.std"), sum, squares, M, n > 0 ? n : 1,
                          0.001);
    }
    free(sums);
    free(windows);
    return status;
}

int train_statistics(Model *m, const Corpus *corpus, Error *err) {
    return set_scales(m, corpus, err) ? -1 : set_bins(m, corpus, err);
}
