#include "model/dance_program.h"

#include <stdio.h>

#include "lib/base/rate.h"
#include "lib/cli/progress.h"

OptionGroup dance_options(DanceOptions *o, const char *seed_help, const char *genre_help) {
    return (OptionGroup){
        .rows = {
            option_text("music", 0, "FILE", &o->music,
                        "Music: a sound file (wav, flac, ogg, mp3), of which the features that are "
                        "needed are computed, or such features (.npz)."),
            option_text("seed-motion", 0, "FILE", &o->seed, seed_help),
            option_text("genre", 0, "G", &o->genre, genre_help),
            option_standard(option_size("frames", 0, "T", &o->frames, 0, 1e9,
                                        "Length in frames, the seed included."),
                            "by --seconds"),
            option_standard(option_real("seconds", 0, "S", &o->seconds, 0, 1e7,
                                        "Length in seconds, the seed included."),
                            "the music's"),
            option_text("dataset", 0, "FILE.tsv", &o->dataset,
                        "Make a dance for each row: its motion as the seed (empty: as if none were "
                        "given), its music; -o is a folder."),
            option_text("output", 'o', "PATH", &o->output,
                        "Write the dance here (.npz), or the folder. Needed."),
        }};
}

int dance_options_check(const Program *program, const DanceOptions *o) {
    if (o->music && o->dataset)
        return program_usage_error(program, "--music and --dataset exclude each other");
    if (o->frames && o->seconds > 0)
        return program_usage_error(program, "--frames and --seconds exclude each other");
    if (o->dataset && o->seed)
        return program_usage_error(program,
                                   "--seed-motion goes with --music; a data set names its own");
    return -1;
}

/* --- what is shown of a run --- */

typedef struct {
    const DanceProgram *of;
    Progress progress;
    bool showing;
} Display;

static void print_warnings(const DanceProgram *p, const char *seed_assumed) {
    char text[RATE_TEXT_SIZE];
    for (size_t i = 0; i < p->warnings->count; i++)
        program_warn(p->program, "%s", p->warnings->items[i]);
    strings_free(p->warnings);
    if (seed_assumed && !*p->assumed)
        program_warn(p->program, "%s", rate_unsaid_text(seed_assumed, text));
    *p->assumed |= seed_assumed != NULL;
}

static void on_ready(void *user, size_t first, size_t count, size_t total,
                     const char *seed_assumed) {
    Display *d = user;
    const DanceOptions *o = d->of->options;
    char label[PROGRESS_LABEL] = "frames";
    if (d->showing) progress_end(&d->progress);
    print_warnings(d->of, seed_assumed);
    if (o->dataset && first == 0 && !o->general.quiet)
        fprintf(stderr, "%s: %zu dances by %s into %s\n", d->of->program->name, total, d->of->by,
                o->output);
    if (total > 1)
        snprintf(label, sizeof label, "frames of dances %zu to %zu of %zu", first + 1,
                 first + count, total);
    progress_start(&d->progress, label, 1, o->general.quiet);
    d->showing = true;
}

static void on_progress(void *user, size_t done, size_t total) {
    Display *d = user;
    d->progress.total = total;
    progress_step(&d->progress, done);
}

int dance_program_run(const DanceProgram *p) {
    const DanceOptions *o = p->options;
    Display d = {.of = p};
    const DanceRun run = {.maker = p->maker,
                          .frames = o->frames,
                          .seconds = o->seconds,
                          .batch = o->batch,
                          .load = p->load,
                          .load_context = p->load_context,
                          .user = &d,
                          .ready = on_ready,
                          .progress = on_progress};
    Error err;
    int status;
    if (!o->music && !o->dataset && p->maker->music_dim > 0)
        return program_usage_error(p->program, "either --music or --dataset is needed");
    if (o->dataset)
        status = dances_make_dataset(&run, o->dataset, o->output, o->genre, &err);
    else
        status =
            dances_make(&run, &(DanceRequest){o->music, o->seed, o->genre, o->output}, 1, &err);
    if (d.showing) progress_end(&d.progress);
    if (status == DANCES_NO_GENRE) return program_usage_error(p->program, "%s", err.text);
    return status ? program_report(p->program, &err) : 0;
}
