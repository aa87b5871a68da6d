#include "modelfile.h"

int model_read(const char *path, Kind kind, Model *out, Error *err) {
    Safetensors *file;
    if (safetensors_open(path, &file, err)) return -1;
    if (model_map(out, file, kind, err) == 0) return 0;
    safetensors_close(file);
    return fail_in(err, path);
}

int exported_write(const char *path, Exported *e, Error *err) {
    int status = safetensors_write(path, e->views, e->count, &e->metadata, err);
    exported_free(e);
    return status;
}
