#include "model/cluster/similarity.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/blas.h"
#include "lib/motion/heading.h"

enum {
    TILE = 256,
    SLAB = 4096,
    STRIP = 32
}; /* windows by values that are multiplied at once: some MB of float64 */

void cluster_windows_free(ClusterWindows *w) {
    free(w->start);
    free(w->motion);
    free(w->first);
    *w = (ClusterWindows){0};
}

int cluster_windows_cut(const Motion *motions, size_t count, size_t frames, size_t stride,
                        size_t origin, ClusterWindows *out, Error *err) {
    *out = (ClusterWindows){
        .frames = frames, .dim = count ? motion_dim(motions) : 0, .origin = origin};
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += motions[i].frames < frames ? 0 : (motions[i].frames - frames) / stride + 1;
    out->start = calloc(total + 1, sizeof *out->start);
    out->motion = calloc(total + 1, sizeof *out->motion);
    out->first = calloc(total + 1, sizeof *out->first);
    if (!out->start || !out->motion || !out->first) {
        cluster_windows_free(out);
        return error_set(err, "out of memory for %zu windows", total);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t first = 0; first + frames <= motions[i].frames; first += stride) {
            out->start[out->count] = motions[i].data + first * out->dim;
            out->motion[out->count] = i;
            out->first[out->count++] = first;
        }
    return 0;
}

void cluster_windows_copy(const ClusterWindows *w, size_t i, float *out) {
    memcpy(out, w->start[i], w->frames * w->dim * sizeof *out);
    if (w->origin == CLUSTER_WINDOW_ABSOLUTE) return;
    Placement p = placement_of(w->start[i] + w->origin * w->dim, true, w->heading);
    for (size_t f = 0; f < w->frames; f++) placement_enter(&p, out + f * w->dim, out + f * w->dim);
}

/* Values [from, to) of windows [first, first + count) as float64 rows; squares [count] grow by
 * their squared lengths. */
static void load_slab(const ClusterWindows *w, size_t first, size_t count, size_t from, size_t to,
                      double *rows, double *squares) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        const float *window = w->start[first + i];
        double *row = rows + i * SLAB, sum = 0.0;
        for (size_t at = from; at < to; at++) row[at - from] = (double)window[at];
        if (w->origin != CLUSTER_WINDOW_ABSOLUTE) {
            Placement p = placement_of(window + w->origin * w->dim, true, w->heading);
            for (size_t frame = from / w->dim * w->dim; frame < to; frame += w->dim) {
                float placed[HEADING_NUMBERS];
                placement_enter(&p, window + frame, placed);
                for (size_t k = 0; k < HEADING_NUMBERS; k++)
                    if (frame + k >= from && frame + k < to)
                        row[frame + k - from] = (double)placed[k];
            }
        }
        for (size_t at = 0; at < to - from; at++) sum += row[at] * row[at];
        squares[i] += sum;
    }
}

/* gram [rows, columns] += left right^T, strip by strip: OpenBLAS itself is kept at one thread. */
static void multiply_slabs(size_t rows, size_t columns, size_t depth, const double *left,
                           const double *right, double *gram) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i += STRIP)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans,
                    (int)(rows - i < STRIP ? rows - i : STRIP), (int)columns, (int)depth, 1.0,
                    left + i * SLAB, SLAB, right, SLAB, 1.0, gram + i * TILE, TILE);
}

static void fill_tile(const ClusterWindows *w, size_t r, size_t rows, size_t c, size_t columns,
                      const double *gram, const double *row_squares, const double *column_squares,
                      float *s) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double distance = row_squares[i] + column_squares[j] - 2.0 * gram[i * TILE + j];
            float value = r + i == c + j || distance < 0.0 ? 0.0f : (float)-distance;
            s[(r + i) * w->count + c + j] = s[(c + j) * w->count + r + i] = value;
        }
}

int cluster_windows_similarity(const ClusterWindows *w, float *s, Error *err) {
    double *left = malloc(TILE * SLAB * sizeof *left), *right = malloc(TILE * SLAB * sizeof *right),
           *gram = malloc(TILE * TILE * sizeof *gram);
    int status = left && right && gram ? 0 : error_set(err, "out of memory");
    size_t size = w->frames * w->dim;
    for (size_t r = 0; !status && r < w->count; r += TILE) {
        size_t rows = w->count - r < TILE ? w->count - r : TILE;
        for (size_t c = r; c < w->count; c += TILE) {
            size_t columns = w->count - c < TILE ? w->count - c : TILE;
            double row_squares[TILE] = {0}, column_squares[TILE] = {0};
            memset(gram, 0, TILE * TILE * sizeof *gram);
            for (size_t from = 0; from < size; from += SLAB) {
                size_t to = size - from < SLAB ? size : from + SLAB;
                load_slab(w, r, rows, from, to, left, row_squares);
                load_slab(w, c, columns, from, to, right, column_squares);
                multiply_slabs(rows, columns, to - from, left, right, gram);
            }
            fill_tile(w, r, rows, c, columns, gram, row_squares, column_squares, s);
        }
    }
    free(left);
    free(right);
    free(gram);
    return status;
}
