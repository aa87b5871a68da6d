/* dataset.c: the data-set .tsv and lists of names. */
#include "lib/data/dataset.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_NAME, COLUMN_GENRE, COLUMN_MOTION, COLUMN_MUSIC, COLUMNS, FIELDS_MAX = 64 };
static const char *const column_names[COLUMNS] = {"name", "genre", "motion", "music"};

/* The next line of *text, cut off in place without its line end; NULL at the end. */
static char *next_line(char **text) {
    char *line = *text;
    if (*line == '\0') return NULL;
    size_t n = strcspn(line, "\n");
    *text = line + n + (line[n] == '\n');
    line[n] = '\0';
    if (n > 0 && line[n - 1] == '\r') line[n - 1] = '\0';
    return line;
}

/* Splits a line at tabs in place; returns the number of fields, those beyond FIELDS_MAX uncounted.
 */
static size_t split(char *line, char *fields[FIELDS_MAX]) {
    size_t count = 0;
    for (char *at = line; count < FIELDS_MAX;) {
        fields[count++] = at;
        at += strcspn(at, "\t");
        if (*at == '\0') break;
        *at++ = '\0';
    }
    return count;
}

/* --- .tsv --- */

/* Where each column stands: at[COLUMN], -1 if absent. */
static int read_header(char *line, int at[COLUMNS], Error *err) {
    char *fields[FIELDS_MAX];
    size_t count = split(line, fields);
    for (int c = 0; c < COLUMNS; c++) {
        at[c] = -1;
        for (size_t f = 0; f < count; f++) {
            if (strcmp(fields[f], column_names[c]) != 0) continue;
            if (at[c] >= 0) return error_set(err, "line 1: two columns `%s`", column_names[c]);
            at[c] = (int)f;
        }
        if (at[c] < 0 && c != COLUMN_MUSIC)
            return error_set(err,
                             "line 1: no column `%s`; a data set begins with the tab-separated "
                             "header: name genre motion music",
                             column_names[c]);
    }
    return 0;
}

static char *path_from(const char *folder, const char *field) {
    return *field ? path_join(folder, field) : strdup("");
}

static int add_row(Dataset *d, char *line, size_t number, const int at[COLUMNS], const char *folder,
                   Error *err) {
    char *fields[FIELDS_MAX];
    size_t count = split(line, fields);
    for (int c = 0; c < COLUMNS; c++)
        if (at[c] >= (int)count)
            return error_set(err, "line %zu: %zu fields, no `%s`", number, count, column_names[c]);
    const char *name = fields[at[COLUMN_NAME]], *genre = fields[at[COLUMN_GENRE]];
    if (*name == '\0' || strchr(name, '/'))
        return error_set(err, "line %zu: '%s' cannot be a name (empty or with a '/')", number,
                         name);
    if (*genre == '\0') return error_set(err, "line %zu: no genre", number);
    DatasetRow row = {
        .name = strdup(name),
        .genre = strdup(genre),
        .motion = path_from(folder, fields[at[COLUMN_MOTION]]),
        .music = path_from(folder, at[COLUMN_MUSIC] < 0 ? "" : fields[at[COLUMN_MUSIC]]),
    };
    DatasetRow *rows = d->rows;
    if ((d->count & (d->count - 1)) == 0)
        rows = realloc(d->rows, (d->count ? 2 * d->count : 1) * sizeof *rows);
    if (rows) d->rows = rows;
    if (rows) d->rows[d->count++] = row;
    if (!rows || !row.name || !row.genre || !row.motion || !row.music) {
        if (!rows) {
            free(row.name);
            free(row.genre);
            free(row.motion);
            free(row.music);
        }
        return error_set(err, "out of memory");
    }
    return 0;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_distinct(const Dataset *d, Error *err) {
    const char **names = malloc(d->count * sizeof *names);
    if (!names) return error_set(err, "out of memory");
    for (size_t i = 0; i < d->count; i++) names[i] = d->rows[i].name;
    qsort(names, d->count, sizeof *names, compare_names);
    int status = 0;
    for (size_t i = 1; status == 0 && i < d->count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = error_set(err, "the name %s comes twice", names[i]);
    free(names);
    return status;
}

static int read_rows(char *text, const char *folder, Dataset *d, Error *err) {
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3; /* byte order mark */
    int at[COLUMNS];
    char *line = next_line(&text);
    if (!line) return error_set(err, "the file is empty");
    if (read_header(line, at, err)) return -1;
    for (size_t number = 2; (line = next_line(&text)); number++)
        if (*line && add_row(d, line, number, at, folder, err)) return -1;
    if (d->count == 0) return error_set(err, "a header, but no rows");
    return check_distinct(d, err);
}

int dataset_read(const char *path, Dataset *out, Error *err) {
    *out = (Dataset){0};
    char *text;
    size_t size;
    if (file_read_text(path, &text, &size, err)) return -1;
    char *folder = path_folder(path);
    int status = folder ? read_rows(text, folder, out, err) : error_set(err, "out of memory");
    free(folder);
    free(text);
    if (status == 0) return 0;
    dataset_free(out);
    return error_prefix(err, path);
}

void dataset_free(Dataset *d) {
    for (size_t i = 0; i < d->count; i++) {
        free(d->rows[i].name);
        free(d->rows[i].genre);
        free(d->rows[i].motion);
        free(d->rows[i].music);
    }
    free(d->rows);
    *d = (Dataset){0};
}

bool dataset_has_music(const Dataset *d) {
    for (size_t i = 0; i < d->count; i++)
        if (d->rows[i].music[0]) return true;
    return false;
}

int dataset_genres(const Dataset *d, const char ***genres, size_t *count, Error *err) {
    *count = 0;
    *genres = malloc((d->count ? d->count : 1) * sizeof **genres);
    if (!*genres) return error_set(err, "out of memory");
    for (size_t i = 0; i < d->count; i++) (*genres)[i] = d->rows[i].genre;
    qsort(*genres, d->count, sizeof **genres, compare_names);
    for (size_t i = 0; i < d->count; i++)
        if (*count == 0 || strcmp((*genres)[*count - 1], (*genres)[i]) != 0)
            (*genres)[(*count)++] = (*genres)[i];
    return 0;
}

/* --- lists of names --- */

static const char blanks[] = " \t\r\v\f";

int dataset_names_read(const char *path, Strings *out, Error *err) {
    *out = (Strings){0};
    char *text;
    size_t size;
    if (file_read_text(path, &text, &size, err)) return -1;
    int status = 0;
    char *rest = text;
    for (char *line; status == 0 && (line = next_line(&rest));) {
        line += strspn(line, blanks);
        size_t n = strlen(line);
        while (n > 0 && strchr(blanks, line[n - 1])) n--;
        line[n] = '\0';
        if (n > 0) status = strings_add(out, line, err);
    }
    free(text);
    if (status) strings_free(out);
    return status ? error_prefix(err, path) : 0;
}

int dataset_names_have(const Strings *sorted, const char *name) {
    return sorted->count > 0 && bsearch(&name, sorted->items, sorted->count, sizeof *sorted->items,
                                        compare_names) != NULL;
}
