/* follow.h: a camera that goes along with a dancer, calmly, and sees all of him. */
#ifndef EXPORT_FOLLOW_H
#define EXPORT_FOLLOW_H

#include "export/clip.h"
#include "export/view.h"

typedef struct {
    size_t frames;
    double *way; /* [frames, 3] what the camera follows; owned */
    double floor; /* clip_floor */
    double middle; /* height above the floor of the middle of what is to be seen */
} Follow;

/* The way is the root's over the floor, smoothed over about a second; it leaves the ground only
 * with dancers who leave the view. The middle is that of the body in the frames of `range`. *out is
 * empty on error. */
int follow_new(Follow *out, const Clip *c, FrameRange range, Error *err);
void follow_free(Follow *f);

/* The least distance at which an image of that aspect (width / height), its middle `middle` above
 * the floor, shows the whole body in 199 of 200 frames of `range`. */
int follow_distance(const Follow *f, const Clip *c, FrameRange range, double middle, double aspect,
                    double *distance, Error *err);

/* Of a frame, for an image of width x height pixels. */
Camera follow_camera(const Follow *f, size_t frame, double middle, double distance, size_t width,
                     size_t height);

#endif
