#include "metrics/movement_metrics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "lib/motion/resample_motion.h"
#include "lib/motion/vec3.h"
#include "metrics/foot_skate.h"
#include "metrics/loop.h"
#include "metrics/pfc.h"

static double mean(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

static int measure_delta_pose(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    out->sum[0] = in->pose ? mean(in->pose, in->track->frames - 1) : NAN;
    return 0;
}

static int measure_delta_trans(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    out->sum[0] = mean(in->trans, in->track->frames - 1);
    return 0;
}

/* Standard deviation over time (divisor T) of each of the 9J rotation entries, mean over the
 * entries. As a fraction of real dance's it says how much of the room for movement is used: noise
 * about one pose has little. */
static int measure_range(const MovementInput *in, MetricSum *out, Error *err) {
    const PoseTrack *b = in->track;
    size_t dim = 9 * b->joints;
    out->sum[0] = NAN;
    if (!b->rotations) return 0;
    double *average = calloc(2 * dim, sizeof *average);
    double *square = average + dim;
    if (!average) return error_set(err, "out of memory for %zu joints", b->joints);
    double n = (double)b->frames;
    for (size_t t = 0; t < b->frames; t++)
        for (size_t c = 0; c < dim; c++) average[c] += b->rotations[t * dim + c] / n;
    for (size_t t = 0; t < b->frames; t++)
        for (size_t c = 0; c < dim; c++) {
            double d = b->rotations[t * dim + c] - average[c];
            square[c] += d * d;
        }
    out->sum[0] = 0;
    for (size_t c = 0; c < dim; c++) out->sum[0] += sqrt(square[c] / n) / (double)dim;
    free(average);
    return 0;
}

/* Mean joint speed over the transitions into frames step, 2 step, ... and over all others: 1 where
 * generation steps join smoothly. A jump takes one frame whatever that lasts: the dance's own
 * frames are looked at. */
static int measure_jump(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    const PoseTrack *b = in->own;
    for (size_t t = 1; t < b->frames; t++) {
        const double *now = b->positions + 3 * b->joints * t;
        const double *before = now - 3 * b->joints;
        double speed = 0, way[3];
        for (size_t j = 0; j < b->joints; j++)
            speed += vec3_between(before + 3 * j, now + 3 * j, way);
        size_t part = t % in->own_step == 0 ? 0 : 1;
        out->sum[part] += speed * (b->fps / (double)b->joints);
        out->weight[part]++;
    }
    return 0;
}

static int measure_jitter(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    out->sum[0] = freezing_jitter(in->track);
    return 0;
}

static int measure_loop(const MovementInput *in, MetricSum *out, Error *err) {
    out->sum[0] = NAN;
    if (!in->track->rotations) return 0;
    return loop_score(in->track, in->track_step, &out->sum[0], NULL, err);
}

static int measure_pfc(const MovementInput *in, MetricSum *out, Error *err) {
    const MovementOptions *o = in->options;
    const PoseTrack *b = in->own;
    PoseTrack seen = {0};
    if (resample_needed(b->fps, o->pfc_fps)) {
        if (pose_track_resample(b, o->pfc_fps, &seen, err)) return -1;
        b = &seen;
    }
    double frames = round(o->pfc_window * o->pfc_fps);
    size_t window = frames < (double)b->frames ? (size_t)frames : b->frames;
    out->sum[0] = pfc_score(b, window, window / 2);
    pose_track_free(&seen);
    return 0;
}

static int measure_skate(const MovementInput *in, MetricSum *out, Error *err) {
    FootSkate skate;
    int status = foot_skate(in->track, &skate, err);
    out->sum[0] = skate.median;
    return status;
}

static int measure_mean_skate(const MovementInput *in, MetricSum *out, Error *err) {
    FootSkate skate;
    int status = foot_skate(in->track, &skate, err);
    out->sum[0] = skate.mean;
    return status;
}

static int measure_support(const MovementInput *in, MetricSum *out, Error *err) {
    FootSkate skate;
    int status = foot_skate(in->track, &skate, err);
    out->sum[0] = skate.support;
    return status;
}

/* Metres on the floor from where the root is in the first frame. */
static double distance_from_start(const PoseTrack *b, size_t t) {
    const double *start = b->positions, *now = start + 3 * b->joints * t;
    return hypot(now[0] - start[0], now[2] - start[2]);
}

static int measure_away(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    out->sum[0] = distance_from_start(in->own, in->own->frames - 1);
    return 0;
}

static int measure_reach(const MovementInput *in, MetricSum *out, Error *err) {
    (void)err;
    for (size_t t = 0; t < in->own->frames; t++)
        out->sum[0] = fmax(out->sum[0], distance_from_start(in->own, t));
    return 0;
}

const MovementMetric movement_metrics[] = {
    {"delta_pose", "dPose deg", 4, measure_delta_pose, MEAN_OVER_TRANSITIONS, NULL},
    {"delta_trans", "dTrans cm", 4, measure_delta_trans, MEAN_OVER_TRANSITIONS, NULL},
    {"range", "range", 4, measure_range, MEAN_OVER_DANCES, "range_ratio"},
    {"jump", "jump", 3, measure_jump, RATIO_OF_MEANS, NULL},
    {"jitter", "jitter", 2, measure_jitter, MEAN_OVER_DANCES, "jitter_ratio"},
    {"loop", "loop", 4, measure_loop, MEAN_OVER_DANCES, NULL},
    {"pfc", "PFC", 4, measure_pfc, MEAN_OVER_DANCES, NULL},
    {"foot_skate", "skate cm/s", 2, measure_skate, MEAN_OVER_DANCES, NULL},
    {"foot_skate_mean", "mean skate", 2, measure_mean_skate, MEAN_OVER_DANCES, NULL},
    {"support", "support", 3, measure_support, MEAN_OVER_DANCES, NULL},
    {"away", "away m", 2, measure_away, MEAN_OVER_DANCES, NULL},
    {"reach", "reach m", 2, measure_reach, MEAN_OVER_DANCES, NULL},
};

const size_t movement_metric_count = sizeof movement_metrics / sizeof *movement_metrics;
static_assert(sizeof movement_metrics / sizeof *movement_metrics <= MOVEMENT_METRICS_MAX,
              "a Movement holds MOVEMENT_METRICS_MAX numbers");

void metric_sum_add(MetricSum *to, const MetricSum *from) {
    for (size_t i = 0; i < 2; i++) {
        to->sum[i] += from->sum[i];
        to->weight[i] += from->weight[i];
    }
}

double metric_sum_value(const MetricSum *s, MetricPool pool) {
    if (!(s->weight[0] > 0)) return NAN;
    double value = s->sum[0] / s->weight[0];
    if (pool != RATIO_OF_MEANS) return value;
    return s->weight[1] > 0 && s->sum[1] > 0 ? value / (s->sum[1] / s->weight[1]) : NAN;
}
