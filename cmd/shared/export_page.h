/* export_page.h: --to html: dances measured, their music read and its beats found, for export/page.h. */
#ifndef CMD_SHARED_EXPORT_PAGE_H
#define CMD_SHARED_EXPORT_PAGE_H

#include "exporting.h"

/* Takes every clip of the job. Errors begin with the path where there is one. */
int export_page(const ExportJob *job, Buffer *out, Error *err);

#endif
