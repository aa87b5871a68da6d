/* mp3_frames.h: the frames of an MPEG audio file as they lie in it, without decoding them. */
#ifndef LIB_AUDIO_MP3_FRAMES_H
#define LIB_AUDIO_MP3_FRAMES_H

#include <stdbool.h>

#include "lib/audio/audio_source.h"

/* Does the file begin with an ID3 tag or with two frames of MPEG audio, one after the other? */
bool mp3_frames_found(AudioSource *s);

/* Does the file end before it should: inside a frame, or before the frames that a Xing, Info or
 * VBRI tag counts; or does something other than tags lie between its frames? Several files one
 * after the other are looked at one by one. A file of free-format frames gets false. */
bool mp3_frames_damaged(AudioSource *s);

#endif
