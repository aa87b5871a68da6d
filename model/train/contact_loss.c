#include "model/train/contact_loss.h"

#include <stdlib.h>

#include "model/joint_positions.h"

static int skeleton_of(size_t joints, Skeleton *out, Error *err) {
    return joints == SMPLH_JOINTS ? skeleton_smplh(out, err) : skeleton_smpl(out, err);
}

bool contact_loss_known(size_t joints) { return joints == SMPL_JOINTS || joints == SMPLH_JOINTS; }

/* The mean is over single coordinates: a third of that over joints. */
Value contact_loss(Graph *g, const Config *c, Value frames, Value contact) {
    Skeleton skeleton;
    Error err;
    if (skeleton_of(joints_of_dim(c->motion_dim), &skeleton, &err))
        return graph_fail(g, "%s", err.text);
    Value feet = op_joint_positions(g, frames, &skeleton, foot_joints, FOOT_JOINTS);
    skeleton_free(&skeleton);
    size_t transitions = graph_rows(g, contact);
    Value before = op_multiply(g, op_slice_rows(g, feet, 0, transitions), contact);
    Value after = op_multiply(g, op_slice_rows(g, feet, 1, transitions), contact);
    return op_weighted_sum(g, (Value[]){op_mean_squared_error(g, after, before)},
                           (double[]){3 * c->fps * c->fps}, 1);
}

static int track_of(const Sequence *q, const Skeleton *s, double fps, PoseTrack *out, Error *err) {
    Motion motion;
    if (motion_new(&motion, q->frames, s->joints, err)) return -1;
    motion.fps = fps;
    sequence_frames(q, motion_dim(&motion), 0, q->frames, motion.data);
    const int status = pose_track_new(out, &motion, 0, motion.frames, s, err);
    motion_free(&motion);
    return status;
}

static int sequence_contacts(const Sequence *q, const Skeleton *s, double fps,
                             bool (**down)[FOOT_JOINTS], Error *err) {
    const FootContactRule rule = foot_contact_rule();
    PoseTrack track;
    FootContacts contacts;
    if (track_of(q, s, fps, &track, err)) return -1;
    int status = foot_contacts_find(&track, &rule, &contacts, err);
    pose_track_free(&track);
    if (status) return -1;
    *down = contacts.down;
    contacts.down = NULL;
    foot_contacts_free(&contacts);
    return 0;
}

int corpus_contacts_find(const Corpus *corpus, const Config *c, CorpusContacts *out, Error *err) {
    Skeleton skeleton;
    *out = (CorpusContacts){0};
    if (skeleton_of(joints_of_dim(c->motion_dim), &skeleton, err)) return -1;
    CorpusContacts found = {calloc(corpus->count, sizeof *found.down), corpus->count};
    int status = found.down ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; i < corpus->count && !status; i++)
        status = sequence_contacts(&corpus->items[i], &skeleton, c->fps, &found.down[i], err);
    skeleton_free(&skeleton);
    if (status)
        corpus_contacts_free(&found);
    else
        *out = found;
    return status;
}

void corpus_contacts_free(CorpusContacts *c) {
    for (size_t i = 0; c->down && i < c->count; i++) free(c->down[i]);
    free(c->down);
    *c = (CorpusContacts){0};
}

void corpus_contacts_copy(const CorpusContacts *c, size_t sequence, size_t first, size_t count,
                          bool mirrored, real *to) {
    const bool(*down)[FOOT_JOINTS] = (const bool(*)[FOOT_JOINTS])c->down[sequence] + first;
    const size_t other_side = mirrored ? FOOT_JOINTS / 2 : 0;
    for (size_t t = 0; t < count; t++)
        for (size_t j = 0; j < FOOT_JOINTS; j++) {
            const size_t from = (j + other_side) % FOOT_JOINTS;
            const bool both = down[t][from] && down[t + 1][from];
            for (size_t i = 0; i < 3; i++) to[t * CONTACT_COLUMNS + 3 * j + i] = both;
        }
}
