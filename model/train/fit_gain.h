/* fit_gain.h: a gain for every joint (Config.joint_gains), by which the dances that a trained model
 * makes move as much as those that it was trained on [ours].
 *
 * A step's predictions move less than what they predict, and on its own output less again; by how
 * much depends on the joint. So the model dances to the training songs from the first frames of
 * the training dances, for 20 seconds at most, and where a joint's mean squared change from frame
 * to frame, v, is not the data's, w, over the same frames, its gain is multiplied by (w / v)^0.3:
 * the square root alone would go too far, as a gain acts on every step. After a few rounds they
 * agree within hundredths. The place on the floor and the height of the root have gains of their
 * own. What does not move in the data keeps 1. */
#ifndef MODEL_TRAIN_FIT_GAIN_H
#define MODEL_TRAIN_FIT_GAIN_H

#include "lib/data/crops.h"
#include "model/model.h"

enum {
    GAIN_ROUNDS = 4,
    GAIN_DANCES = 64 /* at most, spread evenly over the set */
};

typedef struct {
    size_t dances;
    double floor, height; /* the root's gains */
    double least, most; /* of the joints' rotations */
    double before, after; /* rms change from frame to frame over the data's, before the first and
                             the last round */
} GainFit;

/* Called in this process after some of its dances have been made. */
typedef void GainProgress(void *user, size_t done, size_t total);

/* In all processes together: sets the model's gains ("motion.gain") from 1 on. They stay between
 * 0.5 and 2. Fails, and leaves them at 1, if no sequence is longer than a seed and a step, if
 * nothing moves, or if a dance runs away. progress may be NULL. */
int fit_gain(Model *m, const Corpus *corpus, GainProgress *progress, void *user, GainFit *out,
             Error *err);

#endif
