/* freezing.h: how much a dance moves, and windows of it that hardly move (paper, section 5.1).
 *
 * Everything is at FREEZE_FPS. Transition t goes from frame t to t+1; R are the projected
 * rotations, x the root's translations:
 *
 *   pose(t)  = mean over joints of the angle between R_j(t) and R_j(t+1), degrees
 *   trans(t) = |x(t+1) - x(t)|, cm
 *
 * The stretch is cut into windows of one second from its first frame on, an incomplete last one is
 * dropped; a window's deltas are the means of the 59 transitions inside it [ours]. thresholds.h
 * says which windows are frozen.
 *
 * Shaking moves by these deltas although it gets nowhere. A window's net deltas [ours] are the
 * means of the same over FREEZE_SPAN transitions at once, per frame:
 *
 *   net pose(t)  = mean over joints of the angle between R_j(t) and R_j(t+SPAN), / SPAN
 *   net trans(t) = |x(t+SPAN) - x(t)| / SPAN */
#ifndef METRICS_FREEZING_H
#define METRICS_FREEZING_H

#include "lib/motion/pose_track.h"

enum {
    FREEZE_FPS = 60,
    FREEZE_WINDOW = 60, /* frames */
    FREEZE_SPAN = 15 /* frames: a quarter of a second */
};

/* pose and trans [frames - 1] (frames at least 1), in frames of b's own rate. pose needs
 * rotations. */
void freezing_pose_deltas(const PoseTrack *b, double *pose);
void freezing_trans_deltas(const PoseTrack *b, double *trans);

/* Means of the net deltas inside b, which needs rotations; NaN where it is no longer than a span.
 */
void freezing_net_deltas(const PoseTrack *b, double *pose, double *trans);

/* Mean norm of the third difference of the joints' positions times fps^3 (jerk, m/s^3), over frames
 * and joints; NaN below 4 frames. */
double freezing_jitter(const PoseTrack *b);

typedef struct {
    size_t count;
    double *pose, *trans, *jitter; /* [count] deltas, and mean jerk of the windows' frames; owned */
    double *net_pose, *net_trans; /* [count] net deltas; owned */
} FreezeWindows;

/* A stretch at FREEZE_FPS as the windows are cut from it. */
typedef struct {
    const PoseTrack *track; /* with rotations */
    const double *pose, *trans; /* [track->frames - 1] */
    size_t frames; /* that the stretch lasts: more than the track has where that was resampled,
                      since the time after its last frame is its own, too */
    bool nets; /* whether net deltas are wanted; else windows' are NaN */
} FreezeStretch;

/* Windows of frames first .. first+frames-1 (frames at most s->frames - first). A window at the end
 * of the track is taken if it has at least half of its transitions. *out is empty on error. */
int freezing_windows_cut(const FreezeStretch *s, size_t first, size_t frames, FreezeWindows *out,
                         Error *err);

/* All windows of b, which may be at any rate and is resampled. Without rotations, or frames, there
 * are none. */
int freezing_windows(const PoseTrack *b, FreezeWindows *out, Error *err);

int freezing_windows_new(FreezeWindows *w, size_t capacity, Error *err); /* count 0 */
void freezing_windows_free(FreezeWindows *w);

/* Frames that b lasts at FREEZE_FPS. */
size_t freezing_frames(const PoseTrack *b);

#endif
