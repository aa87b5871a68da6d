/* Every reader on its valid files, and on thousands of files made of them by changes that are the
 * same every time: bits, numbers, blocks left out, doubled, taken from elsewhere. Whatever the
 * bytes, a reader returns (readers.h), and what it allocates is of the file's size. */
#include "test/scratch.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/base/file.h"
#include "lib/base/rng.h"
#include "test/fuzz/readers.h"

enum { SEEDS_MAX = 16, ROOM = 1 << 16 };

typedef struct {
    unsigned char *data[SEEDS_MAX];
    size_t size[SEEDS_MAX], count;
    char name[SEEDS_MAX][40];
} Seeds;

static void read_seeds(const FuzzReader *reader, const char *folder, Seeds *s) {
    static const char *const any[] = {"", NULL};
    Strings files = {0};
    Error err;
    reader->seed(folder);
    assert_done(file_expand(folder, any, &files, &err), &err);
    assert_in_range(files.count, 1, SEEDS_MAX);
    for (size_t i = 0; i < files.count; i++) {
        assert_done(file_read(files.items[i], &s->data[i], &s->size[i], &err), &err);
        snprintf(s->name[i], sizeof s->name[i], "%s", strrchr(files.items[i], '/') + 1);
    }
    s->count = files.count;
    strings_free(&files);
}

static size_t below(Rng *r, size_t n) { return n ? rng_below(r, n) : 0; }

static void put_number(Rng *r, unsigned char *at, size_t room) {
    static const uint64_t numbers[] = {0,
                                       1,
                                       0x7f,
                                       0xff,
                                       0x7fff,
                                       0xffff,
                                       0x10000,
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffff,
                                       UINT64_MAX,
                                       0x7fffffffffffffff,
                                       0x7ff0000000000000,
                                       0x7e37e43c8800759c};
    uint64_t value = numbers[below(r, sizeof numbers / sizeof *numbers)];
    size_t bytes = (size_t)1 << below(r, 4);
    memcpy(at, &value, bytes < room ? bytes : room);
}

/* Decimal digits, which texts have, into others. */
static void put_digits(Rng *r, unsigned char *data, size_t size) {
    static const char *const texts[] = {"9", "-", "1e99", "0", "999999999999", "nan", ".", "2000"};
    size_t at = below(r, size);
    while (at < size && (data[at] < '0' || data[at] > '9')) at++;
    const char *text = texts[below(r, sizeof texts / sizeof *texts)];
    for (size_t i = 0; text[i] && at + i < size; i++) data[at + i] = (unsigned char)text[i];
}

/* Leaves out bytes, or doubles them. */
static size_t move_block(Rng *r, unsigned char *data, size_t size) {
    size_t at = below(r, size), n = 1 + below(r, size - at < 64 ? size - at : 64);
    if (at + n > size) return size;
    if (below(r, 2)) {
        memmove(data + at, data + at + n, size - at - n);
        return size - n;
    }
    if (size + n > ROOM) return size;
    memmove(data + at + n, data + at, size - at);
    return size + n;
}

static size_t change(Rng *r, const Seeds *s, unsigned char *data, size_t size) {
    if (size == 0) return 0;
    size_t other = below(r, s->count), from = below(r, s->size[other]);
    size_t at = below(r, size), n = below(r, 64);
    switch (below(r, 8)) {
    case 0:
    case 1:
        data[at] ^= (unsigned char)(1u << below(r, 8));
        return size;
    case 2:
        data[at] = (unsigned char)below(r, 256);
        return size;
    case 3:
        put_number(r, data + at, size - at);
        return size;
    case 4:
        put_digits(r, data, size);
        return size;
    case 5:
        return move_block(r, data, size);
    case 6: /* a block of a file of the kind */
        for (size_t i = 0; i < n && at + i < size && from + i < s->size[other]; i++)
            data[at + i] = s->data[other][from + i];
        return size;
    default:
        return below(r, 8) ? size : at; /* cut short, rarely */
    }
}

static void one_reader(void **state) {
    static unsigned char data[ROOM];
    const FuzzReader *reader = *state;
    char folder[400];
    Seeds s = {0};
    snprintf(folder, sizeof folder, "%s/%s", scratch_folder, reader->name);
    assert_int_equal(mkdir(folder, 0700), 0);
    read_seeds(reader, folder, &s);
    Rng r = rng_seed(1);
    for (size_t i = 0; i < s.count + reader->rounds; i++) {
        size_t k = i < s.count ? i : below(&r, s.count);
        size_t size = s.size[k] < ROOM ? s.size[k] : ROOM;
        memcpy(data, s.data[k], size);
        for (size_t n = i < s.count ? 0 : 1 + below(&r, 4); n > 0; n--)
            size = change(&r, &s, data, size);
        bool good = fuzz_one(reader, scratch_folder, data, size);
        if (i < s.count && good != (strncmp(s.name[i], "odd", 3) != 0))
            fail_msg("%s: %s", s.name[i], good ? "is read" : "is refused");
    }
    for (size_t i = 0; i < s.count; i++) free(s.data[i]);
}

static void memory_stays_small(void **state) {
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) /* which keeps what is freed */
    struct rusage use;
    assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
    assert_in_range(use.ru_maxrss, 1, 300 << 10); /* KiB; the libraries alone are about 30 MiB */
#endif
}

int main(void) {
    struct CMUnitTest tests[64] = {0};
    size_t count = 0;
    for (; count < fuzz_reader_count; count++)
        tests[count] = (struct CMUnitTest){.name = fuzz_readers[count].name,
                                           .test_func = one_reader,
                                           .initial_state = (void *)&fuzz_readers[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(memory_stays_small);
    return _cmocka_run_group_tests("readers", tests, count, scratch_begin, scratch_end);
}
