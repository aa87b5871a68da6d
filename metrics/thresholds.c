/* thresholds.c: fitting freezing thresholds, and keeping them. */
#include "metrics/thresholds.h"

#include "lib/base/numbers.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t thresholds_frozen_count(const double *pose, const double *trans, size_t n,
                               const Thresholds *t) {
    size_t count = 0;
    for (size_t w = 0; w < n; w++) count += pose[w] <= t->pose && trans[w] <= t->trans;
    return count;
}

int thresholds_fit(const double *pose, const double *trans, size_t n, double target,
                   Thresholds *out, double *rate, Error *err) {
    double *p = malloc(n * sizeof *p);
    double *q = malloc(n * sizeof *q);
    if (!p || !q) {
        free(p);
        free(q);
        return error_set(err, "out of memory for %zu windows", n);
    }
    memcpy(p, pose, n * sizeof *p);
    memcpy(q, trans, n * sizeof *q);
    doubles_sort(p, n);
    doubles_sort(q, n);
    /* The count grows with k: bisect for the first k that reaches the target, then look one step
     * down. */
    size_t low = 1, high = n;
    while (low < high) {
        size_t k = (low + high) / 2;
        Thresholds t = {p[k - 1], q[k - 1], 0};
        if ((double)thresholds_frozen_count(pose, trans, n, &t) >= target * (double)n)
            high = k;
        else
            low = k + 1;
    }
    Thresholds best = {p[low - 1], q[low - 1], (double)low / (double)n};
    size_t frozen = thresholds_frozen_count(pose, trans, n, &best);
    if (low > 1) {
        Thresholds below = {p[low - 2], q[low - 2], (double)(low - 1) / (double)n};
        size_t fewer = thresholds_frozen_count(pose, trans, n, &below);
        if (target * (double)n - (double)fewer <= (double)frozen - target * (double)n) {
            best = below;
            frozen = fewer;
        }
    }
    free(p);
    free(q);
    *out = best;
    if (rate) *rate = (double)frozen / (double)n;
    return 0;
}

int thresholds_to_tensors(const Thresholds *t, Tensors *out, Error *err) {
    *out = (Tensors){0};
    if (!tensors_add_f64(out, "pose", t->pose, err) &&
        !tensors_add_f64(out, "trans", t->trans, err) &&
        !tensors_add_f64(out, "quantile", t->quantile, err) &&
        !tensors_add_f64(out, "fps", THRESHOLDS_FPS, err))
        return 0;
    tensors_free(out);
    return -1;
}

int thresholds_from_tensors(const Tensors *set, Thresholds *out, Error *err) {
    double fps = THRESHOLDS_FPS;
    if (scalar_need(set, &scalar_pose_threshold, &out->pose, err) ||
        scalar_need(set, &scalar_trans_threshold, &out->trans, err) ||
        scalar_need(set, &scalar_quantile, &out->quantile, err) ||
        scalar_find(set, &scalar_fps, &fps, NULL, err))
        return -1;
    out->pose *= fps / (double)THRESHOLDS_FPS; /* a longer frame holds more movement */
    out->trans *= fps / (double)THRESHOLDS_FPS;
    return 0;
}

int thresholds_read(const char *path, Thresholds *out, Error *err) {
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    int status = thresholds_from_tensors(&set, out, err);
    tensors_free(&set);
    return status ? error_prefix(err, path) : 0;
}

int thresholds_write(const char *path, const Thresholds *t, Error *err) {
    Tensors set;
    if (thresholds_to_tensors(t, &set, err)) return -1;
    int status = npz_write(path, &set, err);
    tensors_free(&set);
    return status;
}
