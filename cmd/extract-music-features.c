/* extract-music-features: sound files -> the 35 features per frame that dance models take (.npz).
 */
#include <stdlib.h>
#include <string.h>

#include "features/mint35/mint35.h"
#include "features/mint35/trace.h"
#include "lib/audio/audio_file.h"
#include "lib/audio/music_file.h"
#include "lib/base/file.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/formats/tensor_file.h"

typedef struct {
    const char *source;
    char *target; /* owned */
    bool done, skipped, early_end, no_beats;
    Error err;
} ExtractJob;

typedef struct {
    const char *folder, *columns, *stages_path;
    Mint35Options features;
    bool start_bpm_given, skip_existing;
    GeneralOptions general;
} ExtractSettings;

/* Samples are let go of as soon as they are resampled: an hour of sound is half a gigabyte. */
static int features_of(ExtractJob *job, const Mint35Options *options, Music *music,
                       Tensors *stages) {
    Audio audio;
    float *y;
    size_t n;
    if (audio_file_read(job->source, &audio, &job->err)) return -1;
    job->early_end = audio.early_end;
    int status =
        mint35_resample(audio.samples, audio.count, audio.rate, options, &y, &n, &job->err);
    audio_free(&audio);
    const Mint35Observer trace = {mint35_trace, stages};
    if (!status)
        status = mint35_features_resampled(y, n, options, music, stages ? &trace : NULL, &job->err);
    free(y);
    return status ? error_prefix(&job->err, job->source) : 0;
}

static void run(ExtractJob *job, const ExtractSettings *s) {
    Music music;
    char *stem = path_stem(job->source);
    Mint35Options options = s->features;
    if (!s->start_bpm_given && stem) options.start_bpm = mint35_start_bpm(stem);
    free(stem);
    Tensors stages = {0};
    if (features_of(job, &options, &music, s->stages_path ? &stages : NULL) == 0) {
        job->no_beats = music.tempo <= 0 && options.blocks & (MUSIC_ONSETS | MUSIC_BEATS);
        job->done = (!s->stages_path || npz_write(s->stages_path, &stages, &job->err) == 0) &&
                    music_write(job->target, &music, &job->err) == 0;
        music_free(&music);
    }
    tensors_free(&stages);
}

/* libmpg123's notes are kept off stderr, and messages wait until all files are done, so that they
 * come in the order of the files. */
static void run_all(ExtractJob *jobs, size_t count, const ExtractSettings *s) {
    Progress progress;
    size_t done = 0;
    const size_t most = (size_t)threads_set((int)s->general.threads);
    const int threads = (int)(count < most ? count : most);
    threads_set(1); /* the threads are for files, not for the products within one */
    progress_start(&progress, "features of sounds", count, s->general.quiet);
    int muted = stderr_mute();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < count; i++) {
        jobs[i].skipped = s->skip_existing && file_exists(jobs[i].target);
        if (!jobs[i].skipped) run(&jobs[i], s);
#pragma omp critical(report_progress)
        {
            stderr_unmute(muted);
            progress_step(&progress, ++done);
            muted = stderr_mute();
        }
    }
    stderr_unmute(muted);
    progress_end(&progress);
}

static int by_target(const void *a, const void *b) {
    return strcmp((*(ExtractJob *const *)a)->target, (*(ExtractJob *const *)b)->target);
}

/* Two sources for one target would overwrite each other. */
static int check_targets(ExtractJob *jobs, size_t count, Error *err) {
    ExtractJob **sorted = malloc((count + 1) * sizeof(ExtractJob *));
    if (!sorted) return error_set(err, "out of memory");
    int status = 0;
    for (size_t i = 0; i < count; i++) sorted[i] = &jobs[i];
    qsort(sorted, count, sizeof *sorted, by_target);
    for (size_t i = 1; i < count && !status; i++)
        if (strcmp(sorted[i - 1]->target, sorted[i]->target) == 0)
            status = error_set(err, "%s: would be written twice, for %s and for %s",
                               sorted[i]->target, sorted[i - 1]->source, sorted[i]->source);
    free(sorted);
    return status;
}

static int plan(const Strings *sources, const char *folder, ExtractJob *jobs, Error *err) {
    for (size_t i = 0; i < sources->count; i++) {
        char *stem = path_stem(sources->items[i]), *name = stem ? malloc(strlen(stem) + 5) : NULL;
        if (name) strcat(strcpy(name, stem), ".npz");
        jobs[i].source = sources->items[i];
        jobs[i].target = name ? path_join(folder, name) : NULL;
        free(stem);
        free(name);
        if (!jobs[i].target) return error_set(err, "out of memory");
    }
    return check_targets(jobs, sources->count, err);
}

static int tell(const Program *program, const ExtractJob *jobs, size_t count) {
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        const ExtractJob *j = &jobs[i];
        if (j->skipped) continue;
        if (!j->done)
            status = program_report(program, &j->err);
        else if (j->early_end)
            program_warn(program,
                         "%s: ends early or is damaged; the features are of what could be decoded",
                         j->source);
        if (j->done && j->no_beats)
            program_warn(program, "%s: there is no onset in it: tempo 0, no beats", j->source);
    }
    return status;
}

int main(int argc, char **argv) {
    static const char *const versions[] = {[LIBROSA_0_11] = "0.11", [LIBROSA_0_8] = "0.8", NULL};
    ExtractSettings s = {.folder = ".", .features = mint35_defaults()};
    int version = LIBROSA_0_11;
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text(
                     "output", 'o', "DIR", &s.folder,
                     "Folder for the results, STEM.npz for each sound; it is made if need be."),
                 option_real("fps", 0, "F", &s.features.fps, MINT35_MIN_FPS, MINT35_MAX_FPS,
                             "Rows per second; the sound is resampled to 512 F Hz."),
                 option_given(
                     option_real("start-bpm", 0, "B", &s.features.start_bpm, 10, 1000,
                                 "Tempo around which beats are sought. Unless this is given, an "
                                 "AIST++ music name (mBR0, mHO3) tells its own."),
                     &s.start_bpm_given),
                 option_text(
                     "columns", 0, "BLOCKS", &s.columns,
                     "Only these of onset_strength, mfcc, chroma, onsets, beats, separated by "
                     "commas; the result names its columns."),
                 option_choice("compat", 0, versions, &version,
                               "The numbers of librosa 0.11.0, or of 0.8.1."),
                 option_text(
                     "stages-out", 0, "FILE.npz", &s.stages_path,
                     "Also write what is computed on the way (resampled sound, mel spectrogram, "
                     "constant-Q transform, tempogram, ...), for one sound."),
                 option_flag("skip-existing", 0, &s.skip_existing,
                             "Leave out sounds whose result is there already."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "extract-music-features",
        .usage = "[OPTION]... AUDIO_OR_FOLDER...",
        .about =
            "Computes the 35 music features of AIST++ dance models (onset strength, 20 MFCC, 12 "
            "chroma CENS, onsets, beats), one row per frame, as google-research/mint does with "
            "librosa. Reads wav, flac, ogg, mp3 and what else libsndfile knows. A file that "
            "cannot be read does not stop the others; the exit status is 1 then.",
        .example = "extract-music-features -o features song.mp3",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    if (first == argc) return program_usage_error(&program, "no sound file given");

    Error err;
    s.features.version = (LibrosaVersion)version;
    if (s.columns && music_blocks_parse(s.columns, &s.features.blocks, &err))
        return program_usage_error(&program, "--columns: %s", err.text);
    if (s.features.version == LIBROSA_0_8 && s.features.fps < MINT35_MIN_FPS_0_8)
        return program_usage_error(&program, "--compat 0.8 needs --fps %d at least",
                                   MINT35_MIN_FPS_0_8);
    Strings sources = {0};
    int status = 0;
    for (int i = first; i < argc; i++)
        if (file_expand(argv[i], audio_endings, &sources, &err))
            status = program_report(&program, &err);
    if (s.stages_path && sources.count > 1) {
        strings_free(&sources);
        return program_usage_error(&program, "--stages-out takes one sound");
    }
    ExtractJob *jobs = calloc(sources.count + 1, sizeof *jobs);
    if (!jobs) {
        error_set(&err, "out of memory");
        status = program_report(&program, &err);
    } else if (plan(&sources, s.folder, jobs, &err) || folder_make(s.folder, &err))
        status = program_report(&program, &err);
    else {
        run_all(jobs, sources.count, &s);
        if (tell(&program, jobs, sources.count)) status = 1;
    }
    for (size_t i = 0; jobs && i < sources.count; i++) free(jobs[i].target);
    free(jobs);
    strings_free(&sources);
    return program_finish(&program, status);
}
