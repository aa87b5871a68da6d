#include "demo/pose.h"

#include <math.h>

#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

enum {
    PELVIS = 0,
    HIP = 1,
    SPINE1 = 3,
    KNEE = 4,
    SPINE2 = 6,
    ANKLE = 7,
    SPINE3 = 9,
    BALL = 10,
    NECK = 12,
    COLLAR = 13,
    SKULL = 15,
    SHOULDER = 16,
    ELBOW = 18,
    WRIST = 20
}; /* SMPL's joints; of a pair the left one, the right one follows */

static const double STANDING = 0.91; /* height of the pelvis, knees a little bent */
static const double BALL_HEIGHT = 0.02; /* of the foot's joint when it stands on the floor */
static const double STRETCH = 0.975; /* of the leg at most */

static void about(int axis, double angle, double r[9]) {
    double v[3] = {0};
    v[axis] = angle;
    rotation_from_axis_angle(v, r);
}

/* R_y(y) R_x(x) R_z(z) */
static void from_angles(double y, double x, double z, double r[9]) {
    double a[9], b[9], c[9];
    about(1, y, a);
    about(0, x, b);
    rotation_multiply(a, b, c);
    about(2, z, b);
    rotation_multiply(c, b, r);
}

/* v less its part along the unit vector u, scaled to length 1. */
static void across(const double v[3], const double u[3], double out[3]) {
    vec3_reject(v, u, out);
    vec3_normalise(out);
}

/* Columns: direction of a bone, the hinge's axis made orthogonal to it, and their cross product. */
static void bone_frame(const double bone[3], const double axis[3], double r[9]) {
    double length = vec3_norm(bone), e[3][3];
    for (int i = 0; i < 3; i++) e[0][i] = bone[i] / length;
    across(axis, e[0], e[1]);
    vec3_cross(e[0], e[1], e[2]);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) r[3 * i + k] = e[k][i];
}

/* The rotation that brings a rest bone, hinging about x, to `bone`, hinging about `axis`. */
static void bone_rotation(const double rest[3], const double bone[3], const double axis[3],
                          double r[9]) {
    const double x[3] = {1, 0, 0};
    double from[9], to[9], back[9];
    bone_frame(rest, x, from);
    bone_frame(bone, axis, to);
    rotation_transpose(from, back);
    rotation_multiply(to, back, r);
}

/* Where a foot is in the world. */
typedef struct {
    double ankle[3], rotation[9], forward[3];
} Footing;

static void place_foot(const Foot *f, const double rest_ball[3], Footing *out) {
    double turn[9], offset[3];
    const double forward[3] = {0, 0, 1};
    from_angles(f->yaw, 0, 0, turn);
    rotation_apply(turn, forward, out->forward);
    from_angles(f->yaw, f->heel, 0, out->rotation);
    rotation_apply(out->rotation, rest_ball, offset);
    out->ankle[0] = f->x - offset[0];
    out->ankle[1] = BALL_HEIGHT + f->lift - offset[1];
    out->ankle[2] = f->z - offset[2];
}

/* The smaller of two numbers, without a corner. */
static double soft_minimum(double a, double b) {
    const double sharpness = 40.0;
    double low = fmin(a, b), high = fmax(a, b);
    return low - log1p(exp(-sharpness * (high - low))) / sharpness;
}

static void set_leg(int side, const Footing *foot, const double pelvis[3],
                    const double pelvis_rotation[9], const Skeleton *smpl,
                    double rotations[SMPL_JOINTS][9]) {
    const double *thigh = smpl->offsets + 3 * (KNEE + side),
                 *shin = smpl->offsets + 3 * (ANKLE + side);
    double hip[3], line[3], fore[3], axis[3], upper[3], lower[3];
    rotation_apply(pelvis_rotation, smpl->offsets + 3 * (HIP + side), hip);
    for (int i = 0; i < 3; i++) line[i] = foot->ankle[i] - pelvis[i] - hip[i];
    double a = vec3_norm(thigh), b = vec3_norm(shin), distance = vec3_norm(line);
    for (int i = 0; i < 3; i++) line[i] /= distance;
    distance = fmax(fmin(distance, 0.9995 * (a + b)), 0.3);
    double along = (a * a - b * b + distance * distance) / (2 * distance),
           aside = sqrt(fmax(a * a - along * along, 0.0));
    across(foot->forward, line, fore);
    vec3_cross(fore, line, axis);
    for (int i = 0; i < 3; i++) {
        upper[i] = along * line[i] + aside * fore[i];
        lower[i] = distance * line[i] - upper[i];
    }
    double thigh_rotation[9], shin_rotation[9];
    bone_rotation(thigh, upper, axis, thigh_rotation);
    bone_rotation(shin, lower, axis, shin_rotation);
    rotation_relative(pelvis_rotation, thigh_rotation, rotations[HIP + side]);
    rotation_relative(thigh_rotation, shin_rotation, rotations[KNEE + side]);
    rotation_relative(shin_rotation, foot->rotation, rotations[ANKLE + side]);
}

/* Shoulders rise with arms that are raised, and come forward with arms that reach. */
static void set_arm(int side, const Arm *arm, double rotations[SMPL_JOINTS][9]) {
    const double sign = side == LEFT ? 1.0 : -1.0;
    const double shrug = 0.25 * fmax(arm->raise - 0.9, 0.0), reach = 0.15 * arm->forward;
    double swing[9], raise[9], twist[9], both[9];
    about(0, -arm->forward, swing);
    about(2, -sign * (M_PI / 2 - arm->raise + shrug), raise);
    about(0, arm->twist, twist);
    rotation_multiply(swing, raise, both);
    rotation_multiply(both, twist, rotations[SHOULDER + side]);
    from_angles(-sign * reach, 0, sign * shrug, rotations[COLLAR + side]);
    about(1, -sign * arm->elbow, rotations[ELBOW + side]);
    about(2, sign * arm->wrist, rotations[WRIST + side]);
}

static void set_spine(const Segment *spine, double rotations[SMPL_JOINTS][9]) {
    const int joints[] = {SPINE1, SPINE2, SPINE3};
    for (int i = 0; i < 3; i++)
        from_angles(spine[i].turn, spine[i].bend, -spine[i].lean, rotations[joints[i]]);
    const Segment *head = &spine[HEAD];
    from_angles(head->turn / 2, head->bend / 2, -head->lean / 2, rotations[NECK]);
    from_angles(head->turn / 2, head->bend / 2, -head->lean / 2, rotations[SKULL]);
}

static void pelvis_rotation(const Pose *p, double r[9]) {
    from_angles(p->heading + p->yaw, p->pitch, p->roll, r);
}

double pose_reach(const Pose *p, const Skeleton *smpl) {
    double rotation[9], height = p->y;
    pelvis_rotation(p, rotation);
    for (int side = 0; side < SIDES; side++) {
        const double *thigh = smpl->offsets + 3 * (KNEE + side);
        const double *shin = smpl->offsets + 3 * (ANKLE + side);
        const double reach = STRETCH * (vec3_norm(thigh) + vec3_norm(shin));
        Footing foot;
        double hip[3];
        place_foot(&p->foot[side], smpl->offsets + 3 * (BALL + side), &foot);
        rotation_apply(rotation, smpl->offsets + 3 * (HIP + side), hip);
        const double dx = foot.ankle[0] - p->x - hip[0], dz = foot.ankle[2] - p->z - hip[2];
        const double up = sqrt(fmax(reach * reach - dx * dx - dz * dz, 0.05));
        height = soft_minimum(height, foot.ankle[1] + up - hip[1] - STANDING);
    }
    return height;
}

void pose_to_body(const Pose *p, const Skeleton *smpl, double translation[3],
                  double rotations[SMPL_JOINTS][9]) {
    const double pelvis[3] = {p->x, STANDING + pose_reach(p, smpl), p->z};
    for (int j = 0; j < SMPL_JOINTS; j++) about(0, 0, rotations[j]);
    pelvis_rotation(p, rotations[PELVIS]);
    for (int side = 0; side < SIDES; side++) {
        Footing foot;
        place_foot(&p->foot[side], smpl->offsets + 3 * (BALL + side), &foot);
        set_leg(side, &foot, pelvis, rotations[PELVIS], smpl, rotations);
        set_arm(side, &p->arm[side], rotations);
    }
    set_spine(p->spine, rotations);
    for (int i = 0; i < 3; i++) translation[i] = pelvis[i] - smpl->offsets[i];
}
