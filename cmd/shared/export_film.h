/* export_film.h: a film as a stream: too long to be made in memory first. */
#ifndef CMD_SHARED_EXPORT_FILM_H
#define CMD_SHARED_EXPORT_FILM_H

#include <stdio.h>

#include "exporting.h"

/* y4m.h's header and frames of all clips in step, each written as soon as it is drawn. */
int export_film(const ExportJob *job, FILE *out, bool quiet, Error *err);

#endif
