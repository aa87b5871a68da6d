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

/* Element types. The format has more (F8, C64, small and unsigned integers, BOOL): those are OTHER,
 * which can be present in a file and are of no use here. */
typedef enum {
    SAFETENSORS_F32,
    SAFETENSORS_F64,
    SAFETENSORS_I64,
    SAFETENSORS_F16, /* uint16_t: float16.h */
    SAFETENSORS_BF16, /* likewise */
    SAFETENSORS_OTHER
} SafetensorsType;

/* One tensor inside a mapped file, or to be written. */
typedef struct {
    const char *name;
    SafetensorsType type;
    int rank; /* 0 for a scalar; SAFETENSORS_DEEP */
    size_t shape[TENSOR_MAX_RANK];
    const void
        *data; /* into the mapping; aligned to the element size or a private copy; read-only */
} SafetensorsView;

/* The rank of a tensor in a file that has more than TENSOR_MAX_RANK dimensions (the format sets no
 * bound). Its type is OTHER. */
enum { SAFETENSORS_DEEP = -1 };

typedef struct Safetensors Safetensors;

/* Maps the file. A file that safetensors_write has made is checked against its checksum, every byte
 * of it, and refused where they differ; others are read as they are. *out is NULL on error. Error
 * texts begin with the path. */
int safetensors_open(const char *path, Safetensors **out, Error *err);
void safetensors_close(Safetensors *s);
const Metadata *safetensors_metadata(const Safetensors *s);
size_t safetensors_count(const Safetensors *s);
const SafetensorsView *safetensors_at(const Safetensors *s, size_t i);
const SafetensorsView *safetensors_find(const Safetensors *s,
                                        const char *name); /* NULL if absent */

/* Elements: the product of the shape, 1 for a scalar. Not for OTHER. */
size_t safetensors_elements(const SafetensorsView *v);
/* All elements as float32: F32, F16 and BF16 exactly, F64 and I64 rounded to the nearest. Refuses
 * OTHER; error texts begin with the tensor's name. */
int safetensors_read_f32(const SafetensorsView *v, float *out, Error *err);
/* Rows first .. first + count - 1, which there must be, of a tensor of rank 1 or more. */
SafetensorsView safetensors_rows(const SafetensorsView *v, size_t first, size_t count);

/* Writes atomically, in the order given, data aligned to 64 bytes by padding the header with
 * spaces. Views point at the caller's data. The same input gives the same bytes. Two entries are
 * added to the metadata: `checksum`, "xxh3:" and 16 hexadecimal digits, the XXH3-64 of the whole
 * file with zeros in place of these digits, and `sealed`, which says that there is one. */
int safetensors_write(const char *path, const SafetensorsView *views, size_t count,
                      const Metadata *metadata, Error *err);

#endif
