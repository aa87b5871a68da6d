/* plot_export.h: measures of dances as a plot. */
#ifndef EXPORT_PLOT_EXPORT_H
#define EXPORT_PLOT_EXPORT_H

#include "export/export_job.h"

/* plots.h's plot_deltas of all clips. */
int export_plot(const ExportJob *job, Buffer *out, Error *err);

#endif
