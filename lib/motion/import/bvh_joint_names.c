/* bvh_joint_names.c: which joint of a BVH file is which of SMPL's. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/motion/import/bvh_retarget.h"

enum { LIMB = 5 };

/* What programs call the parts of a leg and an arm, from the trunk outwards; words separated by
 * '|'. The first three of a leg (hip, knee, ankle) and those after the collar of an arm (shoulder,
 * elbow, wrist) must be there for a row to count. */
static const char *const legs[][LIMB] = {
    {"hip", "knee", "ankle", "foot|toes|toe|toebase|toe0", ""},
    {"upleg", "leg|lowleg|loleg", "foot", "toebase|toe|toes|toe0", ""},
    {"thigh", "calf|shin|knee", "foot|ankle", "toe|toebase|toes|toe0|ball", ""},
    {"upperleg", "lowerleg|leg", "foot", "toes|toe|toebase", ""},
    {"femur", "tibia", "foot", "toes|toe", ""},
    {"hip", "knee", "foot", "toe|toes|toebase", ""},
};
static const char *const arms[][LIMB] = {
    {"collar|inshoulder|clavicle|scapula", "shoulder", "elbow", "wrist", "hand"},
    {"shoulder|collar|clavicle", "arm|uparm", "forearm|lowarm|loarm", "hand|wrist",
     "handmiddle1|fingerbase|middle1"},
    {"clavicle|shoulder|collar", "upperarm", "forearm|lowerarm", "hand|wrist",
     "middle1|handmiddle1|middleproximal"},
    {"collar", "shldr", "forearm", "hand", "mid1"},
    {"clavicle", "humerus", "radius", "wrist|hand", "hand"},
};
static const char necks[] = "neck|neck1|lowerneck|spine004|necklower",
                  heads[] = "head|spine006|headx";

static const int leg_joints[2][LIMB] = {{1, 4, 7, 10, -1}, {2, 5, 8, 11, -1}};
static const int arm_joints[2][LIMB] = {{13, 16, 18, 20, 22}, {14, 17, 19, 21, 23}};
enum { NECK = 12, HEAD = 15 };

/* "mixamorig:LeftUpLeg" -> "leftupleg": without prefixes, lower case, letters and digits only. */
static void normalise(const char *name, char out[BVH_NAME]) {
    const char *colon = strrchr(name, ':');
    if (colon) name = colon + 1;
    size_t n = 0;
    for (; *name; name++)
        if (isalnum((unsigned char)*name)) out[n++] = (char)tolower((unsigned char)*name);
    out[n] = '\0';
    static const char *const prefixes[] = {"mixamorig", "bip01", "bip001", "bip", "mavg",
                                           "favg",      "jbip",  "def",    "org"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t k = strlen(prefixes[i]);
        if (strncmp(out, prefixes[i], k) == 0 && out[k]) {
            memmove(out, out + k, strlen(out + k) + 1);
            while (isdigit((unsigned char)out[0]))
                memmove(out, out + 1, strlen(out)); /* mixamorig1 */
            break;
        }
    }
}

/* Is `name` (normalised) the part `word` of size n of that side? side 0 left, 1 right, 2 none. */
static int is_part(const char *name, const char *word, size_t n, int side) {
    static const char *const marks[2][2] = {{"left", "l"}, {"right", "r"}};
    if (side == 2)
        return (strlen(name) == n && memcmp(name, word, n) == 0) ||
               (name[0] == 'c' && strlen(name) == n + 1 && memcmp(name + 1, word, n) == 0);
    for (int m = 0; m < 2; m++) {
        const char *mark = marks[side][m];
        size_t k = strlen(mark);
        if (strlen(name) != n + k) continue;
        if (memcmp(name, mark, k) == 0 && memcmp(name + k, word, n) == 0) return 1;
        if (memcmp(name, word, n) == 0 && memcmp(name + n, mark, k) == 0) return 1;
    }
    return 0;
}

static int below(const Bvh *b, int joint, int ancestor) {
    while (joint >= 0 && joint != ancestor) joint = b->joint[joint].parent;
    return joint == ancestor;
}

/* The first joint below `above` (-1: anywhere) with one of the names, -1 if there is none. */
static int find(const Bvh *b, const char *words, int side, int above) {
    while (*words) {
        size_t n = strcspn(words, "|");
        for (size_t i = 0; i < b->joints; i++) {
            char name[BVH_NAME];
            normalise(b->joint[i].name, name);
            if (is_part(name, words, n, side) &&
                (above < 0 || ((int)i != above && below(b, (int)i, above))))
                return (int)i;
        }
        words += n + (words[n] == '|');
    }
    return -1;
}

/* Both sides of a limb by one row of names; how many of its needed joints were found. */
static int match_limb(const Bvh *b, const char *const row[LIMB], const int joints[2][LIMB],
                      int first_needed, int match[SMPL_JOINTS]) {
    int found = 0;
    for (int side = 0; side < 2; side++) {
        int above = -1;
        for (int part = 0; part < LIMB; part++) {
            int j = joints[side][part];
            if (j < 0) continue;
            int at = find(b, row[part], side, above);
            match[j] = at;
            if (at >= 0) above = at;
            found += at >= 0 && part >= first_needed && part < first_needed + 3;
        }
    }
    return found;
}

/* The row that finds most, the first of equals. */
static void match_best(const Bvh *b, const char *const rows[][LIMB], size_t count,
                       const int joints[2][LIMB], int first_needed, int match[SMPL_JOINTS]) {
    size_t best = 0;
    int most = -1;
    for (size_t i = 0; i < count; i++) {
        int n = match_limb(b, rows[i], joints, first_needed, match);
        if (n > most) {
            most = n;
            best = i;
        }
    }
    match_limb(b, rows[best], joints, first_needed, match);
}

/* --- the trunk --- */

static int meeting(const Bvh *b, int x, int y) {
    while (x >= 0 && !below(b, y, x)) x = b->joint[x].parent;
    return x;
}

/* Of the n joints between pelvis and neck the last is SMPL's Spine3; two below it are spread
 * evenly. */
static void match_spine(const Bvh *b, int top, int match[SMPL_JOINTS]) {
    static const int spine[3] = {3, 6, 9};
    int between[JOINTS_MAX], n = 0;
    for (int j = b->joint[top].parent; j >= 0 && j != match[0]; j = b->joint[j].parent)
        between[n++] = j; /* from the top down */
    for (int k = 0; k < 3; k++) match[spine[k]] = -1;
    if (n >= 1) match[9] = between[0];
    if (n == 2) match[3] = between[1];
    if (n >= 3) {
        match[3] = between[n - 1];
        match[6] = between[n / 2];
    }
}

static int missing(const int match[SMPL_JOINTS], Error *err) {
    static const struct {
        int joint;
        const char *name;
    } needed[] = {{1, "left hip"},       {2, "right hip"},       {4, "left knee"},
                  {5, "right knee"},     {7, "left ankle"},      {8, "right ankle"},
                  {16, "left shoulder"}, {17, "right shoulder"}, {18, "left elbow"},
                  {19, "right elbow"},   {20, "left wrist"},     {21, "right wrist"}};
    char list[400] = "";
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (match[needed[i].joint] < 0)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "",
                     needed[i].name);
    if (match[NECK] < 0 && match[HEAD] < 0)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%sneck or head",
                 *list ? ", " : "");
    return *list ? error_set(err,
                             "no joint for %s (names as Mixamo, CMU, Blender, SMPL and others have "
                             "them are known: LeftUpLeg, L_Hip, thigh.L ...)",
                             list)
                 : 0;
}

int bvh_match(const Bvh *b, int match[SMPL_JOINTS], Error *err) {
    for (int j = 0; j < SMPL_JOINTS; j++) match[j] = -1;
    match_best(b, legs, sizeof legs / sizeof *legs, leg_joints, 0, match);
    match_best(b, arms, sizeof arms / sizeof *arms, arm_joints, 1, match);
    match[NECK] = find(b, necks, 2, -1);
    match[HEAD] = find(b, heads, 2, match[NECK]);
    if (missing(match, err)) return -1;
    int top = match[NECK] >= 0 ? match[NECK] : match[HEAD];
    match[0] = meeting(b, match[1], match[2]);
    if (match[0] < 0 || !below(b, top, match[0])) /* they always meet at the root */
        match[0] = meeting(b, match[0], top);
    for (int side = 0; side < 2; side++) {
        int chain[2][4] = {{match[0], match[1 + side], match[4 + side], match[7 + side]},
                           {match[0], match[16 + side], match[18 + side], match[20 + side]}};
        for (int limb = 0; limb < 2; limb++)
            for (int k = 0; k < 3; k++)
                if (chain[limb][k] == chain[limb][k + 1] ||
                    !below(b, chain[limb][k + 1], chain[limb][k]))
                    return error_set(err, "joint '%s' does not hang below '%s' as in a body",
                                     b->joint[chain[limb][k + 1]].name,
                                     b->joint[chain[limb][k]].name);
    }
    match_spine(b, top, match);
    return 0;
}
