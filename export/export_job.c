#include "export/export_job.h"

#include <stdlib.h>
#include <string.h>

int export_job_name_clips(Clip *clips, const Strings *files, const Strings *labels, Error *err) {
    size_t count = files->count;
    bool same = count > 1; /* files that differ only in their folders ("baseline/x.npz",
                              "full/x.npz") are called by these */
    if (labels->count > count)
        return error_set(err, "%zu labels for %zu dance%s", labels->count, count,
                         count > 1 ? "s" : "");
    for (size_t k = 1; k < count; k++) same = same && strcmp(clips[k].name, clips[0].name) == 0;
    for (size_t i = 0; i < count; i++) {
        char *name;
        if (i < labels->count)
            name = strdup(labels->items[i]);
        else if (same) {
            char *folder = path_folder(files->items[i]);
            name = folder ? path_stem(folder) : NULL;
            free(folder);
        } else
            continue;
        if (!name) return error_set(err, "out of memory");
        free(clips[i].name);
        clips[i].name = name;
    }
    return 0;
}
