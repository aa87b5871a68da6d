#include "lib/motion/joint_map.h"

#include <ctype.h>
#include <string.h>

#include "lib/formats/tensor_file.h"
#include "lib/motion/smpl_joint_names.h"

static const char *const short_names[SMPL_JOINTS] = {
    "root",      "lhip",      "rhip",   "belly",  "lknee",  "rknee",       "spine",       "lankle",
    "rankle",    "chest",     "ltoes",  "rtoes",  "neck",   "linshoulder", "rinshoulder", "head",
    "lshoulder", "rshoulder", "lelbow", "relbow", "lwrist", "rwrist",      "lhand",       "rhand",
};

/* Small letters and digits; "left" and "right" in front become l and r. */
static void plain_name(const char *name, size_t length, char out[32]) {
    size_t n = 0;
    for (size_t i = 0; i < length && name[i] && n < 31; i++)
        if (isalnum((unsigned char)name[i])) out[n++] = (char)tolower((unsigned char)name[i]);
    out[n] = '\0';
    size_t side = strncmp(out, "left", 4) == 0 ? 4 : strncmp(out, "right", 5) == 0 ? 5 : 0;
    if (side) memmove(out + 1, out + side, n - side + 1);
}

size_t joint_map_find(const char *name, size_t length) {
    char wanted[32], text[32], plain[32];
    plain_name(name, length, wanted);
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        smpl_joint_name(SMPL_JOINTS, j, text);
        plain_name(text, sizeof text, plain);
        if (strcmp(wanted, plain) == 0 || strcmp(wanted, short_names[j]) == 0) return j;
    }
    return SMPL_JOINTS;
}

static int from_tensors(const Tensors *set, JointNames *out, Error *err) {
    const Tensor *parents = tensors_need(set, "parents", err), *names = tensors_find(set, "names");
    char text[200];
    if (!parents) return -1;
    if (parents->rank != 1 || parents->shape[0] > JOINTS_MAX)
        return error_set(err, "`parents` must be [J], at most %d joints, not %s", JOINTS_MAX,
                         tensor_shape_text(parents, text));
    out->joints = parents->shape[0];
    for (size_t j = 0; j < SMPL_JOINTS; j++)
        out->joint_of[j] = !names && j < out->joints ? j : JOINTS_MAX;
    if (!names) return 0;
    if (names->type != TENSOR_BYTES || names->rank != 1 || names->shape[0] != out->joints)
        return error_set(err, "`names` must be %zu texts, one for each joint", out->joints);
    for (size_t i = 0; i < out->joints; i++) {
        size_t j =
            joint_map_find((const char *)names->data + i * names->item_size, names->item_size);
        if (j == SMPL_JOINTS) continue;
        if (out->joint_of[j] != JOINTS_MAX)
            return error_set(err, "`names`: joints %zu and %zu are both %s", out->joint_of[j], i,
                             smpl_joint_name(SMPL_JOINTS, j, text));
        out->joint_of[j] = i;
    }
    return 0;
}

int joint_map_read(const char *path, JointNames *out, Error *err) {
    *out = (JointNames){0};
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    int status = from_tensors(&set, out, err);
    tensors_free(&set);
    return status ? error_prefix(err, path) : 0;
}
