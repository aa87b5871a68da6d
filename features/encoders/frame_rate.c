#include "features/encoders/frame_rate.h"

#include <fftw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const frame_rules[] = {"tent", "linear", "fft", NULL};

static size_t frames_out(const FrameRate *r, double seconds) {
    if (r->rule == FRAMES_NATIVE) return r->in;
    /* scipy's way to the length, with a margin for products like 1722 * 30 / 344.53125 */
    if (r->rule == FRAMES_FFT) return (size_t)ceil((double)r->in * r->fps / r->rate - 1e-9);
    const double n = floor(seconds * r->fps + 0.5);
    return n < 1 ? 1 : (size_t)n;
}

static float *zeros(size_t rows, size_t columns) {
    size_t count;
    if (__builtin_mul_overflow(rows, columns, &count)) return NULL;
    return calloc(count, sizeof(float));
}

int frame_rate_begin(FrameRate *r, FrameRule rule, size_t in, size_t columns, double rate,
                     double offset, double fps, double seconds, Error *err) {
    *r = (FrameRate){.rule = rule,
                     .in = in,
                     .columns = columns,
                     .rate = rate,
                     .offset = offset,
                     .fps = rule == FRAMES_NATIVE ? rate : fps};
    r->out = frames_out(r, seconds);
    r->result = zeros(r->out, columns);
    if (rule == FRAMES_FFT) r->all = zeros(in, columns);
    if (r->result && (r->all || rule != FRAMES_FFT)) return 0;
    frame_rate_free(r);
    return error_set(err, "out of memory for %zu frames of %zu features", r->out, columns);
}

void frame_rate_free(FrameRate *r) {
    free(r->result);
    free(r->all);
    *r = (FrameRate){0};
}

/* Where output frame k lies among the source frames. */
static double place(const FrameRate *r, size_t k) {
    double u = (double)k / r->fps * r->rate - r->offset;
    if (r->rule == FRAMES_LINEAR) u = ((double)k + 0.5) * (double)r->in / (double)r->out - 0.5;
    return fmin(fmax(u, 0), (double)r->in - 1);
}

/* Half the width of the tent around it, in source frames. */
static double reach(const FrameRate *r) {
    return r->rule == FRAMES_LINEAR ? 1 : fmax(1, r->rate / r->fps);
}

static double weight(double i, double u, double w) { return fmax(0, 1 - fabs(i - u) / w); }

/* Adds what frames [first, first + rows) give to output k; false if k lies wholly after them. */
static bool add_to(FrameRate *r, size_t k, size_t first, const float *x, size_t rows) {
    const double u = place(r, k), w = reach(r);
    const double low = fmax(ceil(u - w), 0), high = fmin(floor(u + w), (double)r->in - 1);
    const double begin = (double)first, end = (double)(first + rows - 1);
    double sum = 0;
    if (low > end) return false;
    for (double i = low; i <= high; i++) sum += weight(i, u, w);
    float *y = r->result + k * r->columns;
    for (double i = fmax(low, begin); i <= fmin(high, end); i++) {
        const float *from = x + ((size_t)i - first) * r->columns;
        const float part = (float)(weight(i, u, w) / sum);
        if (part == 0) continue;
        for (size_t c = 0; c < r->columns; c++) y[c] += part * from[c];
    }
    return true;
}

/* An output that cannot get anything of source frame i any more lies before this one. */
static size_t first_output(const FrameRate *r, size_t i) {
    const double u = (double)i - reach(r) - 1;
    double k = (u + r->offset) / r->rate * r->fps;
    if (r->rule == FRAMES_LINEAR) k = (u + 0.5) / (double)r->in * (double)r->out - 0.5;
    return k > 2 ? (size_t)k - 1 : 0;
}

void frame_rate_add(FrameRate *r, size_t first, const float *x, size_t rows) {
    float *whole = r->rule == FRAMES_FFT ? r->all : r->result;
    if (r->rule == FRAMES_FFT || r->rule == FRAMES_NATIVE) {
        memcpy(whole + first * r->columns, x, rows * r->columns * sizeof *x);
        return;
    }
    for (size_t k = first_output(r, first); k < r->out; k++)
        if (!add_to(r, k, first, x, rows)) break;
}

/* --- fft --- */

typedef struct {
    size_t in, out;
    double *x, *y;
    fftw_complex *from, *to;
    fftw_plan forward, backward;
} Spectra;

static void spectra_free(Spectra *s) {
    if (s->forward) fftw_destroy_plan(s->forward);
    if (s->backward) fftw_destroy_plan(s->backward);
    fftw_free(s->x);
    fftw_free(s->y);
    fftw_free(s->from);
    fftw_free(s->to);
}

static int spectra_new(Spectra *s, size_t in, size_t out, Error *err) {
    *s = (Spectra){.in = in,
                   .out = out,
                   .x = fftw_alloc_real(in),
                   .y = fftw_alloc_real(out),
                   .from = fftw_alloc_complex(in / 2 + 1),
                   .to = fftw_alloc_complex(out / 2 + 1)};
    if (s->x && s->y && s->from && s->to) {
#pragma omp critical(fftw_planner)
        {
            s->forward = fftw_plan_dft_r2c_1d((int)in, s->x, s->from, FFTW_ESTIMATE);
            s->backward = fftw_plan_dft_c2r_1d((int)out, s->to, s->y, FFTW_ESTIMATE);
        }
    }
    return s->forward && s->backward ? 0 : error_set(err, "out of memory");
}

/* The first half of the spectrum; of an even smaller length, the bin in the middle stands for
 * two on the longer side. */
static void spectra_run(Spectra *s) {
    const size_t least = s->in < s->out ? s->in : s->out, bins = least / 2 + 1;
    fftw_execute(s->forward);
    for (size_t i = 0; i < s->out / 2 + 1; i++)
        for (size_t k = 0; k < 2; k++) s->to[i][k] = i < bins ? s->from[i][k] : 0;
    if (least % 2 == 0 && s->in != s->out)
        for (size_t k = 0; k < 2; k++) s->to[least / 2][k] *= s->out < s->in ? 2 : 0.5;
    fftw_execute(s->backward);
}

int frame_rate_end(FrameRate *r, Error *err) {
    Spectra s;
    if (r->rule != FRAMES_FFT) return 0;
    int status = spectra_new(&s, r->in, r->out, err);
    for (size_t c = 0; c < r->columns && !status; c++) {
        for (size_t i = 0; i < r->in; i++) s.x[i] = r->all[i * r->columns + c];
        spectra_run(&s);
        for (size_t k = 0; k < r->out; k++)
            r->result[k * r->columns + c] = (float)(s.y[k] / (double)r->in);
    }
    spectra_free(&s);
    free(r->all);
    r->all = NULL;
    return status;
}
