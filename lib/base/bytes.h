/* bytes.h: little-endian numbers in byte arrays, the order of .npy, .zip and .safetensors. */
#ifndef LIB_BASE_BYTES_H
#define LIB_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t read_le16(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t read_le32(const unsigned char *p) {
    return read_le16(p) | (uint32_t)read_le16(p + 2) << 16;
}
static inline uint64_t read_le64(const unsigned char *p) {
    return read_le32(p) | (uint64_t)read_le32(p + 4) << 32;
}

static inline void write_le16(unsigned char *p, uint16_t v) {
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}
static inline void write_le32(unsigned char *p, uint32_t v) {
    write_le16(p, (uint16_t)v);
    write_le16(p + 2, (uint16_t)(v >> 16));
}
static inline void write_le64(unsigned char *p, uint64_t v) {
    write_le32(p, (uint32_t)v);
    write_le32(p + 4, (uint32_t)(v >> 32));
}

static inline int native_is_little(void) { return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__; }

#endif
