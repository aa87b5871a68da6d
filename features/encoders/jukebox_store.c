#include "features/encoders/jukebox_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/checksum.h"

/* The file: this, a sum for each slot, the slots. */
typedef struct {
    char magic[8];
    uint64_t key, windows, kept, size, block, done, sum; /* sum: of the rest and of all sums */
} Header;

static const char magic[8] = {'N', 'S', 'J', 'U', 'K', 'E', '0', '1'};

static size_t slots(const JukeboxStore *s) { return s->windows + 1 + s->kept * s->windows; }

/* --- files --- */

static int fail(const JukeboxStore *s, const char *what, Error *err) {
    return error_set(err, "%s: %s: %s", s->path, what, strerror(errno));
}

static int write_all(const JukeboxStore *s, const void *data, size_t size, size_t at, Error *err) {
    const char *from = data;
    while (size > 0) {
        const ssize_t n = pwrite(s->descriptor, from, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail(s, "cannot be written", err);
        from += n;
        at += (size_t)n;
        size -= (size_t)n;
    }
    return 0;
}

/* false at the end of the file, and where it cannot be read. */
static bool read_all(const JukeboxStore *s, void *data, size_t size, size_t at) {
    char *to = data;
    while (size > 0) {
        const ssize_t n = pread(s->descriptor, to, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        to += n;
        at += (size_t)n;
        size -= (size_t)n;
    }
    return true;
}

static size_t place(const JukeboxStore *s, size_t slot) {
    return sizeof(Header) + slots(s) * sizeof *s->sums + slot * s->size * sizeof(float);
}

static uint64_t add_words(uint64_t sum, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) sum = (sum ^ x[i]) * 0x100000001b3u;
    return sum;
}

static Header header_of(const JukeboxStore *s) {
    Header h = {.key = s->key,
                .windows = s->windows,
                .kept = s->kept,
                .size = s->size,
                .block = s->block,
                .done = s->done};
    memcpy(h.magic, magic, sizeof magic);
    h.sum = add_words(add_words(CHECKSUM_OF_NOTHING, &h.key, 6), s->sums, slots(s));
    return h;
}

static int write_header(const JukeboxStore *s, Error *err) {
    const size_t table = slots(s) * sizeof *s->sums;
    if (!s->path) return 0;
    char *both = malloc(sizeof(Header) + table);
    if (!both) return error_set(err, "%s: out of memory", s->path);
    const Header h = header_of(s);
    memcpy(both, &h, sizeof h);
    memcpy(both + sizeof h, s->sums, table);
    const int status = write_all(s, both, sizeof h + table, 0, err);
    free(both);
    return status;
}

/* Whether the file was left by a run like this one. */
static bool read_header(JukeboxStore *s) {
    Header h;
    if (!read_all(s, &h, sizeof h, 0) ||
        !read_all(s, s->sums, slots(s) * sizeof *s->sums, sizeof h))
        return false;
    s->block = h.block;
    s->done = h.done;
    const Header same = header_of(s);
    return memcmp(&h, &same, sizeof h) == 0 && h.done < s->windows;
}

static int open_file(JukeboxStore *s, const char *path, Error *err) {
    s->path = strdup(path);
    if (!s->path) return error_set(err, "%s: out of memory", path);
    if (file_lock(path, &s->lock, err)) return -1;
    s->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct stat status;
    if (s->descriptor < 0) return fail(s, "cannot be opened", err);
    if (fstat(s->descriptor, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(err, "%s: not a regular file", path);
    s->resumed = read_header(s);
    if (s->resumed) return 0;
    s->block = s->done = 0;
    memset(s->sums, 0, slots(s) * sizeof *s->sums);
    return ftruncate(s->descriptor, 0) ? fail(s, "cannot be written", err) : 0;
}

int jukebox_store_open(JukeboxStore *s, const char *path, uint64_t key, size_t windows, size_t kept,
                       size_t size, Error *err) {
    *s = (JukeboxStore){
        .windows = windows, .kept = kept, .size = size, .key = key, .descriptor = -1};
    s->sums = calloc(slots(s), sizeof *s->sums);
    s->memory = calloc(slots(s), sizeof *s->memory);
    int status =
        s->sums && s->memory ? 0 : error_set(err, "out of memory for %zu windows", windows);
    if (!status && path) status = open_file(s, path, err);
    if (status) jukebox_store_close(s, false);
    return status;
}

void jukebox_store_close(JukeboxStore *s, bool remove) {
    if (s->descriptor >= 0) {
        if (remove) unlink(s->path);
        close(s->descriptor);
    }
    file_unlock(&s->lock);
    for (size_t i = 0; s->memory && i < slots(s); i++) free(s->memory[i]);
    free(s->memory);
    free(s->sums);
    free(s->path);
    *s = (JukeboxStore){.descriptor = -1};
}

/* --- slots --- */

static int put(JukeboxStore *s, size_t slot, const float *x, size_t n, Error *err) {
    if (s->path) {
        s->sums[slot] = checksum_add(CHECKSUM_OF_NOTHING, x, n);
        return write_all(s, x, n * sizeof *x, place(s, slot), err);
    }
    if (!s->memory[slot]) s->memory[slot] = malloc(s->size * sizeof *x);
    if (!s->memory[slot]) return error_set(err, "out of memory for %zu windows", s->windows);
    memcpy(s->memory[slot], x, n * sizeof *x);
    return 0;
}

static int get(JukeboxStore *s, size_t slot, float *x, size_t n, Error *err) {
    if (!s->path) {
        memcpy(x, s->memory[slot], n * sizeof *x);
        return 0;
    }
    if (!read_all(s, x, n * sizeof *x, place(s, slot)) ||
        checksum_add(CHECKSUM_OF_NOTHING, x, n) != s->sums[slot])
        return error_set(err, "%s: it was changed or is damaged; remove it, to begin again",
                         s->path);
    return 0;
}

/* Even blocks find window w in slot w and leave it in slot w + 1; odd ones the other way round. */
static size_t slot_of(const JukeboxStore *s, size_t window) {
    const bool even = s->block % 2 == 0;
    const bool moved = even ? window >= s->windows - s->done : window < s->done;
    return window + (even == moved);
}

size_t jukebox_store_next(const JukeboxStore *s) {
    return s->block % 2 == 0 ? s->windows - 1 - s->done : s->done;
}

int jukebox_store_put(JukeboxStore *s, size_t window, const float *x, size_t n, Error *err) {
    return put(s, window, x, n, err);
}

int jukebox_store_begin(JukeboxStore *s, Error *err) { return write_header(s, err); }

int jukebox_store_get(JukeboxStore *s, size_t window, float *x, size_t n, Error *err) {
    return get(s, slot_of(s, window), x, n, err);
}

int jukebox_store_step(JukeboxStore *s, const float *x, size_t n, Error *err) {
    const size_t window = jukebox_store_next(s);
    const size_t to = s->block % 2 == 0 ? window + 1 : window;
    if (put(s, to, x, n, err)) return -1;
    if (++s->done == s->windows) {
        s->block++;
        s->done = 0;
    }
    return write_header(s, err);
}

static size_t kept_slot(const JukeboxStore *s, size_t which, size_t window) {
    return s->windows + 1 + which * s->windows + window;
}

int jukebox_store_keep(JukeboxStore *s, size_t which, size_t window, const float *x, size_t n,
                       Error *err) {
    return put(s, kept_slot(s, which, window), x, n, err);
}

int jukebox_store_kept(JukeboxStore *s, size_t which, size_t window, float *x, size_t n,
                       Error *err) {
    return get(s, kept_slot(s, which, window), x, n, err);
}
