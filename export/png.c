#include "export/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put_be32(unsigned char *p, size_t v) {
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static void put_chunk(Buffer *out, const char *type, const unsigned char *data, size_t size) {
    unsigned char word[4];
    put_be32(word, size);
    buffer_add(out, word, 4);
    buffer_text(out, type);
    buffer_add(out, data, size);
    put_be32(word, crc32_z(crc32_z(0, (const unsigned char *)type, 4), data, size));
    buffer_add(out, word, 4);
}

static int paeth(int left, int up, int corner) {
    int p = left + up - corner, a = abs(p - left), b = abs(p - up), c = abs(p - corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

enum { NONE, SUB, UP, PAETH = 4 };

static void filter_row(const unsigned char *row, const unsigned char *above, size_t bytes, int kind,
                       unsigned char *out) {
    out[0] = (unsigned char)kind;
    for (size_t i = 0; i < bytes; i++) {
        int left = i >= 3 ? row[i - 3] : 0, up = above ? above[i] : 0,
            corner = i >= 3 && above ? above[i - 3] : 0;
        int guess = kind == SUB     ? left
                    : kind == UP    ? up
                    : kind == PAETH ? paeth(left, up, corner)
                                    : 0;
        out[1 + i] = (unsigned char)(row[i] - guess);
    }
}

/* The filter with the smallest sum of absolute differences, as the standard advises. */
static void filter_best(const unsigned char *row, const unsigned char *above, size_t bytes,
                        unsigned char *trial, unsigned char *out) {
    static const int kinds[] = {NONE, SUB, UP, PAETH};
    size_t least = SIZE_MAX;
    for (int k = 0; k < 4; k++) {
        size_t sum = 0;
        filter_row(row, above, bytes, kinds[k], trial);
        for (size_t i = 1; i <= bytes; i++) sum += trial[i] < 128 ? trial[i] : 256u - trial[i];
        if (sum < least) {
            least = sum;
            memcpy(out, trial, bytes + 1);
        }
    }
}

int png_write(const unsigned char *rgb, size_t width, size_t height, Buffer *out, Error *err) {
    size_t bytes = 3 * width, raw_size = (bytes + 1) * height;
    uLongf packed_size = compressBound((uLong)raw_size);
    unsigned char *raw = malloc(raw_size + bytes + 1), *packed = malloc(packed_size);
    int status = raw && packed
                     ? 0
                     : error_set(err, "out of memory for an image of %zu x %zu", width, height);
    for (size_t y = 0; !status && y < height; y++)
        filter_best(rgb + y * bytes, y ? rgb + (y - 1) * bytes : NULL, bytes, raw + raw_size,
                    raw + y * (bytes + 1));
    if (!status && compress2(packed, &packed_size, raw, (uLong)raw_size, 9) != Z_OK)
        status = error_set(err, "out of memory for an image of %zu x %zu", width, height);
    if (!status) {
        unsigned char header[13] = {[8] = 8, [9] = 2}; /* 8 bits, RGB */
        put_be32(header, width);
        put_be32(header + 4, height);
        buffer_add(out, "\x89PNG\r\n\x1a\n", 8);
        put_chunk(out, "IHDR", header, sizeof header);
        put_chunk(out, "sRGB", (const unsigned char *)"\0", 1);
        put_chunk(out, "IDAT", packed, packed_size);
        put_chunk(out, "IEND", header, 0);
        status = buffer_check(out, err);
    }
    free(raw);
    free(packed);
    return status;
}
