/* mfcc.c: librosa.feature.mfcc (0.11), dct_type 2, norm "ortho", no liftering, sum by sum. In
 * float64: sums of 128 numbers near -100 would lose 1e-3 in float32, more than the fast transform
 * of librosa does. */
#include "features/mint35/mfcc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int mfcc(const float *mel_db, size_t frames, size_t bands, size_t count, float *out, size_t stride,
         Error *err) {
    double *basis = malloc((bands + 1) * count * sizeof *basis),
           *restrict sum = basis + bands * count; /* [bands][count]; [count] */
    if (!basis) return error_set(err, "out of memory");
    for (size_t k = 0; k < count; k++) {
        const double scale = sqrt((k == 0 ? 1.0 : 2.0) / (double)bands);
        for (size_t b = 0; b < bands; b++)
            basis[b * count + k] =
                scale * cos(M_PI * (double)k * ((double)b + 0.5) / (double)bands);
    }
    for (size_t t = 0; t < frames; t++) {
        memset(sum, 0, count * sizeof *sum);
        for (size_t b = 0; b < bands; b++) {
            const double x = (double)mel_db[t * bands + b], *restrict row = basis + b * count;
            for (size_t k = 0; k < count; k++) sum[k] += x * row[k];
        }
        for (size_t k = 0; k < count; k++) out[t * stride + k] = (float)sum[k];
    }
    free(basis);
    return 0;
}
