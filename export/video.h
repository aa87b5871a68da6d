/* video.h: a film as a stream: too long to be made in memory first. */
#ifndef EXPORT_VIDEO_H
#define EXPORT_VIDEO_H

#include <stdio.h>

#include "export/export_job.h"

/* y4m.h's header and frames of all clips in step, each written as soon as it is drawn. */
int export_video(const ExportJob *job, FILE *out, bool quiet, Error *err);

#endif
