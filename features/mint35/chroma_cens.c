/* chroma_cens.c: librosa.feature.chroma_cqt and librosa.feature.chroma_cens (0.11, 0.8). */
#include "features/mint35/chroma_cens.h"

#include <float.h>
#include <math.h>

#include "features/mint35/constant_q.h"
#include "features/mint35/hann.h"
#include "features/mint35/mint35.h"

enum { SMOOTHING = 41, HALF = SMOOTHING / 2 };

void chroma_from_cq(const float *magnitude, size_t frames, float *chroma) {
    /* a semitone is its centre bin and the bins beside it: C1's lower neighbour is the last bin of
     * an octave */
    for (size_t t = 0; t < frames; t++) {
        float *c = chroma + t * MINT35_PITCHES;
        for (size_t k = 0; k < MINT35_PITCHES; k++) c[k] = 0;
        for (size_t octave = 0; octave < CQ_OCTAVES; octave++) {
            const float *m = magnitude + t * CQ_BINS + octave * CQ_PER_OCTAVE;
            c[0] += m[0] + m[1] + m[CQ_PER_OCTAVE - 1];
            for (size_t k = 1; k < MINT35_PITCHES; k++)
                c[k] += m[3 * k - 1] + m[3 * k] + m[3 * k + 1];
        }
    }
}

static void quantise(float *c) {
    static const float steps[4] = {0.4f, 0.2f, 0.1f, 0.05f};
    double sum = 0;
    for (size_t k = 0; k < MINT35_PITCHES; k++) sum += fabs((double)c[k]);
    if (sum < FLT_MIN) sum = 1;
    for (size_t k = 0; k < MINT35_PITCHES; k++) {
        const float share = (float)((double)c[k] / sum);
        c[k] = 0;
        for (size_t i = 0; i < 4; i++) c[k] += share > steps[i] ? 0.25f : 0;
    }
}

void chroma_cens(float *chroma, size_t frames, LibrosaVersion version, float *out, size_t stride) {
    double window[SMOOTHING + 2],
        *w = window + 1, sum = 0; /* the two zeros at the ends of the symmetric window fall away */
    hann_symmetric(window, SMOOTHING + 2);
    for (size_t i = 0; i < SMOOTHING; i++) sum += w[i];
    for (size_t i = 0; i < SMOOTHING; i++) w[i] /= sum;
    for (size_t t = 0; t < frames; t++) quantise(chroma + t * MINT35_PITCHES);
    for (size_t t = 0; t < frames; t++) {
        double smooth[MINT35_PITCHES] = {0}, norm = 0;
        const size_t first = t < HALF ? 0 : t - HALF;
        const size_t last = t + HALF < frames ? t + HALF : frames - 1;
        for (size_t s = first; s <= last; s++)
            for (size_t k = 0; k < MINT35_PITCHES; k++)
                smooth[k] += w[s + HALF - t] * (double)chroma[s * MINT35_PITCHES + k];
        for (size_t k = 0; k < MINT35_PITCHES && version != LIBROSA_0_8; k++)
            smooth[k] = (float)smooth[k];
        for (size_t k = 0; k < MINT35_PITCHES; k++) norm += smooth[k] * smooth[k];
        norm = sqrt(norm);
        for (size_t k = 0; k < MINT35_PITCHES; k++)
            out[t * stride + k] = (float)(norm < FLT_MIN ? smooth[k] : smooth[k] / norm);
    }
}
