/* beat_report.h: the scores and the table of beat-align. */
#ifndef METRICS_REPORT_BEAT_REPORT_H
#define METRICS_REPORT_BEAT_REPORT_H

#include "metrics/beat_score.h"
#include "metrics/report/report.h"

/* What beat_report_work takes as its context. */
typedef struct {
    const char *music_dir; /* of NAME.npz: music features that have beats */
    Skeleton skeleton;
    BeatOptions options;
} BeatContext;

typedef struct {
    BeatScore score;
    bool assumed; /* the music's file does not say its rate, or what its columns are */
} BeatResult;

/* A DanceWork whose result is a BeatResult. The music's name is what the dance says, what its
 * AIST++ name says, or the file's own. */
int beat_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                     Error *err);

void beat_report_release(void *result);

/* One line on stderr if music was assumed to be something. */
void beat_report_warn(const EvalResults *d, const Program *program);

/* Prints the scores, and how they were taken (protocol: its name). */
int beat_report(const EvalResults *d, const char *protocol, const BeatOptions *o,
                const EvalOptions *m, Error *err);

#endif
