#include "lib/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/choices.h"

int file_open(const char *path, size_t *size, Error *err) {
    /* a pipe without a writer must not block */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_set(err, "%s: %s", path, strerror(errno));
    struct stat st;
    int bad = 0;
    if (fstat(fd, &st) != 0)
        bad = error_set(err, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        bad = error_set(err, "%s: %s", path,
                        S_ISDIR(st.st_mode) ? "is a folder, not a file" : "is not a regular file");
    if (bad) {
        close(fd);
        return -1;
    }
    *size = (size_t)st.st_size;
    return fd;
}

/* Reads the `size` bytes that fd is to have. */
static int read_all(int fd, const char *path, unsigned char *data, size_t size, Error *err) {
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, data + done, size - done);
        if (n == 0) return error_set(err, "%s: became shorter while it was read", path);
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return error_set(err, "%s: %s", path, strerror(errno));
    }
    return 0;
}

/* Looks at the beginning only. */
static int check_text(int fd, const char *path, size_t size, Error *err) {
    enum { LOOK = 4096 };
    char start[LOOK];
    if (size > FILE_TEXT_MAX)
        return error_set(err, "%s: %zu MiB are too much for a text file", path, size >> 20);
    ssize_t n = pread(fd, start, sizeof start, 0);
    if (n < 0) return error_set(err, "%s: %s", path, strerror(errno));
    if (!memchr(start, 0, (size_t)n)) return 0;
    return error_set(err, "%s: not a text file (it has NUL bytes)", path);
}

static int read_whole(const char *path, bool text, unsigned char **data, size_t *size, Error *err) {
    size_t n;
    *data = NULL;
    *size = 0;
    int fd = file_open(path, &n, err);
    if (fd < 0) return -1;
    int bad = text ? check_text(fd, path, n, err) : 0;
    unsigned char *bytes = bad ? NULL : malloc(n + 1);
    if (!bad && !bytes) bad = error_set(err, "%s: not enough memory for %zu bytes", path, n);
    if (!bad) bad = read_all(fd, path, bytes, n, err);
    close(fd);
    if (!bad && text && memchr(bytes, 0, n))
        bad = error_set(err, "%s: not a text file (it has NUL bytes)", path);
    if (bad) {
        free(bytes);
        return -1;
    }
    bytes[n] = '\0';
    *data = bytes;
    *size = n;
    return 0;
}

int file_read(const char *path, unsigned char **data, size_t *size, Error *err) {
    return read_whole(path, false, data, size, err);
}

int file_read_text(const char *path, char **text, size_t *size, Error *err) {
    unsigned char *data;
    int status = read_whole(path, true, &data, size, err);
    *text = (char *)data;
    return status;
}

/* A file without a name, which is gone when the process ends, however it does; -1 where the system
 * does not support it or could not name the file later. */
static int open_unnamed(const char *path) {
#ifdef O_TMPFILE
    char *folder = choice(CHOICE_TMPFILE) == CHOICE_YES ? path_folder(path) : NULL;
    int fd = folder ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666) : -1;
    free(folder);
    return fd;
#else
    (void)path;
    return -1;
#endif
}

/* Gives it the name beside the target, locked so that no remove_stale takes it away again. */
static int name_unnamed(int fd, const char *name) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    (void)!flock(fd, LOCK_EX | LOCK_NB); /* nobody else can have it open */
    if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) return 0;
    return errno == EEXIST && unlink(name) == 0
               ? linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW)
               : -1;
}

/* Names of files being written: short whatever the target's is, in its folder. */
static const char temporary_prefix[] = ".neverstop-";

/* Room for a temporary name in the folder. */
static char *temporary_name(const char *folder) {
    return malloc(strlen(folder) + sizeof temporary_prefix + 40);
}

static void temporary_template(const char *folder, char *name) {
    sprintf(name, "%s/%sXXXXXX", folder, temporary_prefix);
}

/* Removes what runs that were killed have left beside the target: files under our names that no
 * process holds a lock on. Best effort. */
static void remove_stale(const char *folder) {
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *e; (e = readdir(dir));) {
        if (strncmp(e->d_name, temporary_prefix, sizeof temporary_prefix - 1) != 0) continue;
        int fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0) continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) unlinkat(dirfd(dir), e->d_name, 0);
        close(fd);
    }
    closedir(dir);
}

/* A file with a name of its own, locked for as long as it is being written. Another writer's
 * remove_stale may have come between mkstemp and the lock: then the file has lost its name. */
static int open_locked(const char *folder, char *name) {
    for (;;) {
        temporary_template(folder, name);
        int fd = mkstemp(name);
        if (fd < 0 || flock(fd, LOCK_EX) != 0) return fd; /* no locks here: nobody removes it */
        struct stat st;
        if (fstat(fd, &st) != 0 || st.st_nlink > 0) return fd;
        close(fd);
    }
}

static int open_named(const char *folder, char *name) {
    remove_stale(folder);
    int fd = open_locked(folder, name);
    if (fd < 0) return -1;
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask); /* mkstemp's 0600 is for secrets */
    return fd;
}

/* Opens the file that will become path; -1 with errno. */
static int open_temporary(OutputFile *f, const char *path) {
    char *folder = path_folder(path);
    f->temporary = folder ? temporary_name(folder) : NULL;
    int fd = -1;
    if (!f->temporary) {
        errno = ENOMEM;
    } else if (folder_exists(path)) {
        errno = EISDIR;
    } else {
        struct stat st;
        fd = open_unnamed(path);
        f->unnamed = fd >= 0 && fstat(fd, &st) == 0;
        if (f->unnamed) /* no other file has its number, whichever process or machine writes it */
            sprintf(f->temporary, "%s/%s%llu", folder, temporary_prefix,
                    (unsigned long long)st.st_ino);
        else
            fd = open_named(folder, f->temporary);
    }
    free(folder);
    return fd;
}

int file_begin(OutputFile *f, const char *path, Error *err) {
    *f = (OutputFile){0};
    struct stat st; /* a rename would turn /dev/null into a file */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return error_set(err, "%s: cannot write: not a regular file", path);
    f->path = strdup(path);
    if (!f->path) return error_set(err, "%s: out of memory", path);
    int fd = open_temporary(f, path);
    f->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (f->stream) return 0;
    int reason = errno;
    if (fd >= 0) {
        if (!f->unnamed) unlink(f->temporary);
        close(fd);
    }
    free(f->temporary);
    f->temporary = NULL;
    file_abandon(f);
    return error_set(err, "%s: cannot write: %s", path, strerror(reason));
}

int file_put(OutputFile *f, const void *data, size_t size, Error *err) {
    if (size == 0 || fwrite(data, 1, size, f->stream) == size) return 0;
    return error_set(err, "%s: cannot write: %s", f->path, strerror(errno));
}

int file_commit(OutputFile *f, Error *err) {
    const int fd = fileno(f->stream);
    /* Renamed while it is open, for the lock ends with it; after fsync, closing has no news. */
    const bool bad = ferror(f->stream) || fflush(f->stream) != 0 || fsync(fd) != 0 ||
                     (f->unnamed && name_unnamed(fd, f->temporary) != 0) ||
                     rename(f->temporary, f->path) != 0;
    if (bad) {
        error_set(err, "%s: cannot write: %s", f->path, strerror(errno));
    } else {
        free(f->temporary);
        f->temporary = NULL;
    }
    file_abandon(f);
    return bad ? -1 : 0;
}

void file_abandon(OutputFile *f) {
    if (f->stream) fclose(f->stream);
    if (f->temporary) unlink(f->temporary);
    free(f->temporary);
    free(f->path);
    *f = (OutputFile){0};
}

int file_write(const char *path, const void *data, size_t size, Error *err) {
    OutputFile f;
    if (file_begin(&f, path, err)) return -1;
    if (size) fwrite(data, 1, size, f.stream); /* file_commit looks at ferror */
    return file_commit(&f, err);
}

int strings_add(Strings *list, const char *text, Error *err) {
    char *copy = strdup(text);
    char **items = copy ? realloc(list->items, (list->count + 1) * sizeof *items) : NULL;
    if (!items) {
        free(copy);
        return error_set(err, "out of memory");
    }
    items[list->count] = copy;
    list->items = items;
    list->count++;
    return 0;
}

static int compare_strings(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(Strings *list) {
    if (list->count) qsort(list->items, list->count, sizeof *list->items, compare_strings);
}

void strings_free(Strings *list) {
    for (size_t i = 0; i < list->count; i++) free(list->items[i]);
    free(list->items);
    *list = (Strings){0};
}

static int wanted(const char *name, const char *const *endings) {
    for (; *endings; endings++)
        if (name[0] != '.' && path_ends_with(name, *endings)) return 1;
    return 0;
}

int file_expand(const char *path, const char *const *endings, Strings *list, Error *err) {
    if (!folder_exists(path)) {
        if (access(path, F_OK) != 0) return error_set(err, "%s: %s", path, strerror(errno));
        return strings_add(list, path, err);
    }
    DIR *dir = opendir(path);
    if (!dir) return error_set(err, "%s: %s", path, strerror(errno));
    Strings found = {0};
    int status = 0;
    for (struct dirent *e; status == 0 && (e = readdir(dir));) {
        if (!wanted(e->d_name, endings)) continue;
        char *full = path_join(path, e->d_name);
        if (!full)
            status = error_set(err, "out of memory");
        else if (!folder_exists(full))
            status = strings_add(&found, full, err);
        free(full);
    }
    closedir(dir);
    strings_sort(&found);
    for (size_t i = 0; status == 0 && i < found.count; i++)
        status = strings_add(list, found.items[i], err);
    if (status == 0 && found.count == 0)
        status = error_set(err, "%s: no %s file in this folder", path, endings[0]);
    strings_free(&found);
    return status;
}

int folder_make(const char *path, Error *err) {
    char *copy = strdup(path);
    if (!copy) return error_set(err, "out of memory");
    int status = 0;
    for (char *p = copy + 1; status == 0; p++) {
        if (*p != '/' && *p != '\0') continue;
        char end = *p;
        *p = '\0';
        if (*copy && mkdir(copy, 0777) != 0 && errno != EEXIST)
            status = error_set(err, "%s: %s", copy, strerror(errno));
        *p = end;
        if (!end) break;
    }
    if (status == 0 && !folder_exists(path)) status = error_set(err, "%s: is not a folder", path);
    free(copy);
    return status;
}

int folder_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_exists(const char *path) { return access(path, F_OK) == 0; }

static struct timespec changed_at(const struct stat *st) {
#ifdef __APPLE__
    return st->st_mtimespec;
#else
    return st->st_mtim;
#endif
}

int file_is_current(const char *path, const char *source) {
    struct stat made, from;
    if (stat(path, &made) != 0 || stat(source, &from) != 0) return 0;
    struct timespec a = changed_at(&made), b = changed_at(&from);
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

int file_same(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

char *path_join(const char *folder, const char *name) {
    if (name[0] == '/' || folder[0] == '\0' || strcmp(folder, ".") == 0) return strdup(name);
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    char *out = malloc(n + strlen(name) + 2);
    if (out) sprintf(out, "%.*s%s%s", (int)n, folder, folder[n - 1] == '/' ? "" : "/", name);
    return out;
}

char *path_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

char *path_stem(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? strndup(name, (size_t)(dot - name)) : strdup(name);
}

int path_ends_with(const char *path, const char *ending) {
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcasecmp(path + n - m, ending) == 0;
}
