#include "model/train/schedule.h"

#include <math.h>

size_t schedule_unroll(const Training *t, int stage, size_t epoch) {
    if (stage != 3 || t->unroll <= 1) return 1;
    if (epoch >= t->ramp) return t->unroll;
    return 1 + (t->unroll - 1) * epoch / t->ramp;
}

CropShape schedule_shape(const Config *c, int stage, size_t unroll) {
    if (stage < 3) return (CropShape){c->past, 0, c->future};
    return (CropShape){c->past + unroll * c->future, c->music + (unroll - 1) * c->future,
                       unroll * c->future};
}

double schedule_rate(const Training *t, size_t epoch, double progress, size_t step) {
    double lr = t->lr;
    if (t->schedule == SCHEDULE_STEP)
        for (int i = 0; i < 2; i++)
            if (t->drop[i] && epoch >= t->drop[i]) lr /= 10;
    if (t->schedule == SCHEDULE_COSINE) lr *= 0.5 * (1 + cos(M_PI * (progress < 1 ? progress : 1)));
    if (t->warmup && step < t->warmup) lr *= (double)(step + 1) / (double)t->warmup;
    return lr;
}

size_t schedule_max_windows(const Config *c, const Corpus *corpus, const Training *t, int stage,
                            Error *err) {
    size_t most = 0;
    for (size_t e = 0; e <= t->ramp || e == 0; e++) { /* every unroll there will be */
        CropShape shape = schedule_shape(c, stage, schedule_unroll(t, stage, e));
        size_t n = crops_max(corpus, shape);
        if (n == 0) {
            error_set(
                err,
                "no sequence is long enough: a window takes %zu frames of motion and %zu of music",
                shape.motion, shape.music);
            return 0;
        }
        most = n > most ? n : most;
    }
    return most;
}

size_t schedule_steps(const Config *c, const Corpus *corpus, const Training *t, int stage) {
    if (t->max_steps) return t->max_steps;
    size_t steps = 0;
    for (size_t e = 0; e < t->epochs; e++) {
        size_t unroll = schedule_unroll(t, stage, e),
               windows = crops_max(corpus, schedule_shape(c, stage, unroll));
        size_t epochs = e >= t->ramp ? t->epochs - e : 1; /* from here on all are alike */
        steps += epochs * unroll * ((windows + t->batch - 1) / t->batch);
        e += epochs - 1;
    }
    return steps;
}

size_t schedule_capacity(size_t most, size_t held, const Training *t) {
    size_t whole = most < t->batch && !held ? most : t->batch, size = (size_t)comm_size();
    return (whole + size - 1) / size;
}
