#include "lib/motion/import/bvh_parse.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/motion/euler.h"

typedef struct {
    const char *at, *end;
    size_t line;
    const char *word; /* the word taken last, and its length */
    size_t length;
} Reader;

/* --- words --- */

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/* The next word, up to a blank; false at the end. */
static bool take_word(Reader *r) {
    while (r->at < r->end && blank(*r->at)) r->line += *r->at++ == '\n';
    r->word = r->at;
    while (r->at < r->end && !blank(*r->at)) r->at++;
    r->length = (size_t)(r->at - r->word);
    return r->length > 0;
}

static bool word_is(const Reader *r, const char *text) {
    return r->length == strlen(text) && strncasecmp(r->word, text, r->length) == 0;
}

static int unexpected(const Reader *r, const char *wanted, Error *err) {
    if (!r->length)
        return error_set(err, "line %zu: the file ends where %s should come", r->line, wanted);
    return error_set(err, "line %zu: '%.*s' where %s should come", r->line,
                     (int)(r->length < 40 ? r->length : 40), r->word, wanted);
}

static int need(Reader *r, const char *text, Error *err) {
    return take_word(r) && word_is(r, text) ? 0 : unexpected(r, text, err);
}

static int need_number(Reader *r, double *out, Error *err) {
    if (!take_word(r)) return unexpected(r, "a number", err);
    char *end;
    for (size_t i = 0; i < r->length; i++) /* nor names of infinities, nor hexadecimal digits */
        if (!strchr("0123456789+-.eE", r->word[i]) || !r->word[i])
            return unexpected(r, "a number", err);
    *out = strtod(r->word, &end);
    return end == r->at && isfinite(*out) ? 0 : unexpected(r, "a number", err);
}

static int need_count(Reader *r, size_t most, size_t *out, Error *err) {
    if (!take_word(r)) return unexpected(r, "a whole number", err);
    *out = 0;
    for (size_t i = 0; i < r->length; i++) {
        if (r->word[i] < '0' || r->word[i] > '9') return unexpected(r, "a whole number", err);
        *out = 10 * *out + (size_t)(r->word[i] - '0');
        if (*out > most)
            return error_set(err, "line %zu: %.*s is too many", r->line,
                             (int)(r->length < 40 ? r->length : 40), r->word);
    }
    return 0;
}

/* --- hierarchy --- */

static int read_offset(Reader *r, double offset[3], Error *err) {
    if (need(r, "OFFSET", err)) return -1;
    for (int i = 0; i < 3; i++)
        if (need_number(r, &offset[i], err)) return -1;
    return 0;
}

static int read_channels(Reader *r, Bvh *out, BvhJoint *j, Error *err) {
    static const char *const names[BVH_CHANNELS] = {"Xposition", "Yposition", "Zposition",
                                                    "Xrotation", "Yrotation", "Zrotation"};
    size_t count;
    if (need_count(r, BVH_CHANNELS, &count, err)) return -1;
    j->channels = (int)count;
    j->first = out->columns;
    out->columns += count;
    for (size_t c = 0; c < count; c++) {
        int kind = 0;
        if (!take_word(r)) return unexpected(r, "a channel", err);
        while (kind < BVH_CHANNELS && !word_is(r, names[kind])) kind++;
        if (kind == BVH_CHANNELS) return unexpected(r, "a channel (Xposition ... Zrotation)", err);
        for (size_t k = 0; k < c; k++)
            if (kind < 3 && j->channel[k] == kind)
                return error_set(err, "line %zu: joint '%s' has %s twice", r->line, j->name,
                                 names[kind]);
        j->channel[c] = kind;
    }
    return 0;
}

/* A name is the rest of the line: some programs put blanks into it. */
static void read_name(Reader *r, char name[BVH_NAME]) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) r->at++;
    size_t n = 0;
    while (r->at < r->end && *r->at != '\n' && *r->at != '\r' && *r->at != '{') {
        if (n + 1 < BVH_NAME) name[n++] = *r->at >= 0x20 && *r->at < 0x7f ? *r->at : '?';
        r->at++;
    }
    while (n && blank(name[n - 1])) n--;
    name[n] = '\0';
}

static int open_joint(Reader *r, Bvh *out, int parent, Error *err) {
    if (out->joints == JOINTS_MAX)
        return error_set(err, "line %zu: more than %d joints", r->line, JOINTS_MAX);
    BvhJoint *j = &out->joint[out->joints++];
    *j = (BvhJoint){.parent = parent, .first = out->columns};
    read_name(r, j->name);
    return need(r, "{", err) || read_offset(r, j->offset, err) ? -1 : 0;
}

static int skip_end_site(Reader *r, Error *err) {
    double offset[3];
    return need(r, "Site", err) || need(r, "{", err) || read_offset(r, offset, err) ||
                   need(r, "}", err)
               ? -1
               : 0;
}

static int read_hierarchy(Reader *r, Bvh *out, Error *err) {
    out->joint = calloc(JOINTS_MAX, sizeof *out->joint);
    if (!out->joint) return error_set(err, "out of memory");
    if (need(r, "HIERARCHY", err) || need(r, "ROOT", err) || open_joint(r, out, -1, err)) return -1;
    for (int open = 0; open >= 0;) {
        BvhJoint *j = &out->joint[open];
        int status = 0;
        if (!take_word(r))
            status = unexpected(r, "JOINT, End Site or }", err);
        else if (word_is(r, "CHANNELS"))
            status = j->channels ? error_set(err, "line %zu: CHANNELS of '%s' a second time",
                                             r->line, j->name)
                                 : read_channels(r, out, j, err);
        else if (word_is(r, "JOINT")) {
            status = open_joint(r, out, open, err);
            open = (int)out->joints - 1;
        } else if (word_is(r, "End"))
            status = skip_end_site(r, err);
        else if (word_is(r, "}"))
            open = j->parent;
        else
            status = unexpected(r, "CHANNELS, JOINT, End Site or }", err);
        if (status) return -1;
    }
    return 0;
}

/* --- motion --- */

/* "0.0333" has 4, "3.3e-2" too. */
static int decimal_places(const char *word, size_t length) {
    size_t exponent = strcspn(word, "eE");
    if (exponent > length) exponent = length;
    const char *point = memchr(word, '.', exponent);
    long places = point ? (long)(word + exponent - point) - 1 : 0;
    if (exponent < length) places -= strtol(word + exponent + 1, NULL, 10);
    return places < 0 ? 0 : (int)(places < 30 ? places : 30);
}

static int read_motion(Reader *r, Bvh *out, Error *err) {
    if (!take_word(r)) return unexpected(r, "MOTION", err);
    if (word_is(r, "ROOT"))
        return error_set(
            err, "line %zu: a second ROOT: the file holds more than one body; export one alone",
            r->line);
    if (!word_is(r, "MOTION")) return unexpected(r, "MOTION", err);
    size_t left = (size_t)(r->end - r->at);
    if (need(r, "Frames:", err) || need_count(r, (size_t)1 << 40, &out->frames, err) ||
        need(r, "Frame", err) || need(r, "Time:", err) || need_number(r, &out->frame_time, err))
        return -1;
    out->frame_time_digits = decimal_places(r->word, r->length);
    if (out->columns == 0)
        return error_set(err, "no joint has a channel: there is no motion in it");
    if (out->frames == 0) return error_set(err, "the motion has no frames");
    if (!(out->frame_time > 0))
        return error_set(err, "line %zu: Frame Time is %g, it must be above 0", r->line,
                         out->frame_time);
    if (out->frames > left / out->columns)
        return error_set(err,
                         "it promises %zu frames of %zu channels, which do not fit into the file",
                         out->frames, out->columns);
    out->values = malloc(out->frames * out->columns * sizeof *out->values);
    if (!out->values) return error_set(err, "out of memory for %zu frames", out->frames);
    for (size_t i = 0; i < out->frames * out->columns; i++)
        if (need_number(r, &out->values[i], err)) {
            char context[80];
            snprintf(context, sizeof context, "frame %zu of %zu", i / out->columns, out->frames);
            return error_prefix(err, context);
        }
    return take_word(r) ? unexpected(r, "the end of the file", err) : 0;
}

int bvh_parse(const char *text, size_t size, Bvh *out, Error *err) {
    *out = (Bvh){0};
    Reader r = {text, text + size, 1, text, 0};
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) r.at += 3;
    if (read_hierarchy(&r, out, err) == 0 && read_motion(&r, out, err) == 0) return 0;
    bvh_free(out);
    return -1;
}

void bvh_free(Bvh *b) {
    free(b->joint);
    free(b->values);
    *b = (Bvh){0};
}

void bvh_frame(const Bvh *b, size_t t, double *rotations, double *places) {
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (size_t i = 0; i < b->joints; i++) {
        const BvhJoint *j = &b->joint[i];
        const double *value = b->values + t * b->columns + j->first;
        double *r = rotations + 9 * i, *p = places + 3 * i;
        memcpy(r, identity, sizeof identity);
        memcpy(p, j->offset, sizeof j->offset);
        for (int c = 0; c < j->channels; c++) {
            if (j->channel[c] < 3)
                p[j->channel[c]] = value[c];
            else
                euler_turn(r, j->channel[c] - 3, value[c] * (M_PI / 180));
        }
    }
}
