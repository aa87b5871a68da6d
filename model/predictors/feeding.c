#include "model/predictors/feeding.h"

#include "lib/nn/op.h" /* OP_MAX_INPUTS */
#include "lib/nn/ops/ops.h"

const char *const prior_words[] = {[PRIOR_TOKENS] = "tokens", [PRIOR_ADD] = "add", NULL};

int check_added(const Config *c, int place, Error *err) {
    if (c->own[place].choice == PRIOR_ADD) return 0;
    return error_set(err, "%s has no sequence that tokens could stand before: prior must be add",
                     predictor_at(c->predictor_id)->name);
}

Value feed_frame(Graph *g, const PredictorInputs *in, Value own, size_t k) {
    if (!value_exists(in->given)) return own;
    Value before = op_slice_rows(g, in->truth, k - 1, 1), flag = op_slice_rows(g, in->given, k, 1);
    return op_stop_gradient(g, op_choose_rows(g, before, op_stop_gradient(g, own), flag));
}

Value join_rows(Graph *g, const Value *rows, size_t count) {
    if (count == 1) return rows[0];
    if (count <= OP_MAX_INPUTS) return op_concat_rows(g, rows, (int)count);
    Value part[OP_MAX_INPUTS];
    size_t each = (count + OP_MAX_INPUTS - 1) / OP_MAX_INPUTS, parts = 0;
    for (size_t at = 0; at < count; at += each)
        part[parts++] = join_rows(g, rows + at, count - at < each ? count - at : each);
    return join_rows(g, part, parts);
}

Value true_frames(Graph *g, const Config *c, const PredictorInputs *in) {
    if (!in->past_counts) return in->truth;
    Value past = op_slice_rows(g, in->past, 1, c->past - 1);
    return op_concat_rows(g, (Value[]){past, in->truth}, 2);
}

int check_feeding(const Config *c, Error *err) {
    enum { MOST = 512 };
    const Predictor *p = predictor_at(c->predictor_id);
    size_t rows = c->past + c->future;
    if (c->future > MOST)
        return error_set(err, "%s goes on frame by frame: future must not exceed %d, not %zu",
                         p->name, MOST, c->future);
    if (!(p->uses & USES_MUSIC) || c->music >= rows) return 0;
    return error_set(err, "%s hears the music of all %zu frames of past and future, not of %zu",
                     p->name, rows, c->music);
}
