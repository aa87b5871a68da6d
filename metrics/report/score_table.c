#include "metrics/report/score_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "metrics/report/score_objects.h"

const ScoreColumn score_columns[SCORE_COLUMNS] = {
    {"fid_k", "FID_k", "FID$_k$", 2, false, true, "floor_k"},
    {"fid_g", "FID_g", "FID$_g$", 2, false, true, "floor_g"},
    {"delta_pose", "dPose", "$\\Delta$Pose", 3, false, false, NULL},
    {"delta_trans", "dTrans", "$\\Delta$Trans", 3, false, false, NULL},
    {"rate", "freezing", "Freezing", 1, true, false, NULL},
    {"held", "held", "Held", 1, true, false, NULL},
    {"dist_k", "Dist_k", "Dist$_k$", 2, false, false, "floor_dist_k"},
    {"dist_g", "Dist_g", "Dist$_g$", 2, false, false, "floor_dist_g"},
    {"beat_align", "BeatAlign", "BeatAlign", 3, false, false, "chance"},
    {"range_ratio", "range", "Range", 3, false, false, NULL},
    {"jump", "jump", "Jump", 3, false, false, NULL},
    {"jitter_ratio", "jitter", "Jitter", 3, false, false, NULL},
    {"loop", "loop", "Loop", 3, false, false, NULL},
    {"at_10", "10", "10", 1, false, false, NULL},
    {"at_20", "20", "20", 1, false, false, NULL},
    {"at_30", "30", "30", 1, false, false, NULL},
    {"at_40", "40", "40", 1, false, false, NULL},
    {"at_50", "50", "50", 1, false, false, NULL},
};

/* Where there is no value yet, the number under the key. */
static void take_number(const cJSON *object, const char *key, double *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (isnan(*value) && cJSON_IsNumber(item)) *value = item->valuedouble;
}

void score_take_values(const cJSON *object, double values[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        take_number(object, score_columns[c].key, &values[c]);
}

bool score_any_known(const double values[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        if (!isnan(values[c])) return true;
    return false;
}

bool score_add_known(cJSON *object, const double values[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        if (isnan(values[c])) continue;
        if (!cJSON_AddNumberToObject(object, score_columns[c].key, values[c])) return false;
    }
    return object != NULL;
}

static void take_floor(const cJSON *object, double floor[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        if (score_columns[c].floor_key) take_number(object, score_columns[c].floor_key, &floor[c]);
}

typedef struct {
    ScoreRow *row;
    double *floor; /* NULL: not of this file */
} RowReader;

static int take_object(const cJSON *object, void *user, Error *err) {
    (void)err;
    const RowReader *reader = user;
    score_take_values(object, reader->row->values);
    if (reader->floor) take_floor(object, reader->floor);
    return 0;
}

static int read_row(const char *path, const char *real, ScoreRow *row, double floor[SCORE_COLUMNS],
                    Error *err) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) row->values[c] = NAN;
    row->name = path_stem(path);
    if (!row->name) return error_set(err, "out of memory");
    const bool is_real = strcmp(row->name, real) == 0;
    RowReader reader = {row, is_real ? NULL : floor};
    const char *dash = strrchr(row->name, '-');
    row->method_length = dash ? (size_t)(dash - row->name) : strlen(row->name);
    int status =
        score_objects_read(path, "what freeze-rate, eval-fid and beat-align print with --json",
                           take_object, &reader, err);
    if (status || !is_real) return status;
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        if (score_columns[c].to_real) row->values[c] = NAN;
    return 0;
}

int score_table_read(ScoreTable *t, char *const *paths, size_t count, const char *real,
                     Error *err) {
    *t = (ScoreTable){.rows = calloc(count ? count : 1, sizeof *t->rows)};
    for (size_t c = 0; c < SCORE_COLUMNS; c++) t->floor[c] = NAN;
    if (!t->rows) return error_set(err, "out of memory for %zu files", count);
    for (; t->count < count; t->count++) {
        ScoreRow *row = &t->rows[t->count];
        int status = read_row(paths[t->count], real, row, t->floor, err);
        for (size_t i = 0; !status && i < t->count; i++)
            if (strcmp(t->rows[i].name, row->name) == 0)
                status = error_set(err, "%s: %s has the same name; rename one", paths[t->count],
                                   paths[i]);
        if (status) {
            t->count++;
            score_table_free(t);
            return -1;
        }
    }
    return 0;
}

void score_table_free(ScoreTable *t) {
    for (size_t i = 0; i < t->count; i++) free(t->rows[i].name);
    free(t->rows);
    *t = (ScoreTable){0};
}

static bool same_method(const ScoreRow *a, const ScoreRow *b) {
    return a->method_length == b->method_length && memcmp(a->name, b->name, a->method_length) == 0;
}

/* Of the rows from `first` on that are of its method. */
static ScoreSpread spread_of(const ScoreTable *t, size_t first) {
    const ScoreRow *own = &t->rows[first];
    double low[SCORE_COLUMNS], high[SCORE_COLUMNS];
    ScoreSpread s = {.name = own->name, .length = own->method_length};
    memcpy(low, own->values, sizeof low);
    memcpy(high, own->values, sizeof high);
    for (size_t i = first; i < t->count; i++) {
        const ScoreRow *row = &t->rows[i];
        if (!same_method(own, row)) continue;
        s.count++;
        for (size_t c = 0; c < SCORE_COLUMNS; c++) {
            double v = row->values[c];
            s.mean[c] += v;
            if (v < low[c]) low[c] = v;
            if (v > high[c]) high[c] = v;
        }
    }
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        s.mean[c] /= (double)s.count; /* NaN if one is */
        s.half_range[c] = isnan(s.mean[c]) ? NAN : (high[c] - low[c]) / 2;
    }
    return s;
}

bool score_table_spread(const ScoreTable *t, const char *method, ScoreSpread *out) {
    for (size_t i = 0; i < t->count; i++) {
        const ScoreRow *row = &t->rows[i];
        if (strlen(method) != row->method_length) continue;
        if (memcmp(row->name, method, row->method_length) != 0) continue;
        *out = spread_of(t, i);
        return true;
    }
    return false;
}

int score_table_spreads(const ScoreTable *t, const char *real, ScoreSpread **out, size_t *count,
                        Error *err) {
    *count = 0;
    *out = calloc(t->count + 1, sizeof **out);
    if (!*out) return error_set(err, "out of memory for %zu rows", t->count);
    for (size_t i = 0; i < t->count; i++) {
        bool seen = strcmp(t->rows[i].name, real) == 0;
        for (size_t k = 0; k < i && !seen; k++) seen = same_method(&t->rows[k], &t->rows[i]);
        if (seen) continue;
        ScoreSpread s = spread_of(t, i);
        if (s.count >= 2) (*out)[(*count)++] = s;
    }
    return 0;
}
