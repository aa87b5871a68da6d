/* page_export.h: --to html: dances measured, their music read and its beats found, for
 * export/page.h. */
#ifndef EXPORT_PAGE_EXPORT_H
#define EXPORT_PAGE_EXPORT_H

#include "export/export_job.h"

/* Takes every clip of the job. Errors begin with the path where there is one. */
int export_page(const ExportJob *job, Buffer *out, Error *err);

#endif
