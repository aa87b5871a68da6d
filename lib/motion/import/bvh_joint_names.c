/* bvh_joint_names.c: which joint of a BVH file is which of SMPL's. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/motion/import/bvh_retarget.h"
#include "lib/motion/joint_map.h"

enum { LIMB = 5 };

/* What programs call the parts of a leg and an arm, from the trunk outwards; words separated by
 * '|'. The first three of a leg (hip, knee, ankle) and those after the collar of an arm (shoulder,
 * elbow, wrist) must be there for a row to count. */
static const char *const legs[][LIMB] = {
    {"hip", "knee", "ankle", "foot|toes|toe|toebase|toe0", ""},
    {"upleg", "leg|lowleg|loleg", "foot", "toebase|toe|toes|toe0", ""},
    {"thigh|thighbend", "calf|shin|knee", "foot|ankle", "toe|toebase|toes|toe0|ball", ""},
    {"upperleg|upperleg01", "lowerleg|lowerleg01|leg", "foot", "toes|toe|toebase", ""},
    {"femur", "tibia", "foot", "toes|toe", ""},
    {"hip", "knee", "foot", "toe|toes|toebase", ""},
};
static const char *const arms[][LIMB] = {
    {"collar|inshoulder|clavicle|scapula", "shoulder", "elbow", "wrist", "hand"},
    {"shoulder|collar|clavicle", "arm|uparm|uarm", "forearm|lowarm|loarm|farm", "hand|wrist",
     "handmiddle1|fingerbase|middle1"},
    {"clavicle|shoulder|collar", "upperarm|upperarm01", "forearm|lowerarm|lowerarm01", "hand|wrist",
     "middle1|handmiddle1|middleproximal"},
    {"collar", "shldr|shldrbend", "forearm|forearmbend", "hand", "mid1"},
    {"clavicle", "humerus", "radius", "wrist|hand", "hand"},
    {"clavicle|collar", "shoulder", "forearm", "hand", "middle1"},
};
static const char necks[] = "neck|neck1|neck01|neck0|lowerneck|necklower|necktwist01|spine004",
                  heads[] = "head|spine006|headx";

static const int leg_joints[2][LIMB] = {{1, 4, 7, 10, -1}, {2, 5, 8, 11, -1}};
static const int arm_joints[2][LIMB] = {{13, 16, 18, 20, 22}, {14, 17, 19, 21, 23}};
enum { NECK = 12, HEAD = 15 };

/* Names as they are compared. */
typedef struct {
    char name[JOINTS_MAX][BVH_NAME];
} NameTable;

static size_t common_prefix(const char *a, const char *b) {
    size_t n = 0;
    while (a[n] && a[n] == b[n]) n++;
    return n;
}

static bool separates(char c) { return c == '_' || c == ':' || c == '-' || c == '.' || c == ' '; }

/* Length of what nearly all joints' names begin with: a character's or a program's name up to a
 * separator ("CC_Base_", "Robot_", "b_"), or a small letter before a capital ("mHipLeft"). */
static size_t shared_prefix(const Bvh *b) {
    size_t best = 0;
    for (size_t i = 0; i < b->joints; i++) {
        const char *name = b->joint[i].name;
        for (size_t n = strlen(name); n-- > best + 1;) {
            bool letter =
                n == 1 && islower((unsigned char)name[0]) && isupper((unsigned char)name[1]);
            if (!letter && !separates(name[n - 1])) continue;
            size_t sharing = 0;
            for (size_t k = 0; k < b->joints; k++)
                sharing += common_prefix(name, b->joint[k].name) >= n;
            if (b->joints >= 5 && 5 * sharing >= 4 * b->joints) best = n;
        }
    }
    return best;
}

/* The same at their ends: "_JNT". */
static size_t shared_suffix(const Bvh *b) {
    const char *name = b->joint[0].name;
    size_t length = strlen(name);
    for (size_t n = length; n-- > 2;) {
        const char *end = name + length - n;
        if (!separates(*end)) continue;
        size_t sharing = 0;
        for (size_t k = 0; k < b->joints; k++) {
            size_t other = strlen(b->joint[k].name);
            sharing += other > n && strcmp(b->joint[k].name + other - n, end) == 0;
        }
        if (b->joints >= 5 && 5 * sharing >= 4 * b->joints) return n;
    }
    return 0;
}

/* Blender's ".001" of copies; not Rigify's "spine.004". */
static size_t copy_suffix(const char *name, size_t length) {
    if (length < 5 || name[length - 4] != '.') return 0;
    for (size_t k = length - 3; k < length; k++)
        if (!isdigit((unsigned char)name[k])) return 0;
    return strncmp(name, "spine.", 6) == 0 ? 0 : 4;
}

/* "mixamorig:LeftUpLeg" -> "leftupleg": without prefixes, lower case, letters and digits only. */
static void normalise(const char *name, size_t prefix, size_t suffix, char out[BVH_NAME]) {
    size_t length = strlen(name);
    size_t copy = copy_suffix(name, length);
    length -= copy ? copy : 0;
    if (suffix < length) length -= suffix;
    size_t start = prefix < length ? prefix : 0;
    for (size_t i = start; i < length; i++)
        if (name[i] == ':') start = i + 1;
    size_t n = 0;
    for (size_t i = start; i < length; i++)
        if (isalnum((unsigned char)name[i])) out[n++] = (char)tolower((unsigned char)name[i]);
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

static NameTable *table_of(const Bvh *b) {
    NameTable *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    size_t prefix = shared_prefix(b), suffix = shared_suffix(b);
    for (size_t i = 0; i < b->joints; i++) {
        const char *name = b->joint[i].name;
        size_t length = strlen(name);
        bool begins = common_prefix(b->joint[b->joints - 1].name, name) >= prefix;
        bool ends =
            length > suffix && strcmp(name + length - suffix,
                                      b->joint[0].name + strlen(b->joint[0].name) - suffix) == 0;
        normalise(name, begins ? prefix : 0, ends ? suffix : 0, t->name[i]);
    }
    return t;
}

/* Is `name` (normalised) the part `word` of size n of that side? side 0 left, 1 right, 2 none. */
static int is_part(const char *name, const char *word, size_t n, int side) {
    static const char *const marks[2][2] = {{"left", "l"}, {"right", "r"}};
    if (side == 2)
        return (strlen(name) == n && memcmp(name, word, n) == 0) ||
               (name[0] == 'c' && strlen(name) == n + 1 && memcmp(name + 1, word, n) == 0) ||
               (strlen(name) == n + 1 && name[n] == 'm' && memcmp(name, word, n) == 0);
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
static int find(const Bvh *b, const NameTable *names, const char *words, int side, int above) {
    while (*words) {
        size_t n = strcspn(words, "|");
        for (size_t i = 0; i < b->joints; i++) {
            if (is_part(names->name[i], words, n, side) &&
                (above < 0 || ((int)i != above && below(b, (int)i, above))))
                return (int)i;
        }
        words += n + (words[n] == '|');
    }
    return -1;
}

/* Both sides of a limb by one row of names; how many of its needed joints were found. */
static int match_limb(const Bvh *b, const NameTable *names, const char *const row[LIMB],
                      const int joints[2][LIMB], int first_needed, int match[SMPL_JOINTS]) {
    int found = 0;
    for (int side = 0; side < 2; side++) {
        int above = -1;
        for (int part = 0; part < LIMB; part++) {
            int j = joints[side][part];
            if (j < 0) continue;
            int at = find(b, names, row[part], side, above);
            match[j] = at;
            if (at >= 0) above = at;
            found += at >= 0 && part >= first_needed && part < first_needed + 3;
        }
    }
    return found;
}

/* The row that finds most, the first of equals. */
static void match_best(const Bvh *b, const NameTable *names, const char *const rows[][LIMB],
                       size_t count, const int joints[2][LIMB], int first_needed,
                       int match[SMPL_JOINTS]) {
    size_t best = 0;
    int most = -1;
    for (size_t i = 0; i < count; i++) {
        int n = match_limb(b, names, rows[i], joints, first_needed, match);
        if (n > most) {
            most = n;
            best = i;
        }
    }
    match_limb(b, names, rows[best], joints, first_needed, match);
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
    return *list ? error_set(
                       err,
                       "no joint for %s (the names of Mixamo, CMU, Blender, SMPL and others are "
                       "known: LeftUpLeg, L_Hip, thigh.L ...; --joints FILE says others)",
                       list)
                 : 0;
}

/* The joints that the user names, by their exact names. */
static int match_given(const Bvh *b, const char *const *names, int match[SMPL_JOINTS], Error *err) {
    for (int j = 0; names && j < SMPL_JOINTS; j++) {
        if (!names[j]) continue;
        match[j] = -1;
        for (size_t i = 0; i < b->joints; i++)
            if (strcmp(b->joint[i].name, names[j]) == 0) match[j] = (int)i;
        if (match[j] < 0) return error_set(err, "no joint is called '%s'", names[j]);
    }
    return 0;
}

int bvh_match(const Bvh *b, const char *const *given, int match[SMPL_JOINTS], Error *err) {
    NameTable *names = table_of(b);
    if (!names) return error_set(err, "out of memory");
    for (int j = 0; j < SMPL_JOINTS; j++) match[j] = -1;
    match_best(b, names, legs, sizeof legs / sizeof *legs, leg_joints, 0, match);
    match_best(b, names, arms, sizeof arms / sizeof *arms, arm_joints, 1, match);
    match[NECK] = find(b, names, necks, 2, -1);
    match[HEAD] = find(b, names, heads, 2, match[NECK]);
    free(names);
    if (match_given(b, given, match, err) || missing(match, err)) return -1;
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

/* --- names from a file --- */

static int read_line(char *line, size_t number, BvhNames *out, Error *err) {
    char *name = line + strspn(line, " \t");
    name[strcspn(name, "\r#")] = '\0';
    size_t word = strcspn(name, " \t");
    if (*name == '\0') return 0;
    char *theirs = name + word + strspn(name + word, " \t");
    size_t length = strlen(theirs);
    while (length > 0 && (theirs[length - 1] == ' ' || theirs[length - 1] == '\t')) length--;
    theirs[length] = '\0';
    size_t joint = joint_map_find(name, word);
    if (joint == SMPL_JOINTS)
        return error_set(
            err,
            "line %zu: SMPL has no joint '%.*s' (Pelvis, L_Hip, R_Hip, Spine1, L_Knee, "
            "... R_Hand)",
            number, (int)word, name);
    if (length == 0)
        return error_set(err, "line %zu: after '%.*s' comes the joint's name in the file", number,
                         (int)word, name);
    out->names[joint] = theirs;
    return 0;
}

int bvh_names_read(const char *path, BvhNames *out, Error *err) {
    size_t size, number = 1;
    *out = (BvhNames){0};
    if (file_read_text(path, &out->text, &size, err)) return -1;
    int status = 0;
    for (char *line = out->text; status == 0 && line < out->text + size; number++) {
        size_t length = strcspn(line, "\n");
        line[length] = '\0';
        status = read_line(line, number, out, err);
        line += length + 1;
    }
    if (status == 0) return 0;
    bvh_names_free(out);
    return error_prefix(err, path);
}

void bvh_names_free(BvhNames *n) {
    free(n->text);
    *n = (BvhNames){0};
}
