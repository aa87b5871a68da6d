/* checksum.h: 64 bits by which a run recognises its inputs (FNV-1a over whole words). Not
 * cryptographic. */
#ifndef LIB_BASE_CHECKSUM_H
#define LIB_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

static const uint64_t CHECKSUM_OF_NOTHING = 0xcbf29ce484222325u;
uint64_t checksum_add(uint64_t sum, const float *x, size_t n);

#endif
