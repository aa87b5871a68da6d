/* zip.h: the directory of a zip archive in memory, read strictly, and its members' bytes.
 *
 * The zip format (PKWARE's APPNOTE) says everything twice; hostile archives differ between the two.
 * Here both must agree: the directory ends where the end record begins, holds as many entries as
 * that promises and every local header repeats what its entry says. Members lie before the
 * directory, do not overlap and have distinct names. Stored and deflated members, zip64, data
 * descriptors, a comment and bytes before the archive are taken; encrypted members, other methods,
 * archives of several disks are not. */
#ifndef LIB_FORMATS_ZIP_H
#define LIB_FORMATS_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef struct {
    char *name; /* owned */
    const unsigned char *packed; /* into the archive */
    size_t packed_size, size;
    size_t begin, end; /* of its local header and data in the archive */
    uint32_t crc;
    unsigned method; /* 0 stored, 8 deflated */
} ZipMember;

typedef struct {
    ZipMember *items; /* in the directory's order */
    size_t count;
} ZipDirectory;

/* *out points into data and is empty on error. */
int zip_directory(const unsigned char *data, size_t size, ZipDirectory *out, Error *err);
void zip_free(ZipDirectory *d);

/* The member's first n bytes (n <= m->size) into buffer. The CRC is not looked at. */
int zip_peek(const ZipMember *m, unsigned char *buffer, size_t n, Error *err);

/* The whole member, CRC checked. *data points into the archive (stored) or to *owned (deflated,
 * else NULL), which the caller frees. Memory grows with what is really there. */
int zip_extract(const ZipMember *m, const unsigned char **data, unsigned char **owned, Error *err);

/* Only checks length and CRC; needs no memory for the member. */
int zip_verify(const ZipMember *m, Error *err);

#endif
