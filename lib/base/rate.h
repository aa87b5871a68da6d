/* rate.h: frames a second of two things that are joined, and of files that do not say them. */
#ifndef LIB_BASE_RATE_H
#define LIB_BASE_RATE_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* Files of motion and music that do not say their rate were made by programs that knew one only. */
enum { RATE_UNSAID = 60 };

/* "a.npz does not say its rate; taken as 60 frames a second" */
enum { RATE_TEXT_SIZE = 500 };
static inline char *rate_unsaid_text(const char *path, char text[RATE_TEXT_SIZE]) {
    snprintf(text, RATE_TEXT_SIZE, "%.400s does not say its rate; taken as %d frames a second",
             path, RATE_UNSAID);
    return text;
}

/* Frames that last so many seconds: rounded, at least one. */
static inline size_t rate_frames(double seconds, double fps) {
    const double frames = round(seconds * fps);
    return frames > 1 ? (size_t)frames : 1;
}

/* Equal up to what a rate of a few digits loses when it is written and read again. */
static inline bool rate_same(double a, double b) { return fabs(a - b) <= 1e-6 * fmax(a, b); }

#endif
