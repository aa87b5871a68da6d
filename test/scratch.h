/* scratch.h: includes cmocka; a folder for the files of one test program, removed with everything
 * in it when the program ends; asserts that tell why. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/error.h"

#include <cmocka.h>

static char scratch_folder[200];

/* For cmocka_run_group_tests: setup and teardown. */
static inline int scratch_begin(void **state) {
    (void)state;
    const char *top = getenv("TMPDIR");
    snprintf(scratch_folder, sizeof scratch_folder, "%s/neverstop-test-XXXXXX",
             top && *top ? top : "/tmp");
    return mkdtemp(scratch_folder) ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *st, int type,
                                 struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline int scratch_end(void **state) {
    (void)state;
    return nftw(scratch_folder, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* "FOLDER/name"; the four latest results stay valid. */
static inline const char *scratch(const char *name) {
    static char paths[4][600];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", scratch_folder, name);
    return paths[turn];
}

/* Writes a file and returns its path. */
static inline const char *scratch_write(const char *name, const void *data, size_t size) {
    const char *path = scratch(name);
    unlink(path); /* a file cut to nothing and written again is flushed to the disk: slow */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    return path;
}

static inline void assert_done(int status, const Error *err) {
    if (status) fail_msg("%s", err->text);
}

/* It failed, with one line that contains `part`. */
static inline void assert_failed(int status, const Error *err, const char *part) {
    if (status != -1) fail_msg("succeeded, though an error with '%s' was due", part);
    if (!strstr(err->text, part)) fail_msg("'%s' does not say '%s'", err->text, part);
    assert_null(strchr(err->text, '\n'));
}

#endif
