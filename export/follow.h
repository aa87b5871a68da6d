/* follow.h: a camera that goes along with a dancer, calmly, and sees all of him. */
#ifndef EXPORT_FOLLOW_H
#define EXPORT_FOLLOW_H

#include "export/clip.h"
#include "export/view.h"

typedef struct {
    size_t frames;
    double *way; /* [frames, 3] the point that the camera looks at; owned */
    double floor; /* clip_floor */
    double distance; /* metres from there, the same in all frames */
} Follow;

/* The way is the root's over the floor, smoothed over about a second; the camera leaves the ground
 * only with dancers who leave the view. The distance is the least at which an image of that
 * aspect (width / height) shows the whole body in 199 of 200 frames. *out is empty on error. */
int follow_new(Follow *out, const Clip *c, FrameRange range, double aspect, Error *err);
void follow_free(Follow *f);

/* From `distance` (the follow's own or a greater one), for an image of width x height pixels. */
Camera follow_camera(const Follow *f, size_t frame, double distance, size_t width, size_t height);

#endif
