/* stroke_font.h: text in images, by strokes of even width, anti-aliased. ASCII; other bytes
 * become '?'. */
#ifndef EXPORT_STROKE_FONT_H
#define EXPORT_STROKE_FONT_H

#include <stddef.h>

/* Width in pixels of a text whose capitals are `height` pixels high. */
double stroke_font_width(const char *text, double height);

/* Draws into rgb [rows, width, 3]; (x, y) is the left end of the base line; parts outside are cut
 * off. */
void stroke_font_draw(unsigned char *rgb, size_t width, size_t rows, double x, double y,
                      double height, const unsigned char colour[3], const char *text);

#endif
