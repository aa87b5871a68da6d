#include "export/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "export/quantise.h"

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
    if (a <= b && a <= c) return left;
    return b <= c ? up : corner;
}

enum { NONE, SUB, UP, PAETH = 4 };

static void filter_row(const unsigned char *row, const unsigned char *above, size_t bytes, int kind,
                       unsigned char *out) {
    out[0] = (unsigned char)kind;
    for (size_t i = 0; i < bytes; i++) {
        int left = i >= 3 ? row[i - 3] : 0, up = above ? above[i] : 0,
            corner = i >= 3 && above ? above[i - 3] : 0;
        const int guess[] = {[NONE] = 0, [SUB] = left, [UP] = up};
        out[1 + i] =
            (unsigned char)(row[i] - (kind == PAETH ? paeth(left, up, corner) : guess[kind]));
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

enum { INDEXED = 3, TRUE_COLOUR = 2 };

/* raw: rows with their filters, packed here. palette: [colours, 3], of an indexed image. */
static int put_file(const unsigned char *raw, size_t size, size_t width, size_t height,
                    const unsigned char *palette, size_t colours, Buffer *out, Error *err) {
    uLongf packed_size = compressBound((uLong)size);
    unsigned char *packed = malloc(packed_size);
    if (!packed || compress2(packed, &packed_size, raw, (uLong)size, 9) != Z_OK) {
        free(packed);
        return error_set(err, "out of memory for an image of %zu x %zu", width, height);
    }
    unsigned char header[13] = {[8] = 8, [9] = palette ? INDEXED : TRUE_COLOUR}; /* 8 bits */
    put_be32(header, width);
    put_be32(header + 4, height);
    buffer_add(out, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(out, "IHDR", header, sizeof header);
    put_chunk(out, "sRGB", (const unsigned char *)"\0", 1);
    if (palette) put_chunk(out, "PLTE", palette, 3 * colours);
    put_chunk(out, "IDAT", packed, packed_size);
    put_chunk(out, "IEND", header, 0);
    free(packed);
    return buffer_check(out, err);
}

int png_write(const unsigned char *rgb, size_t width, size_t height, Buffer *out, Error *err) {
    size_t bytes = 3 * width, size = (bytes + 1) * height;
    unsigned char *raw = malloc(size + bytes + 1);
    if (!raw) return error_set(err, "out of memory for an image of %zu x %zu", width, height);
    for (size_t y = 0; y < height; y++)
        filter_best(rgb + y * bytes, y ? rgb + (y - 1) * bytes : NULL, bytes, raw + size,
                    raw + y * (bytes + 1));
    int status = put_file(raw, size, width, height, NULL, 0, out, err);
    free(raw);
    return status;
}

int png_write_indexed(const unsigned char *rgb, size_t width, size_t height, Buffer *out,
                      Error *err) {
    unsigned char palette[PALETTE_SIZE][3];
    size_t count = width * height, colours;
    unsigned char *index = malloc(count), *raw = malloc(count + height);
    int status = index && raw
                     ? quantise(rgb, count, palette, &colours, index, err)
                     : error_set(err, "out of memory for an image of %zu x %zu", width, height);
    for (size_t y = 0; !status && y < height; y++) { /* filters do not help with indices */
        raw[y * (width + 1)] = NONE;
        memcpy(raw + y * (width + 1) + 1, index + y * width, width);
    }
    if (!status)
        status = put_file(raw, count + height, width, height, palette[0], colours, out, err);
    free(index);
    free(raw);
    return status;
}
