/* Linked into a program with the linker's --wrap for main and for what allocates: runs the program
 * again and again, each time in a process of its own in which the n-th allocation of the program
 * itself fails, for n = 1, 2, ... to the last. After every run one of these must hold:
 *   - exit status 1, one line on stderr, and under $FAIL_OUTPUT only whole files, as the run
 * without a failure writes them;
 *   - exit status 0, and the same result (stdout, stderr, files) as without a failure.
 * Variables: FAIL_SCRATCH, a folder for what is printed; FAIL_OUTPUT, the file or folder that the
 * program writes, removed before every run, if there is one; FAIL_EVERY=N, to fail each of the
 * first N and of the others about N, evenly spread (all, if absent); FAIL_STDOUT=no where the text
 * on stdout depends on the time; FAIL_ONE=no for a program that goes on with its other files after
 * one has failed: more lines may follow, and its lists lack what failed. Prints one line of TAP. */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the program's allocations --- */

/* In memory that parent and child share. */
typedef struct {
    size_t seen; /* calls so far */
    size_t fail; /* the one that fails, from 1; 0 for none */
    ptrdiff_t place; /* of the one that failed, in the executable */
} Calls;

static Calls *calls; /* NULL before main */

extern const char __executable_start; /* the linker's */

static bool fails(const void *caller) {
    if (!calls || __atomic_add_fetch(&calls->seen, 1, __ATOMIC_RELAXED) != calls->fail)
        return false;
    calls->place = (const char *)caller - &__executable_start;
    errno = ENOMEM;
    return true;
}

/* The linker's names. */
#define WRAP(type, name, parameters, arguments)                                     \
    type __real_##name parameters;                                                  \
    type __wrap_##name parameters;                                                  \
    type __wrap_##name parameters {                                                 \
        return fails(__builtin_return_address(0)) ? NULL : __real_##name arguments; \
    }
WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *old, size_t n), (old, n))
WRAP(void *, aligned_alloc, (size_t start, size_t n), (start, n))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t n), (text, n))
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode))
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(DIR *, opendir, (const char *path), (path))
WRAP(FILE *, open_memstream, (char **text, size_t *size), (text, size))
WRAP(char *, realpath, (const char *path, char *out), (path, out))
WRAP(double *, fftw_alloc_real, (size_t n), (n))
WRAP(void *, fftw_alloc_complex, (size_t n), (n))
WRAP(float *, fftwf_alloc_real, (size_t n), (n))
WRAP(void *, XXH3_createState, (void), ())

/* cJSON's go through this one. */
static void *json_malloc(size_t n) { return __wrap_malloc(n); }

int __real_posix_memalign(void **block, size_t start, size_t n);
int __wrap_posix_memalign(void **block, size_t start, size_t n);
int __wrap_posix_memalign(void **block, size_t start, size_t n) {
    return fails(__builtin_return_address(0)) ? ENOMEM : __real_posix_memalign(block, start, n);
}

/* --- what a run leaves --- */

enum { FILES_MAX = 64, TEXT_MAX = 1 << 16 };

typedef struct {
    char *path;
    uint64_t hash;
} Result;

typedef struct {
    int status; /* as waitpid gives it */
    size_t allocations, count;
    Result files[FILES_MAX];
    char out[TEXT_MAX], errors[TEXT_MAX];
} Run;

static void stop(const char *what) {
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(1);
}

/* FNV-1a. */
static uint64_t hash_file(const char *path) {
    FILE *f = __real_fopen(path, "rb");
    if (!f) stop(path);
    uint64_t hash = 14695981039346656037u;
    for (int c; (c = getc(f)) != EOF;) hash = (hash ^ (unsigned char)c) * 1099511628211u;
    fclose(f);
    return hash;
}

static Run *visited; /* nftw's function has no argument for it */

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)at;
    if (type != FTW_F) return 0;
    if (visited->count == FILES_MAX) stop("too many files");
    visited->files[visited->count++] = (Result){__real_strdup(path), hash_file(path)};
    return 0;
}

static int remove_file(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void read_text(int fd, char *text) {
    ssize_t n = pread(fd, text, TEXT_MAX - 1, 0);
    if (n < 0) stop("reading what was printed");
    text[n] = '\0';
}

static int scratch_file(const char *name) {
    const char *folder = getenv("FAIL_SCRATCH");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) stop(path);
    return fd;
}

int __real_main(int argc, char **argv);

static void run(size_t fail, int argc, char **argv, Run *r) {
    enum { SECONDS = 60 };
    static int out = -1, errors = -1;
    const char *output = getenv("FAIL_OUTPUT");
    if (out < 0) {
        out = scratch_file("stdout");
        errors = scratch_file("stderr");
    }
    if (ftruncate(out, 0) || ftruncate(errors, 0)) stop("emptying files");
    if (output) nftw(output, remove_file, 8, FTW_DEPTH | FTW_PHYS);
    calls->seen = 0;
    calls->fail = fail;
    pid_t child = fork();
    if (child < 0) stop("fork");
    if (child == 0) {
        lseek(out, 0, SEEK_SET);
        lseek(errors, 0, SEEK_SET);
        dup2(out, STDOUT_FILENO);
        dup2(errors, STDERR_FILENO);
        alarm(SECONDS);
        exit(__real_main(argc, argv));
    }
    if (waitpid(child, &r->status, 0) != child) stop("waitpid");
    r->allocations = calls->seen;
    read_text(out, r->out);
    read_text(errors, r->errors);
    r->count = 0;
    visited = r;
    if (output) nftw(output, add_file, 8, FTW_PHYS);
}

static void forget(Run *r) {
    for (size_t i = 0; i < r->count; i++) free(r->files[i].path);
    r->count = 0;
}

/* --- whether it is as it should be --- */

static bool has_line(const char *text, const char *line, size_t length) {
    for (const char *at = text; (at = strstr(at, line)); at++)
        if ((at == text || at[-1] == '\n') && at[length] == '\n') return true;
    return false;
}

/* Lines on stderr that the run without a failure did not print. */
static size_t new_lines(const Run *r, const Run *whole) {
    size_t count = 0;
    char line[TEXT_MAX];
    for (const char *at = r->errors; *at; count++) {
        size_t n = strcspn(at, "\n");
        memcpy(line, at, n);
        line[n] = '\0';
        if (at[n] && has_line(whole->errors, line, n)) count--;
        at += at[n] ? n + 1 : n;
    }
    return count;
}

/* NULL, or what is wrong with the files. */
static const char *wrong_file(const Run *r, const Run *whole) {
    for (size_t i = 0; i < r->count; i++) {
        size_t k = 0;
        while (k < whole->count && strcmp(whole->files[k].path, r->files[i].path) != 0) k++;
        if (k == whole->count) return "left a file that it does not write otherwise";
        if (whole->files[k].hash != r->files[i].hash) return "left a file with other bytes";
    }
    return NULL;
}

static bool is_no(const char *variable) {
    const char *value = getenv(variable);
    return value && strcmp(value, "no") == 0;
}

static const char *wrong(const Run *r, const Run *whole) {
    if (WIFSIGNALED(r->status)) return strsignal(WTERMSIG(r->status));
    size_t lines = new_lines(r, whole);
    bool many = is_no("FAIL_ONE"), failed = WEXITSTATUS(r->status) == 1;
    const char *file = many && failed ? NULL : wrong_file(r, whole);
    if (file) return file;
    if (WEXITSTATUS(r->status) == 1) {
        if (lines == 0) return "exit status 1 without a line";
        return lines == 1 || many ? NULL : "more than one line";
    }
    if (WEXITSTATUS(r->status) != 0) return "an exit status that is neither 0 nor 1";
    if (r->count != whole->count) return "exit status 0 without all files";
    if (!is_no("FAIL_STDOUT") && strcmp(r->out, whole->out) != 0)
        return "exit status 0 with another text";
    return lines == 0 ? NULL : "exit status 0 with other lines on stderr";
}

static void report(size_t n, const char *why, const Run *r) {
    printf("# allocation %zu: %s (exit status %d; addr2line -e %s %#tx)\n", n, why,
           WEXITSTATUS(r->status), program_invocation_name, calls->place - 1);
    for (const char *at = r->errors; *at;) {
        size_t length = strcspn(at, "\n");
        printf("#   %.*s\n", (int)length, at);
        at += at[length] ? length + 1 : length;
    }
}

int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv) {
    static Run whole, each;
    const char *every = getenv("FAIL_EVERY");
    size_t first = every ? strtoul(every, NULL, 10) : SIZE_MAX, tried = 0, bad = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (calls == MAP_FAILED) stop("mmap");
    cJSON_InitHooks(&(cJSON_Hooks){json_malloc, free});
    run(0, argc, argv, &whole);
    if (whole.status != 0) {
        report(0, "fails without a failed allocation", &whole);
        bad++;
    }
    size_t total = whole.allocations, stride = total > first ? (total - first) / first + 1 : 1;
    for (size_t n = 1; bad < 20 && n <= total; n += n < first ? 1 : stride, tried++) {
        run(n, argc, argv, &each);
        const char *why = wrong(&each, &whole);
        if (why) {
            report(n, why, &each);
            bad++;
        }
        forget(&each);
    }
    printf("%sok - %s: %zu of %zu allocations failed, one at a time\n", bad ? "not " : "",
           program_invocation_short_name, tried, total);
    forget(&whole);
    return bad > 0;
}
