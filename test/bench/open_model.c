/* open_model FILE: what `generate` does before its first step: opens a model and plans the memory
 * of a dance. Prints seconds, CPU seconds, and the weights in MiB. open_model --write PRESET FILE:
 * a full model of that preset with made-up weights. */
#include <stdio.h>
#include <string.h>

#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/generate.h"
#include "model/model_file.h"
#include "model/train/presets.h"
#include "test/bench/clock.h"

static int write_model(const char *preset, const char *path, Error *err) {
    const Preset *p = preset_find(preset);
    if (!p) return error_set(err, "%s: no such preset", preset);
    Config c = p->config;
    c.motion_dim = 219;
    c.music_dim = 35;
    Model m;
    Exported e;
    if (model_new(&m, KIND_MODEL, &c, (const char *const[]){"BR"}, 1, true, err)) return -1;
    int status = params_allocate(&m.params, false, err);
    for (size_t i = 0; status == 0 && i < m.params.total; i++) m.params.value[i] = 0.5f;
    if (status == 0) status = model_export(&m, &e, err);
    if (status == 0) status = exported_write(path, &e, err);
    model_free(&m);
    return status;
}

static int open_one(const char *path, Error *err) {
    Model m;
    Generator *g = NULL;
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (model_read(path, KIND_MODEL, &m, err)) return -1;
    int status = generator_new(&g, &m, 1, m.config.keep, 0, err);
    wall = now(CLOCK_MONOTONIC) - wall;
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (status == 0)
        printf("%.6f %.6f %.0f\n", wall, cpu, (double)m.params.total * sizeof(real) / (1 << 20));
    generator_free(g);
    model_free(&m);
    return status;
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    bool writing = argc == 4 && strcmp(argv[1], "--write") == 0;
    if (argc != 2 && !writing)
        return fputs("usage: open_model FILE\n   or: open_model --write PRESET FILE\n", stderr), 2;
    threads_set(0);
    Error err;
    int status = writing ? write_model(argv[2], argv[3], &err) : open_one(argv[1], &err);
    if (status) fprintf(stderr, "open_model: %s\n", err.text);
    return status != 0;
}
