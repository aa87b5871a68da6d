#include "model/train/schedule.h"

#include <math.h>

size_t schedule_unroll(const Training *t, Stage stage, size_t epoch) {
    if (!stage_spec(stage)->predicts || t->unroll <= 1) return 1;
    if (epoch >= t->ramp) return t->unroll;
    return 1 + (t->unroll - 1) * epoch / t->ramp;
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

size_t schedule_max_windows(const Config *c, const Corpus *corpus, const Training *t, Stage stage,
                            Error *err) {
    /* The more steps in a row, the longer and the fewer are the crops. */
    size_t unrolls[2] = {schedule_unroll(t, stage, 0), schedule_unroll(t, stage, t->ramp)};
    for (int i = 0; i < 2; i++) {
        CropShape crop = stage_spec(stage)->crop(c, unrolls[i]);
        if (crops_max(corpus, crop) > 0) continue;
        error_set(
            err, "no sequence is long enough: a window takes %zu frames of motion and %zu of music",
            crop.motion, crop.music);
        return 0;
    }
    return crops_max(corpus, stage_spec(stage)->crop(c, unrolls[0]));
}

size_t schedule_validation_windows(const Config *c, const Corpus *validation, Stage stage) {
    return validation ? crops_max(validation, stage_spec(stage)->crop(c, 1)) : 0;
}

size_t schedule_steps(const Config *c, const Corpus *corpus, const Training *t, Stage stage) {
    if (t->max_steps) return t->max_steps;
    size_t steps = 0;
    for (size_t e = 0; e < t->epochs; e++) {
        size_t unroll = schedule_unroll(t, stage, e);
        size_t windows = crops_max(corpus, stage_spec(stage)->crop(c, unroll));
        size_t epochs = e >= t->ramp ? t->epochs - e : 1; /* from here on all are alike */
        steps += epochs * unroll * ((windows + t->batch - 1) / t->batch);
        e += epochs - 1;
    }
    return steps;
}

size_t schedule_share(size_t max_windows, size_t val_windows, const Training *t) {
    size_t batch = max_windows < t->batch && !val_windows ? max_windows : t->batch;
    size_t processes = (size_t)comm_size();
    return (batch + processes - 1) / processes;
}

size_t schedule_capacity(size_t max_windows, size_t val_windows, const Training *t) {
    size_t share = schedule_share(max_windows, val_windows, t);
    return t->micro_batch && t->micro_batch < share ? t->micro_batch : share;
}
