/* mp3_decode.h: MPEG audio by libmpg123 itself: libsndfile, which uses it too, stops at the length
 * that it guesses from the first frames where a file has no Xing tag. */
#ifndef LIB_AUDIO_MP3_DECODE_H
#define LIB_AUDIO_MP3_DECODE_H

#include <stdbool.h>

#include "lib/audio/audio_source.h"

/* Called for every piece: [frames, channels] interleaved, full scale 1. Returns -1 to stop. */
typedef int Mp3Sink(void *user, const float *samples, size_t frames, size_t channels, Error *err);

/* Decodes from the source's first byte to its last, encoder delay and padding left out where the
 * file says how long they are. *rate in Hz; *complete: false where decoding stopped on damage.
 * Refuses a file whose sampling rate changes; damaged (mp3_frames_damaged): leaves out the frames
 * of another rate than the first's instead. Errors do not name the file. */
int mp3_decode(AudioSource *s, bool damaged, Mp3Sink *sink, void *user, double *rate,
               bool *complete, Error *err);

#endif
