/* version.h: the version that --version prints. */
#ifndef LIB_BASE_VERSION_H
#define LIB_BASE_VERSION_H

#define NEVERSTOP_VERSION "0.1.0"

#endif
