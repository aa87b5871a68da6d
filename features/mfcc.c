/* mfcc.c: librosa.feature.mfcc (0.11), dct_type 2, norm "ortho", no liftering, as one matrix product. */
#include "mfcc.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

int mfcc(const float *mel_db, size_t frames, size_t bands, size_t count, float *out, size_t stride, Error *err) {
    float *basis = malloc(count * bands * sizeof *basis);
    if (!basis) return fail(err, "out of memory");
    for (size_t k = 0; k < count; k++) {
        const double scale = sqrt((k == 0 ? 1.0 : 2.0) / (double)bands);
        for (size_t b = 0; b < bands; b++)
            basis[k * bands + b] = (float)(scale * cos(M_PI * (double)k * ((double)b + 0.5) / (double)bands));
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)frames, (blasint)count, (blasint)bands, 1, mel_db, (blasint)bands, basis,
                (blasint)bands, 0, out, (blasint)stride);
    free(basis);
    return 0;
}
