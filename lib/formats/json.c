#include "lib/formats/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"

static void skip_blanks(JsonReader *r) {
    while (r->at < r->end && memchr(" \t\r\n", *r->at, 4)) r->at++;
}

int json_take(JsonReader *r, char c) {
    skip_blanks(r);
    if (r->at == r->end || *r->at != c) return 0;
    r->at++;
    return 1;
}

int json_need(JsonReader *r, char c, Error *err) {
    return json_take(r, c) ? 0 : error_set(err, "'%c' is missing in its JSON", c);
}

int json_at_end(JsonReader *r) {
    skip_blanks(r);
    return r->at == r->end;
}

int json_natural(JsonReader *r, uint64_t *out, Error *err) {
    skip_blanks(r);
    const char *start = r->at;
    uint64_t n = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
        if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*r->at - '0'), &n))
            return error_set(err, "a number beyond 64 bits in its JSON");
    if (r->at == start || (*start == '0' && r->at > start + 1) ||
        (r->at < r->end && memchr(".eE", *r->at, 3)))
        return error_set(err, "a natural number is missing in its JSON");
    *out = n;
    return 0;
}

static int hex4(const char *p, const char *end, unsigned long *out) {
    if (end - p < 4) return -1;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef",
                   *d = memchr(digits, p[i] | ((p[i] >= 'A' && p[i] <= 'F') ? 0x20 : 0), 16);
        if (!d) return -1;
        *out = *out << 4 | (unsigned long)(d - digits);
    }
    return 0;
}

/* What follows a backslash at *p, as UTF-8 into out: its length, 0 if it is no escape. Moves *p
 * behind it. */
static size_t escape(const char **p, const char *end, char out[4]) {
    if (*p == end) return 0;
    char c = *(*p)++;
    const char *plain = "\"\\/bfnrt", *meaning = "\"\\/\b\f\n\r\t", *found = memchr(plain, c, 8);
    if (found) {
        out[0] = meaning[found - plain];
        return 1;
    }
    unsigned long high, low;
    if (c != 'u' || hex4(*p, end, &high)) return 0;
    *p += 4;
    if (high >= 0xd800 && high < 0xdc00) { /* a pair of surrogates */
        if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u' || hex4(*p + 2, end, &low) ||
            low < 0xdc00 || low > 0xdfff)
            return 0;
        *p += 6;
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    return high == 0 ? 0 : utf8_encode(high, out);
}

int json_string(JsonReader *r, char **out, Error *err) {
    *out = NULL;
    if (json_need(r, '"', err)) return -1;
    const char *close = r->at;
    while (close < r->end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (close >= r->end) return error_set(err, "a string without end in its JSON");
    char *text = malloc((size_t)(close - r->at) + 1), *to = text; /* escapes only get shorter */
    if (!text) return error_set(err, "out of memory");
    for (const char *p = r->at; p < close;) {
        size_t size = 1;
        if (*p == '\\') {
            p++;
            size = escape(&p, close, to);
        } else {
            *to = *p++;
            if ((unsigned char)*to < 0x20) size = 0;
        }
        if (size == 0) {
            free(text);
            return error_set(err, "a damaged string in its JSON");
        }
        to += size;
    }
    *to = '\0';
    if (!utf8_valid(text, (size_t)(to - text))) {
        free(text);
        return error_set(err, "a string in its JSON is no UTF-8");
    }
    r->at = close + 1;
    *out = text;
    return 0;
}

int json_number(JsonReader *r, double *out, Error *err) {
    char text[64], *end;
    size_t n = 0;
    skip_blanks(r);
    while (r->at + n < r->end && n + 1 < sizeof text && memchr("+-.0123456789Ee", r->at[n], 15)) {
        text[n] = r->at[n];
        n++;
    }
    text[n] = '\0';
    const char *digit = text[0] == '-' ? text + 1 : text;
    *out = strtod(text, &end);
    if (*digit < '0' || *digit > '9' || end != text + n || !isfinite(*out))
        return error_set(err, "a number is missing in its JSON");
    r->at += n;
    return 0;
}

static int take_word(JsonReader *r, const char *word) {
    size_t n = strlen(word);
    skip_blanks(r);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return 0;
    r->at += n;
    return 1;
}

int json_truth(JsonReader *r, int *out, Error *err) {
    *out = take_word(r, "true");
    if (*out || take_word(r, "false")) return 0;
    return error_set(err, "true or false is missing in its JSON");
}

/* A key and its colon. */
static int skip_key(JsonReader *r, Error *err) {
    char *key;
    if (json_string(r, &key, err)) return -1;
    free(key);
    return json_need(r, ':', err);
}

static int skip_scalar(JsonReader *r, Error *err) {
    char *text;
    double number;
    skip_blanks(r);
    if (take_word(r, "true") || take_word(r, "false") || take_word(r, "null")) return 0;
    if (r->at == r->end || *r->at != '"') return json_number(r, &number, err);
    if (json_string(r, &text, err)) return -1;
    free(text);
    return 0;
}

int json_skip(JsonReader *r, Error *err) {
    char closers[JSON_DEPTH_MAX]; /* of what is open */
    size_t depth = 0;
    for (;;) {
        char closer = 0;
        if (json_take(r, '{'))
            closer = '}';
        else if (json_take(r, '['))
            closer = ']';
        else if (skip_scalar(r, err))
            return -1;
        if (closer && depth == JSON_DEPTH_MAX)
            return error_set(err, "its JSON is nested deeper than %d", JSON_DEPTH_MAX);
        if (closer && !json_take(r, closer)) {
            closers[depth++] = closer;
            if (closer == '}' && skip_key(r, err)) return -1;
            continue;
        }
        while (depth > 0 && json_take(r, closers[depth - 1])) depth--;
        if (depth == 0) return 0;
        if (json_need(r, ',', err) || (closers[depth - 1] == '}' && skip_key(r, err))) return -1;
    }
}
