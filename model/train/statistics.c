#include "model/train/statistics.h"

#include <stdlib.h>

#include "lib/motion/heading.h"

/* Adds a window, as the networks see it, to the sums. */
static void add_window(const Config *c, const float *motion, double *sum, double *squares) {
    size_t D = c->motion_dim;
    Placement p =
        placement_of(motion + (c->past - c->future - 1) * D, c->relative_root, c->relative_heading);
    for (size_t t = 0; t < c->past; t++) {
        float placed[HEADING_NUMBERS];
        placement_enter(&p, motion + t * D, placed);
        for (size_t k = 0; k < D; k++) {
            double x = (double)(k < HEADING_NUMBERS ? placed[k] : motion[t * D + k]);
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

int train_statistics(Model *m, const Corpus *corpus, Error *err) {
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
            add_window(c, corpus->items[windows[i].sequence].motion + windows[i].first * D, sums,
                       sums + D);
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
