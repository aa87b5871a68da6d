/* What surrounds the gradient steps: statistics, the banks' first values, and the past-future bank.
 */
#include <stdlib.h>

#include "lib/motion/heading.h"
#include "model/train/trainer.h"

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

enum { BATCH = 16 };

/* A result of a graph, and where its values for all samples go. */
typedef struct {
    Value value;
    real *all;
} Result;

/* Runs a graph over `count` samples, BATCH at a time, and copies its results. */
static void run_all(Graph *g, Value in, const real *samples, size_t count, const Result *results,
                    size_t result_count) {
    size_t size = graph_rows(g, in) * graph_cols(g, in);
    for (size_t at = 0; at < count; at += BATCH) {
        size_t batch = count - at < BATCH ? count - at : BATCH;
        memcpy(graph_data(g, in), samples + at * size, batch * size * sizeof(real));
        graph_forward(g, batch);
        for (size_t i = 0; i < result_count; i++) {
            size_t width = graph_rows(g, results[i].value) * graph_cols(g, results[i].value);
            memcpy(results[i].all + at * width, graph_data(g, results[i].value),
                   batch * width * sizeof(real));
        }
    }
}

int bank_initialise(Model *m, const float *const *centers, Error *err) {
    const Config *c = &m->config;
    size_t window = c->past * c->motion_dim, size = c->items * window;
    Graph *g = graph_new(&m->params, BATCH);
    real *samples = malloc(size * sizeof *samples);
    int status = g && samples ? 0 : error_set(err, "out of memory");
    if (status == 0) {
        Value in = graph_input(g, c->past, c->motion_dim),
              root = reference_frame(g, c, in, c->past - c->future - 1);
        Value out = op_mean_rows(g, refine_encode(g, c, normalise_motion(g, c, in, root)));
        graph_keep(g, out);
        status = graph_finish(g, -1, err);
        for (size_t i = 0; status == 0 && i < m->genre_count; i++) {
            for (size_t k = 0; k < size; k++) samples[k] = (real)centers[i][k];
            run_all(g, in, samples, c->items,
                    &(Result){out, model_values(m, "bank.manifold") + i * c->items * c->bank.width},
                    1);
        }
    }
    graph_free(g);
    free(samples);
    return status;
}

/* Each item as all n latents -> motion -> two halves -> encoder -> mean over frames: keys (past)
 * and values (future). All in the networks' own coordinates. */
int bank_derive_transit(Model *m, Error *err) {
    const Config *c = &m->config;
    size_t half = c->past / 2, count = m->genre_count * c->items;
    Graph *g = graph_new(&m->params, BATCH);
    if (!g) return error_set(err, "out of memory");
    Value item = graph_input(g, 1, c->bank.width);
    Value motion = refine_decode(g, c, op_repeat_row(g, item, c->latents), 0);
    Value past = op_mean_rows(g, refine_encode(g, c, op_slice_rows(g, motion, 0, half)));
    Value future =
        op_mean_rows(g, refine_encode(g, c, op_slice_rows(g, motion, c->past - half, half)));
    graph_keep(g, past);
    graph_keep(g, future);
    int status = graph_finish(g, -1, err);
    const Result halves[2] = {{past, model_values(m, "bank.past")},
                              {future, model_values(m, "bank.future")}};
    if (status == 0) run_all(g, item, model_values(m, "bank.manifold"), count, halves, 2);
    graph_free(g);
    return status;
}
