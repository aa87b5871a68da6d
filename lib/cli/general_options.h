/* general_options.h: rows that many programs have. */
#ifndef LIB_CLI_GENERAL_OPTIONS_H
#define LIB_CLI_GENERAL_OPTIONS_H

#include "lib/cli/options.h"

typedef struct {
    long threads; /* as threads_set takes it */
    bool quiet;
} GeneralOptions;

/* Under "General options": --threads, --quiet. */
OptionGroup general_options(GeneralOptions *values);

Option option_skeleton(const char **path);
Option option_json(bool *json);

#endif
