/* pickle_torch.h: PyTorch's storages and tensors as torch.save pickles them: a storage is a
 * persistent id ("storage", torch.FloatStorage, key, device, count), a tensor is
 * torch._utils._rebuild_tensor_v2(storage, offset, shape, stride, ...) (torch/serialization.py,
 * torch/_utils.py). The interpreter of pickle.h imitates both; their numbers lie outside of the
 * pickle: torch_file.h. */
#ifndef LIB_FORMATS_PICKLE_TORCH_H
#define LIB_FORMATS_PICKLE_TORCH_H

#include "lib/formats/pickle.h"

typedef enum {
    TORCH_F32,
    TORCH_F64,
    TORCH_F16,
    TORCH_BF16,
    TORCH_I64,
    TORCH_I32,
    TORCH_I16,
    TORCH_I8,
    TORCH_U8,
    TORCH_BOOL,
    TORCH_OTHER, /* complex */
} TorchType;

typedef struct PickleStorage {
    TorchType type;
    size_t item_size; /* bytes of one element */
    const unsigned char *key; /* which storage of the file; not terminated */
    size_t key_size;
    size_t count; /* elements, as the pickle claims */
} PickleStorage;

/* Offset and strides in elements. Nothing is compared with the storage's size. */
typedef struct PickleTensor {
    const PickleStorage *storage;
    size_t offset;
    int rank;
    size_t shape[TENSOR_MAX_RANK], stride[TENSOR_MAX_RANK];
} PickleTensor;

/* As pickle_parse, with PyTorch's persistent ids and constructors permitted too, in which BUILD on
 * a dict (a module's _metadata) does nothing. *used: bytes up to the pickle's end, where another
 * may follow. */
int pickle_parse_torch(const unsigned char *data, size_t size, Pickle **out, size_t *used,
                       Error *err);

/* Storage number *at or a later one, in the order of the pickle, and moves *at behind it; NULL:
 * there are no more. One storage may come several times. Begin with *at = 0. */
const PickleStorage *pickle_next_storage(const Pickle *p, size_t *at);

#endif
