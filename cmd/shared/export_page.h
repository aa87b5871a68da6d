/* export_page.h: --to html: dances measured, their music read and its beats found, for export/page.h. */
#ifndef CMD_SHARED_EXPORT_PAGE_H
#define CMD_SHARED_EXPORT_PAGE_H

#include "exporting.h"

/* Degrees and cm a frame at or below which a window is frozen where no thresholds are given: what freeze-rate --fit finds on 15 real ballroom dances [ours]. */
#define PAGE_POSE_THRESHOLD 0.474
#define PAGE_TRANS_THRESHOLD 0.668

/* Takes every clip of the job. Errors begin with the path where there is one. */
int export_page(const ExportJob *job, Buffer *out, Error *err);

#endif
