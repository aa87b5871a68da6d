#include "thresholdsfile.h"

#include "lib/tensorfile.h"

int thresholds_read(const char *path, Thresholds *out, Error *err) {
    Tensors set;
    if (tensorfile_read(path, &set, err)) return -1;
    int status = thresholds_from_tensors(&set, out, err);
    tensors_free(&set);
    return status ? fail_in(err, path) : 0;
}

int thresholds_write(const char *path, const Thresholds *t, Error *err) {
    Tensors set;
    if (thresholds_to_tensors(t, &set, err)) return -1;
    int status = npz_write(path, &set, err);
    tensors_free(&set);
    return status;
}
