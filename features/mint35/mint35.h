/* mint35.h: audio -> the 35 music features of google-research/mint's AIST++ preprocessing, as
 * librosa 0.11.0 (or 0.8.1) computes them.
 *
 * One row per frame of 512 samples at a rate of 512 fps Hz. Columns:
 *   0      onset_strength(y, sr)
 *   1-20   mfcc(y, sr, n_mfcc=20)
 *   21-32  chroma_cens(y, sr, hop_length=512)
 *   33     1 at the frames of onset_detect(onset_envelope=column 0)
 *   34     1 at the frames of beat_track(onset_envelope=column 0, start_bpm, tightness=100)
 * There are 1 + len(y) / 512 rows (rounded down). Nothing here opens files or prints. */
#ifndef FEATURES_MINT35_MINT35_H
#define FEATURES_MINT35_MINT35_H

#include <stddef.h>

#include "features/mint35/blocks.h"
#include "features/mint35/librosa.h"
#include "lib/audio/music_file.h"
#include "lib/base/error.h"

enum {
    MINT35_HOP = 512,
    MINT35_FFT = 2048,
    MINT35_MELS = 128,
    MINT35_CEPSTRA = 20,
    MINT35_PITCHES = 12,
    MINT35_DIM = 35
};
enum {
    MINT35_COLUMN_ONSET_STRENGTH = 0,
    MINT35_COLUMN_MFCC = 1,
    MINT35_COLUMN_CHROMA = 21,
    MINT35_COLUMN_ONSET = 33,
    MINT35_COLUMN_BEAT = 34
};

/* Frame rates that can be asked for: below 17 the highest of the 252 constant-Q filters would lie
 * beyond the Nyquist frequency; below 20 librosa 0.8 changes its scheme. */
enum { MINT35_MIN_FPS = 17, MINT35_MIN_FPS_0_8 = 20, MINT35_MAX_FPS = 240 };

/* Sample rates that are taken, in Hz: a header that claims 1 Hz must not turn a kilobyte into
 * gigabytes. */
enum { MINT35_MIN_RATE = 1000, MINT35_MAX_RATE = 1000000 };

typedef struct {
    double fps; /* rows per second, MINT35_MIN_FPS .. MINT35_MAX_FPS; 60 */
    double start_bpm; /* centre of the tempo prior, > 0; 120 */
    unsigned blocks; /* the columns wanted: MINT35_ALL, or a sum of MINT35_... */
    LibrosaVersion version; /* LIBROSA_0_11 */
} Mint35Options;

static inline Mint35Options mint35_defaults(void) {
    return (Mint35Options){
        .fps = 60, .start_bpm = 120, .blocks = MINT35_ALL, .version = LIBROSA_0_11};
}

/* Refuses options out of range. */
int mint35_check(const Mint35Options *options, Error *err);

/* n >= 1 samples in mono, in [-1, 1] or not, at `rate` Hz -> *out (owned; empty on error). Refuses
 * no samples, samples that are not finite, samples so large (beyond 1e15) that their power
 * overflows, and options and rates out of range. out->tempo is 0 where there is no onset at all
 * (MUSIC_SILENT among the notes if onsets or beats are among the blocks), and where the blocks need
 * no rhythm. */
int mint35_features(const float *mono, size_t n, double rate, const Mint35Options *options,
                    Music *out, Error *err);

/* The two halves of mint35_features, so that a caller can free the original samples in between.
 * mint35_resample: mono at `rate` -> *y (owned; NULL on error) [*m] at 512 fps Hz. */
int mint35_resample(const float *mono, size_t n, double rate, const Mint35Options *options,
                    float **y, size_t *m, Error *err);

/* Called after every step with what has been computed so far (work.h); -1 ends the computation. */
typedef struct Mint35Work Mint35Work;
typedef int Mint35Observe(void *user, const Mint35Work *work, int step, Error *err);
typedef struct {
    Mint35Observe *observe;
    void *user;
} Mint35Observer;

/* observer may be NULL. */
int mint35_features_resampled(const float *y, size_t n, const Mint35Options *options, Music *out,
                              const Mint35Observer *observer, Error *err);

/* The start_bpm of mint's rule for AIST++ music: names "m" BR|PO|LO|MH|LH|WA|KR|JS|JB "k" -> 80 +
 * 10 k, "mHOk" -> 110 + 5 k, with one digit k; 120 (librosa's default) for any other name. */
double mint35_start_bpm(const char *stem);

#endif
