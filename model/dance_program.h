/* dance_program.h: what the programs that make dances have in common: options, checks of their
 * usage, what is shown of a run. */
#ifndef MODEL_DANCE_PROGRAM_H
#define MODEL_DANCE_PROGRAM_H

#include "lib/cli/general_options.h"
#include "model/dances.h"

typedef struct {
    const char *music, *seed, *genre, *dataset, *output;
    size_t frames, batch;
    double seconds;
    GeneralOptions general;
} DanceOptions;

/* --music, --seed-motion, --genre, --frames, --seconds, --dataset, --output; what --help says of a
 * seed and of genres is the program's. */
OptionGroup dance_options(DanceOptions *o, const char *seed_help, const char *genre_help);

/* Options that contradict each other or lack one: 2 after a message, or -1. */
int dance_options_check(const Program *program, const DanceOptions *o);

typedef struct {
    const Program *program;
    const DanceOptions *options;
    const DanceMaker *maker;
    const char *by; /* whose dances they are: the name of a file */
    SongLoad *load; /* reads music, with its context */
    void *load_context;
    Strings *warnings; /* what it found out about music: printed and emptied */
    bool *assumed; /* it warned of what music does not say: seeds need no such warning */
} DanceProgram;

/* Makes the dances that the options ask for; the exit status, after a message if it is not 0. */
int dance_program_run(const DanceProgram *p);

#endif
