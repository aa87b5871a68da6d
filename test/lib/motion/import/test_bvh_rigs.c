/* BVH of rigs whose zero pose says nothing, of worlds that are not y up, of other programs' names
 * and rates. What comes out is compared with positions that the test has laid out by hand. */
#include <math.h>
#include <stdbool.h>

#include "lib/motion/euler.h"
#include "lib/motion/import/bvh_retarget.h"
#include "lib/motion/rotation.h"
#include "test/scratch.h"

enum { RIG = 20, FRAMES = 3, TEXT = 20000 };

static const char *const names[RIG] = {"Hips",          "LeftUpLeg",  "LeftLeg",      "LeftFoot",
                                       "LeftToe",       "RightUpLeg", "RightLeg",     "RightFoot",
                                       "RightToe",      "Spine",      "Neck",         "Head",
                                       "LeftShoulder",  "LeftArm",    "LeftForeArm",  "LeftHand",
                                       "RightShoulder", "RightArm",   "RightForeArm", "RightHand"};
static const int parents[RIG] = {-1, 0,  1, 2,  3,  0,  5, 6,  7,  0,
                                 9,  10, 9, 12, 13, 14, 9, 16, 17, 18};

/* A T-pose in centimetres, y up, facing z: from each joint's parent. */
static const double offsets[RIG][3] = {
    {0, 92, 0},  {10, -4, 0}, {0, -43, 0}, {0, -40, 0}, {0, -5, 14}, {-10, -4, 0}, {0, -43, 0},
    {0, -40, 0}, {0, -5, 14}, {0, 20, 0},  {0, 30, 0},  {0, 12, 0},  {5, 25, 0},   {12, 0, 0},
    {30, 0, 0},  {25, 0, 0},  {-5, 25, 0}, {-12, 0, 0}, {-30, 0, 0}, {-25, 0, 0}};

/* Rotations of three joints against the T-pose, and of the whole body, in the frames of the test.
 */
static void world_rotation(int frame, int joint, double r[9]) {
    memcpy(r, (const double[9]){1, 0, 0, 0, 1, 0, 0, 0, 1}, 9 * sizeof *r);
    if (frame == 2) euler_turn(r, 1, M_PI / 2);
    if (frame > 0 && (joint == 13 || joint == 14)) euler_turn(r, 1, -M_PI / 2); /* left arm ahead */
    if (frame > 0 && joint == 5) euler_turn(r, 0, -M_PI / 2); /* right thigh ahead */
}

static void true_positions(int frame, double p[RIG][3]) {
    for (int j = 0; j < RIG; j++) {
        double r[9], d[3];
        if (parents[j] < 0) {
            memcpy(p[j], offsets[j], sizeof p[j]);
            continue;
        }
        world_rotation(frame, parents[j], r);
        rotation_apply(r, offsets[j], d);
        for (int k = 0; k < 3; k++) p[j][k] = p[parents[j]][k] + d[k];
    }
}

/* The joint's own axes in its T-pose: where every bone lies along x, some with a twist. */
static void own_axes(int joint, bool heap, double r[9]) {
    static const double x[3] = {1, 0, 0};
    memcpy(r, (const double[9]){1, 0, 0, 0, 1, 0, 0, 0, 1}, 9 * sizeof *r);
    if (!heap) return;
    int child = joint == 0 ? 9 : joint == 9 ? 10 : joint + 1;
    const double *bone = child < RIG && parents[child] == joint ? offsets[child] : x;
    rotation_between(x, bone, r);
    euler_turn(r, 0, 0.7 * joint);
}

/* The file: zero pose and motion of the same positions, whatever the joints' own axes are. `world`
 * turns the motion alone. */
static size_t write_rig(char *text, bool heap, const double world[9]) {
    double axes[RIG][9];
    size_t n = (size_t)sprintf(text, "HIERARCHY\n");
    int open = -1;
    for (int j = 0; j < RIG; j++) {
        double back[9], offset[3];
        own_axes(j, heap, axes[j]);
        memcpy(offset, offsets[j], sizeof offset);
        if (j > 0) {
            rotation_transpose(axes[parents[j]], back);
            rotation_apply(back, offsets[j], offset);
        }
        for (; open != parents[j]; open = parents[open]) n += (size_t)sprintf(text + n, "}\n");
        n += (size_t)sprintf(text + n, "%s %s\n{\nOFFSET %.9g %.9g %.9g\nCHANNELS %s\n",
                             j ? "JOINT" : "ROOT", names[j], offset[0], offset[1], offset[2],
                             j ? "3 Zrotation Yrotation Xrotation"
                               : "6 Xposition Yposition Zposition Zrotation Yrotation Xrotation");
        open = j;
    }
    for (; open >= 0; open = parents[open]) n += (size_t)sprintf(text + n, "}\n");
    n += (size_t)sprintf(text + n, "MOTION\nFrames: %d\nFrame Time: 0.0333\n", FRAMES);
    for (int t = 0; t < FRAMES; t++) {
        double global[RIG][9], root[3];
        rotation_apply(world, offsets[0], root);
        n += (size_t)sprintf(text + n, "%.9g %.9g %.9g", root[0], root[1], root[2]);
        for (int j = 0; j < RIG; j++) {
            double r[9], turned[9], local[9], angles[3];
            world_rotation(t, j, r);
            rotation_multiply(world, r, turned);
            rotation_multiply(turned, axes[j], global[j]);
            memcpy(local, global[j], sizeof local);
            if (j > 0) rotation_relative(global[parents[j]], global[j], local);
            euler_from_rotation(local, (EulerOrder){{2, 1, 0}}, (const double[3]){0}, angles);
            for (int k = 0; k < 3; k++)
                n += (size_t)sprintf(text + n, " %.9g", angles[k] * 180 / M_PI);
        }
        n += (size_t)sprintf(text + n, "\n");
    }
    return n;
}

static double angle_between(const double *a, const double *b, const double *c, const double *d) {
    double u[3], v[3], uv = 0, uu = 0, vv = 0;
    for (int k = 0; k < 3; k++) {
        u[k] = b[k] - a[k];
        v[k] = d[k] - c[k];
        uv += u[k] * v[k];
        uu += u[k] * u[k];
        vv += v[k] * v[k];
    }
    return acos(fmin(1, uv / sqrt(uu * vv))) * 180 / M_PI;
}

/* Reads the file and compares limbs (half a degree) and the pelvis' height with the truth. */
static void comes_in_upright(const char *text, size_t size, const BvhOptions *options,
                             const char *noted) {
    static const int bones[][4] = {/* of the rig, and of SMPL */
                                   {1, 2, 1, 4},     {2, 3, 4, 7},     {5, 6, 2, 5},
                                   {6, 7, 5, 8},     {13, 14, 16, 18}, {14, 15, 18, 20},
                                   {17, 18, 17, 19}, {18, 19, 19, 21}};
    Error err, note;
    Bvh b;
    Motion m;
    Skeleton s;
    assert_done(bvh_parse(text, size, &b, &err), &err);
    assert_done(bvh_to_motion(&b, options, &m, &note, &err), &err);
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_true(m.fps == 30 && m.frames == FRAMES);
    if (!strstr(note.text, noted) || (!*noted && *note.text)) fail_msg("note: '%s'", note.text);
    double ours[FRAMES][SMPL_JOINTS][3], scale = 0;
    motion_joints(&m, &s, ours[0][0]);
    for (int j = 1; j <= 2; j++)
        for (int part = 0; part < 2; part++) {
            const double *o = s.offsets + 3 * (j + 3 * (part + 1));
            scale += sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2]) / (2 * 83);
        }
    for (int t = 0; t < FRAMES; t++) {
        double truth[RIG][3];
        true_positions(t, truth);
        assert_true(fabs(ours[t][0][1] - 92 * scale) < 1e-4);
        for (size_t i = 0; i < sizeof bones / sizeof *bones; i++) {
            const int *bone = bones[i];
            double angle =
                angle_between(truth[bone[0]], truth[bone[1]], ours[t][bone[2]], ours[t][bone[3]]);
            if (!(angle < 0.5)) fail_msg("frame %d, bone %zu: %g degrees off", t, i, angle);
        }
    }
    skeleton_free(&s);
    motion_free(&m);
    bvh_free(&b);
}

static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
static const double z_up[9] = {1, 0, 0, 0, 0, -1, 0, 1, 0}; /* (x, y, z) -> (x, -z, y) */

static void a_zero_pose_that_does_not_stand(void **state) {
    (void)state;
    char *text = malloc(TEXT);
    size_t size = write_rig(text, true, identity);
    comes_in_upright(text, size, NULL, "");
    size = write_rig(text, false, identity);
    comes_in_upright(text, size, NULL, "");
    free(text);
}

static void motion_that_is_z_up(void **state) {
    (void)state;
    char *text = malloc(TEXT);
    size_t size = write_rig(text, false, z_up);
    comes_in_upright(text, size, NULL, "taken as z up; --up");
    comes_in_upright(text, size, &(BvhOptions){.up = 3}, "");
    size = write_rig(text, true, z_up);
    comes_in_upright(text, size, NULL, "taken as z up");
    /* Facing -y is what z up with y ahead turned round would be. */
    comes_in_upright(text, size, &(BvhOptions){.up = 3, .forward = -2}, "");
    free(text);
}

static void a_short_frame_time_means_the_whole_rate(void **state) {
    (void)state;
    static const struct {
        const char *time;
        double fps;
    } cases[] = {{"0.0333", 30},   {"0.0167", 60},       {"0.00833", 120},  {"0.0417", 24},
                 {"0.033333", 30}, {"0.0083", 120},      {"0.04", 25},      {"0.02", 50},
                 {"0.05", 20},     {"0.0333667", 29.97}, {"0.008333", 120}, {"3.33e-2", 30},
                 {"0.011111", 90}, {"0.00416", 240},     {"0.01666", 60},   {"0.041708", 23.976}};
    char *text = malloc(TEXT), *copy = malloc(TEXT + 20);
    size_t size = write_rig(text, false, identity);
    text[size] = '\0';
    char *at = strstr(text, "0.0333\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        Bvh b;
        Motion m;
        int n = sprintf(copy, "%.*s%s%s", (int)(at - text), text, cases[i].time, at + 6);
        assert_done(bvh_parse(copy, (size_t)n, &b, &err), &err);
        assert_done(bvh_to_motion(&b, NULL, &m, NULL, &err), &err);
        if (!(fabs(m.fps - cases[i].fps) < 1e-3)) fail_msg("%s: %g", cases[i].time, m.fps);
        motion_free(&m);
        bvh_free(&b);
    }
    free(text);
    free(copy);
}

/* The 18 joints that every one of these programs has, in the order of `names` less the toes. */
static void more_programs_names_are_known(void **state) {
    (void)state;
    enum { FEW = 18 };
    static const char *const programs[][FEW] = {
        {"Hips", "LeftUpLeg.001", "LeftLeg.001", "LeftFoot.001", "RightUpLeg.001", "RightLeg.001",
         "RightFoot.001", "Spine.001", "Neck.001", "Head.001", "LeftShoulder.001", "LeftArm.001",
         "LeftForeArm.001", "LeftHand.001", "RightShoulder.001", "RightArm.001", "RightForeArm.001",
         "RightHand.001"}, /* Blender's copies */
        {"CC_Base_Hip", "CC_Base_L_Thigh", "CC_Base_L_Calf", "CC_Base_L_Foot", "CC_Base_R_Thigh",
         "CC_Base_R_Calf", "CC_Base_R_Foot", "CC_Base_Spine01", "CC_Base_NeckTwist01",
         "CC_Base_Head", "CC_Base_L_Clavicle", "CC_Base_L_Upperarm", "CC_Base_L_Forearm",
         "CC_Base_L_Hand", "CC_Base_R_Clavicle", "CC_Base_R_Upperarm", "CC_Base_R_Forearm",
         "CC_Base_R_Hand"}, /* Character Creator */
        {"hips_JNT", "l_upleg_JNT", "l_leg_JNT", "l_foot_JNT", "r_upleg_JNT", "r_leg_JNT",
         "r_foot_JNT", "spine_JNT", "neck_JNT", "head_JNT", "l_shoulder_JNT", "l_arm_JNT",
         "l_forearm_JNT", "l_hand_JNT", "r_shoulder_JNT", "r_arm_JNT", "r_forearm_JNT",
         "r_hand_JNT"}, /* DeepMotion */
        {"root", "upperleg01.L", "lowerleg01.L", "foot.L", "upperleg01.R", "lowerleg01.R", "foot.R",
         "spine05", "neck01", "head", "clavicle.L", "upperarm01.L", "lowerarm01.L", "wrist.L",
         "clavicle.R", "upperarm01.R", "lowerarm01.R", "wrist.R"}, /* MakeHuman */
        {"Robot_Hips", "Robot_LeftUpLeg", "Robot_LeftLeg", "Robot_LeftFoot", "Robot_RightUpLeg",
         "Robot_RightLeg", "Robot_RightFoot", "Robot_Spine", "Robot_Neck", "Robot_Head",
         "Robot_LeftShoulder", "Robot_LeftArm", "Robot_LeftForeArm", "Robot_LeftHand",
         "Robot_RightShoulder", "Robot_RightArm", "Robot_RightForeArm",
         "Robot_RightHand"}, /* Perception Neuron */
        {"mPelvis", "mHipLeft", "mKneeLeft", "mAnkleLeft", "mHipRight", "mKneeRight", "mAnkleRight",
         "mTorso", "mNeck", "mHead", "mCollarLeft", "mShoulderLeft", "mElbowLeft", "mWristLeft",
         "mCollarRight", "mShoulderRight", "mElbowRight", "mWristRight"}, /* Second Life */
        {"hip", "lThighBend", "lShin", "lFoot", "rThighBend", "rShin", "rFoot", "abdomenLower",
         "neckLower", "head", "lCollar", "lShldrBend", "lForearmBend", "lHand", "rCollar",
         "rShldrBend", "rForearmBend", "rHand"}, /* Daz Genesis 8 */
        {"Skeleton 001_Hip", "Skeleton 001_LThigh", "Skeleton 001_LShin", "Skeleton 001_LFoot",
         "Skeleton 001_RThigh", "Skeleton 001_RShin", "Skeleton 001_RFoot", "Skeleton 001_Ab",
         "Skeleton 001_Neck", "Skeleton 001_Head", "Skeleton 001_LShoulder", "Skeleton 001_LUArm",
         "Skeleton 001_LFArm", "Skeleton 001_LHand", "Skeleton 001_RShoulder", "Skeleton 001_RUArm",
         "Skeleton 001_RFArm", "Skeleton 001_RHand"}, /* OptiTrack Motive */
        {"b_root", "b_l_upleg", "b_l_leg", "b_l_foot", "b_r_upleg", "b_r_leg", "b_r_foot",
         "b_spine0", "b_neck0", "b_head", "b_l_shoulder", "b_l_arm", "b_l_forearm", "b_l_wrist",
         "b_r_shoulder", "b_r_arm", "b_r_forearm", "b_r_wrist"}, /* GENEA */
        {"Hip", "LThigh", "LShin", "LFoot", "RThigh", "RShin", "RFoot", "LowerSpine", "Neck",
         "Head", "LClavicle", "LShoulder", "LForearm", "LHand", "RClavicle", "RShoulder",
         "RForearm", "RHand"}, /* iPi */
        {"pelvis", "thigh_l", "calf_l", "foot_l", "thigh_r", "calf_r", "foot_r", "spine_01",
         "neck_01", "head", "clavicle_l", "upperarm_l", "lowerarm_l", "hand_l", "clavicle_r",
         "upperarm_r", "lowerarm_r", "hand_r"}, /* Unreal */
        {"Root_M", "Hip_L", "Knee_L", "Ankle_L", "Hip_R", "Knee_R", "Ankle_R", "Spine1_M", "Neck_M",
         "Head_M", "Scapula_L", "Shoulder_L", "Elbow_L", "Wrist_L", "Scapula_R", "Shoulder_R",
         "Elbow_R", "Wrist_R"}, /* Advanced Skeleton */
    };
    static const int tree[FEW] = {-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 7, 10, 11, 12, 7, 14, 15, 16};
    static const int expected[SMPL_JOINTS] = {0, 1,  4,  -1, 2,  5,  -1, 3,  6,  7,  -1, -1,
                                              8, 10, 14, 9,  11, 15, 12, 16, 13, 17, -1, -1};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        Error err;
        Bvh b = {.joints = FEW, .joint = calloc(FEW, sizeof *b.joint)};
        int match[SMPL_JOINTS];
        for (size_t j = 0; j < FEW; j++) {
            snprintf(b.joint[j].name, BVH_NAME, "%s", programs[i][j]);
            b.joint[j].parent = tree[j];
        }
        if (bvh_match(&b, NULL, match, &err)) fail_msg("%s: %s", programs[i][1], err.text);
        for (int j = 0; j < SMPL_JOINTS; j++)
            if (match[j] != expected[j])
                fail_msg("%s...: joint %d: %d, not %d", programs[i][1], j, match[j], expected[j]);
        free(b.joint);
    }
}

static void names_from_a_file(void **state) {
    (void)state;
    static const char list[] =
        "# ours\nL_Hip  upper left leg \r\n\nleft_knee\tk1 # not the other\n";
    Error err;
    BvhNames n;
    assert_done(bvh_names_read(scratch_write("names", list, sizeof list - 1), &n, &err), &err);
    assert_string_equal(n.names[1], "upper left leg");
    assert_string_equal(n.names[4], "k1");
    assert_null(n.names[0]);
    bvh_names_free(&n);
    assert_failed(bvh_names_read(scratch_write("names", "L_Hip\n", 6), &n, &err), &err, "line 1");
    assert_failed(bvh_names_read(scratch_write("names", "\nnose x", 7), &n, &err), &err,
                  "line 2: SMPL has no joint 'nose'");
    char *text = malloc(TEXT);
    size_t size = write_rig(text, false, identity);
    const char *given[BVH_NAMES] = {[18] = "LeftHand", [20] = "LeftHand"};
    Bvh b;
    Motion m;
    assert_done(bvh_parse(text, size, &b, &err), &err);
    assert_failed(bvh_to_motion(&b, &(BvhOptions){.names = given}, &m, NULL, &err), &err,
                  "does not hang below");
    given[18] = "LeftBeak";
    assert_failed(bvh_to_motion(&b, &(BvhOptions){.names = given}, &m, NULL, &err), &err,
                  "no joint is called 'LeftBeak'");
    bvh_free(&b);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zero_pose_that_does_not_stand),
        cmocka_unit_test(motion_that_is_z_up),
        cmocka_unit_test(a_short_frame_time_means_the_whole_rate),
        cmocka_unit_test(more_programs_names_are_known),
        cmocka_unit_test(names_from_a_file),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
