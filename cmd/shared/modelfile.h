/* modelfile.h: models and banks on disk. */
#ifndef CMD_SHARED_MODELFILE_H
#define CMD_SHARED_MODELFILE_H

#include "model/state.h"

/* Opens a model (a checkpoint of one included) or a bank for reading only: its weights stay in the mapped file. *out is empty on error; errors begin with the path. */
int model_read(const char *path, Kind kind, Model *out, Error *err);
/* Writes whatever was exported, atomically, and releases it. */
int exported_write(const char *path, Exported *e, Error *err);

#endif
