/* mpjpe_report.h: the errors and the table of pa-mpjpe. */
#ifndef METRICS_REPORT_MPJPE_REPORT_H
#define METRICS_REPORT_MPJPE_REPORT_H

#include "metrics/report/report.h"

enum { MPJPE_HORIZONS_MAX = 20 };

/* What mpjpe_report_work takes as its context. */
typedef struct {
    const Skeleton *skeleton;
    const Strings *real; /* files, by name */
    double fps; /* of dances whose files do not say it; 0: as assumed */
    size_t horizon[MPJPE_HORIZONS_MAX], count; /* frames after the seed, ascending */
    bool align;
} MpjpeContext;

typedef struct {
    double at[MPJPE_HORIZONS_MAX], until[MPJPE_HORIZONS_MAX]; /* millimetres: of that frame, and the
                                              mean of all frames up to it; NaN beyond the end */
} MpjpeErrors;

/* "1,5,10": ascending numbers above 0, into c->horizon. -1 if the text is not that. */
int mpjpe_parse_horizons(const char *text, MpjpeContext *c);

/* A DanceWork whose result is MpjpeErrors. */
int mpjpe_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                      Error *err);

int mpjpe_report(const EvalResults *d, const MpjpeContext *c, const EvalOptions *m, Error *err);

#endif
