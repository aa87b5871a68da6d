/* dance_path.h: what -o of a program that writes one dance asks for. */
#ifndef EXPORT_DANCE_PATH_H
#define EXPORT_DANCE_PATH_H

#include "lib/cli/options.h"

/* Dances are written as .npz: for a path with another ending, how to come to what it asks for. 2
 * after a message, or -1. */
int dance_path_check(const Program *program, const char *output);

#endif
