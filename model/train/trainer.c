#include "model/train/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "model/train/allreduce.h"
#include "model/train/batch.h"
#include "model/train/schedule.h"

typedef struct {
    size_t whole; /* windows of the batch */
    Part part; /* of it, that this process has */
    const Crop *windows; /* [part.count] */
    size_t unroll, u; /* steps in a row, and which of them this is */
} Batch;

/* Adds the gradient of `count` windows of the part, from s->first on; returns their share of the
 * batch's mean loss, which is the mean of all windows' losses. */
static double add_gradient(StageRun *s, const Batch *b, size_t count) {
    Graph *g = s->graph.graph;
    const Crop *windows = b->windows + s->first;
    double weight = (double)count / (double)b->whole;
    batch_fill(s, s->corpus, windows, count, b->u);
    batch_augment(s, b->whole, (Part){b->part.first + s->first, count});
    batch_home(s, s->corpus, windows, count);
    graph_forward(g, count);
    graph_set_weight(g, weight);
    graph_backward(g);
    if (b->u + 1 < b->unroll) batch_advance(s, windows, count, b->u);
    return weight * (double)graph_data(g, s->graph.loss)[0];
}

/* The gradient of all processes' parts of a batch, as many windows at a time as the graph takes;
 * returns this part's share of the loss. Sums over processes begin during the last of them. */
static double gradient_step(StageRun *s, const Batch *b) {
    double loss = 0;
    params_zero_grad(&s->m->params);
    if (s->reduction) allreduce_start(s->reduction);
    for (s->first = 0; s->first < b->part.count; s->first += s->capacity) {
        size_t left = b->part.count - s->first;
        bool last = left <= s->capacity;
        if (s->reduction)
            graph_on_gradient(s->graph.graph, last ? allreduce_complete : NULL, s->reduction);
        loss += add_gradient(s, b, last ? left : s->capacity);
    }
    if (s->reduction) allreduce_finish(s->reduction);
    return loss;
}

/* A batch: one step, or several in a row on the model's own output. Returns the sum of their
 * losses. */
static double run_batch(StageRun *s, const Crop *windows, size_t batch, size_t unroll,
                        double progress, const TrainHooks *h) {
    Batch b = {.whole = batch, .part = comm_part(batch), .unroll = unroll};
    double sums[2] = {0}; /* the loss; how many processes were asked to stop */
    b.windows = windows + b.part.first;
    batch_draw_mirrored(s, batch, b.part);
    for (b.u = 0; b.u < unroll; b.u++) {
        sums[0] += gradient_step(s, &b);
        double lr = schedule_rate(s->t, s->state->epoch, progress, s->state->step);
        s->state->step++;
        params_adam(&s->m->params, lr, s->state->step);
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
    s->first = 0;
    memset(s->mirrored, 0, s->share * sizeof *s->mirrored);
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

/* Before the first step all moments are zero. */
static void broadcast_weights(const Params *p, size_t step) {
    comm_broadcast(p->value, p->total * sizeof(real));
    if (step == 0) return;
    comm_broadcast(p->m, p->total * sizeof(real));
    comm_broadcast(p->v, p->total * sizeof(real));
}

enum { BUCKET_BYTES = 1 << 22 };

static int prepare(StageRun *s, size_t max_windows, size_t val_windows, Crop **validation_windows,
                   Error *err) {
    const Config *c = &s->m->config;
    const Training *t = s->t;
    s->share = schedule_share(max_windows, val_windows, t);
    s->capacity = schedule_capacity(max_windows, val_windows, t);
    if (stage_graph(s->m, s->state->stage, s->capacity, t, &s->graph, err)) return -1;
    s->windows = malloc(max_windows * sizeof *s->windows);
    s->rolled =
        malloc((t->unroll > 1 ? s->share * c->past * c->motion_dim : 1) * sizeof *s->rolled);
    s->mirrored = calloc(s->share, sizeof *s->mirrored);
    *validation_windows = malloc((val_windows + 1) * sizeof **validation_windows);
    if (comm_size() > 1) s->reduction = allreduce_new(&s->m->params, BUCKET_BYTES);
    if (value_exists(s->graph.contact) && corpus_contacts_find(s->corpus, c, &s->contacts, err))
        return -1;
    if (!s->windows || !s->mirrored || !s->rolled || !*validation_windows ||
        (comm_size() > 1 && !s->reduction))
        return error_set(err, "out of memory");
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
    if (status == 0) broadcast_weights(&m->params, state->step);
    if (status == 0) status = run_stage(&s, validation, validation_windows, hooks, err);
    stage_graph_free(&s.graph);
    allreduce_free(s.reduction);
    free(s.windows);
    free(s.mirrored);
    corpus_contacts_free(&s.contacts);
    free(s.rolled);
    free(validation_windows);
    return status;
}
