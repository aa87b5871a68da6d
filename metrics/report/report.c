#include "metrics/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 9 };

void report_free(Report *r) {
    cJSON_Delete(r->json);
    free(r->values);
    free(r->intervals);
    r->json = NULL;
    r->values = NULL;
    r->intervals = NULL;
}

int report_summarise(Report *r, Statistics set, const void *context, size_t counts, Error *err) {
    const EvalOptions *o = r->options;
    size_t n = r->dances->files.count;
    r->values = calloc(r->count, sizeof *r->values);
    r->intervals = calloc(r->count, sizeof *r->intervals);
    if (!r->values || !r->intervals) {
        report_free(r);
        return error_set(err, "out of memory");
    }
    int status = set(NULL, n, context, r->values, err);
    if (!status && o->resamples)
        status = bootstrap_intervals(n, (size_t)o->resamples, (uint64_t)o->bootstrap_seed, set,
                                     context, r->count, r->values, r->intervals, err);
    for (size_t c = 0; c < counts; c++) r->intervals[c] = (Interval){NAN, NAN, NAN};
    if (status) report_free(r);
    return status;
}

/* The values of dance i, into `values`. */
static void values_of(const Report *r, size_t i, double *values) {
    r->row(eval_result(r->dances, i), r->context, values);
}

static void write_rows(const Report *r, FILE *f, double *values) {
    fputs("file", f);
    for (size_t c = 0; c < r->count; c++) fprintf(f, "\t%s", r->columns[c].key);
    for (size_t i = 0; i < r->dances->files.count; i++) {
        fputc('\n', f);
        for (const char *p = r->dances->files.items[i]; *p; p++)
            fputc((unsigned char)*p < ' ' ? '?' : *p, f);
        values_of(r, i, values);
        for (size_t c = 0; c < r->count; c++)
            isnan(values[c]) ? fputs("\tnan", f) : fprintf(f, "\t%.9g", values[c]);
    }
    fputc('\n', f);
}

static int write_table(const Report *r, const char *path, Error *err) {
    OutputFile f;
    double *values = malloc(r->count * sizeof *values);
    if (!values) return error_set(err, "out of memory");
    int status = file_begin(&f, path, err);
    if (!status) {
        write_rows(r, f.stream, values);
        status = file_commit(&f, err);
    }
    free(values);
    return status;
}

int report_begin(Report *r, Error *err) {
    const EvalOptions *o = r->options;
    r->width = NAME_WIDTH;
    for (size_t i = 0; o->verbose && r->row && i < r->dances->files.count; i++) {
        int length = (int)strlen(r->dances->files.items[i]);
        if (length > r->width) r->width = length;
    }
    int status = o->per_sequence && r->row ? write_table(r, o->per_sequence, err) : 0;
    if (!status && o->json && !(r->json = cJSON_CreateObject()))
        status = error_set(err, "out of memory");
    if (status) report_free(r);
    return status;
}

cJSON *report_object(Report *r, cJSON *parent, const char *key) {
    cJSON *object = cJSON_AddObjectToObject(parent, key);
    if (!object) r->failed = true;
    return object;
}

void report_number(Report *r, cJSON *object, const char *key, double value) {
    if (!cJSON_AddNumberToObject(object, key, value)) r->failed = true;
}

void report_text(Report *r, cJSON *object, const char *key, const char *text) {
    if (!cJSON_AddStringToObject(object, key, text)) r->failed = true;
}

void report_flag(Report *r, cJSON *object, const char *key, bool value) {
    if (!cJSON_AddBoolToObject(object, key, value)) r->failed = true;
}

/* An object at the end of a list; file: the dance's name, or NULL. */
static void add_item(Report *r, cJSON *list, const char *file, const Column *columns,
                     const double *values, size_t count) {
    cJSON *object = cJSON_CreateObject();
    if ((file && !cJSON_AddStringToObject(object, "file", file)) ||
        table_json(object, columns, values, count) || !cJSON_AddItemToArray(list, object)) {
        cJSON_Delete(object);
        r->failed = true;
    }
}

void report_dances(Report *r) {
    if (!r->json) table_titles(stdout, r->width, "", r->columns, r->count);
    if (!r->options->verbose || !r->row) return;
    double *values = malloc(r->count * sizeof *values);
    cJSON *files = r->json ? cJSON_AddArrayToObject(r->json, "files") : NULL;
    if (!values || (r->json && !files)) {
        free(values);
        r->failed = true;
        return;
    }
    for (size_t i = 0; i < r->dances->files.count; i++) {
        const char *name = r->dances->files.items[i];
        values_of(r, i, values);
        if (r->json)
            add_item(r, files, name, r->columns, values, r->count);
        else
            table_row(stdout, r->width, name, r->columns, values, r->count);
    }
    free(values);
}

/* Values as an object called `name` in `parent`. */
static void add_values(Report *r, cJSON *parent, const char *name, const double *values) {
    cJSON *object = report_object(r, parent, name);
    if (table_json(object, r->columns, values, r->count)) r->failed = true;
}

void report_row(Report *r, const char *name, const double *values) {
    bool main_row = strcmp(name, "all") == 0 || !name[0];
    if (!r->json)
        table_row(stdout, r->width, name, r->columns, values, r->count);
    else if (!main_row)
        add_values(r, r->json, name, values);
    else if (table_json(r->json, r->columns, values, r->count))
        r->failed = true;
}

ReportTable report_table(Report *r, const char *key, const char *heading, const Column *columns,
                         size_t count) {
    ReportTable t = {columns, count, r->json ? cJSON_AddArrayToObject(r->json, key) : NULL};
    if (r->json && !t.list) r->failed = true;
    if (r->json) return t;
    printf("\n%s\n", heading);
    table_titles(stdout, r->width, "", columns, count);
    return t;
}

void report_table_row(Report *r, const ReportTable *t, const double *values) {
    if (r->json)
        add_item(r, t->list, NULL, t->columns, values, t->count);
    else
        table_row(stdout, r->width, "", t->columns, values, t->count);
}

static double interval_part(const Interval *i, size_t part) {
    const double parts[] = {i->low, i->high, i->bias};
    return parts[part];
}

void report_intervals(Report *r, const Interval *intervals) {
    enum { TEXT_PARTS = 2, PARTS };
    static const char *const names[PARTS] = {"low", "high", "bias"};
    static const char *const titles[TEXT_PARTS] = {"95% from", "95% to"};
    if (!r->options->resamples) return;
    cJSON *object = r->json ? report_object(r, r->json, "interval") : NULL;
    double *values = malloc(r->count * sizeof *values);
    if (!values || (r->json && !object)) {
        free(values);
        r->failed = true;
        return;
    }
    if (object) {
        report_number(r, object, "level", 0.95);
        report_number(r, object, "resamples", (double)r->options->resamples);
        report_number(r, object, "seed", (double)r->options->bootstrap_seed);
    }
    for (size_t k = 0; k < (object ? PARTS : TEXT_PARTS); k++) {
        for (size_t c = 0; c < r->count; c++) values[c] = interval_part(&intervals[c], k);
        if (object)
            add_values(r, object, names[k], values);
        else
            table_row(stdout, r->width, titles[k], r->columns, values, r->count);
    }
    free(values);
}

int report_end(Report *r, Error *err) {
    cJSON *json = r->json;
    bool failed = r->failed;
    r->json = NULL;
    report_free(r);
    if (json && failed) cJSON_Delete(json);
    if (failed) return error_set(err, "out of memory for the results");
    return json && table_print_json(stdout, json) ? error_set(err, "out of memory") : 0;
}
