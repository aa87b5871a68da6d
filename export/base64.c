#include "export/base64.h"

void buffer_base64(Buffer *b, const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char out[4 * 1024];
    for (size_t i = 0; i < size;) {
        size_t n = 0;
        for (; i < size && n < sizeof out; i += 3, n += 4) {
            const size_t left = size - i;
            const uint32_t v = (uint32_t)bytes[i] << 16 |
                               (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (left > 2 ? bytes[i + 2] : 0u);
            out[n] = digits[v >> 18];
            out[n + 1] = digits[v >> 12 & 63];
            out[n + 2] = left > 1 ? digits[v >> 6 & 63] : '=';
            out[n + 3] = left > 2 ? digits[v & 63] : '=';
        }
        buffer_add(b, out, n);
    }
}
