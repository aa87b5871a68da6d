/* safetensors.h: the .safetensors format (8-byte header length, JSON header, raw little-endian
 * data), mapped for reading.
 *
 * The header is checked whole before anything is believed: sizes within the file, offsets
 * contiguous and without overlap, shapes that match their byte counts, no duplicate names. */
#ifndef LIB_FORMATS_SAFETENSORS_H
#define LIB_FORMATS_SAFETENSORS_H

#include "lib/formats/tensor.h"

typedef struct {
    char *key, *value; /* owned */
} MetadataEntry;

typedef struct {
    MetadataEntry *items;
    size_t count;
} Metadata;

/* Sets key to value (replacing). */
int metadata_set(Metadata *m, const char *key, const char *value, Error *err);
/* The value, or NULL. */
const char *metadata_get(const Metadata *m, const char *key);
void metadata_free(Metadata *m);

/* One tensor inside a mapped file. Only F32 and I64 and F64 are usable as they are; `type` is -1
 * for other dtypes. */
typedef struct {
    const char *name;
    int type; /* TensorType, or -1 */
    int rank;
    size_t shape[TENSOR_MAX_RANK];
    const void
        *data; /* into the mapping; aligned to the element size or a private copy; read-only */
} SafetensorsView;

typedef struct Safetensors Safetensors;

/* Maps the file. *out is NULL on error. Error texts begin with the path. */
int safetensors_open(const char *path, Safetensors **out, Error *err);
void safetensors_close(Safetensors *s);
const Metadata *safetensors_metadata(const Safetensors *s);
size_t safetensors_count(const Safetensors *s);
const SafetensorsView *safetensors_at(const Safetensors *s, size_t i);
const SafetensorsView *safetensors_find(const Safetensors *s,
                                        const char *name); /* NULL if absent */

/* Writes atomically, in the order given, data aligned to 64 bytes by padding the header with
 * spaces. Views point at the caller's data. The same input gives the same bytes. */
int safetensors_write(const char *path, const SafetensorsView *views, size_t count,
                      const Metadata *metadata, Error *err);

#endif
