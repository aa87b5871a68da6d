/* mfcc.c: librosa.feature.mfcc (0.11), dct_type 2, norm "ortho", no liftering, as matrix products. In float64: sums of 128 numbers near -100
 * would lose 1e-3 in float32, more than the fast transform of librosa does. */
#include "mfcc.h"

#include <math.h>
#include <stdlib.h>

#include "lib/blas.h"

enum { BLOCK = 256 };

int mfcc(const float *mel_db, size_t frames, size_t bands, size_t count, float *out, size_t stride, Error *err) {
    double *basis = malloc(count * bands * sizeof *basis), *in = malloc(BLOCK * bands * sizeof *in), *product = malloc(BLOCK * count * sizeof *product);
    if (!basis || !in || !product) {
        free(basis);
        free(in);
        free(product);
        return fail(err, "out of memory");
    }
    for (size_t k = 0; k < count; k++) {
        const double scale = sqrt((k == 0 ? 1.0 : 2.0) / (double)bands);
        for (size_t b = 0; b < bands; b++) basis[k * bands + b] = scale * cos(M_PI * (double)k * ((double)b + 0.5) / (double)bands);
    }
    for (size_t t = 0; t < frames; t += BLOCK) {
        const size_t rows = frames - t < BLOCK ? frames - t : BLOCK;
        for (size_t i = 0; i < rows * bands; i++) in[i] = mel_db[t * bands + i];
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)rows, (blasint)count, (blasint)bands, 1, in, (blasint)bands, basis,
                    (blasint)bands, 0, product, (blasint)count);
        for (size_t i = 0; i < rows * count; i++) out[(t + i / count) * stride + i % count] = (float)product[i];
    }
    free(basis);
    free(in);
    free(product);
    return 0;
}
