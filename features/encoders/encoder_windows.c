#include "features/encoders/encoder_windows.h"

#include <omp.h>
#include <stdlib.h>

int encoder_windows_plan(size_t frames, size_t window, size_t overlap, EncoderWindows *out,
                         Error *err) {
    *out = (EncoderWindows){0};
    if (window == 0 || window > frames) window = frames;
    if (overlap >= window) overlap = window - 1;
    const size_t step = window - overlap;
    const size_t count = window < frames ? (frames - window + step - 1) / step + 1 : 1;
    EncoderWindow *w = calloc(count, sizeof *w);
    if (!w) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++)
        w[i] =
            (EncoderWindow){.first = i + 1 < count ? i * step : frames - window, .count = window};
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = frames;
        if (i + 1 < count) end = (w[i + 1].first + w[i].first + window + 1) / 2;
        w[i].keep_first = at;
        w[i].keep = end - at;
        at = end;
    }
    *out = (EncoderWindows){count, w};
    return 0;
}

void encoder_windows_free(EncoderWindows *w) {
    free(w->items);
    *w = (EncoderWindows){0};
}

/* Windows [from, from + count) into out, then on to the sink. */
static int run_some(const EncoderWindows *w, size_t from, size_t count, size_t columns,
                    EncoderWindowRun *run, void *context, const EncoderSink *sink, float *out,
                    Error *err) {
    const size_t room = w->items[0].count * columns;
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) if (count > 1)
    for (size_t i = 0; i < count; i++) {
        Error e;
        const bool first = from + i == 0;
        if (run(context, &w->items[from + i], out + i * room, first ? sink : NULL, &e)) {
#pragma omp critical(encoder_windows)
            {
                failed = -1;
                *err = e;
            }
        }
    }
    for (size_t i = 0; i < count && !failed; i++) {
        const EncoderWindow *v = &w->items[from + i];
        failed = sink->frames(sink->context, v->keep_first,
                              out + i * room + (v->keep_first - v->first) * columns, v->keep, err);
    }
    return failed;
}

int encoder_windows_run(const EncoderWindows *w, size_t columns, EncoderWindowRun *run,
                        void *context, const EncoderSink *sink, Error *err) {
    const size_t threads = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t most = threads < w->count ? threads : w->count;
    size_t bytes;
    float *out = NULL;
    if (!__builtin_mul_overflow(w->items[0].count, columns, &bytes) &&
        !__builtin_mul_overflow(bytes, most * sizeof *out, &bytes))
        out = malloc(bytes);
    if (!out) return error_set(err, "out of memory for %zu frames", w->items[0].count);
    int status = 0;
    for (size_t at = 0; at < w->count && !status; at += most) {
        const size_t count = w->count - at < most ? w->count - at : most;
        status = run_some(w, at, count, columns, run, context, sink, out, err);
    }
    free(out);
    return status;
}
