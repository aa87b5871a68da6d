/* base64.h: bytes as text. */
#ifndef EXPORT_BASE64_H
#define EXPORT_BASE64_H

#include "lib/base/buffer.h"

/* RFC 4648, padded, without line breaks. */
void buffer_base64(Buffer *b, const unsigned char *bytes, size_t size);

#endif
