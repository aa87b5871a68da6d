/* generate: music (and a seed) in, dance out; one dance, or one for each row of a data set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/music_source.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "model/dances.h"
#include "model/model_file.h"

typedef struct {
    const char *model, *music, *seed, *genre, *dataset, *output;
    int precision; /* 1: bf16 */
    DanceOptions dances;
    GeneralOptions general;
} GenerateSettings;

/* A run under way. */
typedef struct {
    const Program *program;
    const GenerateSettings *settings;
    MusicSource source;
    size_t count; /* dances in all */
    Progress progress;
    bool showing;
} Generation;

static void print_warnings(Generation *g, const char *seed_assumed) {
    for (size_t i = 0; i < g->source.warnings.count; i++)
        program_warn(g->program, "%s", g->source.warnings.items[i]);
    strings_free(&g->source.warnings);
    if (seed_assumed && !g->source.assumed)
        program_warn(g->program, "%s does not say its rate; taken as 60 frames a second",
                     seed_assumed);
    g->source.assumed |= seed_assumed != NULL;
}

static void on_ready(void *user, size_t first, size_t count, const char *seed_assumed) {
    Generation *g = user;
    char label[PROGRESS_LABEL] = "frames";
    if (g->showing) progress_end(&g->progress);
    print_warnings(g, seed_assumed);
    if (g->count > 1)
        snprintf(label, sizeof label, "frames of dances %zu to %zu of %zu", first + 1,
                 first + count, g->count);
    progress_start(&g->progress, label, 1, g->settings->general.quiet);
    g->showing = true;
}

static void on_progress(void *user, size_t done, size_t total) {
    Generation *g = user;
    g->progress.total = total;
    progress_step(&g->progress, done);
}

static int make(Generation *g, const Model *m, const DanceRequest *requests, size_t count,
                Error *err) {
    const DanceHooks hooks = {.user = g, .ready = on_ready, .progress = on_progress};
    g->count = count;
    const int status = dances_make(m, requests, count, &g->settings->dances, music_source_load,
                                   &g->source, &hooks, err);
    if (g->showing) progress_end(&g->progress);
    return status;
}

static int make_dataset(Generation *g, const Model *m, Error *err) {
    const GenerateSettings *s = g->settings;
    Dataset d;
    DanceRequest *requests = NULL;
    Strings outputs = {0};
    if (dataset_read(s->dataset, &d, err)) return -1;
    int status = dance_requests(&d, s->dataset, s->output, s->genre, m->config.music_dim > 0,
                                &requests, &outputs, err);
    if (status == 0) status = folder_make(s->output, err);
    if (status == 0 && !s->general.quiet)
        fprintf(stderr, "generate: %zu dances by %s into %s\n", d.count, s->model, s->output);
    if (status == 0) status = make(g, m, requests, d.count, err);
    free(requests);
    strings_free(&outputs);
    dataset_free(&d);
    return status;
}

static int make_all(Generation *g, Model *m, Error *err) {
    const GenerateSettings *s = g->settings;
    if (music_source_for_model(&g->source, s->model, &m->config.music_features, m->config.music_dim,
                               &m->config.fps, err))
        return -1;
    if (s->dataset) return make_dataset(g, m, err);
    const DanceRequest one = {s->music, s->seed, s->genre, s->output};
    return make(g, m, &one, 1, err);
}

/* --- command line --- */

/* How to come to what the ending of -o asks for: 2 after a message, or -1. */
static int check_output(const Program *program, const char *output) {
    static const char *const formats[] = {"html", "bvh", "glb", "pkl", "png", "svg", "y4m"};
    static const char *const videos[] = {".mp4", ".mkv", ".webm", ".mov", ".avi", ".gif"};
    const char *slash = strrchr(output, '/'), *name = slash ? slash + 1 : output;
    if (path_ends_with(output, ".npz") || !strchr(name, '.')) return -1;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char ending[8];
        snprintf(ending, sizeof ending, ".%s", formats[i]);
        if (path_ends_with(output, ending))
            return program_usage_error(program,
                                       "-o %s: dances are written as .npz; generate -o dance.npz, "
                                       "then export-motion --to %s -o %s dance.npz",
                                       output, formats[i], output);
    }
    for (size_t i = 0; i < sizeof videos / sizeof *videos; i++)
        if (path_ends_with(output, videos[i]))
            return program_usage_error(
                program,
                "-o %s: dances are written as .npz; generate -o dance.npz, then export-motion --to "
                "y4m -o - dance.npz | ffmpeg -i - -pix_fmt yuv420p %s",
                output, output);
    return program_usage_error(program, "-o %s: dances are written as .npz; -o %s.npz", output,
                               output);
}

static int check_usage(const Program *program, const GenerateSettings *s) {
    if (!s->model || !s->output)
        return program_usage_error(program, "%s is needed", s->model ? "-o" : "-m");
    if (s->music && s->dataset)
        return program_usage_error(program, "--music and --dataset exclude each other");
    if (!s->music && !s->dataset && !s->dances.frames)
        return program_usage_error(program, "either --music or --dataset is needed");
    if (s->dataset && s->seed)
        return program_usage_error(program,
                                   "--seed-motion goes with --music; a data set names its own");
    return s->dataset ? -1 : check_output(program, s->output);
}

static int generate(const Program *program, const GenerateSettings *s) {
    Error err;
    Model m;
    Generation g = {.program = program, .settings = s};
    if (model_read(s->model, KIND_MODEL, &m, &err)) return program_report(program, &err);
    int status;
    if (s->dances.keep > m.config.future)
        status = program_usage_error(
            program, "--keep must not exceed the model's %zu predicted frames", m.config.future);
    else if (!s->music && !s->dataset && m.config.music_dim > 0)
        status = program_usage_error(program, "either --music or --dataset is needed");
    else {
        status = make_all(&g, &m, &err);
        if (status == DANCES_NO_GENRE)
            status = program_usage_error(program, "%s", err.text);
        else if (status)
            status = program_report(program, &err);
    }
    music_source_close(&g.source);
    model_free(&m);
    return status;
}

int main(int argc, char **argv) {
    static const char *const precisions[] = {"float32", "bf16", NULL};
    GenerateSettings s = {.dances.batch = 32};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("model", 'm', "FILE", &s.model,
                             "What train-predictor wrote, a checkpoint of it included. Needed."),
                 option_text(
                     "music", 0, "FILE", &s.music,
                     "Music: a sound file (wav, flac, ogg, mp3), of which the features that "
                     "the model needs are computed, or such features (.npz)."),
                 option_text("seed-motion", 0, "FILE", &s.seed,
                             "Motion whose first frames begin the dance; without it the model's "
                             "own seed."),
                 option_text("genre", 0, "G", &s.genre,
                             "Genre, one that the model knows, by AIST++'s code or its name (HO, "
                             "house); else the seed file's, else the model's only one."),
                 option_standard(option_size("frames", 0, "T", &s.dances.frames, 0, 1e9,
                                             "Length in frames, the seed included."),
                                 "the music's"),
                 option_standard(option_size("keep", 0, "k", &s.dances.keep, 0, 100000,
                                             "Frames kept of each step."),
                                 "the model's"),
                 option_text("dataset", 0, "FILE.tsv", &s.dataset,
                             "Make a dance for each row: its motion as the seed (empty: the "
                             "model's), its music; -o is a folder."),
                 option_size("batch", 0, "B", &s.dances.batch, 1, 4096,
                             "Dances computed together."),
                 option_choice("precision", 0, precisions, &s.precision,
                               "bf16: weights of the transformer layers rounded to 8 bits: faster "
                               "where the processor has bfloat16, see docs/performance.md."),
                 option_text("output", 'o', "PATH", &s.output,
                             "Write the dance here (.npz), or the folder. Needed."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "generate",
        .usage = "[OPTION]... -m MODEL --music FILE -o OUT.npz\n"
                 "[OPTION]... -m MODEL --dataset FILE.tsv -o DIR",
        .about = "Makes dances to music. The dance begins with the seed motion and lasts as long "
                 "as the music; it has the model's frame rate.",
        .example = "generate -m model.safetensors --music song.mp3 --genre house -o dance.npz",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    runtime_prepare(argv);
    if (argc > first) return program_usage_error(&program, "unexpected operand %s", argv[first]);
    const int wrong = check_usage(&program, &s);
    if (wrong >= 0) return wrong;
    s.dances.bf16 = s.precision == 1;
    threads_set((int)s.general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    return program_finish(&program, generate(&program, &s));
}
