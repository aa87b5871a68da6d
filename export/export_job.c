#include "export/export_job.h"

#include <stdlib.h>
#include <string.h>

static bool all_named_alike(const Clip *clips, size_t count) {
    bool alike = count > 1;
    for (size_t i = 1; i < count; i++) alike = alike && strcmp(clips[i].name, clips[0].name) == 0;
    return alike;
}

/* The name of a file's folder; owned, NULL when memory is out. */
static char *folder_name(const char *path) {
    char *folder = path_folder(path);
    char *name = folder ? path_stem(folder) : NULL;
    free(folder);
    return name;
}

int export_job_name_clips(Clip *clips, const Strings *files, const Strings *labels, Error *err) {
    size_t count = files->count;
    bool alike = all_named_alike(clips, count);
    if (labels->count > count)
        return error_set(err, "%zu labels for %zu dance%s", labels->count, count,
                         count > 1 ? "s" : "");
    for (size_t i = 0; i < count; i++) {
        bool labelled = i < labels->count;
        if (!labelled && !alike) continue;
        char *name = labelled ? strdup(labels->items[i]) : folder_name(files->items[i]);
        if (!name) return error_set(err, "out of memory");
        free(clips[i].name);
        clips[i].name = name;
    }
    return 0;
}
