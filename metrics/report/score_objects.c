#include "metrics/report/score_objects.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"

int score_objects_read(const char *path, const char *wanted, ScoreObjectTake *take, void *user,
                       Error *err) {
    char *text;
    size_t size, objects = 0;
    int status = 0;
    if (file_read_text(path, &text, &size, err)) return -1;
    const char *end = text + size;
    for (const char *at = text; !status; objects++) {
        at += strspn(at, " \t\r\n");
        if (at >= end) break;
        cJSON *object = cJSON_ParseWithLengthOpts(at, (size_t)(end - at), &at, false);
        if (!cJSON_IsObject(object))
            status = error_set(err, "%s: is not %s (object %zu)", path, wanted, objects + 1);
        else if (take(object, user, err))
            status = error_prefix(err, path);
        cJSON_Delete(object);
    }
    free(text);
    if (!status && objects == 0) return error_set(err, "%s: is empty", path);
    return status;
}
