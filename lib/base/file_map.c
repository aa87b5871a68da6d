#include "lib/base/file_map.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/file.h"

int file_map(const char *path, FileMap *out, Error *err) {
    static const unsigned char nothing[1];
    size_t size;
    *out = (FileMap){0};
    int fd = file_open(path, &size, err);
    if (fd < 0) return -1;
    void *data = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    int reason = errno;
    close(fd);
    if (data == MAP_FAILED) return error_set(err, "%s: %s", path, strerror(reason));
    *out = (FileMap){size ? data : nothing, size};
    return 0;
}

void file_unmap(FileMap *map) {
    if (map->size) munmap((void *)(uintptr_t)map->data, map->size);
    *map = (FileMap){0};
}
