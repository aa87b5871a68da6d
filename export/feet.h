/* feet.h: takes the sliding out of feet that stand, for the eye only: what a clip's measures are
 * made of stays as it was (clip_measured). Per foot: contacts, found by the toes' height above the
 * floor and their speed (unlike lib/motion/foot_contact.h, which asks when feet ought to stand:
 * toes can be held unseen only while they hardly move); during one the toes are held at their mean
 * place, a sole above the floor, by inverse kinematics of two bones (thigh and shin; cosine rule);
 * before and after one the shift fades. */
#ifndef EXPORT_FEET_H
#define EXPORT_FEET_H

#include <stdbool.h>

#include "export/clip.h"

typedef struct {
    double low, high; /* metres above the floor where contact begins and ends; the joint of a
                         standing foot is some 2 cm above it */
    double slow, fast; /* m/s at which contact begins and ends */
    double gap, least; /* seconds: shorter interruptions are none; shorter contacts neither */
    double fade; /* seconds over which a shift comes before a contact and goes after it */
    double wander; /* metres: toes that get further than this from where they came down are set
                      down again */
    double reach; /* of the outstretched leg's length: no leg is stretched further than this, or
                     than it was */
} FeetOptions;

FeetOptions feet_options(void);

/* Are the skeleton's first joints SMPL's legs? */
bool feet_known(const Skeleton *s);

/* contact[frames]: whether the toes (SMPL's joint 10 or 11) stand on a floor of this height. */
void feet_contacts(const PoseTrack *b, size_t toes, double floor, const FeetOptions *o,
                   bool *contact);

/* Root, ankles' and toes' orientations in the world and bones' lengths stay; rotations of joints
 * that are neither hip, knee nor ankle, and all frames that belong to no contact and no fade stay
 * to the bit. Knees stay in the leg's plane. Where a leg cannot reach, the foot slides on. Errors:
 * a skeleton whose first joints are not SMPL's; memory. c is then as it was. */
int feet_clean(Clip *c, const FeetOptions *o, Error *err);

#endif
