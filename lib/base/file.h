/* file.h: files on disk: whole reads, atomic writes, folders, names. */
#ifndef LIB_BASE_FILE_H
#define LIB_BASE_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "lib/base/error.h"

/* Work and memory are in proportion to the bytes that a file really has, and a file of another kind
 * is refused by its first bytes: readers of texts take file_read_text, readers of arrays, pickles
 * and models map the file (file_map.h), sound is read as it is decoded; counts and sizes that a
 * file claims are compared with its size before anything is allocated, and numbers that decide work
 * have bounds (lib/formats/scalar.h). file_read is for files whose bytes are taken as they are. */

/* Reads a regular file whole into *data (owned, followed by one '\0' that is not counted). Errors
 * begin with the path. */
int file_read(const char *path, unsigned char **data, size_t *size, Error *err);

/* The same for a text, which has no NUL bytes; what has one in its first 4096 bytes, or is longer
 * than FILE_TEXT_MAX, is refused before it is read. */
enum { FILE_TEXT_MAX = 1 << 30 };
int file_read_text(const char *path, char **text, size_t *size, Error *err);

/* Opens a regular file for reading: a descriptor, and its size. -1 on error. Errors begin with the
 * path. */
int file_open(const char *path, size_t *size, Error *err);

/* A file being written beside its target. Nothing appears under the target's name before
 * file_commit. A target that exists and is not a regular file (/dev/null) is refused. */
typedef struct {
    FILE *stream;
    char *path, *temporary;
    int unnamed; /* the file gets the temporary name only just before it is renamed: a process that
                    is killed leaves nothing behind */
} OutputFile;

int file_begin(OutputFile *f, const char *path, Error *err);
/* Writes size bytes; an error is known at once, not only from file_commit. */
int file_put(OutputFile *f, const void *data, size_t size, Error *err);
int file_commit(OutputFile *f, Error *err); /* flush, fsync, rename; on any failure the target is
                                               untouched and the temporary removed */
void file_abandon(OutputFile *f); /* removes the temporary; harmless after commit */

/* Writes size bytes atomically. */
int file_write(const char *path, const void *data, size_t size, Error *err);

/* A list of strings, owned. */
typedef struct {
    char **items;
    size_t count;
} Strings;

int strings_add(Strings *list, const char *text, Error *err);
void strings_sort(Strings *list); /* by bytes */
void strings_free(Strings *list);

/* Appends path itself if it is not a folder; else every regular file in it whose name ends in one
 * of `endings` (NULL-terminated list, e.g.
 * ".npz"), sorted by name, not recursive. A folder without any is an error, as is a path that does
 * not exist. */
int file_expand(const char *path, const char *const *endings, Strings *list, Error *err);

/* mkdir -p. */
int folder_make(const char *path, Error *err);
int folder_exists(const char *path);
int file_exists(const char *path);
/* Whether there is a file at path that is not older than the one at source. */
int file_is_current(const char *path, const char *source);

/* Whether both paths lead to one file that is there. */
int file_same(const char *a, const char *b);

/* Owned strings; NULL only when memory is out. */
char *path_join(const char *folder,
                const char *name); /* name if it is absolute or folder is "" or "." */
char *path_folder(const char *path); /* "a/b.c" -> "a", "b.c" -> "." */
char *path_stem(const char *path); /* "a/b.c" -> "b" */
int path_ends_with(const char *path, const char *ending); /* ASCII case ignored */

#endif
