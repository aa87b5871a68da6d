#include "export/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *svg_colour(size_t i) {
    static const char *const colours[SVG_COLOURS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                     "#e69f00", "#56b4e9", "#7f7f7f", "#8c564b",
                                                     "#6a3d9a", "#b5a300"};
    return colours[i % SVG_COLOURS];
}

void svg_begin(Buffer *out, double width, double height) {
    buffer_print(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" viewBox=\"0 0 %g "
        "%g\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
        width, height, width, height);
}

void svg_end(Buffer *out) { buffer_text(out, "</svg>\n"); }

void svg_text(Buffer *out, double x, double y, const char *anchor, const char *text) {
    buffer_print(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    buffer_escaped(out, text);
    buffer_text(out, "</text>\n");
}

static double share(double v, double a, double b) {
    double s = b > a ? (v - a) / (b - a) : 0.5;
    return fmin(fmax(s, 0), 1);
}

double svg_panel_x(const Panel *p, double x) { return p->left + p->width * share(x, p->x0, p->x1); }

double svg_panel_y(const Panel *p, double y) {
    double s = p->logarithmic ? share(log(y > 0 ? y : p->y0), log(p->y0), log(p->y1))
                              : share(y, p->y0, p->y1);
    return p->top + p->height * (1 - s);
}

double svg_nice_above(double x) {
    double power = pow(10, floor(log10(x)));
    static const double steps[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (steps[i] * power >= x * (1 - 1e-12)) return steps[i] * power;
    return 10 * power;
}

static void put_tick(Buffer *out, const Panel *p, double v, bool vertical) {
    char text[40];
    double at = vertical ? svg_panel_y(p, v) : svg_panel_x(p, v);
    snprintf(text, sizeof text, "%.6g", fabs(v) < 1e-12 ? 0 : v);
    if (vertical) {
        buffer_print(out, "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#e3e5e8\"/>\n", p->left, at,
                     p->width);
        svg_text(out, p->left - 6, at + 4, "end", text);
    } else {
        buffer_print(out, "<path d=\"M%.1f %.1fv5\" stroke=\"#888\"/>\n", at, p->top + p->height);
        svg_text(out, at, p->top + p->height + 18, "middle", text);
    }
}

static void put_ticks(Buffer *out, const Panel *p, bool vertical) {
    double a = vertical ? p->y0 : p->x0, b = vertical ? p->y1 : p->x1;
    if (vertical && p->logarithmic && b > 6 * a) {
        static const double within[] = {1, 2, 5};
        bool wide = b > 300 * a; /* decades alone */
        for (double decade = pow(10, floor(log10(a))); decade <= b; decade *= 10)
            for (int i = 0; i < (wide ? 1 : 3); i++)
                if (within[i] * decade >= a * (1 - 1e-9) && within[i] * decade <= b * (1 + 1e-9))
                    put_tick(out, p, within[i] * decade, true);
        return;
    }
    double length = vertical ? p->height : p->width,
           step = svg_nice_above((b - a) / fmax(2, length / (vertical ? 34 : 70)));
    for (double k = ceil(a / step - 1e-9); k <= b / step + 1e-9; k++)
        put_tick(out, p, k * step, vertical);
}

void svg_panel_axes(Buffer *out, const Panel *p, const char *x_title, const char *y_title) {
    put_ticks(out, p, true);
    put_ticks(out, p, false);
    buffer_print(out,
                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
                 "stroke=\"#888\"/>\n",
                 p->left, p->top, p->width, p->height);
    if (*x_title) svg_text(out, p->left + p->width / 2, p->top + p->height + 36, "middle", x_title);
    if (!*y_title) return;
    double x = p->left - 48, y = p->top + p->height / 2;
    buffer_print(out, "<g transform=\"rotate(-90 %.1f %.1f)\">", x, y);
    svg_text(out, x, y, "middle", y_title);
    buffer_text(out, "</g>\n");
}

void svg_panel_line(Buffer *out, const Panel *p, const double *x, const double *y, size_t n,
                    const char *colour, double width) {
    bool open = false;
    buffer_print(
        out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" stroke-linejoin=\"round\" d=\"",
        colour, width);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(y[i])) {
            open = false;
            continue;
        }
        buffer_byte(out, open ? 'L' : 'M');
        buffer_number(out, svg_panel_x(p, x[i]), 1);
        buffer_byte(out, ' ');
        buffer_number(out, svg_panel_y(p, y[i]), 1);
        open = true;
    }
    buffer_text(out, "\"/>\n");
}

void svg_panel_level(Buffer *out, const Panel *p, double y, const char *colour) {
    if (isfinite(y) && y <= p->y1)
        buffer_print(out, "<path d=\"M%.1f %.1fh%.1f\" stroke=\"%s\" stroke-dasharray=\"5 4\"/>\n",
                     p->left, svg_panel_y(p, y), p->width, colour);
}

void svg_panel_band(Buffer *out, const Panel *p, double from, double to, double high, double low,
                    const char *colour, double opacity) {
    double a = svg_panel_x(p, from), b = svg_panel_x(p, to);
    buffer_print(out,
                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
                 "fill-opacity=\"%g\"/>\n",
                 a, p->top + high, b - a, low - high, colour, opacity);
}

void svg_panel_dot(Buffer *out, const Panel *p, double x, double y, double radius,
                   const char *colour) {
    buffer_print(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%g\" fill=\"%s\"/>\n", svg_panel_x(p, x),
                 svg_panel_y(p, y), radius, colour);
}

void svg_legend(Buffer *out, double x, double y, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buffer_print(
            out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>\n",
            x, y - 10, svg_colour(i));
        svg_text(out, x + 17, y, "start", names[i]);
        x += 34 + 6.6 * (double)strlen(names[i]);
    }
}
