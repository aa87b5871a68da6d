/* checksum.h: 64 bits that tell inputs apart (FNV-1a over whole words): the same numbers, the same checksum. No protection against malice. */
#ifndef CMD_SHARED_CHECKSUM_H
#define CMD_SHARED_CHECKSUM_H

#include "model/model.h"

static const uint64_t CHECKSUM_OF_NOTHING = 0xcbf29ce484222325u;
uint64_t checksum_add(uint64_t sum, const float *x, size_t n);
uint64_t checksum_model(const Model *m); /* of all its parameters */

#endif
