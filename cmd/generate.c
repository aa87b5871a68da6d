/* generate: music (and a seed) in, dance out; one dance, or one for each row of a data set. */
#include <stdio.h>
#include <string.h>

#include "export/formats.h"
#include "features/music_source.h"
#include "lib/base/rate.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "model/dances.h"
#include "model/model_file.h"

typedef struct {
    const char *model, *music, *seed, *genre, *dataset, *output;
    int precision; /* 1: bf16 */
    long random_seed;
    DanceRun run;
    GeneralOptions general;
} GenerateSettings;

/* What the user is shown of a run. */
typedef struct {
    const Program *program;
    const GenerateSettings *settings;
    MusicSource source;
    Progress progress;
    bool showing;
} Display;

static void print_warnings(Display *d, const char *seed_assumed) {
    MusicSource *s = &d->source;
    char text[RATE_TEXT_SIZE];
    for (size_t i = 0; i < s->warnings.count; i++)
        program_warn(d->program, "%s", s->warnings.items[i]);
    strings_free(&s->warnings);
    if (seed_assumed && !s->assumed)
        program_warn(d->program, "%s", rate_unsaid_text(seed_assumed, text));
    s->assumed |= seed_assumed != NULL;
}

static void on_ready(void *user, size_t first, size_t count, size_t total,
                     const char *seed_assumed) {
    Display *d = user;
    const GenerateSettings *s = d->settings;
    char label[PROGRESS_LABEL] = "frames";
    if (d->showing) progress_end(&d->progress);
    print_warnings(d, seed_assumed);
    if (s->dataset && first == 0 && !s->general.quiet)
        fprintf(stderr, "generate: %zu dances by %s into %s\n", total, s->model, s->output);
    if (total > 1)
        snprintf(label, sizeof label, "frames of dances %zu to %zu of %zu", first + 1,
                 first + count, total);
    progress_start(&d->progress, label, 1, s->general.quiet);
    d->showing = true;
}

static void on_progress(void *user, size_t done, size_t total) {
    Display *d = user;
    d->progress.total = total;
    progress_step(&d->progress, done);
}

static int make(Display *d, Model *m, Error *err) {
    const GenerateSettings *s = d->settings;
    Config *c = &m->config;
    if (music_source_for_model(&d->source, s->model, &c->music_features, c->music_dim, &c->fps,
                               err))
        return -1;
    DanceRun run = s->run;
    run.model = m;
    run.load = music_source_load;
    run.load_context = &d->source;
    run.user = d;
    run.ready = on_ready;
    run.progress = on_progress;
    if (s->dataset) return dances_make_dataset(&run, s->dataset, s->output, s->genre, err);
    return dances_make(&run, &(DanceRequest){s->music, s->seed, s->genre, s->output}, 1, err);
}

static int make_and_report(Display *d, Model *m) {
    Error err;
    const int status = make(d, m, &err);
    if (d->showing) progress_end(&d->progress);
    if (status == DANCES_NO_GENRE) return program_usage_error(d->program, "%s", err.text);
    return status ? program_report(d->program, &err) : 0;
}

static int generate(const Program *program, const GenerateSettings *s) {
    Error err;
    Model m;
    Display d = {.program = program, .settings = s};
    if (model_read(s->model, KIND_MODEL, &m, &err)) return program_report(program, &err);
    int status;
    if (s->run.keep > m.config.future)
        status = program_usage_error(
            program, "--keep must not exceed the model's %zu predicted frames", m.config.future);
    else if (!s->music && !s->dataset && m.config.music_dim > 0)
        status = program_usage_error(program, "either --music or --dataset is needed");
    else
        status = make_and_report(&d, &m);
    music_source_close(&d.source);
    model_free(&m);
    return status;
}

/* How to come to what the ending of -o asks for: 2 after a message, or -1. */
static int check_output(const Program *program, const char *output) {
    const char *slash = strrchr(output, '/'), *name = slash ? slash + 1 : output;
    if (path_ends_with(output, ".npz") || !strchr(name, '.')) return -1;
    for (size_t i = 0; i < EXPORT_FORMATS; i++)
        if (path_ends_with(output, export_formats[i].ending))
            return program_usage_error(program,
                                       "-o %s: dances are written as .npz; generate -o dance.npz, "
                                       "then export-motion --to %s -o %s dance.npz",
                                       output, export_formats[i].name, output);
    return program_usage_error(
        program,
        "-o %s: dances are written as .npz; generate -o dance.npz, then export-motion (a video: "
        "export-motion --to y4m -o - dance.npz | ffmpeg -i - -pix_fmt yuv420p dance.mp4)",
        output);
}

static int check_usage(const Program *program, const GenerateSettings *s) {
    if (!s->model || !s->output)
        return program_usage_error(program, "%s is needed", s->model ? "-o" : "-m");
    if (s->music && s->dataset)
        return program_usage_error(program, "--music and --dataset exclude each other");
    const bool length_given = s->run.frames > 0 || s->run.seconds > 0;
    if (s->run.frames && s->run.seconds > 0)
        return program_usage_error(program, "--frames and --seconds exclude each other");
    if (!s->music && !s->dataset && !length_given)
        return program_usage_error(program, "either --music or --dataset is needed");
    if (s->dataset && s->seed)
        return program_usage_error(program,
                                   "--seed-motion goes with --music; a data set names its own");
    return s->dataset ? -1 : check_output(program, s->output);
}

int main(int argc, char **argv) {
    static const char *const precisions[] = {"float32", "bf16", NULL};
    GenerateSettings s = {.run.batch = 32, .random_seed = 1};
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
                 option_standard(option_size("frames", 0, "T", &s.run.frames, 0, 1e9,
                                             "Length in frames, the seed included."),
                                 "by --seconds"),
                 option_standard(option_real("seconds", 0, "S", &s.run.seconds, 0, 1e7,
                                             "Length in seconds, the seed included."),
                                 "the music's"),
                 option_standard(option_size("keep", 0, "k", &s.run.keep, 0, 100000,
                                             "Frames kept of each step."),
                                 "the model's"),
                 option_text("dataset", 0, "FILE.tsv", &s.dataset,
                             "Make a dance for each row: its motion as the seed (empty: the "
                             "model's), its music; -o is a folder."),
                 option_size("batch", 0, "B", &s.run.batch, 1, 4096, "Dances computed together."),
                 option_real("temperature", 0, "T", &s.run.temperature, 0, 10,
                             "Draw dances, from a predictor that can (dancenet, li): its random "
                             "numbers are T times normal ones; 0: the most probable dance."),
                 option_int("seed", 0, "S", &s.random_seed, 0, 9e15,
                            "Random numbers for --temperature."),
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
    s.run.bf16 = s.precision == 1;
    s.run.random_seed = (uint64_t)s.random_seed;
    threads_set((int)s.general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    return program_finish(&program, generate(&program, &s));
}
