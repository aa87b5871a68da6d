/* mint35.h: audio -> the 35 music features of google-research/mint's AIST++ preprocessing, as
 * librosa 0.11.0 (or 0.8.1) computes them.
 *
 * One row per frame of 512 samples at a rate of 512 fps Hz. Columns (blocks of lib/musicfile.h):
 *   0      onset_strength(y, sr)
 *   1-20   mfcc(y, sr, n_mfcc=20)
 *   21-32  chroma_cens(y, sr, hop_length=512)
 *   33     1 at the frames of onset_detect(onset_envelope=column 0)
 *   34     1 at the frames of beat_track(onset_envelope=column 0, start_bpm, tightness=100)
 * There are 1 + len(y) / 512 rows (rounded down). Nothing here opens files or prints. */
#ifndef FEATURES_MINT35_MINT35_H
#define FEATURES_MINT35_MINT35_H

#include <stddef.h>

#include "features/mint35/librosa.h"
#include "lib/audio/music_file.h"
#include "lib/base/error.h"
#include "lib/formats/tensor.h"

enum {
    FEATURE_HOP = 512,
    FEATURE_FFT = 2048,
    FEATURE_MELS = 128,
    FEATURE_MFCC = 20,
    FEATURE_CHROMA = 12,
    FEATURE_DIM = 35
};
enum {
    COLUMN_ONSET_STRENGTH = 0,
    COLUMN_MFCC = 1,
    COLUMN_CHROMA = 21,
    COLUMN_ONSET = 33,
    COLUMN_BEAT = 34
};

/* Frame rates that can be asked for: below 17 the highest of the 252 constant-Q filters would lie
 * beyond the Nyquist frequency; below 20 librosa 0.8 changes its scheme. */
enum { FEATURE_MIN_FPS = 17, FEATURE_MIN_FPS_0_8 = 20, FEATURE_MAX_FPS = 240 };

/* Sample rates that are taken, in Hz: a header that claims 1 Hz must not turn a kilobyte into
 * gigabytes. */
enum { FEATURE_MIN_RATE = 1000, FEATURE_MAX_RATE = 1000000 };

typedef struct {
    double fps; /* rows per second, FEATURE_MIN_FPS .. FEATURE_MAX_FPS; 60 */
    double start_bpm; /* centre of the tempo prior, > 0; 120 */
    unsigned blocks; /* the columns wanted: MUSIC_ALL, or a sum of MUSIC_... */
    LibrosaVersion version; /* LIBROSA_0_11 */
} MusicFeatureOptions;

static inline MusicFeatureOptions feature_options_default(void) {
    return (MusicFeatureOptions){
        .fps = 60, .start_bpm = 120, .blocks = MUSIC_ALL, .version = LIBROSA_0_11};
}

/* n >= 1 samples in mono, in [-1, 1] or not, at `rate` Hz -> *out (owned; empty on error). Refuses
 * no samples, samples that are not finite, samples so large (beyond 1e15) that their power
 * overflows, and options and rates out of range. out->tempo is 0 where there is no onset at all,
 * and where neither onsets nor beats are among the blocks. */
int music_features(const float *mono, size_t n, double rate, const MusicFeatureOptions *options,
                   Music *out, Error *err);

/* The two halves of music_features, so that a caller can let go of the original samples in between.
 * music_resample: mono at `rate` -> *y (owned; NULL on error) [*m] at 512 fps Hz. `stages` may be
 * NULL; it gets what was computed on the way, under the names of librosa's functions and variables:
 *   y [n], mel and mel_db [128, T] (of MFCC; onset_mel_db is the other in 0.8), tuning (bins of 36
 * per octave), cqt [252, T] (magnitudes), chroma_cqt [12, T] (not normalised), chroma_cens [12, T],
 * onset_strength [T], mfcc [20, T], onset_frames, tempogram_mean [lags], start_bpm, tempo,
 * frames_per_beat, localscore [T], cumscore [T], backlink [T], beat_frames. */
int music_resample(const float *mono, size_t n, double rate, const MusicFeatureOptions *options,
                   float **y, size_t *m, Error *err);
int music_features_resampled(const float *y, size_t n, const MusicFeatureOptions *options,
                             Music *out, Tensors *stages, Error *err);

/* The start_bpm of mint's rule for AIST++ music: names "m" BR|PO|LO|MH|LH|WA|KR|JS|JB "k" -> 80 +
 * 10 k, "mHOk" -> 110 + 5 k, with one digit k; 120 (librosa's default) for any other name. */
double start_bpm_of_name(const char *stem);

#endif
