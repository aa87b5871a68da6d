/* h36m_takes.c: the recordings of VideoPose3D's file (h36m_joints.h). */
#include <stdlib.h>
#include <string.h>

#include "lib/formats/npy.h"
#include "lib/formats/zip.h"
#include "lib/motion/import/h36m_joints.h"

static const char member_name[] = "positions_3d.npy";

static const ZipMember *find_member(const ZipDirectory *d) {
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->items[i].name, member_name) == 0) return &d->items[i];
    return NULL;
}

bool h36m_takes_found(const char *path) {
    FileMap file;
    ZipDirectory d;
    Error err;
    if (file_map(path, &file, &err)) return false;
    bool found = false;
    if (file.size > 2 && memcmp(file.data, "PK", 2) == 0 &&
        zip_directory(file.data, file.size, &d, &err) == 0) {
        found = find_member(&d) != NULL;
        zip_free(&d);
    }
    file_unmap(&file);
    return found;
}

/* --- names --- */

static bool can_name_a_file(const PickleValue *v) {
    if (v->type != PICKLE_TEXT || v->as.text.size == 0 || v->as.text.size > 100) return false;
    for (size_t i = 0; i < v->as.text.size; i++) {
        const unsigned char c = v->as.text.bytes[i];
        if (c < ' ' || c == '/' || c == 127) return false;
    }
    return true;
}

/* "S1-Walking_1" and "Walking" of S1 and "Walking 1". */
static int name_take(H36mTake *t, const PickleValue *subject, const PickleValue *action,
                     Error *err) {
    if (!can_name_a_file(subject) || !can_name_a_file(action))
        return error_set(err, "a subject or an action whose name cannot be a file's");
    const size_t n = subject->as.text.size, m = action->as.text.size;
    t->name = calloc(n + m + 2, 1);
    t->action = calloc(m + 1, 1);
    if (!t->name || !t->action) return error_set(err, "out of memory");
    memcpy(t->name, subject->as.text.bytes, n);
    t->name[n] = '-';
    memcpy(t->name + n + 1, action->as.text.bytes, m);
    memcpy(t->action, action->as.text.bytes, m);
    for (char *c = t->name; *c; c++) *c = *c == ' ' ? '_' : *c;
    char *end = t->action + m;
    while (end > t->action && end[-1] >= '0' && end[-1] <= '9') end--;
    if (end > t->action + 1 && (end[-1] == ' ' || end[-1] == '_')) end[-1] = '\0';
    return 0;
}

/* --- what is pickled --- */

static int add_takes(H36mTakes *t, const PickleValue *subject, const PickleValue *actions,
                     Error *err) {
    if (actions->type != PICKLE_DICT)
        return error_set(err, "a subject's actions are a %s, not a dict",
                         pickle_type_name(actions->type));
    const size_t count = actions->as.list.count / 2;
    H36mTake *items = realloc(t->items, (t->count + count + 1) * sizeof *items);
    if (!items) return error_set(err, "out of memory");
    t->items = items;
    for (size_t i = 0; i < count; i++) {
        H36mTake *take = &items[t->count++];
        *take = (H36mTake){.positions = actions->as.list.items[2 * i + 1]};
        if (name_take(take, subject, actions->as.list.items[2 * i], err)) return -1;
    }
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const H36mTake *)a)->name, ((const H36mTake *)b)->name);
}

static int list_takes(H36mTakes *t, Error *err) {
    const PickleValue *root = pickle_root(t->pickle);
    const PickleValue *objects = root->type == PICKLE_ARRAY ? root->as.array->objects : NULL;
    if (!objects || objects->as.list.count != 1 || objects->as.list.items[0]->type != PICKLE_DICT)
        return error_set(err, "positions_3d is not one dict of subjects");
    const PickleValue *subjects = objects->as.list.items[0];
    for (size_t i = 0; i + 1 < subjects->as.list.count; i += 2)
        if (add_takes(t, subjects->as.list.items[i], subjects->as.list.items[i + 1], err))
            return -1;
    if (t->count == 0) return error_set(err, "positions_3d has no recording");
    qsort(t->items, t->count, sizeof *t->items, by_name);
    for (size_t i = 1; i < t->count; i++)
        if (strcmp(t->items[i - 1].name, t->items[i].name) == 0)
            return error_set(err, "two recordings of the name %s", t->items[i].name);
    return 0;
}

static int read_member(H36mTakes *t, const ZipMember *m, Error *err) {
    const unsigned char *data;
    NpyHeader h;
    if (!m) return error_set(err, "no array positions_3d");
    if (zip_extract(m, &data, &t->bytes, err) || npy_parse(data, m->size, m->size, &h, err) ||
        pickle_parse(data + h.offset, m->size - h.offset, &t->pickle, err))
        return error_prefix(err, "positions_3d");
    return list_takes(t, err);
}

int h36m_takes_read(const char *path, H36mTakes *out, Error *err) {
    ZipDirectory d;
    *out = (H36mTakes){0};
    if (file_map(path, &out->file, err)) return -1;
    int status = zip_directory(out->file.data, out->file.size, &d, err);
    if (status == 0) {
        status = read_member(out, find_member(&d), err);
        zip_free(&d);
    }
    if (status == 0) return 0;
    h36m_takes_free(out);
    return error_prefix(err, path);
}

void h36m_takes_free(H36mTakes *t) {
    for (size_t i = 0; i < t->count; i++) {
        free(t->items[i].name);
        free(t->items[i].action);
    }
    free(t->items);
    pickle_free(t->pickle);
    free(t->bytes);
    file_unmap(&t->file);
    *t = (H36mTakes){0};
}
