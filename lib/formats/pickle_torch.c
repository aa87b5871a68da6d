#include "lib/formats/pickle_torch.h"

#include <string.h>

#include "lib/formats/pickle_values.h"

static const struct {
    const char *name;
    TorchType type;
    size_t item_size;
} storages[] = {
    {"FloatStorage", TORCH_F32, 4},
    {"DoubleStorage", TORCH_F64, 8},
    {"HalfStorage", TORCH_F16, 2},
    {"BFloat16Storage", TORCH_BF16, 2},
    {"LongStorage", TORCH_I64, 8},
    {"IntStorage", TORCH_I32, 4},
    {"ShortStorage", TORCH_I16, 2},
    {"CharStorage", TORCH_I8, 1},
    {"ByteStorage", TORCH_U8, 1},
    {"BoolStorage", TORCH_BOOL, 1},
    {"ComplexFloatStorage", TORCH_OTHER, 8},
    {"ComplexDoubleStorage", TORCH_OTHER, 16},
};
enum { STORAGES = sizeof storages / sizeof *storages };

static const struct {
    const char *module, *name;
    PickleGlobal which;
} permitted[] = {
    {"torch._utils", "_rebuild_tensor_v2", GLOBAL_TORCH_TENSOR},
    {"torch._utils", "_rebuild_tensor", GLOBAL_TORCH_TENSOR},
    {"torch._utils", "_rebuild_parameter", GLOBAL_TORCH_PARAMETER},
    {"torch", "Size", GLOBAL_TORCH_SIZE},
};

static bool is(const unsigned char *bytes, size_t size, const char *text) {
    return strlen(text) == size && memcmp(bytes, text, size) == 0;
}

bool pickle_torch_global(const unsigned char *module, size_t module_size, const unsigned char *name,
                         size_t name_size, PickleGlobal *out) {
    for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++)
        if (is(module, module_size, permitted[i].module) &&
            is(name, name_size, permitted[i].name)) {
            *out = permitted[i].which;
            return true;
        }
    for (size_t i = 0; i < STORAGES && is(module, module_size, "torch"); i++)
        if (is(name, name_size, storages[i].name)) {
            *out = (PickleGlobal)(GLOBAL_TORCH_STORAGE + i);
            return true;
        }
    return false;
}

static PickleValue *bad(Error *err, const char *what) {
    error_set(err, "damaged pickle: %s", what);
    return NULL;
}

static bool natural(const PickleValue *v, size_t *out) {
    if (v->type != PICKLE_INT || v->as.integer < 0) return false;
    *out = (size_t)v->as.integer;
    return true;
}

PickleValue *pickle_torch_persistent(Pickle *p, const PickleValue *id, Error *err) {
    PickleValue *const *a = id->as.list.items;
    if (id->type != PICKLE_TUPLE || id->as.list.count < 5 || id->as.list.count > 6 ||
        !pickle_text_is(a[0], "storage") || a[1]->type != PICKLE_GLOBAL ||
        a[1]->as.integer < GLOBAL_TORCH_STORAGE ||
        (a[2]->type != PICKLE_TEXT && a[2]->type != PICKLE_BYTES))
        return bad(err, "a persistent id that is not a torch storage");
    if (id->as.list.count == 6 && a[5]->type != PICKLE_NONE) {
        error_set(err, "a view of another storage, as PyTorch before 0.4 wrote them; save the file "
                       "again with a newer one");
        return NULL;
    }
    size_t which = (size_t)(a[1]->as.integer - GLOBAL_TORCH_STORAGE), count;
    if (!natural(a[4], &count)) return bad(err, "a torch storage's size");
    PickleValue *v = pickle_new(p, PICKLE_STORAGE, err);
    if (!v) return NULL;
    *v->as.storage = (PickleStorage){.type = storages[which].type,
                                     .item_size = storages[which].item_size,
                                     .key = a[2]->as.text.bytes,
                                     .key_size = a[2]->as.text.size,
                                     .count = count};
    return v;
}

/* (storage, offset, shape, stride, ...): what follows concerns gradients. */
static PickleValue *make_tensor(Pickle *p, const PickleValue *args, Error *err) {
    PickleValue *const *a = args->as.list.items;
    size_t offset;
    if (args->as.list.count < 4 || a[0]->type != PICKLE_STORAGE || !natural(a[1], &offset) ||
        a[2]->type != PICKLE_TUPLE || a[3]->type != PICKLE_TUPLE ||
        a[2]->as.list.count != a[3]->as.list.count)
        return bad(err, "a torch tensor with arguments that it never has");
    size_t rank = a[2]->as.list.count;
    if (rank > TENSOR_MAX_RANK) {
        error_set(err, "a torch tensor of %zu dimensions; at most %d are read", rank,
                  TENSOR_MAX_RANK);
        return NULL;
    }
    PickleValue *v = pickle_new(p, PICKLE_TENSOR, err);
    if (!v) return NULL;
    PickleTensor *t = v->as.tensor;
    *t = (PickleTensor){.storage = a[0]->as.storage, .offset = offset, .rank = (int)rank};
    for (size_t d = 0; d < rank; d++)
        if (!natural(a[2]->as.list.items[d], &t->shape[d]) ||
            !natural(a[3]->as.list.items[d], &t->stride[d]))
            return bad(err, "a torch tensor's shape or stride is not of whole numbers from 0 up");
    return v;
}

PickleValue *pickle_torch_reduce(Pickle *p, PickleGlobal callable, const PickleValue *args,
                                 Error *err) {
    PickleValue *const *a = args->as.list.items;
    switch (callable) {
    case GLOBAL_TORCH_TENSOR:
        return make_tensor(p, args, err);
    case GLOBAL_TORCH_PARAMETER:
        if (args->as.list.count >= 1 && a[0]->type == PICKLE_TENSOR) return a[0];
        return bad(err, "a torch parameter with arguments that it never has");
    case GLOBAL_TORCH_SIZE:
        if (args->as.list.count == 1 && a[0]->type == PICKLE_TUPLE) return a[0];
        return bad(err, "torch.Size with arguments that it never has");
    default:
        return bad(err, "a call of something that cannot be called");
    }
}

const PickleStorage *pickle_next_storage(const Pickle *p, size_t *at) {
    while (*at < p->count) {
        const PickleValue *v = p->values[(*at)++];
        if (v->type == PICKLE_STORAGE) return v->as.storage;
    }
    return NULL;
}
