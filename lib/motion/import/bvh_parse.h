/* bvh_parse.h: reads Biovision's BVH files as they are; bvh_retarget.h makes motions of them.
 *
 * Everything that a file claims is checked before it is believed: nesting and joints up to
 * JOINTS_MAX, as many numbers as frames times channels, all of them finite decimal numbers. Memory
 * is a small multiple of the file's size. Words are told apart in any case, as some programs write
 * them. */
#ifndef LIB_MOTION_IMPORT_BVH_PARSE_H
#define LIB_MOTION_IMPORT_BVH_PARSE_H

#include <stddef.h>

#include "lib/base/error.h"
#include "lib/motion/skeleton.h"

enum { BVH_CHANNELS = 6, BVH_NAME = 64 };

typedef struct {
    char name[BVH_NAME]; /* cut to fit; printable ASCII, other bytes as '?' */
    int parent; /* -1 for the root; parents come before children */
    double offset[3]; /* in the parent's frame */
    int channels; /* 0 to 6 of: */
    int channel[BVH_CHANNELS]; /* 0 1 2: position x y z, 3 4 5: rotation about x y z */
    size_t first; /* place of the first one in a frame */
} BvhJoint;

typedef struct {
    size_t joints, columns, frames;
    double frame_time; /* seconds */
    int frame_time_digits; /* decimal places that the file gives it with */
    BvhJoint *joint; /* [joints], owned; end sites are left out */
    double *values; /* [frames, columns] lengths, and degrees; owned */
} Bvh;

/* text ends with '\0' at text[size]. *out is empty on error. Errors give the line, not the file. */
int bvh_parse(const char *text, size_t size, Bvh *out, Error *err);
void bvh_free(Bvh *b);

/* Each joint's rotation relative to its parent and to the rest pose, [joints, 9], and position in
 * the parent's frame [joints, 3], in frame t. A joint with position channels lies where they say
 * instead of at its offset. */
void bvh_frame(const Bvh *b, size_t t, double *rotations, double *places);

#endif
