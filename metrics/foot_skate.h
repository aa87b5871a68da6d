/* foot_skate.h: how fast the supporting foot slides (foot skate, foot sliding).
 *
 * Foot skate is measured as the horizontal movement of feet that touch the floor: summed with a
 * weight that falls with the height (Zhang et al., Mode-Adaptive Neural Networks for Quadruped
 * Motion Control, 2018; Ling et al., Character Controllers Using Motion VAEs, 2020), averaged over
 * frames in contact (Yuan et al., PhysDiff, 2023, "Skate"), or counted where it is more than 2.5 cm
 * a frame (Karunratanakul et al., Guided Motion Diffusion, 2023, "foot skating ratio"). This is
 * the second of these, as a speed, with contact as lib/motion/foot_contact.h has it and of the
 * supporting foot alone [ours]: over every transition between two frames, of the feet of which a
 * joint touches the floor in both the one that is lower above its own level; its speed is that of
 * the slower of its joints in contact, since feet turn on the ball and roll off from the heel. */
#ifndef METRICS_FOOT_SKATE_H
#define METRICS_FOOT_SKATE_H

#include "lib/base/error.h"
#include "lib/motion/pose_track.h"

typedef struct {
    double median, mean; /* cm/s over transitions with a supporting foot; NaN if there are none */
    double support; /* share of the transitions that have one; NaN below 2 frames or 12 joints */
} FootSkate;

/* Fails when memory is out. */
int foot_skate(const PoseTrack *b, FootSkate *out, Error *err);

#endif
