/* jukebox_song.h: Jukebox's hidden states of a whole song.
 *
 * A song is cut into windows, of which the prior sees one at a time. Frames of a window that the
 * window before it has, too, are left out: there the prior has seen more. The last window begins
 * earlier, so that it ends with the song. Two ways:
 *   windows  the frames are the codes' own, 128 samples each; the song is encoded as a whole
 *   slices   EDGE's: each window is encoded by itself, and its states resampled to `fps` by FFT
 *
 * Every block of the prior is read once a song and run on all windows, whose states wait in a
 * JukeboxStore. */
#ifndef FEATURES_ENCODERS_JUKEBOX_SONG_H
#define FEATURES_ENCODERS_JUKEBOX_SONG_H

#include "features/encoders/jukebox_codec.h"
#include "features/encoders/jukebox_prior.h"

typedef struct {
    JukeboxConfig config;
    JukeboxCodec *codec;
    JukeboxPrior *prior;
    EncoderLayers layers;
    size_t last; /* blocks that are run: the highest of the layers */
    bool bfloat16; /* the linear layers of blocks */
    bool slices;
    double fps; /* of frames: of slices, or the codes' own */
    size_t window, overlap; /* frames */
    size_t window_codes; /* that such a window has */
    EncoderNormalise normalise; /* to a peak of 1: what a slice or window has, or the song */
} Jukebox;

/* Frames of so many samples; 0 where they are too few for one frame, or one slice. */
size_t jukebox_song_frames(const Jukebox *j, size_t samples);

/* As Encoder.run. */
int jukebox_song_run(const Jukebox *j, float *samples, size_t count, const EncoderSink *sink,
                     Error *err);

/* Floating-point operations of a song; what it takes here, measured on one block. */
double jukebox_song_operations(const Jukebox *j, size_t samples);
int jukebox_song_estimate(const Jukebox *j, size_t samples, EncoderEstimate *out, Error *err);

#endif
