/* viewer.h: the viewer's HTML, CSS and JavaScript as one array; the Makefile makes it from the
 * other files of this folder. */
#ifndef EXPORT_PAGE_VIEWER_H
#define EXPORT_PAGE_VIEWER_H

#include <stddef.h>

extern const unsigned char page_viewer[];
extern const size_t page_viewer_size;

#endif
