#include "lib/formats/tensor_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file_map.h"
#include "lib/formats/npy.h"
#include "lib/formats/zip.h"

/* --- reading --- */

static int read_npy(const unsigned char *data, size_t size, Tensors *out, Error *err) {
    NpyHeader header;
    Tensor t;
    if (npy_parse(data, size, size, &header, err) || npy_decode(&header, data, &t, err)) return -1;
    return tensors_add(out, "", &t, err);
}

/* The header is looked at before the array is inflated. 1: an array of what is not read (Python
 * objects, dates), which only matters if somebody needs it. */
static int read_member(const ZipMember *m, Tensor *out, Error *err) {
    unsigned char start[NPY_PEEK];
    size_t peek = m->size < sizeof start ? m->size : sizeof start;
    NpyHeader header;
    const unsigned char *data;
    unsigned char *owned;
    if (zip_peek(m, start, peek, err) || npy_parse(start, peek, m->size, &header, err)) return -1;
    if (*header.unread) return zip_verify(m, err) ? -1 : 1;
    if (zip_extract(m, &data, &owned, err)) return -1;
    int bad = npy_decode(&header, data, out, err);
    free(owned);
    return bad;
}

static int read_npz(const unsigned char *data, size_t size, Tensors *out, Error *err) {
    ZipDirectory d;
    if (zip_directory(data, size, &d, err)) return -1;
    int bad = 0;
    out->items = calloc(
        d.count ? d.count : 1,
        sizeof *out->items); /* names are distinct already: tensors_add would search for them */
    if (!out->items) bad = error_set(err, "out of memory");
    for (size_t i = 0; i < d.count && !bad; i++) {
        char *name = d.items[i].name;
        size_t length = strlen(name);
        if (length < 4 || strcmp(name + length - 4, ".npy") != 0)
            continue; /* no array: NumPy gives such members as bytes */
        NamedTensor *item = &out->items[out->count];
        bad = read_member(&d.items[i], &item->tensor, err);
        if (bad > 0) {
            bad = 0;
            out->unread++;
            continue;
        }
        if (!bad && !(item->name = strndup(name, length - 4))) {
            tensor_free(&item->tensor);
            bad = error_set(err, "out of memory");
        }
        if (!bad)
            out->count++;
        else {
            char context[160];
            snprintf(context, sizeof context, "array '%.*s'",
                     (int)(length < 120 ? length - 4 : 116), name);
            error_prefix(err, context);
        }
    }
    if (!bad && out->count == 0)
        bad = error_set(err, out->unread ? "its arrays hold Python objects, which are not read"
                                         : "a zip archive without arrays");
    zip_free(&d);
    return bad;
}

int tensor_file_read(const char *path, Tensors *out, Error *err) {
    *out = (Tensors){0};
    FileMap file;
    if (file_map(path, &file, err)) return -1;
    bool npy = file.size >= 6 && memcmp(file.data, "\x93NUMPY", 6) == 0;
    int bad;
    if (file.size == 0)
        bad = error_set(err, "the file is empty");
    else
        bad = npy ? read_npy(file.data, file.size, out, err)
                  : read_npz(file.data, file.size, out, err);
    file_unmap(&file);
    if (!bad) return 0;
    tensors_free(out);
    return error_prefix(err, path);
}
