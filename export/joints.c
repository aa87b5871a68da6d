#include "export/joints.h"

#include "lib/formats/npy.h"

int joints_npy(const Clip *clip, Buffer *out, Error *err) {
    const PoseTrack *b = &clip->body;
    const Tensor shape = {.type = TENSOR_F32,
                          .rank = 3,
                          .shape = {b->frames, b->joints, 3},
                          .item_size = sizeof(float)};
    unsigned char header[512];
    buffer_add(out, header, npy_header(&shape, header));
    for (size_t i = 0; i < 3 * b->frames * b->joints; i++) {
        float v = (float)b->positions[i]; /* the machine's order, as the header says */
        buffer_add(out, &v, sizeof v);
    }
    return buffer_check(out, err);
}
