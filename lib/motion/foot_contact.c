#include "lib/motion/foot_contact.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"

enum { LEGS_END = 12 }; /* SMPL's legs are among the joints before this one */
const size_t foot_joints[FOOT_JOINTS] = {7, 10, 8, 11};
static const double level_share = 0.1; /* of the frames in which a joint is below its level */

FootContactRule foot_contact_rule(void) {
    return (FootContactRule){
        .height = 0.03, .clear = 0.2, .rise = 0.2, .reach = 1, .gap = 0.05, .least = 0.1};
}

bool foot_contacts_known(size_t joints) { return joints >= LEGS_END; }

static double height_of(const PoseTrack *b, size_t t, size_t joint) {
    return b->positions[3 * (t * b->joints + joint) + 1];
}

static size_t in_frames(double seconds, double fps) {
    return (size_t)fmin(floor(seconds * fps + 0.5), 1e6);
}

/* floor[t]: the lowest that a foot gets to within `reach` frames of t. lowest: [frames], scratch.
 */
static void find_floor(const PoseTrack *b, size_t reach, double *lowest, double *floor) {
    for (size_t t = 0; t < b->frames; t++) {
        lowest[t] = INFINITY;
        for (size_t j = 0; j < FOOT_JOINTS; j++)
            lowest[t] = fmin(lowest[t], height_of(b, t, foot_joints[j]));
    }
    for (size_t t = 0; t < b->frames; t++) {
        size_t first = t > reach ? t - reach : 0;
        size_t end = b->frames - t > reach ? t + reach + 1 : b->frames;
        floor[t] = INFINITY;
        for (size_t k = first; k < end; k++) floor[t] = fmin(floor[t], lowest[k]);
    }
}

/* sorted: [frames], scratch. */
static void find_heights(const PoseTrack *b, const double *floor, double *sorted,
                         FootContacts *out) {
    double level[FOOT_JOINTS];
    for (size_t j = 0; j < FOOT_JOINTS; j++) {
        for (size_t t = 0; t < b->frames; t++)
            sorted[t] = out->height[t][j] = height_of(b, t, foot_joints[j]) - floor[t];
        doubles_sort(sorted, b->frames);
        level[j] = sorted[(size_t)(level_share * (double)(b->frames - 1))];
    }
    for (size_t t = 0; t < b->frames; t++)
        for (size_t j = 0; j < FOOT_JOINTS; j++)
            out->height[t][j] -= fmin(level[j], level[(j + FOOT_JOINTS / 2) % FOOT_JOINTS]);
}

/* m/s, upwards or downwards, from the frame before to the one after. */
static double rise_of(const PoseTrack *b, size_t t, size_t joint) {
    size_t before = t ? t - 1 : 0, after = t + 1 < b->frames ? t + 1 : t;
    if (after == before) return 0;
    double way = height_of(b, after, joint) - height_of(b, before, joint);
    return fabs(way) * b->fps / (double)(after - before);
}

static bool is_foot(size_t joint) {
    for (size_t j = 0; j < FOOT_JOINTS; j++)
        if (foot_joints[j] == joint) return true;
    return false;
}

static bool feet_alone(const PoseTrack *b, size_t t, double lowest) {
    for (size_t j = 0; j < b->joints; j++)
        if (!is_foot(j) && height_of(b, t, j) < lowest) return false;
    return true;
}

/* Runs of `value` of joint j that are shorter than `least` frames become its opposite; those at the
 * motion's ends only if `ends`. */
static void drop_short(bool (*down)[FOOT_JOINTS], size_t frames, size_t j, bool value, size_t least,
                       bool ends) {
    for (size_t t = 0, end; t < frames; t = end) {
        for (end = t + 1; end < frames && down[end][j] == down[t][j];) end++;
        if (down[t][j] != value || end - t >= least || (!ends && (t == 0 || end == frames)))
            continue;
        for (size_t k = t; k < end; k++) down[k][j] = !value;
    }
}

static void find_contacts(const PoseTrack *b, const FootContactRule *r, const double *floor,
                          FootContacts *out) {
    size_t gap = in_frames(r->gap, b->fps), least = in_frames(r->least, b->fps);
    for (size_t j = 0; j < FOOT_JOINTS; j++) {
        for (size_t t = 0; t < b->frames; t++)
            out->down[t][j] =
                out->height[t][j] < r->height && rise_of(b, t, foot_joints[j]) < r->rise;
        drop_short(out->down, b->frames, j, false, gap, false);
    }
    for (size_t t = 0; t < b->frames; t++)
        if (!feet_alone(b, t, floor[t] + r->clear))
            for (size_t j = 0; j < FOOT_JOINTS; j++) out->down[t][j] = false;
    for (size_t j = 0; j < FOOT_JOINTS; j++) drop_short(out->down, b->frames, j, true, least, true);
}

int foot_contacts_find(const PoseTrack *b, const FootContactRule *r, FootContacts *out,
                       Error *err) {
    size_t frames = b->frames ? b->frames : 1;
    double *floor = malloc(2 * frames * sizeof *floor);
    *out = (FootContacts){.down = calloc(frames, sizeof *out->down),
                          .height = calloc(frames, sizeof *out->height)};
    if (!floor || !out->down || !out->height) {
        free(floor);
        foot_contacts_free(out);
        return error_set(err, "out of memory for %zu frames", b->frames);
    }
    double *scratch = floor + frames;
    if (b->frames) {
        find_floor(b, in_frames(r->reach, b->fps), scratch, floor);
        find_heights(b, floor, scratch, out);
        find_contacts(b, r, floor, out);
    }
    free(floor);
    return 0;
}

void foot_contacts_free(FootContacts *c) {
    free(c->down);
    free(c->height);
    *c = (FootContacts){0};
}
