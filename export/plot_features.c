#include "export/plot_features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/base64.h"
#include "export/png.h"
#include "export/svg.h"

static const double left = 150;
static const double wide = 800;
static const double square = 520;
enum { MARK_ROW = 16, GAP = 10, LABEL = 13 };

/* -1 blue, 0 white, 1 red; in 61 steps, so that a palette holds them. */
static void paint(float v, unsigned char rgb[3]) {
    static const double low[3] = {33, 102, 172};
    static const double high[3] = {178, 24, 43};
    const double x = isfinite(v) ? fmax(-1, fmin(1, round(30 * (double)v) / 30)) : 0;
    const double *end = x < 0 ? low : high;
    const double part = sqrt(fabs(x)); /* small values are to be told from none */
    for (int k = 0; k < 3; k++) rgb[k] = (unsigned char)lround(255 + part * (end[k] - 255));
}

/* values [rows, columns] over the panel; `unit` is painted as 1. up: the first row is the lowest.
 */
static int put_image(Buffer *out, const Panel *p, const float *values, size_t rows, size_t columns,
                     float unit, bool up, Error *err) {
    unsigned char *rgb = malloc(3 * rows * columns);
    Buffer png = {0};
    if (!rgb) return error_set(err, "out of memory");
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < columns; x++)
            paint(values[(up ? rows - 1 - y : y) * columns + x] / unit,
                  rgb + 3 * (y * columns + x));
    int status = png_write_indexed(rgb, columns, rows, &png, err);
    if (!status) {
        buffer_print(out,
                     "<image x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                     "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
                     "href=\"data:image/png;base64,",
                     p->left, p->top, p->width, p->height);
        buffer_base64(out, png.data, png.size);
        buffer_text(out, "\"/>\n");
    }
    buffer_free(&png);
    free(rgb);
    return status;
}

/* Ticks from y downwards, no two on one pixel. */
static void put_marks(Buffer *out, const Panel *p, const MapMarks *marks, double y, double length,
                      const char *colour) {
    double last = -INFINITY;
    buffer_print(out, "<path stroke=\"%s\" d=\"", colour);
    for (size_t i = 0; i < marks->count; i++) {
        const double x = svg_panel_x(p, marks->seconds[i]);
        if (x - last < 1) continue;
        last = x;
        buffer_print(out, "M%.1f %.1fv%g", x, y, length);
    }
    buffer_text(out, "\"/>\n");
}

/* The blocks' names, those that there is room for, and lines between them. */
static void put_blocks(Buffer *out, const Panel *p, const FeatureMap *map) {
    double below = -INFINITY;
    const double row = p->height / (double)map->rows;
    for (size_t i = 0; i < map->block_count; i++) {
        const MapBlock *b = &map->blocks[i];
        char text[100];
        const double top = p->top + row * (double)b->first;
        const double middle = top + row * (double)b->rows / 2;
        if (i > 0)
            buffer_print(out, "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#222\"/>\n", p->left, top,
                         p->width);
        if (middle < below) continue;
        below = middle + (double)LABEL;
        int length = b->block.length < 60 ? (int)b->block.length : 60;
        length = snprintf(text, sizeof text, "%.*s", length, b->block.name);
        if (b->block.width > 1)
            snprintf(text + length, sizeof text - (size_t)length, " %zu", b->block.width);
        svg_text(out, p->left - 8, middle + 4, "end", text);
    }
}

static void put_strip(Buffer *out, const Panel *p, const MapMarks *marks, const char *name,
                      double *y, const char *colour) {
    char text[60];
    if (!marks->seconds) return;
    snprintf(text, sizeof text, "%zu %s", marks->count, name);
    svg_text(out, p->left - 8, *y + 11, "end", text);
    put_marks(out, p, marks, *y, MARK_ROW - 4, colour);
    *y += (double)MARK_ROW;
}

static void put_scale(Buffer *out, double x, double y, const char *what) {
    for (int i = -10; i <= 10; i++) {
        unsigned char c[3];
        paint((float)i / 10, c);
        buffer_print(out,
                     "<rect x=\"%.1f\" y=\"%.1f\" width=\"6\" height=\"10\" "
                     "fill=\"#%02x%02x%02x\"/>\n",
                     x + 6 * (i + 10), y, c[0], c[1], c[2]);
    }
    svg_text(out, x + 134, y + 9, "start", what);
}

/* The x axis alone: a panel's own axes would put numbers where the blocks' names are. */
static void put_time(Buffer *out, const Panel *p, double bottom) {
    const Panel flat = {p->left, bottom, p->width, 0, p->x0, p->x1, 0, 0, false};
    svg_panel_axes(out, &flat, "seconds", "");
}

int plot_features(const FeatureMap *map, const char *title, Buffer *out, Error *err) {
    const double height = fmax(80, fmin(6 * (double)map->rows, MAP_ROWS));
    const Panel heat = {left, 66, wide, height, 0, map->seconds, 0, 1, false};
    double y = heat.top + height + (double)GAP;
    const double strips = MARK_ROW * ((map->onsets.seconds != NULL) + (map->beats.seconds != NULL));
    const double top = y + strips + 90;
    const Panel self = {left, top, square, square, 0, map->seconds, 0, map->seconds, false};
    svg_begin(out, left + wide + 30, top + square + 60);
    svg_text(out, left, 28, "start", title);
    put_scale(out, left, 44, "columns, from -3 to 3 deviations of the song");
    int status = put_image(out, &heat, map->values, map->rows, map->bins, 3, false, err);
    put_blocks(out, &heat, map);
    put_strip(out, &heat, &map->onsets, "onsets", &y, "#888");
    put_strip(out, &heat, &map->beats, "beats", &y, "#222");
    put_time(out, &heat, y);
    put_scale(out, left, top - 22, "self-similarity: cosines from -1 to 1");
    svg_panel_axes(out, &self, "seconds", "seconds");
    if (!status)
        status = put_image(out, &self, map->similarity, map->moments, map->moments, 1, true, err);
    put_marks(out, &self, &map->beats, top + square - 6, 6, "#222");
    svg_end(out);
    return status ? -1 : buffer_check(out, err);
}
