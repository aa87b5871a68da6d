#include "export/y4m.h"

#include <math.h>

void y4m_header(Buffer *out, size_t width, size_t height, double fps) {
    long scale = fabs(fps - round(fps)) < 1e-6 ? 1 : 1000;
    buffer_print(out, "YUV4MPEG2 W%zu H%zu F%ld:%ld Ip A1:1 C444 XCOLORRANGE=LIMITED\n", width,
                 height, lround(fps * (double)scale), scale);
}

/* In units of 2^-16, and 128 or 16 added with the rounding. */
static void put_plane(const unsigned char *restrict rgba, size_t count, const int row[4],
                      unsigned char *restrict out) {
    const int r = row[0], g = row[1], b = row[2], offset = row[3] * 65536 + 32768;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *p = rgba + 4 * i;
        out[i] = (unsigned char)((r * p[0] + g * p[1] + b * p[2] + offset) >> 16);
    }
}

void y4m_frame(Buffer *out, const unsigned char *rgba, size_t width, size_t height) {
    static const int rows[3][4] = {
        {16829, 33039, 6416, 16}, {-9714, -19071, 28784, 128}, {28784, -24103, -4681, 128}};
    size_t count = width * height, start = out->size + 6;
    buffer_text(out, "FRAME\n");
    buffer_fill(out, 0, 3 * count);
    if (out->failed) return;
    for (size_t plane = 0; plane < 3; plane++)
        put_plane(rgba, count, rows[plane], out->data + start + plane * count);
}
