#include "export/stroke_font.h"

#include <math.h>
#include <string.h>

/* Each glyph: polylines separated by blanks, points as two digits x y. Capitals stand between y = 2
 * and 8, small letters reach 6, tails 0. */
static const char *const glyphs[95] = {
    [' ' - ' '] = "",
    ['!' - ' '] = "2824 2222",
    ['"' - ' '] = "1816 3836",
    ['#' - ' '] = "1217 3237 0444 0646",
    ['$' - ' '] = "4738180706153544433212 2921",
    ['%' - ' '] = "0248 0707 4343",
    ['&' - ' '] = "420718380403123244",
    ['\'' - ' '] = "2826",
    ['(' - ' '] = "38272332",
    [')' - ' '] = "18272312",
    ['*' - ' '] = "0545 1337 1733",
    ['+' - ' '] = "0444 2226",
    [',' - ' '] = "2211",
    ['-' - ' '] = "0444",
    ['.' - ' '] = "2222",
    ['/' - ' '] = "0248",
    ['0' - ' '] = "120307183847433212",
    ['1' - ' '] = "072822 0242",
    ['2' - ' '] = "07183847460242",
    ['3' - ' '] = "07183847463525 354443321203",
    ['4' - ' '] = "32380444",
    ['5' - ' '] = "480805354443321203",
    ['6' - ' '] = "3818070312324344351504",
    ['7' - ' '] = "084822",
    ['8' - ' '] = "15060718384746351504031232434435",
    ['9' - ' '] = "1232434738180706153546",
    [':' - ' '] = "2222 2626",
    [';' - ' '] = "2211 2626",
    ['<' - ' '] = "460442",
    ['=' - ' '] = "0343 0545",
    ['>' - ' '] = "064402",
    ['?' - ' '] = "071838474625 2423 2222",
    ['@' - ' '] = "4312030718384744242545",
    ['A' - ' '] = "022842 1535",
    ['B' - ' '] = "02083847463505 3544433202",
    ['C' - ' '] = "4738180703123243",
    ['D' - ' '] = "02082847432202",
    ['E' - ' '] = "48080242 0535",
    ['F' - ' '] = "480802 0535",
    ['G' - ' '] = "47381807031232434525",
    ['H' - ' '] = "0208 4248 0545",
    ['I' - ' '] = "2228 1232 1838",
    ['J' - ' '] = "3833221203",
    ['K' - ' '] = "0208 4804 1542",
    ['L' - ' '] = "080242",
    ['M' - ' '] = "0208254842",
    ['N' - ' '] = "02084248",
    ['O' - ' '] = "120307183847433212",
    ['P' - ' '] = "02083847453404",
    ['Q' - ' '] = "120307183847433212 2442",
    ['R' - ' '] = "02083847453404 2442",
    ['S' - ' '] = "473818070615354443321203",
    ['T' - ' '] = "0848 2822",
    ['U' - ' '] = "080312324348",
    ['V' - ' '] = "082248",
    ['W' - ' '] = "0812253248",
    ['X' - ' '] = "0248 0842",
    ['Y' - ' '] = "082548 2522",
    ['Z' - ' '] = "08480242",
    ['[' - ' '] = "38282232",
    ['\\' - ' '] = "0842",
    [']' - ' '] = "18282212",
    ['^' - ' '] = "062846",
    ['_' - ' '] = "0141",
    ['`' - ' '] = "1827",
    ['a' - ' '] = "16364542 441403123243",
    ['b' - ' '] = "0802 0516364543321203",
    ['c' - ' '] = "4536160503123243",
    ['d' - ' '] = "4842 4536160503123243",
    ['e' - ' '] = "04444536160503123243",
    ['f' - ' '] = "38281712 0636",
    ['g' - ' '] = "4641301001 4536160503123243",
    ['h' - ' '] = "0802 0516364542",
    ['i' - ' '] = "2622 2828",
    ['j' - ' '] = "262110 2828",
    ['k' - ' '] = "0802 4604 1542",
    ['l' - ' '] = "18282332",
    ['m' - ' '] = "0206 05162522 25364542",
    ['n' - ' '] = "0206 0516364542",
    ['o' - ' '] = "163645433212030516",
    ['p' - ' '] = "0006 0516364543321203",
    ['q' - ' '] = "4046 4536160503123243",
    ['r' - ' '] = "0206 042636",
    ['s' - ' '] = "45361605143443321203",
    ['t' - ' '] = "18132232 0636",
    ['u' - ' '] = "0603123243 4642",
    ['v' - ' '] = "062246",
    ['w' - ' '] = "0612253246",
    ['x' - ' '] = "0642 0246",
    ['y' - ' '] = "0622 4610",
    ['z' - ' '] = "06460242",
    ['{' - ' '] = "38272615242332",
    ['|' - ' '] = "2820",
    ['}' - ' '] = "18272635242312",
    ['~' - ' '] = "04153546",
};

static const double advance = 6, stroke = 0.42; /* of the glyphs' grid; half a stroke's width */

double stroke_font_width(const char *text, double height) {
    return (advance * (double)strlen(text) - 2) * height / 6;
}

static double distance_to_segment(double px, double py, const double a[2], const double b[2]) {
    double dx = b[0] - a[0], dy = b[1] - a[1], length = dx * dx + dy * dy,
           t = length > 0 ? ((px - a[0]) * dx + (py - a[1]) * dy) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(px - a[0] - t * dx, py - a[1] - t * dy);
}

/* Distance of a point of the grid from the glyph's strokes. */
static double distance_to_glyph(const char *g, double px, double py) {
    double least = INFINITY;
    while (*g) {
        if (*g == ' ') g++;
        double a[2] = {g[0] - '0', g[1] - '0'};
        for (g += 2; *g && *g != ' '; g += 2) {
            double b[2] = {g[0] - '0', g[1] - '0'};
            least = fmin(least, distance_to_segment(px, py, a, b));
            memcpy(a, b, sizeof a);
        }
    }
    return least;
}

void stroke_font_draw(unsigned char *rgb, size_t width, size_t rows, double x, double y,
                      double height, const unsigned char colour[3], const char *text) {
    double unit = height / 6; /* pixels */
    for (; *text; text++, x += advance * unit) {
        const char *g = *text >= ' ' && *text <= '~' ? glyphs[*text - ' '] : glyphs['?' - ' '];
        for (long row = (long)floor(y - 8 * unit); row <= (long)ceil(y + 3 * unit); row++)
            for (long column = (long)floor(x - unit); column <= (long)ceil(x + 6 * unit);
                 column++) {
                if (row < 0 || column < 0 || row >= (long)rows || column >= (long)width) continue;
                double d = distance_to_glyph(g, ((double)column + 0.5 - x) / unit,
                                             2 + (y - (double)row - 0.5) / unit);
                double cover = (stroke - d) * unit + 0.5;
                cover = fmin(fmax(cover, 0), 1);
                unsigned char *out = rgb + 3 * ((size_t)row * width + (size_t)column);
                for (int k = 0; k < 3; k++)
                    out[k] = (unsigned char)(cover * colour[k] + (1 - cover) * out[k] + 0.5);
            }
    }
}
