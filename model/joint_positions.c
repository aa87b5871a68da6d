/* Forward kinematics of the joints' ancestors, in float64:
 *     R = nearest rotation to M,   G = G_parent R,   p = p_parent + G_parent o
 * Backwards, from the last joint to the root:
 *     dp_parent += dp,   dG_parent += dp o^T + dG R^T,   dR = G_parent^T dG
 * and through the nearest rotation, M = R P with P symmetric: a change dM turns R by [x], dR = R
 * [x], with (tr(P) I - P) x = axis(R^T dM - dM^T R), so that
 *     dM = R [y],   y = (tr(P) I - P)^-1 axis(R^T dR - dR^T R)
 * where [v] is the matrix of the cross product with v and axis([v]) = v. The eigenvalues of tr(P) I
 * - P are sums of two singular values of M: 2 each for a rotation. Where their product is below
 * `least` the direction is not to be trusted, and dM = 0. */
#include "model/joint_positions.h"

#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"
#include "lib/nn/op.h"

enum { MOST_LINKS = 32, LINK_SIZES = 2, NO_LINK = 0xffff };
static const double least = 1e-3;

/* What a call knows of its links: ancestors before descendants, the root first. list: for each its
 * joint and its parent's place among them; then the places of the joints that are asked for. table:
 * offsets [links, 3]. */
typedef struct {
    size_t count;
    const size_t *link, *asked;
    const real *offset;
} Chain;

static Chain chain_of(const Call *c) {
    size_t count = c->size[0];
    return (Chain){count, c->list, c->list + LINK_SIZES * count, c->table};
}

/* A frame's links. */
typedef struct {
    double local[MOST_LINKS][9], global[MOST_LINKS][9], place[MOST_LINKS][3];
} Links;

static void load_matrix(const real *frame, size_t joint, double m[9]) {
    for (size_t k = 0; k < 9; k++) m[k] = (double)frame[3 + 9 * joint + k];
}

static void links_place(const Chain *chain, const real *frame, Links *l) {
    for (size_t e = 0; e < chain->count; e++) {
        const real *o = chain->offset + 3 * e;
        const double offset[3] = {(double)o[0], (double)o[1], (double)o[2]};
        double m[9];
        load_matrix(frame, chain->link[LINK_SIZES * e], m);
        rotation_nearest(m, l->local[e]);
        if (e == 0) {
            for (size_t i = 0; i < 3; i++) l->place[0][i] = (double)frame[i] + offset[i];
            for (size_t k = 0; k < 9; k++) l->global[0][k] = l->local[0][k];
            continue;
        }
        size_t parent = chain->link[LINK_SIZES * e + 1];
        rotation_apply(l->global[parent], offset, l->place[e]);
        for (size_t i = 0; i < 3; i++) l->place[e][i] += l->place[parent][i];
        rotation_multiply(l->global[parent], l->local[e], l->global[e]);
    }
}

static void positions_forward(const Call *c) {
    const Chain chain = chain_of(c);
    size_t frames = c->batch * c->rows, dim = c->x[0].cols;
#pragma omp parallel for schedule(static) if (frames * dim > WORTH_THREADS)
    for (size_t t = 0; t < frames; t++) {
        Links l;
        links_place(&chain, c->x[0].data + t * dim, &l);
        for (size_t j = 0; j < c->cols / 3; j++)
            for (size_t i = 0; i < 3; i++)
                c->y[t * c->cols + 3 * j + i] = (real)l.place[chain.asked[j]][i];
    }
}

/* v with [v] = a - a^T. */
static void axis_of(const double a[9], double v[3]) {
    v[0] = a[7] - a[5];
    v[1] = a[2] - a[6];
    v[2] = a[3] - a[1];
}

/* x of a x = b by Cramer's rule; false where the determinant is below `least`. a symmetric. */
static bool solve(const double a[9], const double b[3], double x[3]) {
    double first[3], second[3], third[3];
    vec3_cross(a + 3, a + 6, first);
    vec3_cross(a + 6, a, second);
    vec3_cross(a, a + 3, third);
    double determinant = vec3_dot(a, first);
    if (!(determinant > least)) return false;
    for (size_t i = 0; i < 3; i++)
        x[i] = (first[i] * b[0] + second[i] * b[1] + third[i] * b[2]) / determinant;
    return true;
}

/* Adds dM to `to`. */
static void nearest_backward(const double m[9], const double r[9], const double dr[9], real *to) {
    double p[9], turned[9], b[3], y[3], dm[9];
    rotation_relative(r, m, p);
    double trace = p[0] + p[4] + p[8];
    for (size_t k = 0; k < 9; k++) p[k] = (k % 4 == 0 ? trace : 0) - p[k];
    rotation_relative(r, dr, turned);
    axis_of(turned, b);
    if (!solve(p, b, y)) return;
    const double cross[9] = {0, -y[2], y[1], y[2], 0, -y[0], -y[1], y[0], 0};
    rotation_multiply(r, cross, dm);
    for (size_t k = 0; k < 9; k++) to[k] += (real)dm[k];
}

/* What a link's place and turn pass to its parent's: dp is its place's gradient, dg its turn's. */
static void pass_on(const Chain *chain, size_t e, const Links *l, const double dp[3],
                    const double dg[9], double parent_dp[3], double parent_dg[9]) {
    const double *r = l->local[e];
    for (size_t i = 0; i < 3; i++) {
        parent_dp[i] += dp[i];
        for (size_t j = 0; j < 3; j++)
            parent_dg[3 * i + j] +=
                dp[i] * (double)chain->offset[3 * e + j] + vec3_dot(dg + 3 * i, r + 3 * j);
    }
}

static void frame_backward(const Chain *chain, size_t asked, const real *frame, const real *dy,
                           real *grad) {
    Links l;
    double dp[MOST_LINKS][3] = {0}, dg[MOST_LINKS][9] = {0};
    links_place(chain, frame, &l);
    for (size_t j = 0; j < asked; j++)
        for (size_t i = 0; i < 3; i++) dp[chain->asked[j]][i] += (double)dy[3 * j + i];
    for (size_t e = chain->count; e-- > 0;) {
        size_t joint = chain->link[LINK_SIZES * e], parent = chain->link[LINK_SIZES * e + 1];
        double m[9], dr[9];
        load_matrix(frame, joint, m);
        if (e > 0) {
            pass_on(chain, e, &l, dp[e], dg[e], dp[parent], dg[parent]);
            rotation_relative(l.global[parent], dg[e], dr);
        }
        nearest_backward(m, l.local[e], e > 0 ? dr : dg[e], grad + 3 + 9 * joint);
    }
    for (size_t i = 0; i < 3; i++) grad[i] += (real)dp[0][i];
}

static void positions_backward(const Call *c) {
    const Chain chain = chain_of(c);
    size_t frames = c->batch * c->rows, dim = c->x[0].cols;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (frames * dim > WORTH_THREADS)
    for (size_t t = 0; t < frames; t++)
        frame_backward(&chain, c->cols / 3, c->x[0].data + t * dim, c->dy + t * c->cols,
                       c->x[0].grad + t * dim);
}

/* The place of a joint among the links, after its ancestors, which are added where they lack;
 * NO_LINK if there are too many. */
static size_t add_link(const Skeleton *s, size_t joint, size_t *links, size_t *count,
                       real *offsets) {
    for (size_t e = 0; e < *count; e++)
        if (links[LINK_SIZES * e] == joint) return e;
    size_t parent = 0;
    if (s->parents[joint] >= 0)
        parent = add_link(s, (size_t)s->parents[joint], links, count, offsets);
    if (parent == NO_LINK || *count == MOST_LINKS) return NO_LINK;
    links[LINK_SIZES * *count] = joint;
    links[LINK_SIZES * *count + 1] = parent;
    for (size_t i = 0; i < 3; i++) offsets[3 * *count + i] = (real)s->offsets[3 * joint + i];
    return (*count)++;
}

Value op_joint_positions(Graph *g, Value motion, const Skeleton *s, const size_t *joints,
                         size_t count) {
    static const Op op = {.name = "joint_positions",
                          .forward = positions_forward,
                          .backward = positions_backward,
                          .backward_reads_x = true};
    size_t list[LINK_SIZES * MOST_LINKS + OP_MAX_INPUTS], asked[OP_MAX_INPUTS], links = 0;
    real offsets[3 * MOST_LINKS];
    if (graph_cols(g, motion) != 3 + 9 * s->joints || count == 0 || count > OP_MAX_INPUTS)
        return graph_fail(g, "joint_positions: needs motion of the skeleton's joints");
    for (size_t j = 0; j < count; j++) {
        if (joints[j] >= s->joints)
            return graph_fail(g, "joint_positions: no joint %zu", joints[j]);
        asked[j] = add_link(s, joints[j], list, &links, offsets);
        if (asked[j] == NO_LINK)
            return graph_fail(g, "joint_positions: more than %d joints", MOST_LINKS);
    }
    for (size_t j = 0; j < count; j++) list[LINK_SIZES * links + j] = asked[j];
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {motion},
                                     .rows = graph_rows(g, motion),
                                     .cols = 3 * count,
                                     .size = {links},
                                     .list = list,
                                     .list_count = LINK_SIZES * links + count,
                                     .table = offsets,
                                     .table_count = 3 * links});
}
