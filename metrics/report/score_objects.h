/* score_objects.h: files of JSON objects, one after the other. */
#ifndef METRICS_REPORT_SCORE_OBJECTS_H
#define METRICS_REPORT_SCORE_OBJECTS_H

#include <cjson/cJSON.h>

#include "lib/base/error.h"

/* What to do with an object; -1 ends the reading with its message. */
typedef int ScoreObjectTake(const cJSON *object, void *user, Error *err);

/* Gives every object of the file to `take`, in order. A file that is empty or holds anything else
 * is an error: "PATH: is not WANTED (object N)". Errors begin with the path. */
int score_objects_read(const char *path, const char *wanted, ScoreObjectTake *take, void *user,
                       Error *err);

#endif
