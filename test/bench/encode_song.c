/* encode_song FOLDER SECONDS RUNS [THREADS [PRECISION]]: the time of a checkpoint's way over so
 * many seconds of noise, seen at once; PRECISION: float32 or bf16. One warm-up run, then prints as
 * one line: median seconds of a run, median CPU seconds (all threads), its products' GFLOP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoders.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "test/bench/clock.h"

enum { MOST = 100 };

static int drop(void *context, size_t first, const float *x, size_t rows, Error *err) {
    (void)first, (void)err;
    *(float *)context += x[rows / 2];
    return 0;
}

static int measure(const Encoder *kind, void *state, const EncoderInfo *info, double seconds,
                   size_t runs, Error *err) {
    const size_t count = (size_t)(seconds * info->rate);
    static double wall[MOST], cpu[MOST];
    float kept = 0, *samples = malloc(count * sizeof *samples);
    int status = samples ? 0 : error_set(err, "out of memory");
    for (size_t run = 0; run <= runs && !status; run++) {
        for (size_t i = 0; i < count; i++)
            samples[i] = (float)((i * 2654435761u) % 1000) / 1000 - 0.5f;
        const EncoderSink sink = {.frames = drop, .context = &kept};
        const double begin = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
        status = kind->run(state, samples, count, &sink, err);
        if (run == 0) continue;
        wall[run - 1] = now(CLOCK_MONOTONIC) - begin;
        cpu[run - 1] = now(CLOCK_PROCESS_CPUTIME_ID) - used;
    }
    free(samples);
    if (status) return -1;
    const double operations = kind->operations ? kind->operations(state, count) : 0;
    printf("%.6f %.6f %.3f\n", median(wall, runs), median(cpu, runs), operations * 1e-9);
    return 0;
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    if (argc < 4) {
        fputs("usage: encode_song FOLDER SECONDS RUNS [THREADS [PRECISION]]\n", stderr);
        return 2;
    }
    const EncoderOptions o = {.window_given = true,
                              .bfloat16 = argc > 5 && strcmp(argv[5], "bf16") == 0};
    const size_t runs = strtoul(argv[3], NULL, 10);
    const Encoder *kind;
    EncoderInfo info;
    void *state;
    Error err;
    threads_set(argc > 4 ? atoi(argv[4]) : 0);
    int status = encoders_recognise(argv[1], &kind, &err);
    if (!status) status = encoder_open(kind, argv[1], &o, &state, &info, &err);
    if (!status) {
        status = measure(kind, state, &info, strtod(argv[2], NULL),
                         runs < 1 || runs > MOST ? 1 : runs, &err);
        encoder_close(kind, state);
    }
    if (status) fprintf(stderr, "encode_song: %s\n", err.text);
    return status ? 1 : 0;
}
