#include "export/feature_map.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/part.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* --- blocks --- */

static bool is_called(const MusicBlock *b, const char *name) {
    return b->length == strlen(name) && memcmp(b->name, name, b->length) == 0;
}

static bool is_mark(const MusicBlock *b) {
    return b->width == 1 && (is_called(b, "onsets") || is_called(b, "beats"));
}

/* A block and where it begins; one unnamed block where the layout is not known. */
typedef struct {
    const char *layout;
    size_t dim, column;
    bool unknown;
} Walk;

static Walk begin(const Music *m) {
    const char *layout = m->identity.columns;
    return (Walk){layout, m->dim, 0, *layout == '\0'};
}

static bool next(Walk *w, MusicBlock *b, size_t *column) {
    *column = w->column;
    if (w->unknown) {
        *b = (MusicBlock){"features", strlen("features"), w->dim};
        w->unknown = false;
    } else if (!*w->layout || !music_layout_next(&w->layout, b)) {
        return false;
    }
    w->column += b->width;
    return true;
}

/* Which columns are drawn, the first of each row of the map, and which block each row is of. */
typedef struct {
    size_t *columns; /* [count]: drawn, in order */
    size_t count;
    size_t *starts; /* [rows + 1], into columns */
} Selection;

static int select_columns(const Music *m, FeatureMap *map, Selection *s, Error *err) {
    size_t blocks = 0, marks = 0, column;
    MusicBlock b;
    for (Walk w = begin(m); next(&w, &b, &column); blocks++) marks += is_mark(&b);
    const bool all = marks == m->dim;
    const size_t drawn = all ? m->dim : m->dim - marks;
    map->blocks = calloc(blocks + 1, sizeof *map->blocks);
    s->columns = calloc(drawn + 1, sizeof *s->columns);
    s->starts = calloc(smaller(drawn, MAP_ROWS + blocks) + 1, sizeof *s->starts);
    if (!map->blocks || !s->columns || !s->starts) return error_set(err, "out of memory");
    for (Walk w = begin(m); next(&w, &b, &column);) {
        if (is_mark(&b) && !all) continue;
        size_t rows = b.width;
        if (drawn > MAP_ROWS) rows = b.width * MAP_ROWS / drawn;
        if (rows == 0) rows = 1;
        map->blocks[map->block_count++] = (MapBlock){b, map->rows, rows};
        for (size_t r = 0; r < rows; r++)
            s->starts[map->rows++] = s->count + part_of(b.width, 1, r, rows).first;
        for (size_t i = 0; i < b.width; i++) s->columns[s->count++] = column + i;
    }
    s->starts[map->rows] = s->count;
    return 0;
}

/* --- standardising --- */

/* To mean 0 and deviation 1; all 0 where they are constant. */
static void standardise(double *x, size_t n) {
    double sum = 0;
    double square = 0;
    for (size_t t = 0; t < n; t++) sum += x[t];
    const double mean = sum / (double)n;
    for (size_t t = 0; t < n; t++) square += (x[t] - mean) * (x[t] - mean);
    const double deviation = sqrt(square / (double)n);
    const double scale = deviation > 1e-9 * fabs(mean) ? 1 / deviation : 0;
    for (size_t t = 0; t < n; t++) x[t] = (x[t] - mean) * scale;
}

/* Means of x [n] over the bins, `stride` apart in out. */
static void pool(const double *x, size_t n, size_t bins, float *out, size_t stride) {
    for (size_t k = 0; k < bins; k++) {
        const Part bin = part_of(n, 1, k, bins);
        double sum = 0;
        for (size_t t = 0; t < bin.count; t++) sum += x[bin.first + t];
        out[k * stride] = (float)(sum / (double)bin.count);
    }
}

/* Row r of the map and its columns of the moments [moments, s->count]. space [2, frames]. */
static void fill_row(const Music *m, const Selection *s, FeatureMap *map, size_t r, float *moments,
                     double *space) {
    double *row = space;
    double *column = space + m->frames;
    memset(row, 0, m->frames * sizeof *row);
    for (size_t i = s->starts[r]; i < s->starts[r + 1]; i++) {
        const float *x = m->data + s->columns[i];
        for (size_t t = 0; t < m->frames; t++) column[t] = (double)x[t * m->dim];
        standardise(column, m->frames);
        pool(column, m->frames, map->moments, moments + i, s->count);
        for (size_t t = 0; t < m->frames; t++) row[t] += column[t];
    }
    standardise(row, m->frames);
    pool(row, m->frames, map->bins, map->values + r * map->bins, 1);
}

static int fill(const Music *m, const Selection *s, FeatureMap *map, float *moments, Error *err) {
    bool failed = false;
#pragma omp parallel
    {
        double *space = malloc(2 * m->frames * sizeof *space);
        if (!space) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(dynamic, 1)
        for (size_t r = 0; r < map->rows; r++)
            if (space) fill_row(m, s, map, r, moments, space);
        free(space);
    }
    return failed ? error_set(err, "out of memory for %zu frames", m->frames) : 0;
}

/* --- self-similarity --- */

static void normalise(float *x, size_t n) {
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (double)x[i] * (double)x[i];
    const double scale = square > 0 ? 1 / sqrt(square) : 0;
    for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] * scale);
}

static void compare(float *moments, size_t count, FeatureMap *map) {
    const size_t n = map->moments;
    for (size_t k = 0; k < n; k++) normalise(moments + k * count, count);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            const float *x = moments + a * count;
            const float *y = moments + b * count;
            double sum = 0;
            for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)y[i];
            map->similarity[a * n + b] = map->similarity[b * n + a] = (float)sum;
        }
}

double feature_map_moment(const FeatureMap *map, const Music *m, size_t i) {
    const Part bin = part_of(m->frames, 1, i, map->moments);
    return ((double)bin.first + (double)bin.count / 2) / m->fps;
}

/* --- marks --- */

static int find_marks(const Music *m, const char *name, MapMarks *out, Error *err) {
    size_t column;
    if (!music_layout_find(m->identity.columns, name, &column)) return 0;
    out->seconds = calloc(m->frames, sizeof *out->seconds);
    if (!out->seconds) return error_set(err, "out of memory for %zu frames", m->frames);
    for (size_t t = 0; t < m->frames; t++)
        if (m->data[t * m->dim + column] > 0.5f) out->seconds[out->count++] = (double)t / m->fps;
    return 0;
}

int feature_map(const Music *m, FeatureMap *out, Error *err) {
    Selection s = {0};
    float *moments = NULL;
    *out = (FeatureMap){.seconds = (double)m->frames / m->fps,
                        .bins = smaller(m->frames, MAP_BINS),
                        .moments = smaller(m->frames, MAP_MOMENTS)};
    int status = select_columns(m, out, &s, err);
    if (!status) {
        out->values = calloc(out->rows * out->bins, sizeof *out->values);
        out->similarity = calloc(out->moments * out->moments, sizeof *out->similarity);
        moments = calloc(out->moments * s.count, sizeof *moments);
        if (!out->values || !out->similarity || !moments)
            status = error_set(err, "out of memory for %zu columns", s.count);
    }
    if (!status) status = fill(m, &s, out, moments, err);
    if (!status) compare(moments, s.count, out);
    if (!status) status = find_marks(m, "onsets", &out->onsets, err);
    if (!status) status = find_marks(m, "beats", &out->beats, err);
    free(s.columns);
    free(s.starts);
    free(moments);
    if (status) feature_map_free(out);
    return status;
}

void feature_map_free(FeatureMap *map) {
    free(map->blocks);
    free(map->values);
    free(map->similarity);
    free(map->onsets.seconds);
    free(map->beats.seconds);
    *map = (FeatureMap){0};
}
