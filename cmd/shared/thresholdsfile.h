/* thresholdsfile.h: freezing thresholds on disk (.npz, thresholds.h). Errors begin with the path. */
#ifndef CMD_SHARED_THRESHOLDSFILE_H
#define CMD_SHARED_THRESHOLDSFILE_H

#include "metrics/thresholds.h"

int thresholds_read(const char *path, Thresholds *out, Error *err);
int thresholds_write(const char *path, const Thresholds *t, Error *err);

#endif
