#include "lib/base/tsv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"

enum { COLUMNS_MAX = 256 };

typedef struct {
    const char *start[COLUMNS_MAX];
    size_t length[COLUMNS_MAX], count;
} Line;

/* Cuts the line at `at` into fields and returns the beginning of the next one. */
static const char *cut(const char *at, const char *end, Line *line) {
    const char *stop = memchr(at, '\n', (size_t)(end - at)), *next = stop ? stop + 1 : end;
    if (!stop) stop = end;
    if (stop > at && stop[-1] == '\r') stop--;
    line->count = 0;
    for (;;) {
        const char *tab = memchr(at, '\t', (size_t)(stop - at));
        if (line->count < COLUMNS_MAX) {
            line->start[line->count] = at;
            line->length[line->count] = (size_t)((tab ? tab : stop) - at);
        }
        line->count++;
        if (!tab) return next;
        at = tab + 1;
    }
}

static bool field_is(const Line *l, size_t field, const char *text) {
    return l->length[field] == strlen(text) && memcmp(l->start[field], text, l->length[field]) == 0;
}

static bool field_number(const Line *l, size_t field, double *out) {
    char text[64], *end;
    if (l->length[field] == 0 || l->length[field] >= sizeof text) return false;
    memcpy(text, l->start[field], l->length[field]);
    text[l->length[field]] = '\0';
    if (strspn(text, "0123456789+-.eEnaifNAIF") != l->length[field]) return false;
    *out = strtod(text, &end);
    return *end == '\0';
}

static int find_columns(const Line *header, const char *const *names, size_t columns, size_t *place,
                        Error *err) {
    if (header->count > COLUMNS_MAX) return error_set(err, "more than %d columns", COLUMNS_MAX);
    for (size_t c = 0; c < columns; c++) {
        place[c] = 0;
        while (place[c] < header->count && !field_is(header, place[c], names[c])) place[c]++;
        if (place[c] == header->count)
            return error_set(err, "no column '%s' in its first line", names[c]);
    }
    return 0;
}

static int parse(const char *at, const char *end, const char *const *names, size_t columns,
                 NumberTable *out, Error *err) {
    Line header, line;
    size_t place[COLUMNS_MAX], lines = 1, number = 1;
    at = cut(at, end, &header);
    if (find_columns(&header, names, columns, place, err)) return -1;
    for (const char *p = at; p < end; p++) lines += *p == '\n';
    *out =
        (NumberTable){.columns = columns, .values = malloc(columns * lines * sizeof *out->values)};
    if (!out->values) return error_set(err, "out of memory for %zu lines", lines);
    double *rows = out->values; /* [lines, columns] first */
    while (at < end) {
        at = cut(at, end, &line);
        number++;
        bool last = at == end && end[-1] != '\n',
             repeated = line.count == header.count && field_is(&line, place[0], names[0]);
        if (repeated || (line.count == 1 && line.length[0] == 0)) continue;
        if (line.count != header.count && last) break;
        if (line.count != header.count)
            return error_set(err, "line %zu has %zu fields, the first line %zu", number, line.count,
                             header.count);
        for (size_t c = 0; c < columns; c++)
            if (!field_number(&line, place[c], &rows[out->rows * columns + c]))
                return error_set(err, "line %zu: '%s' is not a number", number, names[c]);
        out->rows++;
    }
    double *turned = malloc((columns * out->rows + 1) * sizeof *turned);
    if (!turned) return error_set(err, "out of memory for %zu lines", lines);
    for (size_t r = 0; r < out->rows; r++)
        for (size_t c = 0; c < columns; c++) turned[c * out->rows + r] = rows[r * columns + c];
    free(rows);
    out->values = turned;
    return 0;
}

int tsv_read(const char *path, const char *const *names, size_t columns, NumberTable *out,
             Error *err) {
    char *text;
    size_t size;
    *out = (NumberTable){0};
    if (file_read_text(path, &text, &size, err)) return -1;
    int status = size ? parse(text, text + size, names, columns, out, err)
                      : error_set(err, "the file is empty");
    free(text);
    if (!status) return 0;
    tsv_free(out);
    return error_prefix(err, path);
}

void tsv_free(NumberTable *t) {
    free(t->values);
    *t = (NumberTable){0};
}
