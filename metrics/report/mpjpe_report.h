/* mpjpe_report.h: the errors and the table of pa-mpjpe. */
#ifndef METRICS_REPORT_MPJPE_REPORT_H
#define METRICS_REPORT_MPJPE_REPORT_H

#include "metrics/report/report.h"

enum { MPJPE_HORIZONS_MAX = 20, MPJPE_JOINTS_MAX = 64 };

/* What mpjpe_report_work takes as its context. */
typedef struct {
    const Skeleton *skeleton;
    const Strings *real; /* files, by name */
    double fps; /* of dances whose files do not say it; 0: as assumed */
    size_t horizon[MPJPE_HORIZONS_MAX], count; /* frames after the seed, ascending */
    bool align;
    bool standing; /* measure standing still, too: the seed's last frame as every prediction */
    bool common14; /* of the 14 joints that bodies of 17, 24, 32 and 52 have in common */
    size_t joints[MPJPE_JOINTS_MAX], joint_count; /* that are measured; 0: all, or common14 */
} MpjpeContext;

/* Millimetres: of that frame, and the mean of all frames up to it; NaN beyond the end. */
typedef struct {
    double at[MPJPE_HORIZONS_MAX], until[MPJPE_HORIZONS_MAX];
} HorizonErrors;

typedef struct {
    HorizonErrors made, standing;
} MpjpeErrors;

/* "1,5,10": ascending numbers above 0, into c->horizon. -1 if the text is not that. */
int mpjpe_parse_horizons(const char *text, MpjpeContext *c);

/* "8,5,2": distinct joints, counted from 0; or "common14": right ankle, knee, hip, left hip, knee,
 * ankle, right wrist, elbow, shoulder, left shoulder, elbow, wrist, neck, head (the 14 joints of
 * PHD's table and of LSP, Johnson and Everingham 2010). -1 if the text is neither. */
int mpjpe_parse_joints(const char *text, MpjpeContext *c);

/* A DanceWork whose result is MpjpeErrors. */
int mpjpe_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                      Error *err);

int mpjpe_report(const EvalResults *d, const MpjpeContext *c, const EvalOptions *m, Error *err);

#endif
