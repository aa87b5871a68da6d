#include "model/train/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "model/train/allreduce.h"
#include "model/train/batch.h"
#include "model/train/schedule.h"

/* One gradient step of all processes on their parts of a batch. The batch's mean loss is the parts'
 * means weighed by their sizes; this returns the part's share of it. */
static double gradient_step(StageRun *s, const Crop *windows, size_t whole, Part part, size_t u) {
    Graph *g = s->graph.graph;
    double weight = (double)part.count / (double)whole, loss = 0;
    params_zero_grad(&s->m->params);
    if (s->reduction) allreduce_start(s->reduction);
    if (part.count > 0) {
        batch_fill(s, s->corpus, windows, part.count, u);
        batch_augment(s, whole, part);
        batch_home(s, s->corpus, windows, part.count);
        graph_forward(g, part.count);
        graph_set_weight(g, weight);
        graph_backward(g);
        loss = weight * (double)graph_data(g, s->graph.loss)[0];
    }
    if (s->reduction) allreduce_finish(s->reduction);
    return loss;
}

/* A batch: one step, or several in a row on the model's own output. Returns the sum of their
 * losses. */
static double run_batch(StageRun *s, const Crop *windows, size_t batch, size_t unroll,
                        double progress, const TrainHooks *h) {
    Part part = comm_part(batch);
    double sums[2] = {0}; /* the loss; how many processes were asked to stop */
    windows += part.first;
    batch_draw_mirrored(s, batch, part);
    for (size_t u = 0; u < unroll; u++) {
        sums[0] += gradient_step(s, windows, batch, part, u);
        double lr = schedule_rate(s->t, s->state->epoch, progress, s->state->step);
        s->state->step++;
        params_adam(&s->m->params, lr, s->state->step);
        if (u + 1 < unroll) batch_advance(s, windows, part.count, u);
    }
    sums[1] = h->stop && h->stop(h->user);
    comm_sum(sums, 2);
    s->stopping = sums[1] > 0;
    return sums[0];
}

/* Mean error per window over a validation set, windows in order, as generation would go: without
 * augmentation, predictors fed their own frames. NaN if no sequence is long enough. */
static double validate(StageRun *s, const Corpus *corpus, Crop *windows) {
    size_t count = crops_epoch(corpus, s->spec->crop(&s->m->config, 1), NULL, windows);
    Part part = comm_part(count);
    double sum = 0;
    memset(s->mirrored, 0, s->capacity * sizeof *s->mirrored);
    for (size_t at = 0; at < part.count; at += s->capacity) {
        size_t batch = part.count - at < s->capacity ? part.count - at : s->capacity;
        batch_fill(s, corpus, windows + part.first + at, batch, 0);
        batch_home(s, corpus, windows + part.first + at, batch);
        graph_forward(s->graph.graph, batch);
        sum += (double)batch * (double)graph_data(s->graph.graph, s->graph.error)[0];
    }
    comm_sum(&sum, 1);
    return count ? sum / (double)count : NAN;
}

/* The first process writes; all learn whether it could. */
static int save(const StageRun *s, const TrainHooks *h, bool must, Error *err) {
    if (!h->save) return 0;
    int status = comm_rank() == 0 ? h->save(h->user, s->state, must, err) : 0;
    return comm_all_ok(status, err);
}

typedef enum {
    EPOCH_FAILED,
    EPOCH_WHOLE,
    EPOCH_STOPPED,
    EPOCH_CUT /* max_steps came first */
} EpochEnd;

/* Share of the stage that is done after so many epochs. */
static double progress_after(const StageRun *s, double epochs) {
    const Training *t = s->t;
    return t->max_steps ? (double)s->state->step / (double)t->max_steps
                        : epochs / (double)t->epochs;
}

/* In steps where their number is given, else in batches. */
static void report_progress(const StageRun *s, const TrainHooks *h, size_t batches) {
    const Training *t = s->t;
    const TrainState *st = s->state;
    if (!h->progress) return;
    if (t->max_steps)
        h->progress(h->user, st, st->step, t->max_steps);
    else
        h->progress(h->user, st, st->epoch * batches + st->batch, t->epochs * batches);
}

/* One epoch from state->batch on. */
static EpochEnd run_epoch(StageRun *s, const TrainHooks *h, Error *err) {
    TrainState *st = s->state;
    const Training *t = s->t;
    size_t unroll = schedule_unroll(t, st->stage, st->epoch);
    Rng rng = stage_draw(s, FOR_WINDOWS, 0);
    size_t count = crops_epoch(s->corpus, s->spec->crop(&s->m->config, unroll), &rng, s->windows);
    size_t batches = (count + t->batch - 1) / t->batch;
    if (st->batch > batches) {
        error_set(err,
                  "the checkpoint stands at batch %zu of an epoch of %zu; it is damaged: delete it "
                  "to start over",
                  st->batch, batches);
        return EPOCH_FAILED;
    }
    while (st->batch < batches) {
        if (t->max_steps && st->step >= t->max_steps) return EPOCH_CUT;
        size_t at = st->batch * t->batch, batch = count - at < t->batch ? count - at : t->batch;
        double epochs = (double)st->epoch + (double)st->batch / (double)batches;
        st->loss_sum += run_batch(s, s->windows + at, batch, unroll, progress_after(s, epochs), h);
        st->loss_count += unroll;
        st->batch++;
        report_progress(s, h, batches);
        if (st->batch == batches) break;
        if (save(s, h, s->stopping, err)) return EPOCH_FAILED;
        if (s->stopping) return EPOCH_STOPPED;
    }
    return EPOCH_WHOLE;
}

/* What the log says of the epoch that has ended. */
static int make_row(const StageRun *s, LogRow *row, Error *err) {
    const TrainState *st = s->state;
    double progress = progress_after(s, (double)(st->epoch + 1));
    *row = (LogRow){.stage = st->stage,
                    .step = st->step,
                    .epoch = st->epoch + 1,
                    .loss = st->loss_count ? st->loss_sum / (double)st->loss_count : NAN,
                    .lr = schedule_rate(s->t, st->epoch, progress, st->step),
                    .validation = NAN};
    if (isfinite(row->loss)) return 0;
    return error_set(
        err, "the loss is no longer a number in stage %d, epoch %zu; a smaller --lr may help",
        (int)st->stage, row->epoch);
}

static int run_stage(StageRun *s, const Corpus *validation, Crop *validation_windows,
                     const TrainHooks *h, Error *err) {
    TrainState *st = s->state;
    const Training *t = s->t;
    while (t->max_steps ? st->step < t->max_steps : st->epoch < t->epochs) {
        EpochEnd end = run_epoch(s, h, err);
        LogRow row;
        if (end == EPOCH_FAILED) return -1;
        if (end == EPOCH_STOPPED) return TRAIN_STOPPED;
        if (make_row(s, &row, err)) return -1;
        if (validation) row.validation = validate(s, validation, validation_windows);
        if (end == EPOCH_WHOLE) {
            st->epoch++;
            st->batch = 0;
            st->loss_sum = 0;
            st->loss_count = 0;
        }
        if (h->log) h->log(h->user, &row);
        if (save(s, h, s->stopping || end == EPOCH_CUT, err)) return -1;
        if (s->stopping) return TRAIN_STOPPED;
    }
    return TRAIN_DONE;
}

static void broadcast_weights(const Params *p) {
    comm_broadcast(p->value, p->total * sizeof(real));
    comm_broadcast(p->m, p->total * sizeof(real));
    comm_broadcast(p->v, p->total * sizeof(real));
}

enum { BUCKET_BYTES = 1 << 22 };

static int prepare(StageRun *s, size_t max_windows, size_t val_windows, Crop **validation_windows,
                   Error *err) {
    const Config *c = &s->m->config;
    const Training *t = s->t;
    s->capacity = schedule_capacity(max_windows, val_windows, t);
    if (stage_graph(s->m, s->state->stage, s->capacity, t, &s->graph, err)) return -1;
    s->windows = malloc(max_windows * sizeof *s->windows);
    s->rolled =
        malloc((t->unroll > 1 ? s->capacity * c->past * c->motion_dim : 1) * sizeof *s->rolled);
    s->mirrored = calloc(s->capacity, sizeof *s->mirrored);
    *validation_windows = malloc((val_windows + 1) * sizeof **validation_windows);
    if (comm_size() > 1) s->reduction = allreduce_new(&s->m->params, BUCKET_BYTES);
    if (!s->windows || !s->mirrored || !s->rolled || !*validation_windows ||
        (comm_size() > 1 && !s->reduction))
        return error_set(err, "out of memory");
    if (s->reduction) graph_on_gradient(s->graph.graph, allreduce_complete, s->reduction);
    return 0;
}

int train_stage(Model *m, const Corpus *corpus, const Corpus *validation, const Training *t,
                TrainState *state, const TrainHooks *hooks, Error *err) {
    size_t max_windows = schedule_max_windows(&m->config, corpus, t, state->stage, err);
    if (max_windows == 0) return -1;
    size_t val_windows = schedule_validation_windows(&m->config, validation, state->stage);
    StageRun s = {
        .m = m, .corpus = corpus, .t = t, .state = state, .spec = stage_spec(state->stage)};
    Crop *validation_windows = NULL;
    int status = comm_all_ok(prepare(&s, max_windows, val_windows, &validation_windows, err), err);
    if (status == 0) broadcast_weights(&m->params);
    if (status == 0) status = run_stage(&s, validation, validation_windows, hooks, err);
    stage_graph_free(&s.graph);
    allreduce_free(s.reduction);
    free(s.windows);
    free(s.mirrored);
    free(s.rolled);
    free(validation_windows);
    return status;
}
