/* One auto-regressive step, eq. 2: d[t+1..t+K] = RB(P_c(E_m(music), E_d(past), TB(past))). */
#include "model/home.h"
#include "model/networks.h"
#include "model/predictors/predictors.h"

Value reference_frame(Graph *g, const Config *c, Value motion, size_t frame) {
    return c->relative_root || c->relative_heading ? op_slice_rows(g, motion, frame, 1) : NO_VALUE;
}

/* The reference's floor position in every row. */
static Value floor_position(Graph *g, Value reference, size_t rows) {
    static const size_t x_and_z[2] = {0, 2};
    return op_repeat_row(g, op_mask_columns(g, reference, x_and_z, 2), rows);
}

static Parameter statistic(Graph *g, size_t dim, const char *name) {
    return graph_parameter(g, INIT_GIVEN, 1, &dim, "%s", name);
}

Value normalise_motion(Graph *g, const Config *c, Value motion, Value reference) {
    if (c->relative_root)
        motion = op_subtract(g, motion, floor_position(g, reference, graph_rows(g, motion)));
    if (c->relative_heading) motion = op_rotate_heading(g, motion, reference, -1);
    if (!c->standardise) return motion;
    return op_normalise(g, motion, statistic(g, c->motion_dim, "motion.mean"),
                        statistic(g, c->motion_dim, "motion.std"));
}

Value restore_motion(Graph *g, const Config *c, Value motion, Value reference) {
    if (c->standardise)
        motion = op_denormalise(g, motion, statistic(g, c->motion_dim, "motion.mean"),
                                statistic(g, c->motion_dim, "motion.std"));
    if (c->relative_heading) motion = op_rotate_heading(g, motion, reference, 1);
    return c->relative_root ? op_add(g, motion, floor_position(g, reference, graph_rows(g, motion)))
                            : motion;
}

static Value standardised_music(Graph *g, const Config *c, Value music) {
    if (!c->standardise || !value_exists(music)) return music;
    return op_normalise(g, music, statistic(g, c->music_dim, "music.mean"),
                        statistic(g, c->music_dim, "music.std"));
}

static bool trains(StepUse use) { return use == STEP_TRAINS || use == STEP_TRAINS_DISTURBED; }

/* The inputs of a step with this predictor. */
static Step step_inputs(Graph *g, const Config *c, const Predictor *p, StepUse use) {
    bool training = trains(use), banks = c->transit || c->refine != REFINE_NONE;
    Step s = {.past = graph_input(g, c->past, c->motion_dim)};
    if (p->uses & USES_MUSIC) s.music = graph_input(g, c->music, c->music_dim);
    if (banks) s.genre = graph_input(g, 1, 1);
    if (c->home) s.home = graph_input(g, 1, HOME_NUMBERS);
    if (training && c->refine == REFINE_VAE) s.eps = graph_input(g, c->latents, c->bank.width);
    if (use == STEP_DRAWS && c->transit) s.recalled = graph_input(g, 1, c->items);
    if (p->noise_shape) {
        size_t cols = 0, rows = p->noise_shape(c, &cols);
        s.noise = graph_input(g, rows, cols);
    }
    if (training && (p->takes_truth || p->feeds_itself))
        s.target = graph_input(g, c->future, c->motion_dim);
    if (training && p->feeds_itself) s.given = graph_input(g, c->future, 1);
    return s;
}

/* P_c, as displacements from the last past frame where --residual is on. */
static Value predict(Graph *g, const Config *c, const Predictor *p, Value past, Value reference,
                     StepUse use, Step *s) {
    PredictorInputs in = {.past = past,
                          .music = standardised_music(g, c, s->music),
                          .home = s->home,
                          .noise = s->noise,
                          .given = s->given,
                          .past_counts = use == STEP_TRAINS};
    Value last = op_slice_rows(g, past, c->past - 1, 1);
    if (c->transit) in.prior = transit_bank(g, c, past, s->genre, s->recalled);
    if (value_exists(s->target)) in.truth = normalise_motion(g, c, s->target, reference);
    Prediction made = p->build(g, c, &in);
    s->own_loss = made.loss;
    if (!c->residual || p->feeds_itself) return made.future;
    return op_add(g, made.future, op_repeat_row(g, last, c->future));
}

Refined refine_future(Graph *g, const Config *c, Value past, Value future, Value genre, Value eps) {
    size_t l = c->past, K = c->future, before = c->join ? 1 : 0; /* frames of the past */
    Value window = op_concat_rows(g, (Value[]){op_slice_rows(g, past, K, l - K), future}, 2);
    Refined r = refine_bank(g, c, window, l - K - before, genre, eps);
    if (!c->join) return r;
    Value last = op_slice_rows(g, past, l - 1, 1);
    Value gap = op_subtract(g, last, op_slice_rows(g, r.motion, 0, 1));
    r.motion = op_add(g, op_slice_rows(g, r.motion, 1, K), op_fade_row(g, gap, K, c->join));
    return r;
}

Value amplify_future(Graph *g, const Config *c, Value past, Value future) {
    Value last = op_repeat_row(g, op_slice_rows(g, past, c->past - 1, 1), c->future);
    Value movement = op_subtract(g, future, last);
    movement = c->joint_gains
                   ? op_scale_columns(g, movement, statistic(g, c->motion_dim, "motion.gain"))
                   : op_scale(g, movement, c->gain);
    return op_add(g, last, movement);
}

Value smooth_future(Graph *g, const Config *c, Value past, Value future) {
    Value newest = op_slice_rows(g, past, c->past - 3, 3);
    return op_smooth_rows(g, op_concat_rows(g, (Value[]){newest, future}, 2), c->smooth);
}

Step step_build(Graph *g, const Config *c, StepUse use) {
    const Predictor *p = predictor_at(c->predictor_id);
    Step s = step_inputs(g, c, p, use);
    Value reference = reference_frame(g, c, s.past, c->past - 1);
    Value past = normalise_motion(g, c, s.past, reference);
    Value future = predict(g, c, p, past, reference, use, &s);
    if (c->refine != REFINE_NONE) {
        Refined r = refine_future(g, c, past, future, s.genre, s.eps);
        s.mean = r.mean;
        s.logvar = r.logvar;
        future = r.motion;
    }
    /* In training it would be learnt away. */
    bool gains = c->joint_gains || (c->gain > 0 && c->gain != 1);
    if (gains && !trains(use)) future = amplify_future(g, c, past, future);
    if (c->smooth > 0) future = smooth_future(g, c, past, future);
    s.future = restore_motion(g, c, future, reference);
    graph_keep(g, s.future);
    return s;
}
