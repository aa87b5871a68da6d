/* loops.h: loops that are compiled several times, for processors with wider and wider vectors, and
 * chosen when the program runs (choices.h: lanes).
 *
 * A file whose name ends in _loops.c defines one external constant, a table of functions, under the
 * name LOOPS_TABLE(name); the Makefile compiles the file once for each way that the target has.
 * Elsewhere LOOPS_DECLARE(Type, name) declares these tables, and
 *
 *     static const Type *const ways[] = LOOPS_WAYS(name);
 *
 * lists them; ways[choice(CHOICE_LANES)] is the one to take. The same way gives the same bytes on
 * every machine that offers it; different ways differ in rounding. */
#ifndef LIB_BASE_LOOPS_H
#define LIB_BASE_LOOPS_H

#include "lib/base/choices.h"

/* Given by the Makefile where it is another one. */
#ifndef LOOPS_WAY
#define LOOPS_WAY baseline
#endif
#define LOOPS_PASTED(name, way) name##_##way
#define LOOPS_NAMED(name, way) LOOPS_PASTED(name, way)
#define LOOPS_TABLE(name) LOOPS_NAMED(name, LOOPS_WAY)

#if defined(__x86_64__) && !defined(NN_FLOAT64)
#define LOOPS_DECLARE(Type, name) extern const Type name##_avx512, name##_avx2, name##_baseline
#define LOOPS_WAYS(name)                                              \
    {                                                                 \
        [LANES_AVX512] = &name##_avx512, [LANES_AVX2] = &name##_avx2, \
        [LANES_BASELINE] = &name##_baseline                           \
    }
#else /* Arm's vectors have one length; float64 is for tests */
#define LOOPS_DECLARE(Type, name) extern const Type name##_baseline
#define LOOPS_WAYS(name) \
    { &name##_baseline, &name##_baseline, &name##_baseline }
#endif

#endif
