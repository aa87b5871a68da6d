/* BVH: a file worked out by hand, bodies of other programs, damaged and hostile files. */
#include <math.h>

#include "lib/motion/import/bvh_retarget.h"
#include "test/scratch.h"

static const char small[] =
    "HIERARCHY\nROOT hip bone\n{\n OFFSET 1 2 3\n CHANNELS 6 Xposition Yposition Zposition "
    "Zrotation Xrotation Yrotation\n"
    " JOINT a {\n OFFSET 0 1 0\n CHANNELS 1 Xrotation\n End Site { OFFSET 0 1 0 } }\n}\n"
    "MOTION\r\nFrames: 2\r\nFrame Time: 0.0083333\r\n10 20 30 90 0 0 -90\n1e1 2.5e1 -3 0 90 90 0";

static void a_file_is_read_as_it_is(void **state) {
    (void)state;
    Error err;
    Bvh b;
    assert_done(bvh_parse(small, sizeof small - 1, &b, &err), &err);
    assert_true(b.joints == 2 && b.columns == 7 && b.frames == 2);
    assert_string_equal(b.joint[0].name, "hip bone");
    assert_int_equal(b.joint[1].parent, 0);
    double r[18], p[6];
    bvh_frame(&b, 0, r, p);
    const double z90[9] = {0, -1, 0, 1, 0, 0, 0, 0, 1}, x_90[9] = {1, 0, 0, 0, 0, 1, 0, -1, 0};
    for (int i = 0; i < 9; i++)
        assert_true(fabs(r[i] - z90[i]) < 1e-15 && fabs(r[9 + i] - x_90[i]) < 1e-15);
    assert_true(p[0] == 10 && p[1] == 20 && p[2] == 30 &&
                p[4] == 1); /* channels in place of the root's offset */
    bvh_frame(&b, 1, r, p);
    const double x90y90[9] = {0, 0, 1, 1, 0, 0, 0, 1, 0}; /* Rx(90) Ry(90) */
    for (int i = 0; i < 9; i++) assert_true(fabs(r[i] - x90y90[i]) < 1e-15);
    assert_true(p[1] == 25);
    bvh_free(&b);
}

static void refused(const char *text, size_t size, const char *part) {
    Error err;
    Bvh b;
    char *copy = malloc(size + 1); /* of its own, so that reading past its end is seen */
    memcpy(copy, text, size);
    copy[size] = '\0';
    assert_failed(bvh_parse(copy, size, &b, &err), &err, part);
    assert_true(!b.joint && !b.values);
    free(copy);
}

/* A copy of `small` with one text in another's place. */
static void refused_with(const char *from, const char *to, const char *part) {
    char text[1000];
    const char *at = strstr(small, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - small), small, to, at + strlen(from));
    refused(text, strlen(text), part);
}

static void damaged_files_are_refused(void **state) {
    (void)state;
    refused("", 0, "HIERARCHY");
    for (size_t n = 1; n + 1 < sizeof small; n++) {
        Error err;
        Bvh b;
        char *copy = malloc(n + 1);
        memcpy(copy, small, n);
        copy[n] = '\0';
        assert_int_equal(bvh_parse(copy, n, &b, &err), -1);
        free(copy);
    }
    refused_with("Frames: 2", "Frames: 2000000000", "do not fit");
    refused_with("Frames: 2", "Frames: 99999999999999999999", "too many");
    refused_with("Frames: 2", "Frames: -1", "whole number");
    refused_with("Frames: 2", "Frames: 0", "no frames");
    refused_with("Frames: 2", "Frames: 1", "line 15: '1e1' where the end of the file");
    refused_with("Frames: 2", "Frames: 3", "frame 2 of 3: line 15: the file ends");
    refused_with("0.0083333", "0", "above 0");
    refused_with("10 20", "nan 20", "'nan' where a number");
    refused_with("10 20", "1e999 20", "'1e999' where a number");
    refused_with("10 20", "0x10 20", "'0x10' where a number");
    refused_with("10 20", "1-2 20", "'1-2' where a number");
    refused_with("CHANNELS 6", "CHANNELS 7", "7 is too many");
    refused_with("Yposition", "Xposition", "Xposition twice");
    refused_with("Zrotation", "Wrotation", "'Wrotation' where a channel");
    refused_with(" JOINT a {", " ROOT a {", "'ROOT' where");
    refused_with("MOTION", "ROOT b", "more than one body");
    refused_with("CHANNELS 1 Xrotation", "CHANNELS 1 Xrotation CHANNELS 1 Xrotation",
                 "a second time");
}

static void depth_and_numbers_of_joints_are_bounded(void **state) {
    (void)state;
    size_t n = 200000, size = 0;
    char *text = malloc(40 * n);
    size += (size_t)sprintf(text, "HIERARCHY ROOT r { OFFSET 0 0 0 CHANNELS 1 Xrotation ");
    for (size_t i = 0; i < n; i++) size += (size_t)sprintf(text + size, "JOINT\n{ OFFSET 0 0 0 ");
    refused(text, size, "more than 1024 joints");
    free(text);
}

/* --- bodies --- */

typedef struct {
    const char *name;
    int parent; /* -1: root */
    double x, y, z;
} Rig;

/* A BVH file of one frame whose joints all have ZXY rotations, given per joint where not 0. */
static char *rig_file(const Rig *rig, size_t count, const double root[3],
                      const double (*turns)[3]) {
    char *text = malloc(20000 + 400 * count);
    size_t size = (size_t)sprintf(text, "HIERARCHY\n");
    int open = -1;
    for (size_t i = 0; i < count; i++) {
        for (; open != rig[i].parent; open = rig[open].parent)
            size += (size_t)sprintf(text + size, "}\n");
        size += (size_t)sprintf(
            text + size, "%s %s\n{\nOFFSET %g %g %g\nCHANNELS %sZrotation Xrotation Yrotation\n",
            i ? "JOINT" : "ROOT", rig[i].name, rig[i].x, rig[i].y, rig[i].z,
            i ? "3 " : "6 Xposition Yposition Zposition ");
        open = (int)i;
    }
    for (; open >= 0; open = rig[open].parent) size += (size_t)sprintf(text + size, "}\n");
    size += (size_t)sprintf(text + size, "MOTION\nFrames: 1\nFrame Time: 0.0333333\n%g %g %g",
                            root[0], root[1], root[2]);
    for (size_t i = 0; i < count; i++)
        size += (size_t)sprintf(text + size, " %g %g %g", turns[i][0], turns[i][1], turns[i][2]);
    return text;
}

/* Mixamo's names, centimetres, z up and facing -y, arms 45 degrees down, two spines too many. */
enum { RIG = 25 };
static const Rig a_pose[RIG] = {
    {"mixamorig:Hips", -1, 0, 0, 100},
    {"mixamorig:LeftUpLeg", 0, 10, 0, -5},
    {"mixamorig:LeftLeg", 1, 0, 0, -50},
    {"mixamorig:LeftFoot", 2, 0, 0, -40},
    {"mixamorig:LeftToeBase", 3, 0, -12, -5},
    {"mixamorig:RightUpLeg", 0, -10, 0, -5},
    {"mixamorig:RightLeg", 5, 0, 0, -50},
    {"mixamorig:RightFoot", 6, 0, 0, -40},
    {"mixamorig:RightToeBase", 7, 0, -12, -5},
    {"mixamorig:Spine", 0, 0, 0, 10},
    {"mixamorig:Spine1", 9, 0, 0, 10},
    {"mixamorig:Spine2", 10, 0, 0, 10},
    {"mixamorig:Spine3", 11, 0, 0, 10},
    {"mixamorig:Spine4", 12, 0, 0, 10},
    {"mixamorig:Neck", 13, 0, 0, 10},
    {"mixamorig:Head", 14, 0, 0, 10},
    {"mixamorig:LeftShoulder", 13, 5, 0, 5},
    {"mixamorig:LeftArm", 16, 10, 0, 0},
    {"mixamorig:LeftForeArm", 17, 20, 0, -20},
    {"mixamorig:LeftHand", 18, 20, 0, -20},
    {"mixamorig:RightShoulder", 13, -5, 0, 5},
    {"mixamorig:RightArm", 20, -10, 0, 0},
    {"mixamorig:RightForeArm", 21, -20, 0, -20},
    {"mixamorig:RightHand", 22, -20, 0, -20},
    {"mixamorig:RightHandThumb1", 23, -2, 0, 0},
};

static void direction(const double *positions, int from, int to, double d[3]) {
    double n = 0;
    for (int k = 0; k < 3; k++)
        d[k] = positions[3 * to + k] - positions[3 * from + k], n += d[k] * d[k];
    for (int k = 0; k < 3; k++) d[k] /= sqrt(n);
}

static void assert_direction(const double *positions, int from, int to, double x, double y,
                             double z) {
    double d[3];
    direction(positions, from, to, d);
    if (!(fabs(d[0] - x) < 1e-5 && fabs(d[1] - y) < 1e-5 && fabs(d[2] - z) < 1e-5))
        fail_msg("joint %d to %d: %g %g %g, not %g %g %g", from, to, d[0], d[1], d[2], x, y, z);
}

static void pose(const double root[3], const double (*turns)[3], double *positions, double *feet) {
    Error err;
    Bvh b;
    Motion m;
    Skeleton s;
    char *text = rig_file(a_pose, RIG, root, turns);
    assert_done(bvh_parse(text, strlen(text), &b, &err), &err);
    assert_done(bvh_to_motion(&b, NULL, &m, NULL, &err), &err);
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_true(m.frames == 1 && m.joints == 24 && m.fps == 30);
    motion_joints(&m, &s, positions);
    double leg = 0;
    for (int j = 4; j <= 8; j += 3)
        leg += sqrt(pow(s.offsets[3 * j], 2) + pow(s.offsets[3 * j + 1], 2) +
                    pow(s.offsets[3 * j + 2], 2)) /
               2;
    for (int j = 5; j <= 8; j += 3)
        leg += sqrt(pow(s.offsets[3 * j], 2) + pow(s.offsets[3 * j + 1], 2) +
                    pow(s.offsets[3 * j + 2], 2)) /
               2;
    *feet = leg / 90; /* metres per unit: SMPL's legs over the rig's */
    skeleton_free(&s);
    motion_free(&m);
    bvh_free(&b);
    free(text);
}

static void another_rest_pose_points_where_it_pointed(void **state) {
    (void)state;
    double positions[72], turns[RIG][3] = {{0}}, scale;
    const double root[3] = {30, -20, 100}, diagonal = sqrt(0.5);
    pose(root, (const double(*)[3])turns, positions, &scale);
    assert_true(fabs(positions[0] - 30 * scale) < 1e-6 && fabs(positions[1] - 100 * scale) < 1e-6 &&
                fabs(positions[2] - 20 * scale) < 1e-6);
    assert_direction(positions, 1, 4, 0, -1, 0);
    assert_direction(positions, 16, 18, diagonal, -diagonal, 0);
    assert_direction(positions, 18, 20, diagonal, -diagonal, 0);
    assert_direction(positions, 19, 21, -diagonal, -diagonal, 0);
    turns[17][1] = -90; /* left arm: (1, 0, -1) about -x by a quarter turn: (1, -1, 0), that is
                           ahead; ours: (1, 0, 1) */
    turns[2][1] = 90; /* left shin backwards: (0, 0, -1) -> (0, 1, 0); ours (0, 0, -1) */
    turns[9][0] = 90; /* the body above it turns about the upright axis: +x becomes +y, ours -z */
    turns[22][0] = 0;
    pose(root, (const double(*)[3])turns, positions, &scale);
    assert_direction(positions, 4, 7, 0, 0, -1);
    assert_direction(positions, 16, 18, diagonal, 0,
                     -diagonal); /* (1, -1, 0) turned: (1, 1, 0); ours (1, 0, -1) */
    assert_direction(positions, 19, 21, 0, -diagonal,
                     diagonal); /* (-1, 0, -1) turned: (0, -1, -1); ours (0, -1, 1) */
}

static void names_are_found(const char *const *names, const int *parents, size_t count,
                            const int *expected) {
    Error err;
    Bvh b = {.joints = count, .joint = calloc(count, sizeof *b.joint)};
    int match[SMPL_JOINTS];
    for (size_t i = 0; i < count; i++) {
        snprintf(b.joint[i].name, sizeof b.joint[i].name, "%s", names[i]);
        b.joint[i].parent = parents[i];
    }
    assert_done(bvh_match(&b, NULL, match, &err), &err);
    for (int j = 0; j < SMPL_JOINTS; j++)
        if (match[j] != expected[j])
            fail_msg("%s...: joint %d: %d, not %d", names[1], j, match[j], expected[j]);
    free(b.joint);
}

/* One tree under the names that five kinds of programs give it: legs, spine of three, neck, head,
 * arms. */
static void names_of_many_programs_are_known(void **state) {
    (void)state;
    static const int parents[] = {-1, 0,  1,  2,  3,  0,  5,  6,  7,  0,  9,
                                  10, 11, 12, 11, 14, 15, 16, 11, 18, 19, 20};
    static const int expected[SMPL_JOINTS] = {0,  1,  5,  9,  2,  6,  10, 3,  7,  11, 4,  8,
                                              12, 14, 18, 13, 15, 19, 16, 20, 17, 21, -1, -1};
    static const char *const names[][22] = {
        {"Hips",          "LeftUpLeg", "LeftLeg",      "LeftFoot", "LeftToe",     "RightUpLeg",
         "RightLeg",      "RightFoot", "RightToe",     "Spine",    "Spine1",      "Spine2",
         "Neck",          "Head",      "LeftShoulder", "LeftArm",  "LeftForeArm", "LeftHand",
         "RightShoulder", "RightArm",  "RightForeArm", "RightHand"},
        {"m_avg_Pelvis",     "m_avg_L_Hip",   "m_avg_L_Knee",  "m_avg_L_Ankle",  "m_avg_L_Foot",
         "m_avg_R_Hip",      "m_avg_R_Knee",  "m_avg_R_Ankle", "m_avg_R_Foot",   "m_avg_Spine1",
         "m_avg_Spine2",     "m_avg_Spine3",  "m_avg_Neck",    "m_avg_Head",     "m_avg_L_Collar",
         "m_avg_L_Shoulder", "m_avg_L_Elbow", "m_avg_L_Wrist", "m_avg_R_Collar", "m_avg_R_Shoulder",
         "m_avg_R_Elbow",    "m_avg_R_Wrist"},
        {"root",      "lfemur",   "ltibia",    "lfoot",     "ltoes",     "rfemur",
         "rtibia",    "rfoot",    "rtoes",     "lowerback", "upperback", "thorax",
         "lowerneck", "head",     "lclavicle", "lhumerus",  "lradius",   "lwrist",
         "rclavicle", "rhumerus", "rradius",   "rwrist"},
        {"spine",      "thigh.L",     "shin.L",     "foot.L",      "toe.L",     "thigh.R",
         "shin.R",     "foot.R",      "toe.R",      "spine.001",   "spine.002", "spine.003",
         "spine.004",  "spine.006",   "shoulder.L", "upper_arm.L", "forearm.L", "hand.L",
         "shoulder.R", "upper_arm.R", "forearm.R",  "hand.R"},
        {"Bip01 Pelvis",    "Bip01 L Thigh", "Bip01 L Calf",     "Bip01 L Foot",
         "Bip01 L Toe0",    "Bip01 R Thigh", "Bip01 R Calf",     "Bip01 R Foot",
         "Bip01 R Toe0",    "Bip01 Spine",   "Bip01 Spine1",     "Bip01 Spine2",
         "Bip01 Neck",      "Bip01 Head",    "Bip01 L Clavicle", "Bip01 L UpperArm",
         "Bip01 L Forearm", "Bip01 L Hand",  "Bip01 R Clavicle", "Bip01 R UpperArm",
         "Bip01 R Forearm", "Bip01 R Hand"},
        {"hip",      "lThigh",  "lShin",    "lFoot",  "lToe",     "rThigh", "rShin",   "rFoot",
         "rToe",     "abdomen", "abdomen2", "chest",  "neck",     "head",   "lCollar", "lShldr",
         "lForeArm", "lHand",   "rCollar",  "rShldr", "rForeArm", "rHand"},
        {"J_Bip_C_Hips",     "J_Bip_L_UpperLeg", "J_Bip_L_LowerLeg", "J_Bip_L_Foot",
         "J_Bip_L_Toes",     "J_Bip_R_UpperLeg", "J_Bip_R_LowerLeg", "J_Bip_R_Foot",
         "J_Bip_R_Toes",     "J_Bip_C_Spine",    "J_Bip_C_Chest",    "J_Bip_C_UpperChest",
         "J_Bip_C_Neck",     "J_Bip_C_Head",     "J_Bip_L_Shoulder", "J_Bip_L_UpperArm",
         "J_Bip_L_LowerArm", "J_Bip_L_Hand",     "J_Bip_R_Shoulder", "J_Bip_R_UpperArm",
         "J_Bip_R_LowerArm", "J_Bip_R_Hand"},
        {"Hips",        "LeftHip",       "LeftKnee",   "LeftAnkle",    "LeftToe",   "RightHip",
         "RightKnee",   "RightAnkle",    "RightToe",   "Chest",        "Chest2",    "Chest3",
         "Neck",        "Head",          "LeftCollar", "LeftShoulder", "LeftElbow", "LeftWrist",
         "RightCollar", "RightShoulder", "RightElbow", "RightWrist"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        names_are_found(names[i], parents, 22, expected);
    /* The pelvis may be below others, a spine may be short, and feet, collars and the neck may be
     * missing. */
    static const char *const few[] = {
        "Reference",   "Hips",     "LHipJoint", "LeftUpLeg",    "LeftLeg",  "LeftFoot", "RHipJoint",
        "RightUpLeg",  "RightLeg", "RightFoot", "LowerBack",    "Spine",    "Head",     "LeftArm",
        "LeftForeArm", "LeftHand", "RightArm",  "RightForeArm", "RightHand"};
    static const int few_parents[] = {-1, 0,  1,  2,  3,  4,  1,  6,  7, 8,
                                      1,  10, 11, 11, 13, 14, 11, 16, 17};
    static const int few_expected[SMPL_JOINTS] = {1,  3,  7,  10, 4,  8,  -1, 5,  9,  11, -1, -1,
                                                  -1, -1, -1, 12, 13, 16, 14, 17, 15, 18, -1, -1};
    names_are_found(few, few_parents, 19, few_expected);
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    Error err;
    Bvh b;
    Motion m;
    assert_done(bvh_parse(small, sizeof small - 1, &b, &err), &err);
    assert_failed(bvh_to_motion(&b, NULL, &m, NULL, &err), &err, "left hip, right hip, left knee");
    assert_null(m.data);
    bvh_free(&b);
    Rig rig[RIG];
    double turns[RIG][3] = {{0}};
    const double root[3] = {0, 0, 0};
    memcpy(rig, a_pose, sizeof rig);
    rig[2].name = "shank";
    char *text = rig_file(rig, RIG, root, (const double(*)[3])turns);
    assert_done(bvh_parse(text, strlen(text), &b, &err), &err);
    assert_failed(bvh_to_motion(&b, NULL, &m, NULL, &err), &err, "no joint for left knee (");
    bvh_free(&b);
    free(text);
    memcpy(rig, a_pose, sizeof rig);
    for (size_t i = 0; i < RIG; i++) rig[i].x = 0; /* no width */
    text = rig_file(rig, RIG, root, (const double(*)[3])turns);
    assert_done(bvh_parse(text, strlen(text), &b, &err), &err);
    assert_failed(bvh_to_motion(&b, NULL, &m, NULL, &err), &err, "no width");
    bvh_free(&b);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_as_it_is),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(depth_and_numbers_of_joints_are_bounded),
        cmocka_unit_test(another_rest_pose_points_where_it_pointed),
        cmocka_unit_test(names_of_many_programs_are_known),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
