#include "export/aist_pickle.h"

#include <math.h>
#include <stdlib.h>

#include "lib/motion/import/aist_pickle_write.h"

int export_aist_pickle(const Clip *clip, Buffer *out, Error *err) {
    static const float scaling = 100;
    const PoseTrack *b = &clip->body;
    if (b->joints != SMPL_JOINTS)
        return error_set(err, "AIST++'s files hold SMPL's %d joints, this dance has %zu",
                         SMPL_JOINTS, b->joints);
    if (fabs(b->fps - 60) > 1e-6)
        return error_set(
            err,
            "AIST++'s files have 60 frames a second, this dance %g; another format keeps its rate",
            b->fps);
    float *poses = malloc(3 * b->frames * b->joints * sizeof *poses),
          *trans = malloc(3 * b->frames * sizeof *trans);
    int status = poses && trans ? 0 : error_set(err, "out of memory for %zu frames", b->frames);
    for (size_t i = 0; !status && i < b->frames * b->joints; i++) {
        double v[3];
        rotation_to_axis_angle(b->rotations + 9 * i, v);
        for (size_t k = 0; k < 3; k++) poses[3 * i + k] = (float)v[k];
    }
    for (size_t i = 0; !status && i < 3 * b->frames; i++)
        trans[i] = (float)(b->translations[i] * (double)scaling);
    if (!status) status = aist_pickle_put(out, b->frames, poses, trans, scaling, 0, err);
    free(poses);
    free(trans);
    return status;
}
