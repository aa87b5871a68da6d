/* librosa.h: whose numbers. Most published features were made with librosa 0.8.1; where it differs
 * from 0.11.0:
 *   resampling: resampy's windowed sinc (kaiser_best for the sound, kaiser_fast within the
 * constant-Q transform), not soxr HQ spectra: the signal is mirrored beyond its ends, not zero
 *   onset strength: mel bands up to 11025 Hz, not to half the rate; MFCC: half the rate in both
 *   tuning: peaks are interpolated in single precision, and a parabola's vertex may lie more than a
 *     bin away
 *   constant-Q: the filters' bandwidth is 2^(1/36) - 1, not (4^(1/36) - 1) / (4^(1/36) + 1); fewer
 *     early halvings of the rate
 *   beats: frame 0 of the envelope counts; a first beat may follow one before the beginning, at no
 *     cost if a period away; trimming looks at the beats themselves and drops the last */
#ifndef FEATURES_MINT35_LIBROSA_H
#define FEATURES_MINT35_LIBROSA_H

typedef enum { LIBROSA_0_11, LIBROSA_0_8 } LibrosaVersion;

#endif
