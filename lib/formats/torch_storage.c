#include "lib/formats/torch_storage.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/formats/zip.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "storages are used as they lie");

static int compare_keys(const void *a, const void *b) {
    const TorchStorage *x = a, *y = b;
    size_t shorter = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = shorter > 0 ? memcmp(x->key, y->key, shorter) : 0;
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

const TorchStorage *torch_storages_find(const TorchStorages *s, const unsigned char *key,
                                        size_t key_size) {
    const TorchStorage wanted = {.key = (const char *)key, .key_size = key_size};
    if (s->count == 0) return NULL;
    return bsearch(&wanted, s->items, s->count, sizeof *s->items, compare_keys);
}

static void sort(TorchStorages *s) {
    if (s->count > 1) qsort(s->items, s->count, sizeof *s->items, compare_keys);
}

/* --- zip: NAME/data.pkl, NAME/data/KEY, NAME/byteorder --- */

/* The member called prefix (prefix_size bytes) + name; NULL if absent. */
static const ZipMember *find_member(const ZipDirectory *d, const char *prefix, size_t prefix_size,
                                    const char *name) {
    for (size_t i = 0; i < d->count; i++)
        if (strncmp(d->items[i].name, prefix, prefix_size) == 0 &&
            strcmp(d->items[i].name + prefix_size, name) == 0)
            return &d->items[i];
    return NULL;
}

/* The pickle's name without "data.pkl" is *prefix_size bytes long. */
static const ZipMember *find_pickle(const ZipDirectory *d, size_t *prefix_size) {
    static const char name[] = "/data.pkl";
    for (size_t i = 0; i < d->count; i++) {
        size_t length = strlen(d->items[i].name);
        if (length < sizeof name || strcmp(d->items[i].name + length - sizeof name + 1, name) != 0)
            continue;
        *prefix_size = length - sizeof name + 2;
        return &d->items[i];
    }
    return NULL;
}

static int check_byte_order(const ZipDirectory *d, const char *prefix, size_t prefix_size,
                            Error *err) {
    const ZipMember *m = find_member(d, prefix, prefix_size, "byteorder");
    unsigned char text[6];
    if (!m) return 0;
    if (m->size == sizeof text && zip_peek(m, text, sizeof text, err)) return -1;
    if (m->size == sizeof text && memcmp(text, "little", sizeof text) == 0) return 0;
    return error_set(err, "written on a big-endian machine; such files are not read");
}

/* Every member under NAME/data/, checksums compared. */
static int list_members(const ZipDirectory *d, const char *prefix, size_t prefix_size,
                        TorchStorages *s, Error *err) {
    static const char folder[] = "data/";
    size_t names = 0, used = 0;
    for (size_t i = 0; i < d->count; i++) names += strlen(d->items[i].name);
    s->items = calloc(d->count + 1, sizeof *s->items);
    s->keys = malloc(names + 1);
    if (!s->items || !s->keys) return error_set(err, "out of memory");
    for (size_t i = 0; i < d->count; i++) {
        const ZipMember *m = &d->items[i];
        if (strncmp(m->name, prefix, prefix_size) != 0 ||
            strncmp(m->name + prefix_size, folder, sizeof folder - 1) != 0)
            continue;
        if (m->method != 0)
            return error_set(err,
                             "its tensors are deflated, as torch.save never leaves them; save it "
                             "again with torch.save");
        if (zip_verify(m, err)) return error_prefix(err, m->name);
        const char *key = m->name + prefix_size + sizeof folder - 1;
        TorchStorage *t = &s->items[s->count++];
        *t = (TorchStorage){s->keys + used, strlen(key), m->packed, m->size};
        memcpy(s->keys + used, key, t->key_size);
        used += t->key_size;
    }
    sort(s);
    return 0;
}

static int read_members(const ZipDirectory *d, TorchStorages *s, Error *err) {
    size_t prefix_size, used;
    const ZipMember *m = find_pickle(d, &prefix_size);
    const unsigned char *bytes;
    if (!m) return error_set(err, "a zip archive without data.pkl: not a file of torch.save");
    if (check_byte_order(d, m->name, prefix_size, err)) return -1;
    if (zip_extract(m, &bytes, &s->unpacked, err)) return error_prefix(err, m->name);
    if (pickle_parse_torch(bytes, m->size, &s->pickle, &used, err)) return -1;
    return list_members(d, m->name, prefix_size, s, err);
}

static int read_zip(const unsigned char *data, size_t size, TorchStorages *s, Error *err) {
    ZipDirectory d;
    if (zip_directory(data, size, &d, err)) return -1;
    int status = read_members(&d, s, err);
    zip_free(&d);
    return status;
}

/* --- before 1.6: pickles of a number, the protocol, the machine, the object, the keys in order;
 * then for each key the count of elements (int64) and their bytes --- */

static const unsigned char legacy_magic[] = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.";
enum { MAGIC = sizeof legacy_magic - 1 };

/* The next pickle, *at moved behind it. */
static int next_pickle(const unsigned char *data, size_t size, size_t *at, Pickle **out,
                       Error *err) {
    size_t used;
    if (pickle_parse_torch(data + *at, size - *at, out, &used, err)) return -1;
    *at += used;
    return 0;
}

static int read_machine(const unsigned char *data, size_t size, size_t *at, Error *err) {
    Pickle *protocol, *machine;
    if (next_pickle(data, size, at, &protocol, err)) return -1;
    const PickleValue *v = pickle_root(protocol);
    bool known = v->type == PICKLE_INT && v->as.integer == 1001;
    pickle_free(protocol);
    if (!known) return error_set(err, "a file of torch.save of a protocol other than 1001");
    if (next_pickle(data, size, at, &machine, err)) return -1;
    v = pickle_get(pickle_root(machine), "little_endian");
    bool little = v && v->type == PICKLE_BOOL && v->as.integer;
    pickle_free(machine);
    if (little) return 0;
    return error_set(err, "written on a big-endian machine; such files are not read");
}

/* What the object says of each storage, as items whose size is one element's. */
static int list_used(TorchStorages *s, Error *err) {
    size_t at = 0, count = 0;
    while (pickle_next_storage(s->pickle, &at)) count++;
    s->items = calloc(count + 1, sizeof *s->items);
    if (!s->items) return error_set(err, "out of memory");
    at = 0;
    for (size_t i = 0; i < count; i++) {
        const PickleStorage *p = pickle_next_storage(s->pickle, &at);
        s->items[i] = (TorchStorage){(const char *)p->key, p->key_size, NULL, p->item_size};
    }
    s->count = count;
    sort(s);
    for (size_t i = s->count = 0; i < count; i++) {
        const TorchStorage *t = &s->items[i];
        if (s->count == 0 || compare_keys(&s->items[s->count - 1], t) != 0)
            s->items[s->count++] = *t;
        else if (s->items[s->count - 1].size != t->size)
            return error_set(err, "damaged: a storage of two element types");
    }
    return 0;
}

static int place_storages(const PickleValue *keys, const unsigned char *data, size_t size,
                          size_t at, TorchStorages *s, Error *err) {
    if (keys->type != PICKLE_LIST) return error_set(err, "damaged: its list of storages is absent");
    for (size_t i = 0; i < keys->as.list.count; i++) {
        const PickleValue *key = keys->as.list.items[i];
        const TorchStorage *found = NULL;
        if (key->type == PICKLE_TEXT || key->type == PICKLE_BYTES)
            found = torch_storages_find(s, key->as.text.bytes, key->as.text.size);
        if (!found || found->data)
            return error_set(err, "damaged: storage %zu of its list is unknown or doubled", i);
        if (size - at < 8) return error_set(err, "cut short: storage %zu is absent", i);
        uint64_t count = read_le64(data + at);
        at += 8;
        if (count > (size - at) / found->size)
            return error_set(err, "cut short: storage %zu does not fit into it", i);
        TorchStorage *t = &s->items[found - s->items];
        t->data = data + at;
        t->size = (size_t)count * found->size;
        at += t->size;
    }
    for (size_t i = 0; i < s->count; i++)
        if (!s->items[i].data) return error_set(err, "damaged: a storage is not in its list");
    return at == size ? 0 : error_set(err, "damaged: bytes follow its last storage");
}

static int read_legacy(const unsigned char *data, size_t size, TorchStorages *s, Error *err) {
    size_t at = MAGIC;
    Pickle *keys;
    if (read_machine(data, size, &at, err) || next_pickle(data, size, &at, &s->pickle, err) ||
        list_used(s, err) || next_pickle(data, size, &at, &keys, err))
        return -1;
    int status = place_storages(pickle_root(keys), data, size, at, s, err);
    pickle_free(keys);
    return status;
}

int torch_storages_read(const unsigned char *data, size_t size, TorchStorages *out, Error *err) {
    *out = (TorchStorages){0};
    int status;
    if (size >= 4 && memcmp(data, "PK\3\4", 4) == 0)
        status = read_zip(data, size, out, err);
    else if (size >= MAGIC && memcmp(data, legacy_magic, MAGIC) == 0)
        status = read_legacy(data, size, out, err);
    else
        status = error_set(err, "not a file of torch.save");
    if (status) torch_storages_free(out);
    return status;
}

void torch_storages_free(TorchStorages *s) {
    pickle_free(s->pickle);
    free(s->unpacked);
    free(s->items);
    free(s->keys);
    *s = (TorchStorages){0};
}
