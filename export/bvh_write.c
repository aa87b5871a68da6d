#include "export/bvh_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/euler.h"
#include "lib/motion/smpl_joint_names.h"

static const EulerOrder orders[] = {{{2, 0, 1}}, {{0, 1, 2}}, {{0, 2, 1}},
                                    {{1, 0, 2}}, {{1, 2, 0}}, {{2, 1, 0}}};
enum { ORDERS = sizeof orders / sizeof *orders };

typedef struct {
    const Clip *clip;
    double units;
    EulerOrder *order; /* [joints] */
    size_t *sequence; /* [joints] joints as the hierarchy lists them */
    double *angles; /* [joints, 3] of the frame before */
    size_t written;
    Buffer *out;
} BvhWriter;

/* --- the order of the turns --- */

/* The least |cos| of the second angle over the clip: 0 where it is a quarter turn. |sin| is the
 * entry of its first axis' row, third axis' column. */
static double margin(const PoseTrack *b, size_t joint, EulerOrder order) {
    double most = 0;
    for (size_t t = 0; t < b->frames; t++)
        most = fmax(most, fabs(b->rotations[9 * (t * b->joints + joint) +
                                            (size_t)(3 * order.axis[0] + order.axis[2])]));
    return most < 1 ? sqrt(1 - most * most) : 0;
}

static EulerOrder choose_order(const PoseTrack *b, size_t joint) {
    EulerOrder best = orders[0];
    double widest = margin(b, joint, best);
    if (widest > sin(15 * M_PI / 180)) return best;
    for (int i = 1; i < ORDERS; i++) {
        double m = margin(b, joint, orders[i]);
        if (m > widest) {
            widest = m;
            best = orders[i];
        }
    }
    return best;
}

/* --- hierarchy --- */

static void put_vector(BvhWriter *w, const double v[3]) {
    for (int i = 0; i < 3; i++) {
        buffer_byte(w->out, ' ');
        buffer_number(w->out, v[i] * w->units, 6);
    }
}

/* Where a limb ends nothing is known of its length: six tenths of the last bone's. */
static void put_end(BvhWriter *w, size_t joint, int indent) {
    double end[3];
    for (size_t i = 0; i < 3; i++) end[i] = 0.6 * w->clip->skeleton->offsets[3 * joint + i];
    buffer_print(w->out, "%*sEnd Site\n%*s{\n%*sOFFSET", indent, "", indent, "", indent + 2, "");
    put_vector(w, end);
    buffer_print(w->out, "\n%*s}\n", indent, "");
}

static void open_joint(BvhWriter *w, size_t joint, int indent) {
    static const double zero[3] = {0, 0, 0};
    char name[24];
    w->sequence[w->written++] = joint;
    smpl_joint_name(w->clip->body.joints, joint, name);
    buffer_print(w->out, "%*s%s %s\n%*s{\n%*sOFFSET", indent, "", joint ? "JOINT" : "ROOT", name,
                 indent, "", indent + 2, "");
    put_vector(w, joint ? w->clip->skeleton->offsets + 3 * joint : zero);
    buffer_print(w->out, "\n%*sCHANNELS %s", indent + 2, "",
                 joint ? "3" : "6 Xposition Yposition Zposition");
    for (int i = 0; i < 3; i++) buffer_print(w->out, " %crotation", "XYZ"[w->order[joint].axis[i]]);
    buffer_text(w->out, "\n");
}

static size_t next_child(const Skeleton *s, size_t parent, size_t after) {
    for (size_t j = after + 1; j < s->joints; j++)
        if (s->parents[j] == (int)parent) return j;
    return 0;
}

/* Depth first without recursion: a skeleton of 1024 joints may be one chain. */
static void put_hierarchy(BvhWriter *w) {
    const Skeleton *s = w->clip->skeleton;
    size_t joint = 0, last = 0; /* last: the child that was closed last, or the joint itself */
    int indent = 0;
    buffer_text(w->out, "HIERARCHY\n");
    open_joint(w, 0, 0);
    for (;;) {
        size_t child = next_child(s, joint, last);
        if (child) {
            indent += 2;
            open_joint(w, child, indent);
            joint = last = child;
            continue;
        }
        if (last == joint) put_end(w, joint, indent + 2);
        buffer_print(w->out, "%*s}\n", indent, "");
        if (joint == 0) return;
        last = joint;
        joint = (size_t)s->parents[joint];
        indent -= 2;
    }
}

/* --- motion --- */

static void put_frame(BvhWriter *w, size_t t) {
    const PoseTrack *b = &w->clip->body;
    for (size_t i = 0; i < 3; i++) {
        if (i) buffer_byte(w->out, ' ');
        buffer_number(w->out, b->positions[3 * t * b->joints + i] * w->units, 6);
    }
    for (size_t n = 0; n < b->joints; n++) {
        size_t j = w->sequence[n];
        double now[3];
        euler_from_rotation(b->rotations + 9 * (t * b->joints + j), w->order[j], w->angles + 3 * j,
                            now);
        memcpy(w->angles + 3 * j, now, sizeof now);
        for (int i = 0; i < 3; i++) {
            buffer_byte(w->out, ' ');
            buffer_number(w->out, now[i] * (180 / M_PI), 6);
        }
    }
    buffer_byte(w->out, '\n');
}

int bvh_write(const Clip *clip, double units, Buffer *out, Error *err) {
    const PoseTrack *b = &clip->body;
    BvhWriter w = {clip,
                   units,
                   malloc(b->joints * sizeof *w.order),
                   malloc(b->joints * sizeof *w.sequence),
                   calloc(3 * b->joints, sizeof *w.angles),
                   0,
                   out};
    if (w.order && w.sequence && w.angles) {
        for (size_t j = 0; j < b->joints; j++) w.order[j] = choose_order(b, j);
        put_hierarchy(&w);
        buffer_print(out, "MOTION\nFrames: %zu\nFrame Time: %.10g\n", b->frames, 1 / b->fps);
        for (size_t t = 0; t < b->frames; t++) put_frame(&w, t);
    } else
        out->failed = true;
    free(w.order);
    free(w.sequence);
    free(w.angles);
    return buffer_check(out, err);
}
