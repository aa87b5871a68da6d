/* skeleton.c: SMPL's skeleton as a table, others from files. */
#include "lib/motion/skeleton.h"

#include <stdlib.h>
#include <string.h>

#include "lib/formats/tensor_file.h"
#include "lib/motion/rotation.h"

static const struct {
    int parent;
    double offset[3];
} smpl[SMPL_JOINTS] = {
    {-1, {-0.00217368, -0.24078914, 0.02858380}}, /* root */
    {0, {0.05858135, -0.08228004, -0.01766408}}, /* lhip */
    {0, {-0.06030973, -0.09051332, -0.01354254}}, /* rhip */
    {0, {0.00443945, 0.12440352, -0.03838522}}, /* belly */
    {1, {0.04345142, -0.38646945, 0.00803700}}, /* lknee */
    {2, {-0.04325663, -0.38368791, -0.00484304}}, /* rknee */
    {3, {0.00448844, 0.13795640, 0.02682033}}, /* spine */
    {4, {-0.01479032, -0.42687458, -0.03742800}}, /* lankle */
    {5, {0.01905555, -0.42004550, -0.03456167}}, /* rankle */
    {6, {-0.00226458, 0.05603239, 0.00285505}}, /* chest */
    {7, {0.04105436, -0.06028581, 0.12204243}}, /* ltoes */
    {8, {-0.03483987, -0.06210566, 0.13032329}}, /* rtoes */
    {9, {-0.01339020, 0.21163553, -0.03346758}}, /* neck */
    {9, {0.07170245, 0.11399969, -0.01889817}}, /* linshoulder */
    {9, {-0.08295366, 0.11247234, -0.02370739}}, /* rinshoulder */
    {12, {0.01011321, 0.08893734, 0.05040987}}, /* head */
    {13, {0.12292141, 0.04520509, -0.01904600}}, /* lshoulder */
    {14, {-0.11322832, 0.04685326, -0.00847207}}, /* rshoulder */
    {16, {0.25533190, -0.01564902, -0.02294649}}, /* lelbow */
    {17, {-0.26012748, -0.01436928, -0.03126873}}, /* relbow */
    {18, {0.26570925, 0.01269811, -0.00737473}}, /* lwrist */
    {19, {-0.26910836, 0.00679372, -0.00602676}}, /* rwrist */
    {20, {0.08669055, -0.01063603, -0.01559429}}, /* lhand */
    {21, {-0.08875370, -0.00865157, -0.01010708}}, /* rhand */
};

/* A left hand in SMPL-H's order, each from the joint before it, the first of a finger from the
 * wrist; the right one is its mirror image. Carpus and metacarpal in one, then two phalanges. */
/* clang-format off */
static const double finger_offsets[][3] = {
    {0.0878, -0.0040, 0.0200}, /* index */
    {0.0398, 0.0000, 0.0014},
    {0.0224, 0.0000, 0.0008},
    {0.0866, -0.0020, -0.0020}, /* middle */
    {0.0446, 0.0000, 0.0000},
    {0.0263, 0.0000, 0.0000},
    {0.0618, -0.0120, -0.0420}, /* pinky */
    {0.0324, 0.0000, -0.0046},
    {0.0179, 0.0000, -0.0025},
    {0.0765, -0.0050, -0.0230}, /* ring */
    {0.0413, 0.0000, -0.0022},
    {0.0257, 0.0000, -0.0013},
    {0.0240, -0.0120, 0.0260}, /* thumb */
    {0.0344, -0.0048, 0.0304},
    {0.0252, -0.0017, 0.0190},
};
/* clang-format on */
enum { FINGERS = 5, BONES = 3, BODY_JOINTS = 22, LEFT_WRIST = 20 };

static int allocate(Skeleton *out, size_t joints, Error *err) {
    *out = (Skeleton){.joints = joints,
                      .parents = calloc(joints, sizeof *out->parents),
                      .offsets = calloc(3 * joints, sizeof *out->offsets)};
    if (out->parents && out->offsets) return 0;
    skeleton_free(out);
    return error_set(err, "out of memory for a skeleton of %zu joints", joints);
}

int skeleton_smpl(Skeleton *out, Error *err) {
    if (allocate(out, SMPL_JOINTS, err)) return -1;
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        out->parents[j] = smpl[j].parent;
        memcpy(out->offsets + 3 * j, smpl[j].offset, sizeof smpl[j].offset);
    }
    return 0;
}

int skeleton_smplh(Skeleton *out, Error *err) {
    if (allocate(out, SMPLH_JOINTS, err)) return -1;
    for (size_t j = 0; j < SMPLH_JOINTS; j++) {
        if (j < BODY_JOINTS) {
            out->parents[j] = smpl[j].parent;
            memcpy(out->offsets + 3 * j, smpl[j].offset, sizeof smpl[j].offset);
            continue;
        }
        size_t bone = (j - BODY_JOINTS) % (FINGERS * BONES),
               side = (j - BODY_JOINTS) / (FINGERS * BONES);
        out->parents[j] = bone % BONES ? (int)j - 1 : LEFT_WRIST + (int)side;
        for (size_t k = 0; k < 3; k++) {
            double mirror = side == 1 && k == 0 ? -1 : 1;
            out->offsets[3 * j + k] = mirror * finger_offsets[bone][k];
        }
    }
    return 0;
}

int skeletons_open(Skeletons *out, const char *path, Error *err) {
    *out = (Skeletons){0};
    if ((path && skeleton_read(path, &out->given, err)) || skeleton_smpl(&out->smpl, err) ||
        skeleton_smplh(&out->smplh, err)) {
        skeletons_free(out);
        return -1;
    }
    return 0;
}

void skeletons_free(Skeletons *s) {
    skeleton_free(&s->given);
    skeleton_free(&s->smpl);
    skeleton_free(&s->smplh);
}

int skeletons_find(const Skeletons *s, size_t joints, const Skeleton **out, Error *err) {
    *out = NULL;
    if (s->given.joints)
        *out = &s->given;
    else if (joints == SMPL_JOINTS)
        *out = &s->smpl;
    else if (joints == SMPLH_JOINTS)
        *out = &s->smplh;
    if (*out) return 0;
    return error_set(err,
                     "the motion has %zu joints; skeletons of %d (SMPL) and %d (SMPL-H) are built "
                     "in: give the body's own with --skeleton",
                     joints, SMPL_JOINTS, SMPLH_JOINTS);
}

static int from_tensors(const Tensors *set, Skeleton *out, Error *err) {
    Tensor *parents = tensors_need(set, "parents", err);
    Tensor *offsets = parents ? tensors_need(set, "offsets", err) : NULL;
    if (!parents || !offsets) return -1;
    char text[200];
    if (parents->rank != 1 || parents->shape[0] < 1 || parents->shape[0] > JOINTS_MAX ||
        parents->type != TENSOR_I64)
        return error_set(err, "`parents` must be whole numbers [J], 1 to %d joints, not %s",
                         JOINTS_MAX, tensor_shape_text(parents, text));
    size_t joints = parents->shape[0];
    if (offsets->rank != 2 || offsets->shape[0] != joints || offsets->shape[1] != 3)
        return error_set(err, "`offsets` must be [%zu, 3] as `parents` has %zu joints, not %s",
                         joints, joints, tensor_shape_text(offsets, text));
    if (tensor_convert(offsets, TENSOR_F64, err) || tensor_check_finite(offsets, err))
        return error_prefix(err, "`offsets`");
    for (size_t j = 0; j < joints; j++) {
        int64_t parent = tensor_i64(parents)[j];
        if (j == 0 ? parent != -1 : parent < 0 || parent >= (int64_t)j)
            return error_set(err,
                             "`parents`: joint %zu has parent %lld (joint 0 must be the only root, "
                             "-1, and parents come before children)",
                             j, (long long)parent);
    }
    if (allocate(out, joints, err)) return -1;
    for (size_t j = 0; j < joints; j++) out->parents[j] = (int)tensor_i64(parents)[j];
    memcpy(out->offsets, tensor_f64(offsets), 3 * joints * sizeof *out->offsets);
    return 0;
}

int skeleton_read(const char *path, Skeleton *out, Error *err) {
    *out = (Skeleton){0};
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    int status = from_tensors(&set, out, err);
    tensors_free(&set);
    return status ? error_prefix(err, path) : 0;
}

void skeleton_free(Skeleton *s) {
    free(s->parents);
    free(s->offsets);
    *s = (Skeleton){0};
}

int skeleton_choose(const char *path, Skeleton *out, Error *err) {
    return path ? skeleton_read(path, out, err) : skeleton_smpl(out, err);
}

void skeleton_rest_positions(const Skeleton *s, double *positions) {
    for (size_t j = 0; j < s->joints; j++)
        for (size_t k = 0; k < 3; k++)
            positions[3 * j + k] =
                s->offsets[3 * j + k] + (j ? positions[3 * (size_t)s->parents[j] + k] : 0);
}

void skeleton_global_rotations(const Skeleton *s, const double *local, double *global) {
    for (size_t j = 0; j < s->joints; j++) {
        if (s->parents[j] < 0)
            memcpy(global + 9 * j, local + 9 * j, 9 * sizeof *global);
        else
            rotation_multiply(global + 9 * s->parents[j], local + 9 * j, global + 9 * j);
    }
}
