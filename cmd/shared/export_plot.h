/* export_plot.h: measures of dances as a plot. */
#ifndef CMD_SHARED_EXPORT_PLOT_H
#define CMD_SHARED_EXPORT_PLOT_H

#include "exporting.h"

/* plots.h's plot_deltas of all clips. */
int export_plot(const ExportJob *job, Buffer *out, Error *err);

#endif
