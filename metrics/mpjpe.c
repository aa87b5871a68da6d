/* mpjpe.c: errors of joints in a frame. */
#include "metrics/mpjpe.h"

#include <math.h>

#include "lib/motion/rotation.h"

static void mean_of(const double *p, size_t joints, double mean[3]) {
    mean[0] = mean[1] = mean[2] = 0;
    for (size_t j = 0; j < joints; j++)
        for (size_t i = 0; i < 3; i++) mean[i] += p[3 * j + i] / (double)joints;
}

double pa_mpjpe(const double *real, const double *predicted, size_t joints) {
    double p0[3], q0[3], h[9] = {0}, r[9], square = 0, along = 0, sum = 0;
    mean_of(real, joints, p0);
    mean_of(predicted, joints, q0);
    for (size_t j = 0; j < joints; j++)
        for (size_t i = 0; i < 3; i++) {
            double p = real[3 * j + i] - p0[i];
            double q = predicted[3 * j + i] - q0[i];
            for (size_t k = 0; k < 3; k++) h[3 * i + k] += p * (predicted[3 * j + k] - q0[k]);
            square += q * q;
        }
    rotation_nearest(h, r);
    for (size_t k = 0; k < 9; k++) along += r[k] * h[k];
    double scale = square > 0 ? along / square : 0;
    for (size_t j = 0; j < joints; j++) {
        double error = 0;
        for (size_t i = 0; i < 3; i++) {
            double moved = 0;
            for (size_t k = 0; k < 3; k++) moved += r[3 * i + k] * (predicted[3 * j + k] - q0[k]);
            double d = real[3 * j + i] - p0[i] - scale * moved;
            error += d * d;
        }
        sum += sqrt(error);
    }
    return 1000 * sum / (double)joints;
}

double mpjpe(const double *real, const double *predicted, size_t joints) {
    double sum = 0;
    for (size_t j = 0; j < 3 * joints; j += 3) {
        double x = real[j] - predicted[j];
        double y = real[j + 1] - predicted[j + 1];
        double z = real[j + 2] - predicted[j + 2];
        sum += sqrt(x * x + y * y + z * z);
    }
    return 1000 * sum / (double)joints;
}
