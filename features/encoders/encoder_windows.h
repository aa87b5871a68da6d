/* encoder_windows.h: a song in windows that overlap, and the frames of all of them in a row.
 *
 * Frames live on one grid for the whole song. A window computes `count` frames from `first` on and
 * keeps `keep` of them from `keep_first` on; kept frames of all windows are the song's, each once.
 * What two neighbours both compute is shared out in its middle. The last window is as long as the
 * others: it begins earlier. */
#ifndef FEATURES_ENCODERS_ENCODER_WINDOWS_H
#define FEATURES_ENCODERS_ENCODER_WINDOWS_H

#include "features/encoders/encoder.h"

typedef struct {
    size_t first, count, keep_first, keep;
} EncoderWindow;

typedef struct {
    size_t count;
    EncoderWindow *items; /* owned */
} EncoderWindows;

/* window: frames of one, 0 for all; overlap: frames that neighbours share, below window. */
int encoder_windows_plan(size_t frames, size_t window, size_t overlap, EncoderWindows *out,
                         Error *err);
void encoder_windows_free(EncoderWindows *w);

/* Computes window w into out [w->count, columns]; stage only where it is to be reported. For
 * several threads at a time. */
typedef int EncoderWindowRun(void *context, const EncoderWindow *w, float *out,
                             const EncoderSink *stage, Error *err);

/* Runs all windows, as many at a time as there are threads, and hands their frames on in order. */
int encoder_windows_run(const EncoderWindows *w, size_t columns, EncoderWindowRun *run,
                        void *context, const EncoderSink *sink, Error *err);

#endif
