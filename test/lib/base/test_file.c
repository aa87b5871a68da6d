#include "lib/base/file.h"
#include "lib/base/file_map.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/scratch.h"

static size_t entries(const char *folder) {
    Strings list = {0};
    Error err;
    static const char *const any[] = {"", NULL};
    if (file_expand(folder, any, &list, &err)) return 0;
    size_t n = list.count;
    strings_free(&list);
    return n;
}

static void assert_content(const char *path, const char *content) {
    unsigned char *data;
    size_t size;
    Error err;
    assert_done(file_read(path, &data, &size, &err), &err);
    assert_int_equal(size, strlen(content));
    assert_string_equal((const char *)data, content); /* the terminating '\0' is there */
    free(data);
}

static void files_are_read_whole(void **state) {
    (void)state;
    unsigned char *data;
    size_t size;
    Error err;
    assert_content(scratch_write("text", "two\nlines", 9), "two\nlines");
    assert_content(scratch_write("empty", "", 0), "");
    assert_done(file_read(scratch_write("zeros", "a\0b", 3), &data, &size, &err), &err);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "a\0b", 4);
    free(data);
    const char *absent = scratch("absent");
    assert_failed(file_read(absent, &data, &size, &err), &err, absent);
    assert_non_null(strstr(err.text, ": No such file or directory"));
    assert_null(data);
    assert_failed(file_read(scratch_folder, &data, &size, &err), &err, "is a folder");
    assert_int_equal(mkfifo(scratch("pipe"), 0600), 0);
    assert_failed(file_read(scratch("pipe"), &data, &size, &err), &err,
                  "not a regular file"); /* and does not wait for a writer */
}

static void texts_are_looked_at_first(void **state) {
    (void)state;
    Error err;
    char *text;
    size_t size;
    assert_done(file_read_text(scratch_write("t", "a\nb", 3), &text, &size, &err), &err);
    assert_string_equal(text, "a\nb");
    assert_int_equal(size, 3);
    free(text);
    assert_failed(file_read_text(scratch_write("t", "a\0b", 3), &text, &size, &err), &err,
                  "t: not a text file (it has NUL bytes)");
    assert_null(text);
    const char *large = scratch_write("large", "text", 4);
    if (truncate(large, (off_t)FILE_TEXT_MAX + 1) == 0) /* nothing of it is on the disk */
        assert_failed(file_read_text(large, &text, &size, &err), &err, "1024 MiB are too much");
}

static void files_are_mapped(void **state) {
    (void)state;
    Error err;
    FileMap map;
    assert_done(file_map(scratch_write("m", "a\0b", 3), &map, &err), &err);
    assert_int_equal(map.size, 3);
    assert_memory_equal(map.data, "a\0b", 3);
    file_unmap(&map);
    file_unmap(&map);
    assert_done(file_map(scratch_write("m", "", 0), &map, &err), &err);
    assert_true(map.size == 0 && map.data);
    file_unmap(&map);
    assert_failed(file_map(scratch("absent"), &map, &err), &err, "absent: No such file");
    assert_failed(file_map(scratch_folder, &map, &err), &err, "is a folder");
    assert_null(map.data);
}

static void nothing_appears_before_commit(void **state) {
    (void)state;
    Error err;
    OutputFile f;
    assert_done(folder_make(scratch("out"), &err), &err);
    const char *path = scratch("out/result");
    assert_done(file_begin(&f, path, &err), &err);
    fputs("half", f.stream);
    fflush(f.stream);
    assert_false(file_exists(path));
    fputs(" and half", f.stream);
    assert_done(file_commit(&f, &err), &err);
    assert_content(path, "half and half");
    file_abandon(&f); /* harmless */
    assert_content(path, "half and half");
    assert_int_equal(entries(scratch("out")), 1);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask); /* as any program's files */
}

static void an_abandoned_file_leaves_the_old_one(void **state) {
    (void)state;
    Error err;
    OutputFile f;
    assert_done(folder_make(scratch("old"), &err), &err);
    const char *path = scratch("old/result");
    assert_done(file_write(path, "old", 3, &err), &err);
    assert_done(file_begin(&f, path, &err), &err);
    fputs("new", f.stream);
    file_abandon(&f);
    assert_content(path, "old");
    assert_int_equal(entries(scratch("old")), 1);
    file_abandon(&f);
    assert_done(file_write(path, "new", 3, &err), &err);
    assert_content(path, "new");
    assert_done(file_write(path, NULL, 0, &err), &err);
    assert_content(path, "");
}

static void a_failed_write_leaves_the_old_one(void **state) {
    (void)state;
    Error err;
    OutputFile f;
    const char *path = scratch("kept");
    assert_done(file_write(path, "old", 3, &err), &err);
    assert_done(file_begin(&f, path, &err), &err);
    assert_non_null(freopen("/dev/full", "wb", f.stream)); /* a full disk */
    fputs("new", f.stream);
    assert_failed(file_commit(&f, &err), &err, "kept: cannot write");
    assert_content(path, "old");
    assert_int_equal(mkdir(scratch("folder"), 0700), 0);
    assert_failed(file_begin(&f, scratch("folder"), &err), &err, "Is a directory");
    assert_failed(file_begin(&f, scratch("no/such/folder"), &err), &err, "No such file");
    assert_failed(file_write("", "x", 1, &err), &err, "cannot write");
}

static void set_time(const char *path, time_t seconds, long nanoseconds) {
    struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = nanoseconds},
                                {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void ages_are_compared_to_the_nanosecond(void **state) {
    (void)state;
    const char *made = scratch_write("made", "m", 1), *from = scratch_write("from", "f", 1);
    set_time(from, 1000000, 500);
    set_time(made, 1000000, 500);
    assert_true(file_is_current(made, from));
    set_time(made, 1000000, 499);
    assert_false(file_is_current(made, from));
    set_time(made, 999999, 999999999);
    assert_false(file_is_current(made, from));
    set_time(made, 1000001, 0);
    assert_true(file_is_current(made, from));
    assert_false(file_is_current(scratch("nothing"), from));
    assert_false(file_is_current(made, scratch("nothing")));
}

/* The longest name that file systems take has a result, by either way of writing. */
static void long_names_are_written(void **state) {
    (void)state;
    Error err;
    char name[256];
    memset(name, 'a', 255);
    name[255] = '\0';
    const char *path = scratch(name);
    assert_done(file_write(path, "x", 1, &err), &err);
    assert_content(path, "x");
    unlink(path);
}

/* What a killed run has left is removed when the next one writes there; what is being written, or
 * is somebody's own, is not. Only names are seen where files have none before they are whole. */
static void left_overs_are_removed(void **state) {
    (void)state;
    Error err;
    OutputFile f, g;
    assert_done(folder_make(scratch("killed"), &err), &err);
    assert_done(file_write(scratch("killed/.neverstop-AbC123"), "half", 4, &err), &err);
    assert_done(file_write(scratch("killed/.neverstop"), "mine", 4, &err), &err);
    assert_done(file_begin(&f, scratch("killed/a"), &err), &err);
    bool named = !f.unnamed;
    assert_done(file_begin(&g, scratch("killed/b"), &err), &err);
    fputs("b", g.stream);
    assert_done(file_commit(&g, &err), &err);
    assert_int_equal(file_exists(scratch("killed/.neverstop-AbC123")), !named);
    assert_true(file_exists(scratch("killed/.neverstop")));
    fputs("a", f.stream);
    assert_done(file_commit(&f, &err), &err);
    assert_content(scratch("killed/a"), "a");
}

/* Writers in one folder, each of which looks for left-overs, do not take each other's files. */
static void writers_do_not_meet(void **state) {
    (void)state;
    enum { WRITERS = 4, FILES = 100 };
    Error err;
    const char *folder = scratch("shared");
    assert_done(folder_make(folder, &err), &err);
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] > 0) continue;
        int bad = 0;
        for (int i = 0; i < FILES && !bad; i++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%d-%d", folder, w, i);
            bad = file_write(path, "x", 1, &err) != 0;
        }
        _exit(bad);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(entries(folder), WRITERS * FILES);
}

/* A rename would turn /dev/null into a file. */
static void devices_are_not_replaced(void **state) {
    (void)state;
    Error err;
    OutputFile f;
    assert_int_equal(mkfifo(scratch("device"), 0600), 0);
    assert_failed(file_begin(&f, scratch("device"), &err), &err,
                  "device: cannot write: not a regular file");
    struct stat st;
    assert_int_equal(stat(scratch("device"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

static void folders_are_expanded_by_name(void **state) {
    (void)state;
    Error err;
    Strings list = {0};
    static const char *const endings[] = {".npz", ".npy", NULL};
    assert_done(folder_make(scratch("many/sub.npz"), &err), &err);
    static const char *const names[] = {"many/b.npz",       "many/a.NPY",  "many/c.txt", "many/npz",
                                        "many/.hidden.npz", "many/10.npz", "many/9.npz"};
    for (size_t i = 0; i < 7; i++) assert_done(file_write(scratch(names[i]), "", 0, &err), &err);
    assert_done(file_expand(scratch("many/c.txt"), endings, &list, &err),
                &err); /* what is named is taken */
    assert_done(file_expand(scratch("many"), endings, &list, &err), &err);
    static const char *const expected[] = {"c.txt", "10.npz", "9.npz", "a.NPY", "b.npz"};
    assert_int_equal(list.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(strrchr(list.items[i], '/') + 1, expected[i]);
    assert_string_equal(list.items[1], scratch("many/10.npz"));
    strings_free(&list);
    assert_done(folder_make(scratch("void"), &err), &err);
    assert_failed(file_expand(scratch("void"), endings, &list, &err), &err, "no .npz");
    assert_failed(file_expand(scratch("absent"), endings, &list, &err), &err, "No such file");
    assert_int_equal(list.count, 0);
}

static void folders_are_made(void **state) {
    (void)state;
    Error err;
    assert_done(folder_make(scratch("x/y//z/"), &err), &err);
    assert_true(folder_exists(scratch("x/y/z")));
    assert_done(folder_make(scratch("x/y"), &err), &err);
    assert_done(file_write(scratch("x/file"), "", 0, &err), &err);
    assert_failed(folder_make(scratch("x/file"), &err), &err, "x/file");
    assert_failed(folder_make(scratch("x/file/below"), &err), &err, "x/file");
    assert_false(folder_exists(scratch("x/file")));
    assert_true(file_exists(scratch("x/file")));
    assert_false(file_exists(scratch("x/none")));
}

static void assert_text(char *text, const char *expected) {
    assert_string_equal(text, expected);
    free(text);
}

static void paths_are_taken_apart(void **state) {
    (void)state;
    assert_text(path_join("a", "b"), "a/b");
    assert_text(path_join("a/", "b"), "a/b");
    assert_text(path_join("a//", "b"), "a/b");
    assert_text(path_join("/", "b"), "/b");
    assert_text(path_join("a", "/b"), "/b");
    assert_text(path_join("", "b"), "b");
    assert_text(path_join(".", "b"), "b");
    assert_text(path_join("..", "b"), "../b");
    assert_text(path_folder("a/b.c"), "a");
    assert_text(path_folder("a/b/c"), "a/b");
    assert_text(path_folder("b.c"), ".");
    assert_text(path_folder("/b"), "/");
    assert_text(path_stem("a/b.c"), "b");
    assert_text(path_stem("a.d/b"), "b");
    assert_text(path_stem("b.tar.gz"), "b.tar");
    assert_text(path_stem("a/.hidden"), ".hidden");
    assert_true(path_ends_with("a.NPZ", ".npz"));
    assert_true(path_ends_with("a", ""));
    assert_false(path_ends_with("npz", ".npz"));
    assert_false(path_ends_with("a.npz.gz", ".npz"));
}

static void lists_are_sorted_by_bytes(void **state) {
    (void)state;
    Error err;
    Strings list = {0};
    strings_sort(&list);
    static const char *const words[] = {"b", "a", "B", "\xc3\xa4", "ab"};
    for (size_t i = 0; i < 5; i++) assert_done(strings_add(&list, words[i], &err), &err);
    strings_sort(&list);
    static const char *const sorted[] = {"B", "a", "ab", "b", "\xc3\xa4"};
    for (size_t i = 0; i < 5; i++) assert_string_equal(list.items[i], sorted[i]);
    strings_free(&list);
    assert_int_equal(list.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_whole),
        cmocka_unit_test(texts_are_looked_at_first),
        cmocka_unit_test(files_are_mapped),
        cmocka_unit_test(nothing_appears_before_commit),
        cmocka_unit_test(an_abandoned_file_leaves_the_old_one),
        cmocka_unit_test(a_failed_write_leaves_the_old_one),
        cmocka_unit_test(ages_are_compared_to_the_nanosecond),
        cmocka_unit_test(long_names_are_written),
        cmocka_unit_test(left_overs_are_removed),
        cmocka_unit_test(writers_do_not_meet),
        cmocka_unit_test(devices_are_not_replaced),
        cmocka_unit_test(folders_are_expanded_by_name),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(paths_are_taken_apart),
        cmocka_unit_test(lists_are_sorted_by_bytes),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
