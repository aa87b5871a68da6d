/* One auto-regressive step, eq. 2: d[t+1..t+K] = RB(P_c(E_m(music), E_d(past), TB(past))), with the
 * aids of our own. */
#include "model/networks.h"

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

Step step_build(Graph *g, const Config *c, bool training) {
    size_t l = c->past, K = c->future;
    bool noisy = training && c->refine == REFINE_VAE;
    Step s = {.past = graph_input(g, l, c->motion_dim),
              .music = graph_input(g, c->music, c->music_dim)};
    if (c->transit || c->refine != REFINE_NONE) s.genre = graph_input(g, 1, 1);
    if (noisy) s.eps = graph_input(g, c->latents, c->bank.width);

    Value reference = reference_frame(g, c, s.past, l - 1);
    Value past = normalise_motion(g, c, s.past, reference);
    Value music = s.music;
    if (c->standardise)
        music = op_normalise(g, music, statistic(g, c->music_dim, "music.mean"),
                             statistic(g, c->music_dim, "music.std"));
    Value last = op_slice_rows(g, past, l - 1, 1);

    Value prior = c->transit ? transit_bank(g, c, past, s.genre) : NO_VALUE;
    Value future = predictor(g, c, past, music, prior);
    if (c->residual) future = op_add(g, future, op_repeat_row(g, last, K));

    if (c->refine != REFINE_NONE) {
        Value window = op_concat_rows(g, (Value[]){op_slice_rows(g, past, K, l - K), future}, 2);
        size_t before = c->join ? 1 : 0; /* frames of the past */
        Refined r = refine_bank(g, c, window, l - K - before, s.genre, s.eps);
        future = before ? op_slice_rows(g, r.motion, before, K) : r.motion;
        if (c->join) { /* RefineBank's own idea of the last past frame is moved onto that frame */
            Value gap = op_subtract(g, last, op_slice_rows(g, r.motion, 0, 1));
            future = op_add(g, future, op_fade_row(g, gap, K, c->join));
        }
        s.mean = r.mean;
        s.logvar = r.logvar;
    }
    if (c->smooth > 0)
        future = op_smooth_rows(
            g, op_concat_rows(g, (Value[]){op_slice_rows(g, past, l - 3, 3), future}, 2),
            c->smooth);
    s.future = restore_motion(g, c, future, reference);
    graph_keep(g, s.future);
    return s;
}
