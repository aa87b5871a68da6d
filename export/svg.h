/* svg.h: plots as SVG: panels with axes, lines, dots, bands, a legend. Dark on white, for papers.
 */
#ifndef EXPORT_SVG_H
#define EXPORT_SVG_H

#include <stdbool.h>

#include "lib/base/buffer.h"

enum { SVG_COLOURS = 10 };
const char *svg_colour(size_t i); /* of series i; after ten they come again */

/* Lengths in CSS pixels. */
void svg_begin(Buffer *out, double width, double height);
void svg_end(Buffer *out);
/* anchor: start, middle or end. text is escaped. */
void svg_text(Buffer *out, double x, double y, const char *anchor, const char *text);

/* A rectangle on the page and the values at its edges. logarithmic: the y axis, y0 > 0. */
typedef struct {
    double left, top, width, height;
    double x0, x1, y0, y1;
    bool logarithmic;
} Panel;

double svg_panel_x(const Panel *p, double x);
double svg_panel_y(const Panel *p, double y);

/* Frame, ticks at 1, 2 or 5 times a power of ten, and what the axes say ("" for nothing). */
void svg_panel_axes(Buffer *out, const Panel *p, const char *x_title, const char *y_title);
/* Points outside are drawn at the edge; NaN breaks the line. width in pixels. */
void svg_panel_line(Buffer *out, const Panel *p, const double *x, const double *y, size_t n,
                    const char *colour, double width);
/* A dashed level. */
void svg_panel_level(Buffer *out, const Panel *p, double y, const char *colour);
/* From x = from to x = to over the panel's height, or the part of it between two heights in pixels
 * from its top. */
void svg_panel_band(Buffer *out, const Panel *p, double from, double to, double high, double low,
                    const char *colour, double opacity);
void svg_panel_dot(Buffer *out, const Panel *p, double x, double y, double radius,
                   const char *colour);

/* Names with their colours, in a row from (x, y) on. */
void svg_legend(Buffer *out, double x, double y, const char *const *names, size_t count);

/* The next number 1, 2 or 5 times a power of ten that is at least x > 0. */
double svg_nice_above(double x);

#endif
