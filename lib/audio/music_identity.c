#include "lib/audio/music_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_name_character(char c) { return c > ' ' && c < 0x7f && !strchr(",:'\"\\", c); }

static bool is_name(const char *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!is_name_character(name[i])) return false;
    return length > 0 && length < MUSIC_NAME_SIZE;
}

/* --- layouts --- */

enum { MAX_WIDTH = 1 << 20 };

bool music_layout_next(const char **layout, MusicBlock *block) {
    const char *at = *layout;
    *block = (MusicBlock){.name = at, .length = strcspn(at, ",:"), .width = 1};
    if (!is_name(at, block->length)) return false;
    at += block->length;
    if (*at == ':') {
        char *end;
        const long width = at[1] >= '1' && at[1] <= '9' ? strtol(at + 1, &end, 10) : 0;
        if (width < 1 || width > MAX_WIDTH) return false;
        block->width = (size_t)width;
        at = end;
    }
    if (*at != ',' && *at != '\0') return false;
    if (*at == ',' && at[1] == '\0') return false;
    *layout = at + (*at == ',');
    return true;
}

/* The block of that name among the first ones, up to `end`. */
static bool occurs_before(const char *layout, const char *end, const MusicBlock *block) {
    MusicBlock b;
    while (layout < end && music_layout_next(&layout, &b))
        if (b.length == block->length && memcmp(b.name, block->name, b.length) == 0) return true;
    return false;
}

size_t music_layout_width(const char *layout) {
    size_t width = 0;
    const char *at = layout;
    MusicBlock b;
    while (*at) {
        if (!music_layout_next(&at, &b) || occurs_before(layout, b.name, &b)) return 0;
        width += b.width;
    }
    return width;
}

bool music_layout_find(const char *layout, const char *block, size_t *column) {
    const size_t length = strlen(block);
    MusicBlock b;
    *column = 0;
    while (*layout && music_layout_next(&layout, &b)) {
        if (b.length == length && memcmp(b.name, block, length) == 0) return true;
        *column += b.width;
    }
    return false;
}

int music_layout_append(char layout[MUSIC_LAYOUT_SIZE], const char *name, size_t length,
                        size_t width) {
    char width_text[24] = "";
    const size_t used = strlen(layout);
    if (!is_name(name, length)) return -1;
    if (width > 1) snprintf(width_text, sizeof width_text, ":%zu", width);
    const int more = snprintf(layout + used, MUSIC_LAYOUT_SIZE - used, "%s%.*s%s", used ? "," : "",
                              (int)length, name, width_text);
    if (more > 0 && (size_t)more < MUSIC_LAYOUT_SIZE - used) return 0;
    layout[used] = '\0';
    return -1;
}

/* --- identities --- */

int music_identity_check(const MusicIdentity *i, size_t dim, Error *err) {
    const size_t name = strlen(i->name);
    const size_t version = strlen(i->version);
    if ((name == 0) != (version == 0))
        return error_set(err, "music features have a name without a version, or a version without "
                              "a name");
    if (name && (!is_name(i->name, name) || !is_name(i->version, version)))
        return error_set(err, "name or version of the music features is not printable ASCII "
                              "without blanks");
    if (i->columns[0] && music_layout_width(i->columns) != dim)
        return error_set(err, "the columns of the music features, '%s', are not %zu", i->columns,
                         dim);
    return 0;
}

static void describe(const MusicIdentity *i, size_t dim, bool with_columns,
                     char phrase[MUSIC_PHRASE_SIZE]) {
    if (!music_identity_known(i))
        snprintf(phrase, MUSIC_PHRASE_SIZE, "%zu unnamed features a frame", dim);
    else if (!with_columns)
        snprintf(phrase, MUSIC_PHRASE_SIZE, "%s %s", i->name, i->version);
    else if (i->columns[0])
        snprintf(phrase, MUSIC_PHRASE_SIZE, "%s %s, columns %s", i->name, i->version, i->columns);
    else
        snprintf(phrase, MUSIC_PHRASE_SIZE, "%s %s, %zu columns", i->name, i->version, dim);
}

bool music_identity_differs(const MusicIdentity *a, size_t a_dim, const MusicIdentity *b,
                            size_t b_dim, char a_phrase[MUSIC_PHRASE_SIZE],
                            char b_phrase[MUSIC_PHRASE_SIZE]) {
    const bool same_set = strcmp(a->name, b->name) == 0 && strcmp(a->version, b->version) == 0;
    const bool layouts = a->columns[0] && b->columns[0] && strcmp(a->columns, b->columns) != 0;
    describe(a, a_dim, same_set, a_phrase);
    describe(b, b_dim, same_set, b_phrase);
    return !same_set || layouts || a_dim != b_dim;
}

char *music_assumed_text(const char *path, const MusicIdentity *identity, size_t dim, double fps,
                         char text[MUSIC_ASSUMED_SIZE]) {
    if (music_identity_known(identity))
        snprintf(text, MUSIC_ASSUMED_SIZE,
                 "%.300s does not say what its music features are; taken as %s %s at %g frames a "
                 "second, as older files are meant",
                 path, identity->name, identity->version, fps);
    else
        snprintf(text, MUSIC_ASSUMED_SIZE,
                 "%.300s does not say the rate of its %zu music features; taken as %g frames a "
                 "second",
                 path, dim, fps);
    return text;
}
