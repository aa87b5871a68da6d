/* file_map.h: files mapped into memory: pages are loaded when they are read, so that refusing a
 * file by its first bytes, or taking one array of many, costs no more than that. */
#ifndef LIB_BASE_FILE_MAP_H
#define LIB_BASE_FILE_MAP_H

#include <stddef.h>

#include "lib/base/error.h"

/* All zero: nothing is mapped. */
typedef struct {
    const unsigned char
        *data; /* [size], not followed by anything; not NULL where a file is mapped */
    size_t size;
} FileMap;

/* Maps a regular file for reading. One that shrinks while it is mapped ends the program with a line
 * (runtime_signals). *out is empty on error. Errors begin with the path. */
int file_map(const char *path, FileMap *out, Error *err);
void file_unmap(FileMap *map); /* leaves *map empty; may be called twice */

#endif
