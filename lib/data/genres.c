#include "lib/data/genres.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { OTHER_NAMES = 2, PLAIN_SIZE = 64 };

static const struct {
    const char *code, *name, *others[OTHER_NAMES];
} aist[] = {
    {"BR", "break", {"breaking", "breakdance"}},
    {"PO", "pop", {"popping"}},
    {"LO", "lock", {"locking"}},
    {"MH", "middle hip-hop", {0}},
    {"LH", "LA-style hip-hop", {"LA hip-hop"}},
    {"HO", "house", {0}},
    {"WA", "waack", {"waacking"}},
    {"KR", "krump", {"krumping"}},
    {"JS", "street jazz", {0}},
    {"JB", "ballet jazz", {0}},
};
enum { AIST = sizeof aist / sizeof *aist };

/* Letters and digits alone, in lower case; other bytes than ASCII's stay. */
static const char *plain(const char *name, char text[PLAIN_SIZE]) {
    size_t n = 0;
    for (const char *c = name; *c && n + 1 < PLAIN_SIZE; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte >= 0x80 || isalnum(byte)) text[n++] = (char)(byte < 0x80 ? tolower(byte) : byte);
    }
    text[n] = '\0';
    return text;
}

static bool alike(const char *a, const char *b) {
    char x[PLAIN_SIZE], y[PLAIN_SIZE];
    return *plain(a, x) && strcmp(x, plain(b, y)) == 0;
}

/* Row of the table that has it as a code, name or other name; -1. */
static int aist_row(const char *name) {
    for (int i = 0; i < AIST; i++) {
        if (alike(name, aist[i].code) || alike(name, aist[i].name)) return i;
        for (int k = 0; k < OTHER_NAMES && aist[i].others[k]; k++)
            if (alike(name, aist[i].others[k])) return i;
    }
    return -1;
}

const char *genre_aist_name(const char *code) {
    for (int i = 0; i < AIST; i++)
        if (alike(code, aist[i].code)) return aist[i].name;
    return NULL;
}

/* From the strictest to the loosest way of meaning a genre by a name. */
typedef bool Means(const char *name, const char *genre);

static bool same_bytes(const char *name, const char *genre) { return strcmp(name, genre) == 0; }

static bool same_row(const char *name, const char *genre) {
    const int row = aist_row(name);
    return row >= 0 && row == aist_row(genre);
}

/* "hip-hop" of "middle hip-hop". */
static bool part_of_name(const char *name, const char *genre) {
    char part[PLAIN_SIZE], whole[PLAIN_SIZE];
    const int row = aist_row(genre);
    return row >= 0 && strlen(plain(name, part)) >= 3 && strstr(plain(aist[row].name, whole), part);
}

int genre_find(char *const *genres, size_t count, const char *name, size_t *index, Error *err) {
    static Means *const ways[] = {same_bytes, alike, same_row, part_of_name};
    char list[GENRE_LIST_SIZE];
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        size_t found = 0, other = 0;
        for (size_t i = 0; i < count; i++) {
            if (!ways[w](name, genres[i])) continue;
            if (found++)
                other = i;
            else
                *index = i;
        }
        if (found == 1) return 0;
        if (found > 1)
            return error_set(err, "%.60s may mean the genres %.60s and %.60s; give one of them",
                             name, genres[*index], genres[other]);
    }
    return error_set(err, "%.60s: no such genre here; known are %s", name,
                     genre_list(genres, count, list));
}

char *genre_list(char *const *genres, size_t count, char text[GENRE_LIST_SIZE]) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *name = genre_aist_name(genres[i]);
        const char *before = i ? ", " : "";
        if (used > GENRE_LIST_SIZE - 160) {
            snprintf(text + used, GENRE_LIST_SIZE - used, " and %zu more", count - i);
            break;
        }
        used += (size_t)snprintf(text + used, GENRE_LIST_SIZE - used,
                                 name ? "%s%.60s (%s)" : "%s%.60s", before, genres[i], name);
    }
    return text;
}
