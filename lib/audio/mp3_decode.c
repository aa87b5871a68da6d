#include "lib/audio/mp3_decode.h"

#include <mpg123.h>

static ssize_t source_read(void *source, void *data, size_t size) {
    return audio_source_read(source, data, size);
}

static off_t source_seek(void *source, off_t offset, int whence) {
    return audio_source_seek(source, offset, whence);
}

static int begin(mpg123_handle *m, AudioSource *s, Error *err) {
    if (mpg123_param(m, MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE, 0) == MPG123_OK &&
        mpg123_param(m, MPG123_ADD_FLAGS, MPG123_FORCE_FLOAT | MPG123_GAPLESS | MPG123_QUIET, 0) ==
            MPG123_OK &&
        mpg123_param(m, MPG123_RESYNC_LIMIT, -1, 0) == MPG123_OK && /* go on after any hole */
        mpg123_replace_reader_handle(m, source_read, source_seek, NULL) == MPG123_OK &&
        mpg123_open_handle(m, s) == MPG123_OK)
        return 0;
    return error_set(err, "libmpg123: %s", mpg123_strerror(m));
}

/* What the frames said of themselves so far. */
typedef struct {
    double rate; /* the first's; 0 before it */
    bool damaged, complete;
} Mp3State;

/* 0 to go on, 1 at the end, -1 with a message. */
static int next(mpg123_handle *m, Mp3Sink *sink, void *user, Mp3State *state, Error *err) {
    off_t frame;
    unsigned char *samples;
    size_t bytes;
    long hertz = 0;
    int channels = 0, encoding;
    int status = mpg123_decode_frame(m, &frame, &samples, &bytes);
    if (status != MPG123_OK && status != MPG123_NEW_FORMAT) {
        state->complete = status == MPG123_DONE;
        return 1;
    }
    mpg123_getformat(m, &hertz, &channels, &encoding);
    if (state->rate <= 0) state->rate = (double)hertz;
    if ((double)hertz != state->rate) {
        if (state->damaged) return 0; /* what a decoder takes for a frame inside the damage */
        return error_set(err,
                         "the sampling rate changes from %g to %ld Hz; convert the file to one "
                         "rate: ffmpeg -i FILE -ar 44100 OUT.flac",
                         state->rate, hertz);
    }
    if (status == MPG123_NEW_FORMAT || bytes == 0 || channels < 1) return 0;
    size_t frames = bytes / sizeof(float) / (size_t)channels;
    return sink(user, (const float *)(const void *)samples, frames, (size_t)channels, err);
}

int mp3_decode(AudioSource *s, bool damaged, Mp3Sink *sink, void *user, double *rate,
               bool *complete, Error *err) {
    Mp3State state = {.damaged = damaged, .complete = true};
    int code = MPG123_OK;
    mpg123_init(); /* needed before version 1.27; harmless later */
    mpg123_handle *m = mpg123_new(NULL, &code);
    if (!m) return error_set(err, "libmpg123: %s", mpg123_plain_strerror(code));
    int status = begin(m, s, err);
    while (status == 0) status = next(m, sink, user, &state, err);
    mpg123_delete(m);
    *rate = state.rate;
    *complete = state.complete;
    return status < 0 ? -1 : 0;
}
