#include "lib/base/choices.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/processor.h"

enum { WAYS = 5 };

typedef struct {
    const char *name;
    const char *ways[WAYS + 1]; /* the fastest first; every machine offers the last one */
    const char *help;
    bool tests_only;
} Row;

static const Row rows[CHOICES] = {
    [CHOICE_LANES] = {.name = "lanes",
                      .ways = {"avx512", "avx2", "baseline"},
                      .help = "instructions of loops and of own products; baseline: what the "
                              "program was compiled for"},
    [CHOICE_MATMUL] = {.name = "matmul",
                       .ways = {"own", "blas"},
                       .help = "products of small matrices: own kernels, or BLAS"},
    [CHOICE_BF16] = {.name = "bf16",
                     .ways = {"amx", "avx512", "plain"},
                     .help = "products of --precision bf16"},
    [CHOICE_CORE] = {.name = "core",
                     .ways = {"auto", "skylakex", "haswell", "prescott", "openblas"},
                     .help =
                         "OpenBLAS's kernels; auto: its choice, corrected where it is SSE code; "
                         "openblas: its choice"},
    [CHOICE_RESTART] = {.name = "restart",
                        .ways = {"yes", "no"},
                        .help = "start again to set what OpenBLAS and OpenMP read before main()"},
    [CHOICE_PAGES] = {.name = "pages",
                      .ways = {"large", "small"},
                      .help = "memory in pages of 2 MiB"},
    [CHOICE_TMPFILE] = {.name = "tmpfile",
                        .ways = {"yes", "no"},
                        .help = "files have no name until they are whole (O_TMPFILE)"},
    [CHOICE_MPI] = {.name = "mpi",
                    .ways = {"yes", "no"},
                    .help = "tests with MPI",
                    .tests_only = true},
    [CHOICE_CHROMIUM] = {.name = "chromium",
                         .ways = {"yes", "no"},
                         .help = "tests with Chromium",
                         .tests_only = true},
    [CHOICE_PYTHON] = {.name = "python",
                       .ways = {"yes", "no"},
                       .help = "tests with Python",
                       .tests_only = true},
};

const char *choice_name(Choice c) { return rows[c].name; }
const char *choice_way(Choice c, int way) { return rows[c].ways[way]; }
const char *choice_help(Choice c) { return rows[c].help; }

static int last_way(Choice c) {
    int way = 0;
    while (rows[c].ways[way + 1]) way++;
    return way;
}

static bool core_offered(int way) {
#if defined(__x86_64__)
    if (way == CORE_SKYLAKEX) return processor_has(PROCESSOR_AVX512);
    if (way == CORE_HASWELL) return processor_has(PROCESSOR_AVX2);
    return true;
#else
    return way == CORE_AUTO;
#endif
}

static bool pages_offered(void) {
#ifdef MADV_HUGEPAGE
    return true;
#else
    return false;
#endif
}

static bool tmpfile_offered(void) {
#ifdef O_TMPFILE
    return access("/proc/self/fd", X_OK) == 0;
#else
    return false;
#endif
}

bool choice_offered(Choice c, int way) {
    if (way == last_way(c)) return true;
    switch (c) {
    case CHOICE_LANES:
        return processor_has(way == LANES_AVX512 ? PROCESSOR_AVX512 : PROCESSOR_AVX2);
    case CHOICE_BF16:
        return processor_has(way == BF16_AMX ? PROCESSOR_AMX_BF16 : PROCESSOR_AVX512_BF16);
    case CHOICE_CORE:
        return core_offered(way);
    case CHOICE_PAGES:
        return pages_offered();
    case CHOICE_TMPFILE:
        return tmpfile_offered();
    default:
        return true;
    }
}

/* --- the variable --- */

static const char variable[] = "NEVERSTOP_USE";

static bool same(const char *word, size_t length, const char *name) {
    return strlen(name) == length && strncmp(word, name, length) == 0;
}

/* "own, blas": the ways, or those of them that this machine offers. */
static const char *ways_text(Choice c, bool offered_only, char text[80]) {
    text[0] = '\0';
    for (int way = 0; rows[c].ways[way]; way++) {
        if (offered_only && !choice_offered(c, way)) continue;
        size_t used = strlen(text);
        snprintf(text + used, 80 - used, "%s%s", used ? ", " : "", rows[c].ways[way]);
    }
    return text;
}

/* One word, NAME=WAY. */
static int parse_word(const char *word, size_t length, int ways[CHOICES], Error *err) {
    char text[80];
    const char *equals = memchr(word, '=', length);
    size_t name = equals ? (size_t)(equals - word) : length;
    Choice c = 0;
    while (c < CHOICES && !same(word, name, rows[c].name)) c++;
    if (!equals || c == CHOICES)
        return error_set(err, "%s: '%.*s' is not known; %s=help lists what is", variable,
                         (int)length, word, variable);
    int way = 0;
    while (rows[c].ways[way] && !same(equals + 1, length - name - 1, rows[c].ways[way])) way++;
    if (!rows[c].ways[way])
        return error_set(err, "%s: '%.*s': %s is one of %s", variable, (int)length, word,
                         rows[c].name, ways_text(c, false, text));
    if (!choice_offered(c, way))
        return error_set(err, "%s: %s=%s: this machine offers %s only", variable, rows[c].name,
                         rows[c].ways[way], ways_text(c, true, text));
    ways[c] = way;
    return 0;
}

int choices_parse(const char *text, int ways[CHOICES], Error *err) {
    static const char blanks[] = " \t\n";
    for (Choice c = 0; c < CHOICES; c++) ways[c] = -1;
    for (const char *at = text ? text : ""; *(at += strspn(at, blanks));) {
        size_t length = strcspn(at, blanks);
        if (same(at, length, "portable")) {
            for (Choice c = 0; c < CHOICES; c++)
                if (!rows[c].tests_only) ways[c] = last_way(c);
        } else if (parse_word(at, length, ways, err)) {
            return -1;
        }
        at += length;
    }
    int core = ways[CHOICE_CORE];
    if (ways[CHOICE_RESTART] == CHOICE_NO && core > CORE_AUTO && core < CORE_OPENBLAS)
        return error_set(err, "%s: core=%s needs restart=yes", variable,
                         rows[CHOICE_CORE].ways[core]);
    return 0;
}

/* What the variable says, or -1, and what is taken; constant from before main() on. */
static int forced[CHOICES], taken[CHOICES];

__attribute__((constructor)) static void read_variable(void) {
    Error err;
    bool understood = choices_parse(getenv(variable), forced, &err) == 0;
    for (Choice c = 0; c < CHOICES; c++) {
        if (!understood) forced[c] = -1;
        taken[c] = forced[c];
        if (forced[c] < 0)
            for (taken[c] = 0; !choice_offered(c, taken[c]);) taken[c]++;
    }
}

bool choices_help_wanted(void) {
    const char *text = getenv(variable);
    return text && strcmp(text, "help") == 0;
}

int choices_check(Error *err) {
    int ways[CHOICES];
    return choices_parse(getenv(variable), ways, err);
}

bool choice_forced(Choice c) { return forced[c] >= 0; }

int choice(Choice c) { return taken[c]; }
