/* thresholds.c: fitting freezing thresholds, and keeping them. */
#include "metrics/thresholds.h"

#include "lib/base/numbers.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows of which both deltas are at or below their limits. */
static size_t count_below(const double *pose, const double *trans, size_t n, double pose_limit,
                          double trans_limit) {
    size_t count = 0;
    for (size_t w = 0; w < n; w++) count += pose[w] <= pose_limit && trans[w] <= trans_limit;
    return count;
}

size_t thresholds_frozen_count(const double *pose, const double *trans, size_t n,
                               const Thresholds *t) {
    return count_below(pose, trans, n, t->pose, t->trans);
}

size_t thresholds_held_count(const double *pose, const double *trans, size_t n,
                             const Thresholds *t) {
    return t->nets ? count_below(pose, trans, n, t->net_pose, t->net_trans) : 0;
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
        if ((double)count_below(pose, trans, n, p[k - 1], q[k - 1]) >= target * (double)n)
            high = k;
        else
            low = k + 1;
    }
    size_t best = low, frozen = count_below(pose, trans, n, p[low - 1], q[low - 1]);
    if (low > 1) {
        size_t fewer = count_below(pose, trans, n, p[low - 2], q[low - 2]);
        if (target * (double)n - (double)fewer <= (double)frozen - target * (double)n) {
            best = low - 1;
            frozen = fewer;
        }
    }
    *out = (Thresholds){p[best - 1], q[best - 1], (double)best / (double)n, false, 0, 0, 0};
    free(p);
    free(q);
    if (rate) *rate = (double)frozen / (double)n;
    return 0;
}

int thresholds_fit_net(const double *pose, const double *trans, size_t n, double target,
                       Thresholds *out, Error *err) {
    Thresholds net;
    if (thresholds_fit(pose, trans, n, target, &net, NULL, err)) return -1;
    out->nets = true;
    out->net_pose = net.pose;
    out->net_trans = net.trans;
    out->net_quantile = net.quantile;
    return 0;
}

static int add_nets(const Thresholds *t, Tensors *out, Error *err) {
    if (!t->nets) return 0;
    return tensors_add_f64(out, "net_pose", t->net_pose, err) ||
                   tensors_add_f64(out, "net_trans", t->net_trans, err) ||
                   tensors_add_f64(out, "net_quantile", t->net_quantile, err)
               ? -1
               : 0;
}

int thresholds_to_tensors(const Thresholds *t, Tensors *out, Error *err) {
    *out = (Tensors){0};
    if (!tensors_add_f64(out, "pose", t->pose, err) &&
        !tensors_add_f64(out, "trans", t->trans, err) &&
        !tensors_add_f64(out, "quantile", t->quantile, err) &&
        !tensors_add_f64(out, "fps", THRESHOLDS_FPS, err) && !add_nets(t, out, err))
        return 0;
    tensors_free(out);
    return -1;
}

/* All of them, or none. */
static int find_nets(const Tensors *set, Thresholds *out, Error *err) {
    if (scalar_find(set, &scalar_net_pose_threshold, &out->net_pose, &out->nets, err)) return -1;
    if (!out->nets) return 0;
    return scalar_need(set, &scalar_net_trans_threshold, &out->net_trans, err) ||
                   scalar_need(set, &scalar_net_quantile, &out->net_quantile, err)
               ? -1
               : 0;
}

int thresholds_from_tensors(const Tensors *set, Thresholds *out, Error *err) {
    double fps = THRESHOLDS_FPS;
    *out = (Thresholds){0};
    if (scalar_need(set, &scalar_pose_threshold, &out->pose, err) ||
        scalar_need(set, &scalar_trans_threshold, &out->trans, err) ||
        scalar_need(set, &scalar_quantile, &out->quantile, err) ||
        scalar_find(set, &scalar_fps, &fps, NULL, err) || find_nets(set, out, err))
        return -1;
    const double scale = fps / (double)THRESHOLDS_FPS; /* a longer frame holds more movement */
    out->pose *= scale;
    out->trans *= scale;
    out->net_pose *= scale;
    out->net_trans *= scale;
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
