/* actor.h: a figure in the pose that a clip has at one frame. */
#ifndef EXPORT_ACTOR_H
#define EXPORT_ACTOR_H

#include "export/clip.h"
#include "export/figure.h"

typedef struct {
    const Figure *figure; /* borrowed */
    float *position, *normal; /* [vertices, 3] as figure_pose gives them; owned */
    float colour[3]; /* linear light, 0..1 */
} Actor;

/* f: of the clip's skeleton. Frame t, moved by `shift`. number: whose colour it has; seed frames
 * are paler. *out is empty on error. */
int actor_new(Actor *out, const Figure *f, const Clip *c, size_t t, const double shift[3],
              size_t number, Error *err);
void actor_free(Actor *a);

#endif
