/* plots.h: the three plots that papers on dance have. */
#ifndef EXPORT_PLOTS_H
#define EXPORT_PLOTS_H

#include "export/motion_profile.h"
#include "lib/base/buffer.h"

/* The paper's Figure 5: change of pose and place from frame to frame, and the frozen windows, of
 * several dances over time. With thresholds they are dashed; music beats of the first dance are
 * ticks at the lower edge; the seed of the first is shaded. fps: one for all. */
int plot_deltas(const MotionProfile *timelines, const char *const *names, size_t count, double fps,
                Buffer *out, Error *err);

/* A training's log: rows in their order. */
typedef struct {
    const char *name;
    size_t rows;
    const double *stage, *step, *loss; /* [rows] */
} TrainingLog;

/* Loss over steps on a logarithmic axis, a panel for each stage that occurs. Losses must be above 0
 * where finite. */
int plot_training(const TrainingLog *logs, size_t count, Buffer *out, Error *err);

/* The paper's Figure 6: points [count, 2] coloured by group; `groups` names, group [count] below
 * `kinds`. */
int plot_points(const double *points, const size_t *group, size_t count, const char *const *groups,
                size_t kinds, Buffer *out, Error *err);

#endif
