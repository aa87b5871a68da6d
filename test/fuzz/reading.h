/* reading.h: what every reader of readers.h asserts. */
#ifndef TEST_FUZZ_READING_H
#define TEST_FUZZ_READING_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/error.h"

static inline void require(bool holds) {
    if (!holds) abort();
}

/* A failure is one line that begins with the path. */
static inline bool read_well(int status, const char *path, const Error *err) {
    if (status == 0) return true;
    require(status == -1 && strncmp(err->text, path, strlen(path)) == 0);
    require(!strchr(err->text, '\n') && strlen(err->text) > strlen(path) + 2);
    return false;
}

static inline void touch(const void *data, size_t size) {
    static volatile unsigned char sink;
    for (size_t i = 0; i < size; i++) sink = ((const unsigned char *)data)[i];
    (void)sink;
}

#endif
