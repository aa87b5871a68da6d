/* page.h: dances -> one HTML file that plays them in 3D with their music, without network or any
 * other file.
 *
 * The file is the viewer (page/) followed by one JSON block. Rotations travel as unit quaternions
 * without their largest component, 15 bits for each of the other three (off by at most 0.009
 * degrees), translations and deltas as float32, all in base64: 60 s of a 24-joint dance are 0.8 MB.
 */
#ifndef EXPORT_PAGE_H
#define EXPORT_PAGE_H

#include "export/clip.h"
#include "export/motion_profile.h"
#include "lib/base/buffer.h"

typedef struct {
    const Clip *clip;
    const MotionProfile *profile;
    const char *label; /* what the page calls the dance; any bytes */
    const char *note; /* a line about it, under its name; any bytes; "": none */
} PageDance;

typedef struct {
    const char *title; /* any bytes; NULL or "": the page makes one */
    const PageDance
        *dances; /* [count], at least one; side by side in this order, from the same moment on */
    size_t count;
    const unsigned char *audio; /* a whole sound file, played from frame 0 on; NULL: silence */
    size_t audio_size;
} Page;

/* Adds the page's bytes. Music beats and thresholds are those of the first dance that has any.
 * Fails on sound that page_audio_type does not know and when memory is out. */
int page_html(const Page *page, Buffer *out, Error *err);

/* MIME type of a sound file that browsers play, by its first bytes: wav, mp3, ogg (Vorbis, Opus),
 * flac, m4a, aac, webm; NULL for any other. */
const char *page_audio_type(const unsigned char *bytes, size_t size);

/* Fails with what to do about a sound file of another type. */
int page_audio_check(const unsigned char *bytes, size_t size, Error *err);

/* Is it of a type that lib/audio has no decoder for (m4a, aac, webm)? */
bool page_audio_only_plays(const unsigned char *bytes, size_t size);

#endif
