/* trace.h: an observer of mint35.c that keeps what is computed on the way, for comparison with
 * librosa's own arrays. */
#ifndef FEATURES_MINT35_TRACE_H
#define FEATURES_MINT35_TRACE_H

#include "features/mint35/work.h"
#include "lib/formats/tensor.h"

/* A Mint35Observe; `tensors` is a Tensors. Adds what the step has computed, under the names of
 * librosa's functions and variables, matrices as librosa returns them:
 *   y [n], tuning (bins of 36 per octave), mel and mel_db [128, T] (of MFCC; onset_mel_db is the
 *   other in 0.8), onset_strength [T], onset_frames, start_bpm, tempogram_mean [lags],
 *   frames_per_beat, localscore [T], cumscore [T], backlink [T], tempo, beat_frames, mfcc [20, T],
 *   cqt [252, T] (magnitudes), chroma_cqt [12, T] (not normalised), chroma_cens [12, T].
 * Where there is no onset, what the beat tracker computes is missing. */
int mint35_trace(void *tensors, const Mint35Work *w, int step, Error *err);

#endif
