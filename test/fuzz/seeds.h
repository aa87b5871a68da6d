/* seeds.h: small valid files to begin fuzzing with, one function for a kind of file. abort() where
 * one cannot be written. */
#ifndef TEST_FUZZ_SEEDS_H
#define TEST_FUZZ_SEEDS_H

#include "model/model.h"

/* A model of a few hundred parameters, with room for Adam's moments, and the settings of the
 * checkpoint of it. */
void seeds_model(Model *m);
extern const char seeds_settings[];

void seed_bvh(const char *folder);
void seed_h36m(const char *folder);
void seed_h36m_joints(const char *folder);
void seed_pickles(const char *folder);
void seed_torch(const char *folder);
void seed_settings(const char *folder);
void seed_encoders(const char *folder);
void seed_jukebox(const char *folder);
void seed_states(const char *folder);
void seed_weight_index(const char *folder);
void seed_motion_npz(const char *folder);
void seed_motion_npy(const char *folder);
void seed_positions(const char *folder);
void seed_models(const char *folder);
void seed_checkpoint(const char *folder);
void seed_config(const char *folder);
void seed_sounds(const char *folder);
void seed_music(const char *folder);
void seed_thresholds(const char *folder);
void seed_clusters(const char *folder);
void seed_skeletons(const char *folder);
void seed_dataset(const char *folder);
void seed_names(const char *folder);
void seed_log(const char *folder);
void seed_joint_list(const char *folder);
void seed_scores(const char *folder);

#endif
