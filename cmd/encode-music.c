/* encode-music: sound files -> the features of a learnt encoder, from its published weights. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoder_layers.h"
#include "features/encoders/encoders.h"
#include "features/encoders/music_encoder.h"
#include "features/extract.h"
#include "features/mint35/blocks.h"
#include "lib/base/clock.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/formats/tensor_file.h"
#include "lib/nn/kernels/matmul.h"

typedef struct {
    const char *model, *output, *layer, *layers, *blocks, *stages;
    bool native, fps_given, overlap_given, skip_existing, dry_run;
    int rule, normalise, precision;
    MusicEncoderOptions o;
    GeneralOptions general;
} EncodeSettings;

/* --- one song --- */

static void show(void *context, size_t done, size_t total) {
    Progress *p = context;
    p->total = total;
    progress_step(p, done);
}

static int read_sound(const char *path, Audio *sound, Error *err) {
    const int muted = stderr_mute();
    const int status = audio_file_read(path, sound, err);
    stderr_unmute(muted);
    return status;
}

static void warn_notes(const Program *program, const char *path, unsigned notes) {
    static const unsigned all[] = {MUSIC_CUT, MUSIC_SILENT, MUSIC_DULL};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *text = music_note_text(notes, all[i]);
        if (text) program_warn(program, "%s: %s", path, text);
    }
}

/* A file that is kept must hold what would be computed. */
static int check_kept(const MusicEncoder *e, const char *path, Error *err) {
    Music m;
    char has[MUSIC_PHRASE_SIZE], needs[MUSIC_PHRASE_SIZE];
    if (music_read(path, &m, err)) return -1;
    int status = 0;
    if (music_identity_differs(&m.identity, m.dim, &e->identity, e->dim, has, needs))
        status = error_set(err, "%s: holds %s, not %s; take another folder", path, has, needs);
    else if (m.fps != e->fps)
        status = error_set(err, "%s: holds %g frames a second, not %g; take another folder", path,
                           m.fps, e->fps);
    music_free(&m);
    return status;
}

static int encode_sound(const MusicEncoder *e, const EncodeSettings *s, ExtractJob *job,
                        Progress *p) {
    Audio sound;
    Music music;
    Tensors stages = {0};
    Error *err = &job->err;
    if (read_sound(job->source, &sound, err)) return -1;
    const bool cut = sound.early_end;
    char *title = path_stem(job->source);
    const MusicEncoderWatch watch = {s->stages ? &stages : NULL, job->target, show, p};
    int status = title ? music_encoder_run(e, title, &sound, &watch, &music, err)
                       : error_set(err, "out of memory");
    audio_free(&sound);
    free(title);
    if (status) {
        error_prefix(err, job->source);
    } else {
        job->notes = music.notes | (cut ? MUSIC_CUT : 0);
        status = s->stages ? npz_write(s->stages, &stages, err) : 0;
        if (!status) status = music_write(job->target, &music, err);
        music_free(&music);
    }
    tensors_free(&stages);
    return status;
}

static int encode_job(const Program *program, const MusicEncoder *e, const EncodeSettings *s,
                      ExtractJob *job, size_t number, size_t count) {
    char label[PROGRESS_LABEL];
    Progress progress;
    if (s->skip_existing && file_exists(job->target))
        return check_kept(e, job->target, &job->err) ? program_report(program, &job->err) : 0;
    snprintf(label, sizeof label, "song %zu of %zu, frames", number, count);
    progress_start(&progress, label, 1, s->general.quiet);
    const int status = encode_sound(e, s, job, &progress);
    progress_end(&progress);
    if (status) return program_report(program, &job->err);
    warn_notes(program, job->source, job->notes);
    return 0;
}

static int encode_jobs(const Program *program, const MusicEncoder *e, const EncodeSettings *s,
                       ExtractJob *jobs, size_t count) {
    Error err;
    int status = 0;
    if (extract_make_folder(s->output, &err)) return program_report(program, &err);
    for (size_t i = 0; i < count; i++)
        if (encode_job(program, e, s, &jobs[i], i + 1, count)) status = 1;
    return status;
}

/* --- what it would take --- */

/* Floating-point operations a second of a product, on all threads. */
static double measured_speed(void) {
    enum { SIDE = 1024, TIMES = 4 };
    float *x = calloc(3 * SIDE * SIDE, sizeof *x);
    if (!x) return 1e10;
    float *a = x, *b = x + SIDE * SIDE, *c = b + SIDE * SIDE;
    matmul(SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
    const double begin = clock_seconds();
    for (int i = 0; i < TIMES; i++) matmul(SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
    const double seconds = clock_seconds() - begin;
    free(x);
    return (double)TIMES * 2.0 * (double)SIDE * (double)SIDE * (double)SIDE / seconds;
}

typedef struct {
    double seconds, operations; /* of all sounds */
    size_t longest; /* samples at the encoder's rate */
} Load;

static void print_by_products(const Load *l, size_t count) {
    const double speed = measured_speed();
    printf("%zu sounds of %.1f s: %.4g TFLOP, about %.0f s here (%d threads at %.3g GFLOP/s)\n",
           count, l->seconds, l->operations * 1e-12, l->operations / speed, threads_count(),
           speed * 1e-9);
}

/* Measured for the longest sound; the others by proportion. */
static int print_by_measure(const MusicEncoder *e, const Load *l, size_t count, Error *err) {
    static const double gib = 1073741824;
    EncoderEstimate longest;
    if (e->kind->estimate(e->state, l->longest, &longest, err)) return -1;
    const double part = l->operations / e->kind->operations(e->state, l->longest);
    printf(
        "%zu sounds of %.1f s: %.4g TFLOP, about %.0f s here (%d threads, measured on a part); "
        "%.2f GiB of memory besides mapped weights, and %.2f GiB beside the result until a sound "
        "is done\n",
        count, l->seconds, l->operations * 1e-12, longest.seconds * part, threads_count(),
        longest.memory / gib, longest.disk / gib);
    return 0;
}

static int estimate(const Program *program, const MusicEncoder *e, const ExtractJob *jobs,
                    size_t count) {
    Load l = {0};
    Error err;
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        Audio sound;
        if (read_sound(jobs[i].source, &sound, &err)) {
            status = program_report(program, &err);
            continue;
        }
        const double seconds = (double)sound.count / sound.rate;
        const size_t samples = (size_t)(seconds * e->info.rate);
        l.seconds += seconds;
        if (samples > l.longest) l.longest = samples;
        if (e->kind->operations) l.operations += e->kind->operations(e->state, samples);
        audio_free(&sound);
    }
    if (!e->kind->estimate)
        print_by_products(&l, count);
    else if (print_by_measure(e, &l, count, &err))
        status = program_report(program, &err);
    return status;
}

/* --- all --- */

static int encode_all(const Program *program, const EncodeSettings *s, const Strings *sources) {
    MusicEncoder e;
    ExtractJob *jobs;
    Error err;
    if (music_encoder_open(s->model, &s->o, &e, &err)) return program_report(program, &err);
    int status = 0;
    if (!s->general.quiet)
        fprintf(stderr, "%s: %s %s, %zu columns at %g frames a second\n", program->name,
                e.identity.name, e.identity.version, e.dim, e.fps);
    if (extract_plan(sources, s->output, &jobs, &err)) {
        status = program_report(program, &err);
    } else {
        status = s->dry_run ? estimate(program, &e, jobs, sources->count)
                            : encode_jobs(program, &e, s, jobs, sources->count);
        extract_free(jobs, sources->count);
    }
    music_encoder_close(&e);
    return status;
}

/* Sets what texts say; 2 after a message, or -1. */
static int complete(const Program *program, EncodeSettings *s) {
    Error err;
    EncoderOptions *o = &s->o.encoder;
    if (!s->model) return program_usage_error(program, "--model is needed");
    if (!s->output) return program_usage_error(program, "-o is needed");
    if (s->layer && s->layers)
        return program_usage_error(program, "--layer and --layers exclude each other");
    const char *layers = s->layer ? s->layer : s->layers;
    if (layers && encoder_layers_parse(layers, &o->layers, &err))
        return program_usage_error(program, "--layer%s: %s", s->layer ? "" : "s", err.text);
    if (s->native && s->fps_given)
        return program_usage_error(program, "--native and --fps exclude each other");
    if (s->native && s->rule != FRAMES_TENT)
        return program_usage_error(program, "--native resamples nothing: leave out --resampling");
    if (s->overlap_given && !o->window_given)
        return program_usage_error(program, "--overlap goes with --window");
    if (s->blocks && s->native)
        return program_usage_error(program, "--with needs frames at --fps, not --native");
    if (s->blocks && mint35_blocks_parse(s->blocks, &s->o.blocks, &err))
        return program_usage_error(program, "--with: %s", err.text);
    const double meant = o->preset && !s->fps_given ? encoders_preset_fps(o->preset) : 0;
    if (meant > 0) o->fps = meant;
    if (s->native) o->fps = 0;
    s->o.rule = s->native ? FRAMES_NATIVE : (FrameRule)s->rule;
    o->normalise = (EncoderNormalise)s->normalise;
    o->bfloat16 = s->precision == 1;
    return -1;
}

int main(int argc, char **argv) {
    static const char *const normalisations[] = {"song", "window", "off", NULL};
    static const char *const precisions[] = {"float32", "bf16", NULL};
    EncodeSettings s = {.o.encoder.fps = 60};
    EncoderOptions *e = &s.o.encoder;
    char names[MINT35_NAMES_SIZE], blocks_help[MINT35_NAMES_SIZE + 120];
    snprintf(blocks_help, sizeof blocks_help,
             "Append these of %s (extract-music-features), separated by commas.",
             mint35_block_names(names));
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("model", 'm', "FOLDER", &s.model,
                             "A checkpoint as it was downloaded: config.json, "
                             "preprocessor_config.json if there is one, weights. Needed."),
                 option_text("output", 'o', "PATH", &s.output,
                             "Folder for the results, STEM.npz for each sound; or, of one sound, "
                             "the result: a name that ends in .npz. Needed."),
                 option_text("layer", 0, "N", &s.layer,
                             "The hidden state that is wanted, counted as transformers does: 0 "
                             "enters the first layer, N leaves layer N; or last, or mean. Default: "
                             "the family's (mean for MERT)."),
                 option_text("layers", 0, "A,B,C", &s.layers,
                             "Several of them side by side; or mean, over all."),
                 option_given(option_real("fps", 0, "F", &e->fps, ENCODE_MIN_FPS, ENCODE_MAX_FPS,
                                          "Rows per second."),
                              &s.fps_given),
                 option_flag("native", 0, &s.native, "The encoder's own frames, not resampled."),
                 option_choice("resampling", 0, frame_rules, &s.rule,
                               "From the encoder's frames to rows: tent keeps the time to a "
                               "millisecond, linear and fft are the ways of others; see "
                               "docs/features.md."),
                 option_given(option_standard(option_real("window", 0, "S", &e->window, 0, 1e5,
                                                          "Seconds of song that are seen at a "
                                                          "time; 0: all."),
                                              "the family's"),
                              &e->window_given),
                 option_given(
                     option_standard(option_real("overlap", 0, "S", &e->overlap, 0, 1e5,
                                                 "Seconds that neighbouring windows share; each "
                                                 "gives its half of them."),
                                     "the family's; 0 with --window"),
                     &s.overlap_given),
                 option_choice("normalise", 0, normalisations, &s.normalise,
                               "What is brought to mean 0 and variance 1 where the checkpoint asks "
                               "for that."),
                 option_text("output-of", 0, "NAME", &e->output,
                             "What is taken of a family that gives several things."),
                 option_text("preset", 0, "NAME", &e->preset,
                             "Settings of a published work, where the family has some: edge "
                             "(Jukebox), gcdance (Wav2CLIP; 30 rows a second without --fps)."),
                 option_text("with", 0, "BLOCKS", &s.blocks, blocks_help),
                 option_choice("precision", 0, precisions, &s.precision,
                               "bf16: products of numbers rounded to 8 bits, where the processor "
                               "has instructions for them."),
                 option_text("stages-out", 0, "FILE.npz", &s.stages,
                             "Also write what is computed on the way, for one sound: of its first "
                             "window."),
                 option_flag("skip-existing", 0, &s.skip_existing,
                             "Leave out sounds whose result is there already."),
                 option_flag("dry-run", 0, &s.dry_run, "Only say how long it would take."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "encode-music",
        .usage = "[OPTION]... --model FOLDER -o OUT AUDIO_OR_FOLDER...",
        .about =
            "Computes the features that a learnt encoder of music or speech gives, MERT, wav2vec "
            "2.0, HuBERT and others, from its published weights as they are, one row per frame. "
            "Results say what they hold: encoder, layers, weights, rate. Nothing is downloaded; "
            "docs/features.md says which files to get. A file that cannot be read does not stop "
            "the others; the exit status is 1 then.",
        .example = "encode-music --model MERT-v1-95M --layer 7 -o song.npz song.mp3",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    runtime_prepare(argv);
    if (first == argc) return program_usage_error(&program, "no sound file given");
    const int wrong = complete(&program, &s);
    if (wrong >= 0) return wrong;
    threads_set((int)s.general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    Strings sources = {0};
    int status = 0;
    for (int i = first; i < argc; i++)
        if (audio_files_expand(argv[i], &sources, &err)) status = program_report(&program, &err);
    if (sources.count > 1 && (s.stages || extract_names_file(s.output)))
        status = program_usage_error(&program, "%s takes one sound, not %zu",
                                     s.stages ? "--stages-out" : s.output, sources.count);
    else if (encode_all(&program, &s, &sources))
        status = 1;
    strings_free(&sources);
    return program_finish(&program, status);
}
