/* processor.h: what the processor that the program runs on can do, whatever it was compiled for. */
#ifndef LIB_BASE_PROCESSOR_H
#define LIB_BASE_PROCESSOR_H

#include <stdbool.h>

typedef enum {
    PROCESSOR_AVX2, /* with FMA */
    PROCESSOR_AVX512, /* F, BW, DQ and VL: what every such processor since 2017 has */
    PROCESSOR_AVX512_BF16, /* with AVX512 */
    PROCESSOR_AMX_BF16, /* with AVX512; the system lets this process use the tiles */
} ProcessorFeature;

/* Always false where the processor is not an x86 of 64 bits; the last two are known on Linux only.
 */
bool processor_has(ProcessorFeature feature);

#endif
