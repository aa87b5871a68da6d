/* table.c: aligned text and JSON. */
#include "lib/cli/table.h"

#include <math.h>
#include <string.h>

static int column_width(const Column *c) {
    size_t n = strlen(c->title) + 2;
    return n > 9 ? (int)n : 9;
}

void table_titles(FILE *f, int width, const char *name, const Column *columns, size_t count) {
    fprintf(f, "%-*s", width, name);
    for (size_t c = 0; c < count; c++)
        if (columns[c].title) fprintf(f, "%*s", column_width(&columns[c]), columns[c].title);
    fputc('\n', f);
}

void table_row(FILE *f, int width, const char *name, const Column *columns, const double *values,
               size_t count) {
    fprintf(f, "%-*s", width, name);
    for (size_t c = 0; c < count; c++) {
        if (!columns[c].title) continue;
        if (isnan(values[c]))
            fprintf(f, "%*s", column_width(&columns[c]), "-");
        else
            fprintf(f, " %*.*f", column_width(&columns[c]) - 1, columns[c].digits,
                    columns[c].factor * values[c]);
    }
    fputc('\n', f);
}

int table_json(cJSON *object, const Column *columns, const double *values, size_t count) {
    for (size_t c = 0; c < count; c++)
        if (!cJSON_AddNumberToObject(object, columns[c].key, values[c])) return -1;
    return 0;
}

int table_print_json(FILE *f, cJSON *object) {
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    if (!text) return -1;
    fprintf(f, "%s\n", text);
    cJSON_free(text);
    return 0;
}
