/* mpjpe.h: PA-MPJPE, the mean error of the joints' positions after Procrustes alignment (Gower
 * 1975; paper, section 5.3 and Table 7).
 *
 * The similarity q -> s R q + t (rotation, scale > 0, translation; no mirroring) that brings the
 * predicted joints q_j of a frame nearest to the real ones p_j in the sense of least squares, and
 * with it the mean over joints of |p_j - (s R q_j + t)|:
 *     H = sum_j (p_j - mean p)(q_j - mean q)',  R the rotation nearest to H,
 *     s = tr(R'H) / sum_j |q_j - mean q|^2
 * as in compute_similarity_transform of the human pose literature (HMR, Kanazawa et al. 2018,
 * src/benchmark/eval_util.py). */
#ifndef METRICS_MPJPE_H
#define METRICS_MPJPE_H

#include <stddef.h>

/* p, q [joints, 3] metres; millimetres. If all q are one point, the scale is 0. */
double pa_mpjpe(const double *real, const double *predicted, size_t joints);

/* Without any alignment. */
double mpjpe(const double *real, const double *predicted, size_t joints);

#endif
