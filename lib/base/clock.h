/* clock.h: a monotonic clock. */
#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

/* Seconds since some moment before the program began. */
double clock_seconds(void);

#endif
