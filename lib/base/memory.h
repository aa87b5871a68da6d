/* memory.h: aligned memory for large arrays. */
#ifndef LIB_BASE_MEMORY_H
#define LIB_BASE_MEMORY_H

#include <stddef.h>

/* At least `bytes` bytes, aligned to a cache line, not initialised; NULL if memory is out. Freed by
 * free(). A block of 2 MiB or more is asked for in pages of that size where the system has
 * them (choices.h: pages): fewer addresses to translate. */
void *memory_block(size_t bytes);

/* The same, all zero. */
void *memory_zeros(size_t bytes);

#endif
