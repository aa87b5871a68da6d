/* help.h: what a program's option table says, in three forms, on stdout. */
#ifndef LIB_CLI_HELP_H
#define LIB_CLI_HELP_H

#include "lib/cli/options.h"

void help_print(const Program *program); /* --help */
void help_print_man(const Program *program); /* --help-man: roff, section 1 */
void help_print_options(const Program *program); /* --help-options: a line per option, with tabs */
void help_print_choices(void); /* NEVERSTOP_USE=help: lib/base/choices.h */

/* What stands before the name of the program in a command line: "neverstop " where neverstop
 * started it (NEVERSTOP_COMMAND is set), else "". */
const char *help_command_prefix(const Program *program);

bool option_takes_value(const Option *row);

#endif
