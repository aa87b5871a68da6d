/* torch_storage.h: where the storages of a file of torch.save lie: the containers of torch_file.h,
 * without the tensors. */
#ifndef LIB_FORMATS_TORCH_STORAGE_H
#define LIB_FORMATS_TORCH_STORAGE_H

#include "lib/formats/pickle_torch.h"

/* One storage's bytes in the file. */
typedef struct {
    const char *key; /* not terminated */
    size_t key_size;
    const unsigned char *data;
    size_t size; /* bytes */
} TorchStorage;

typedef struct {
    Pickle *pickle; /* what was saved */
    unsigned char *unpacked; /* its bytes, where the archive has them deflated; NULL otherwise */
    TorchStorage *items; /* sorted by key */
    size_t count;
    char *keys; /* owned, of a zip archive */
} TorchStorages;

/* Reads either container from memory, which must outlive *out; *out is empty on error. Errors do
 * not name a file. */
int torch_storages_read(const unsigned char *data, size_t size, TorchStorages *out, Error *err);
void torch_storages_free(TorchStorages *s);

/* The storage with that key, or NULL. */
const TorchStorage *torch_storages_find(const TorchStorages *s, const unsigned char *key,
                                        size_t key_size);

#endif
