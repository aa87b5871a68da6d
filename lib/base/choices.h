/* choices.h: which of several ways of computing the same thing a program takes.
 *
 * The fastest that the machine offers, unless the environment says otherwise:
 *
 *     NEVERSTOP_USE="matmul=blas bf16=plain" generate ...
 *
 * NEVERSTOP_USE=portable takes the last way of each row, which every machine offers. The variable
 * is read once, before main(). */
#ifndef LIB_BASE_CHOICES_H
#define LIB_BASE_CHOICES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

typedef enum {
    CHOICE_LANES, /* vectors of the loops that are compiled several times: loops.h */
    CHOICE_MATMUL, /* matrix products: lib/nn/kernels/matmul.h */
    CHOICE_BF16, /* products in bfloat16: lib/nn/kernels/bfloat16.h */
    CHOICE_CORE, /* OpenBLAS's kernels: runtime.h */
    CHOICE_RESTART, /* whether a program may start itself again: runtime.h */
    CHOICE_PAGES, /* of large blocks: memory.h */
    CHOICE_TMPFILE, /* files without a name until they are complete: file.h */
    /* what the test suite uses; programs only accept the words */
    CHOICE_MPI,
    CHOICE_CHROMIUM,
    CHOICE_PYTHON,
    CHOICES
} Choice;

enum { LANES_AVX512, LANES_AVX2, LANES_BASELINE };
enum { MATMUL_OWN, MATMUL_BLAS };
typedef enum { BF16_AMX, BF16_AVX512, BF16_PLAIN } Bf16Kernel;
enum { CORE_AUTO, CORE_SKYLAKEX, CORE_HASWELL, CORE_PRESCOTT, CORE_OPENBLAS };
enum { PAGES_LARGE, PAGES_SMALL };
enum { CHOICE_YES, CHOICE_NO }; /* of the others */

/* The way to take: one of the enumerators above. */
int choice(Choice c);

/* Whether NEVERSTOP_USE says which. */
bool choice_forced(Choice c);

/* Whether this machine offers a way. */
bool choice_offered(Choice c, int way);

/* The word for a choice, those for its ways (NULL after the last one), and what it is about. */
const char *choice_name(Choice c);
const char *choice_way(Choice c, int way);
const char *choice_help(Choice c);

/* Fails if NEVERSTOP_USE holds a word that is not known, or a way that this machine does not offer:
 * choice() then answers as if the variable were not set. */
int choices_check(Error *err);

/* Whether it asks for the list of choices: NEVERSTOP_USE=help. */
bool choices_help_wanted(void);

/* choices_check of any text (NULL: empty). ways[c]: -1 where it says nothing about c. */
int choices_parse(const char *text, int ways[CHOICES], Error *err);

#endif
