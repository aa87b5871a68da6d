/* foot_contact.h: when the feet bear the body, from positions alone.
 *
 * A joint of a foot touches the floor while it is within `height` of its own level and rises or
 * falls by less than `rise`. How fast it moves sideways does not matter: that is what foot skate
 * (metrics/foot_skate.h) measures and --contact (model/train/contact_loss.h) trains. Heights of
 * 3 to 5 cm are usual (Zhang et al. 2018, Ling et al. 2020: 2.5 and 3.3 cm; Karunratanakul et al.
 * 2023: 5 cm), mostly above one floor; the rest is ours:
 *
 * - The floor is the lowest of the four joints within `reach` to either side in time: in captured
 *   and in generated dances it wanders by centimetres.
 * - A joint's own level is the height above that floor that it is below in a tenth of the frames,
 *   the left or the right one's, whichever is lower: an ankle never gets down to the floor, and one
 *   foot may be in the air all the time.
 * - While any other joint is within `clear` of the floor (hands, knees, a body that lies), nothing
 *   is said to be borne by the feet.
 * - Interruptions shorter than `gap` are closed, and contacts shorter than `least` left out. */
#ifndef LIB_MOTION_FOOT_CONTACT_H
#define LIB_MOTION_FOOT_CONTACT_H

#include "lib/motion/pose_track.h"

enum { FOOT_JOINTS = 4 };
/* SMPL's left ankle and toes, right ankle and toes. */
extern const size_t foot_joints[FOOT_JOINTS];

typedef struct {
    double height, clear; /* metres */
    double rise; /* m/s */
    double reach, gap, least; /* seconds */
} FootContactRule;
FootContactRule foot_contact_rule(void);

typedef struct {
    bool (*down)[FOOT_JOINTS]; /* [frames] whether a joint touches the floor */
    double (*height)[FOOT_JOINTS]; /* [frames] metres above its own level */
} FootContacts;

/* Whether bodies of so many joints have SMPL's legs, as far as their number tells. */
bool foot_contacts_known(size_t joints);
/* b: of at least 12 joints, SMPL's legs among them. *out owns its arrays and is empty on error:
 * memory. */
int foot_contacts_find(const PoseTrack *b, const FootContactRule *r, FootContacts *out, Error *err);
void foot_contacts_free(FootContacts *c);

#endif
