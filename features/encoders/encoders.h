/* encoders.h: the registry of encoders, and opening one by its checkpoint's folder. */
#ifndef FEATURES_ENCODERS_ENCODERS_H
#define FEATURES_ENCODERS_ENCODERS_H

#include "features/encoders/encoder.h"

/* All families, ended by NULL. */
const Encoder *const *encoders_all(void);

/* Rows a second that a preset of that name means where none are asked for; 0 if it does not say. */
double encoders_preset_fps(const char *preset);

/* The family of a checkpoint's folder (as huggingface-cli download leaves it). Errors begin with
 * the folder, and say what is known here. */
int encoders_recognise(const char *folder, const Encoder **out, Error *err);

/* A checkpoint of that family, opened. *state is owned: encoder_close; NULL on error. Errors begin
 * with a path. */
int encoder_open(const Encoder *e, const char *folder, const EncoderOptions *o, void **state,
                 EncoderInfo *info, Error *err);
void encoder_close(const Encoder *e, void *state);

#endif
