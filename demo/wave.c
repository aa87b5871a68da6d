#include "demo/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/file.h"

int wave_write(const char *path, const float *samples, size_t count, unsigned rate, Error *err) {
    if (count > (UINT32_MAX - 36) / 2) return error_set(err, "%s: too long for a .wav file", path);
    enum { HEADER = 44 };
    size_t size = HEADER + 2 * count;
    unsigned char *bytes = malloc(size);
    if (!bytes) return error_set(err, "%s: out of memory", path);
    memcpy(bytes, "RIFF....WAVEfmt ", 16);
    write_le32(bytes + 4, (uint32_t)(size - 8));
    write_le32(bytes + 16, 16); /* size of what follows up to "data" */
    write_le16(bytes + 20, 1); /* PCM */
    write_le16(bytes + 22, 1); /* channel */
    write_le32(bytes + 24, rate);
    write_le32(bytes + 28, 2 * rate); /* bytes per second */
    write_le16(bytes + 32, 2); /* bytes per frame */
    write_le16(bytes + 34, 16); /* bits */
    memcpy(bytes + 36, "data", 4);
    write_le32(bytes + 40, (uint32_t)(2 * count));
    for (size_t i = 0; i < count; i++) {
        float x = fminf(fmaxf(samples[i], -1.0f), 1.0f);
        write_le16(bytes + HEADER + 2 * i, (uint16_t)(int16_t)lrintf(32767.0f * x));
    }
    int status = file_write(path, bytes, size, err);
    free(bytes);
    return status;
}
