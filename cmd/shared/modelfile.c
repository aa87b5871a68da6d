#include "modelfile.h"

int model_read(const char *path, Kind kind, Model *out, Error *err) {
    Safetensors *file;
    if (safetensors_open(path, &file, err)) return -1;
    int status = model_import(out, file, kind, false, err);
    safetensors_close(file);
    return status ? fail_in(err, path) : 0;
}

int exported_write(const char *path, Exported *e, Error *err) {
    int status = safetensors_write(path, e->views, e->count, &e->metadata, err);
    exported_free(e);
    return status;
}
