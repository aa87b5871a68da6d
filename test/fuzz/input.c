/* An input as the file that a reader reads. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "test/fuzz/readers.h"
#include "test/fuzz/reading.h"

void fuzz_write(const char *folder, const char *name, const void *data, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
    FILE *f = fopen(path, "wb");
    require(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

static size_t le(const unsigned char *p, int bytes) {
    size_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | p[i];
    return value;
}

static void put_crc(unsigned char *p, uLong crc) {
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(crc >> 8 * i);
}

void fuzz_repair_zip(unsigned char *data, size_t size) {
    enum { ENTRY = 46, LOCAL = 30 };
    for (size_t at = 0; at + ENTRY <= size; at++) {
        if (memcmp(data + at, "PK\1\2", 4) != 0 || le(data + at + 10, 2) != 0) continue;
        size_t length = le(data + at + 20, 4), local = le(data + at + 42, 4);
        if (local >= size || size - local < LOCAL) continue;
        size_t begin = local + LOCAL + le(data + local + 26, 2) + le(data + local + 28, 2);
        if (begin > size || length > size - begin) continue;
        uLong crc = crc32_z(0, data + begin, length);
        put_crc(data + at + 16, crc);
        put_crc(data + local + 14, crc);
    }
}

bool fuzz_one(const FuzzReader *reader, const char *folder, unsigned char *data, size_t size) {
    char path[4096];
    if (reader->zip) fuzz_repair_zip(data, size);
    fuzz_write(folder, reader->file, data, size);
    snprintf(path, sizeof path, "%s/%s", folder, reader->file);
    return reader->read(path);
}
