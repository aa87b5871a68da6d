/* contact_loss.h: feet that stand where the data's stand: the foot contact loss of Tevet et al.,
 * Human Motion Diffusion Model (2023), eq. 5, also in EDGE (Tseng et al. 2023, eq. 5):
 *
 *     mean over transitions t and foot joints j of  f[t, j] |p[t, j] - p[t-1, j]|^2 fps^2
 *
 * p by forward kinematics of what was predicted, f = 1 where the joint touches the floor in both
 * frames of the data (lib/motion/foot_contact.h), else 0. Here it is of speeds, (m/s)^2, so that
 * its weight does not depend on the rate, and f of the data itself, not estimated from heights
 * during training. */
#ifndef MODEL_TRAIN_CONTACT_LOSS_H
#define MODEL_TRAIN_CONTACT_LOSS_H

#include "lib/data/crops.h"
#include "lib/motion/foot_contact.h"
#include "model/networks.h"

/* Whether bodies of so many joints have known feet and bones: SMPL's and SMPL-H's. */
bool contact_loss_known(size_t joints);

enum { CONTACT_COLUMNS = 3 * FOOT_JOINTS };
/* frames [T + 1, D] in the data's coordinates, contact [T, CONTACT_COLUMNS]: f, three times for
 * each joint. A scalar. */
Value contact_loss(Graph *g, const Config *c, Value frames, Value contact);

/* f of every dance of a corpus. */
typedef struct {
    bool (**down)[FOOT_JOINTS]; /* [count] of [frames]: whether a joint touches the floor */
    size_t count;
} CorpusContacts;

/* Of a corpus of known bodies at c->fps. Errors: memory. *out is empty on error. */
int corpus_contacts_find(const Corpus *corpus, const Config *c, CorpusContacts *out, Error *err);
void corpus_contacts_free(CorpusContacts *c);

/* Into `to` [count, CONTACT_COLUMNS]: f from frames first .. first + count - 1 of a dance to the
 * next ones each; mirrored: with left and right exchanged. */
void corpus_contacts_copy(const CorpusContacts *c, size_t sequence, size_t first, size_t count,
                          bool mirrored, real *to);

#endif
