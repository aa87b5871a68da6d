#include "lib/formats/scalar.h"

const ScalarBounds scalar_fps = {"fps", 1, 1000};
const ScalarBounds scalar_tempo = {"tempo", 0, 1000};
const ScalarBounds scalar_pose_threshold = {"pose", 0, 180};
const ScalarBounds scalar_trans_threshold = {"trans", 0, 1e6};
const ScalarBounds scalar_quantile = {"quantile", 0, 1};
const ScalarBounds scalar_net_pose_threshold = {"net_pose", 0, 180};
const ScalarBounds scalar_net_trans_threshold = {"net_trans", 0, 1e6};
const ScalarBounds scalar_net_quantile = {"net_quantile", 0, 1};

int scalar_check(const ScalarBounds *bounds, double value, Error *err) {
    if (value >= bounds->min && value <= bounds->max) return 0;
    return error_set(err, "'%s' is %g, but must lie between %g and %g", bounds->name, value,
                     bounds->min, bounds->max);
}

int scalar_take(Tensor *t, const ScalarBounds *bounds, double *out, Error *err) {
    if (t->type == TENSOR_BYTES || tensor_count(t) != 1)
        return error_set(err, "'%s' is not one number", bounds->name);
    if (tensor_convert(t, TENSOR_F64, err)) return error_prefix(err, bounds->name);
    if (scalar_check(bounds, *tensor_f64(t), err)) return -1;
    *out = *tensor_f64(t);
    return 0;
}

int scalar_find(const Tensors *set, const ScalarBounds *bounds, double *out, bool *found,
                Error *err) {
    Tensor *t = tensors_find(set, bounds->name);
    if (found) *found = t != NULL;
    return t ? scalar_take(t, bounds, out, err) : 0;
}

int scalar_need(const Tensors *set, const ScalarBounds *bounds, double *out, Error *err) {
    Tensor *t = tensors_need(set, bounds->name, err);
    return t ? scalar_take(t, bounds, out, err) : -1;
}
