#include "musicfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tensorfile.h"

enum { DEFAULT_FPS = 60 };

static int read_scalar(const Tensors *set, const char *name, double *value, Error *err) {
    Tensor *t = tensors_find(set, name);
    if (!t) return 0;
    if (t->type == TENSOR_BYTES || tensor_count(t) != 1) return fail(err, "'%s' is no number", name);
    if (tensor_convert(t, TENSOR_F64, err)) return -1;
    *value = *tensor_f64(t);
    return isfinite(*value) && *value >= 0 ? 0 : fail(err, "'%s' is %g", name, *value);
}

static int take_music(Tensors *set, Music *m, Error *err) {
    int bare = set->count == 1 && set->items[0].name[0] == '\0';
    Tensor *t = bare ? &set->items[0].tensor : tensors_need(set, "features", err);
    if (!t) return -1;
    char shape[256];
    if (t->rank != 2 || t->shape[0] == 0 || t->shape[1] == 0)
        return fail(err, "music features have shape %s, [frames, dimensions] is needed", tensor_shape_text(t, shape));
    if (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err)) return fail_in(err, "music features");
    m->fps = DEFAULT_FPS;
    if (read_scalar(set, "fps", &m->fps, err) || read_scalar(set, "tempo", &m->tempo, err)) return -1;
    if (!(m->fps > 0)) return fail(err, "'fps' is %g", m->fps);
    m->frames = t->shape[0];
    m->dim = t->shape[1];
    m->data = t->data;
    t->data = NULL;
    return 0;
}

int music_read(const char *path, Music *out, Error *err) {
    *out = (Music){0};
    Tensors set;
    if (tensorfile_read(path, &set, err)) return -1;
    Music m = {0};
    int bad = take_music(&set, &m, err);
    tensors_free(&set);
    if (bad) return fail_in(err, path);
    *out = m;
    return 0;
}

int music_write(const char *path, const Music *m, Error *err) {
    Tensors set = {0};
    Tensor t;
    if (tensor_new(&t, TENSOR_F32, 2, (size_t[]){m->frames, m->dim}, 0, err)) return fail_in(err, path);
    if (t.data) memcpy(t.data, m->data, m->frames * m->dim * sizeof(float));
    int bad = tensors_add(&set, "features", &t, err) || tensors_add_f64(&set, "fps", m->fps, err) || tensors_add_f64(&set, "tempo", m->tempo, err);
    if (bad) fail_in(err, path);
    bad = bad || npz_write(path, &set, err);
    tensors_free(&set);
    return bad ? -1 : 0;
}

void music_free(Music *m) {
    free(m->data);
    *m = (Music){0};
}
