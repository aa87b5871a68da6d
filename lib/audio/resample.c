/* resample.c: librosa.resample (0.11) through libsoxr, and as in 0.8 through kaiser.h.
 *
 * libsoxr's stream is fed in pieces, because libsoxr copies what it is given; the samples are the
 * same as in one piece. */
#include "lib/audio/resample.h"

#include <math.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/kaiser.h"

enum { PIECE = 1 << 15 };

static int feed(soxr_t soxr, const float *x, size_t n, float *y, size_t m, Error *err) {
    size_t read = 0, written = 0;
    while (written < m) {
        const size_t piece = n - read < PIECE ? n - read : PIECE;
        size_t used = 0, made = 0;
        const soxr_error_t e = soxr_process(soxr, piece ? x + read : NULL, piece, &used,
                                            y + written, m - written, &made);
        if (e) return error_set(err, "the resampler says: %s", e);
        read += used;
        written += made;
        if (piece == 0 && made == 0) break;
        if (piece > 0 && used == 0 && made == 0)
            return error_set(err, "the resampler does not go on");
    }
    memset(y + written, 0, (m - written) * sizeof *y);
    return 0;
}

static int by_soxr(const float *x, size_t n, double rate_in, double rate_out, float *y, size_t m,
                   Error *err) {
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t e = NULL;
    soxr_t soxr = soxr_create(rate_in, rate_out, 1, &e, &io, &quality, &runtime);
    if (!soxr || e)
        return error_set(err, "cannot resample from %g to %g Hz: %s", rate_in, rate_out,
                         e ? e : "out of memory");
    const int status = feed(soxr, x, n, y, m, err);
    soxr_delete(soxr);
    return status;
}

/* resampy makes floor(n ratio) samples; where that is none, it refuses, and one is made here. */
static int by_kaiser(const float *x, size_t n, double ratio, const KaiserFilter *filter, float *y,
                     size_t m, Error *err) {
    const size_t made = (double)n * ratio >= 1 ? (size_t)((double)n * ratio) : 1;
    memset(y + made, 0, (m - made) * sizeof *y);
    return kaiser_resample(x, n, ratio, filter, y, made, err);
}

int resample(const float *x, size_t n, double rate_in, double rate_out, Resampler resampler,
             float **y, size_t *m, Error *err) {
    *y = NULL;
    *m = rate_in == rate_out ? n : (size_t)ceil((double)n * (rate_out / rate_in));
    if (*m == 0) *m = 1;
    float *out = malloc(*m * sizeof *out);
    if (!out) return error_set(err, "out of memory for %zu samples", *m);
    int status = 0;
    if (rate_in == rate_out)
        memcpy(out, x, n * sizeof *out);
    else if (resampler == SOXR_HIGH)
        status = by_soxr(x, n, rate_in, rate_out, out, *m, err);
    else
        status = by_kaiser(x, n, rate_out / rate_in,
                           resampler == KAISER_BEST ? &kaiser_best : &kaiser_fast, out, *m, err);
    if (status)
        free(out);
    else
        *y = out;
    return status;
}

int resample_scaled(const float *x, size_t n, double rate_in, double rate_out, Resampler resampler,
                    float **y, size_t *m, Error *err) {
    if (resample(x, n, rate_in, rate_out, resampler, y, m, err)) return -1;
    const double scale = 1 / sqrt(rate_out / rate_in);
    for (size_t i = 0; i < *m; i++) (*y)[i] = (float)((*y)[i] * scale);
    return 0;
}
