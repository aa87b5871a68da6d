/* fid_report.h: the scores and the table of eval-fid. */
#ifndef METRICS_REPORT_FID_REPORT_H
#define METRICS_REPORT_FID_REPORT_H

#include "metrics/real_floor.h"
#include "metrics/report/dance_features.h"
#include "metrics/report/report.h"

/* Of a set of dances against real ones; the scales give every dance its distance from the real
 * mean. Owned: fid_scores_free. */
typedef struct {
    SetScore kinetic, geometric;
    RealFloor kinetic_floor, geometric_floor; /* after fid_floors */
    FeatureScale kinetic_scale, geometric_scale;
} FidScores;

/* *out must be freed, after an error too. */
int fid_scores(FidScores *out, const DanceFeatures *real, const DanceFeatures *made,
               const ScoreOptions *o, Error *err);
/* The floors, of clips of real dances in the scales of fid_scores. */
int fid_floors(FidScores *out, const DanceFeatures *clips, size_t splits, uint64_t seed,
               Error *err);
void fid_scores_free(FidScores *s);

/* One line on stderr that names the features which are the same in every real dance and were left
 * out, if there are any. */
void fid_scores_warn(const FidScores *s, const Program *program);

/* The i-th feature in words. */
void fid_kinetic_name(size_t i, char *text, size_t size);
void fid_geometric_name(size_t i, char *text, size_t size);

typedef struct {
    const EvalResults *dances; /* results: DanceFeatureRows */
    const DanceFeatures *made, *real; /* of these dances, and of the real ones */
    const FidScores *scores;
    const char *protocol; /* its name */
    const DanceFeatureJob *job; /* how features were taken, */
    const ScoreOptions *how; /* and compared */
    size_t splits; /* of the floor; 0: there is none */
    double floor_clip; /* seconds of its clips */
    bool explain; /* what the distances come from */
    bool real_row, self_check; /* also rows of the real set; of AIST++'s published and recomputed
                                  scores */
} FidReport;

int fid_report(const FidReport *what, const EvalOptions *m, Error *err);

#endif
