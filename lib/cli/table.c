/* table.c: aligned text and JSON. */
#include "lib/cli/table.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/utf8.h"

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
    char shown[400];
    fprintf(f, "%-*s", width, utf8_printable(name, shown, sizeof shown));
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

void table_put_json(FILE *f, const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        if (*c == 0x7f || c1)
            fprintf(f, "\\u%04x", *(c += c1));
        else
            fputc(*c, f);
    }
    fputc('\n', f);
}

int table_print_json(FILE *f, cJSON *object) {
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    if (!text) return -1;
    table_put_json(f, text);
    cJSON_free(text);
    return 0;
}
