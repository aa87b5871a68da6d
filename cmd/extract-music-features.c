/* extract-music-features: sound files -> the 35 features a frame that dance models take (.npz). */
#include <stdio.h>

#include "features/extract.h"
#include "lib/audio/audio_file.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"

/* Messages come when all files are done, in the order of the files. */
static int report(const Program *program, const ExtractJob *jobs, size_t count) {
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        const ExtractJob *j = &jobs[i];
        if (j->state == EXTRACT_FAILED) {
            status = program_report(program, &j->err);
            continue;
        }
        const char *cut = music_note_text(j->notes, MUSIC_CUT);
        const char *silent = music_note_text(j->notes, MUSIC_SILENT);
        if (cut) program_warn(program, "%s: %s", j->source, cut);
        if (silent) program_warn(program, "%s: %s", j->source, silent);
    }
    return status;
}

static int extract_sounds(const Program *program, const Strings *sources, const char *output,
                          const ExtractOptions *o, bool quiet) {
    Error err;
    ExtractJob *jobs;
    Progress progress;
    if (extract_plan(sources, output, &jobs, &err)) return program_report(program, &err);
    if (extract_make_folder(output, &err)) {
        extract_free(jobs, sources->count);
        return program_report(program, &err);
    }
    progress_start(&progress, "features of sounds", sources->count, quiet);
    extract_all(jobs, sources->count, o, &progress);
    progress_end(&progress);
    const int status = report(program, jobs, sources->count);
    extract_free(jobs, sources->count);
    return status;
}

int main(int argc, char **argv) {
    static const char *const versions[] = {[LIBROSA_0_11] = "0.11", [LIBROSA_0_8] = "0.8", NULL};
    const char *output = ".", *columns = NULL;
    int version = LIBROSA_0_11, first;
    char names[MINT35_NAMES_SIZE], columns_help[MINT35_NAMES_SIZE + 60];
    snprintf(columns_help, sizeof columns_help, "Only these of %s, separated by commas.",
             mint35_block_names(names));
    ExtractOptions o = {.features = mint35_defaults()};
    GeneralOptions general = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("output", 'o', "PATH", &output,
                             "Folder for the results, STEM.npz for each sound; or, of one sound, "
                             "the result: a name that ends in .npz. Folders are made if need be."),
                 option_real("fps", 0, "F", &o.features.fps, MINT35_MIN_FPS, MINT35_MAX_FPS,
                             "Rows per second; the sound is resampled to 512 F Hz."),
                 option_given(
                     option_real("start-bpm", 0, "B", &o.features.start_bpm, 10, 1000,
                                 "Tempo around which beats are sought. Unless this is given, an "
                                 "AIST++ music name (mBR0, mHO3) sets its own."),
                     &o.start_bpm_given),
                 option_text("columns", 0, "BLOCKS", &columns, columns_help),
                 option_choice("compat", 0, versions, &version,
                               "The numbers of librosa 0.11.0, or of 0.8.1."),
                 option_text(
                     "stages-out", 0, "FILE.npz", &o.trace_path,
                     "Also write what is computed on the way (resampled sound, mel spectrogram, "
                     "constant-Q transform, tempogram, ...), for one sound."),
                 option_flag("skip-existing", 0, &o.skip_existing,
                             "Leave out sounds whose result is there already."),
             }},
        general_options(&general),
    };
    const Program program = {
        .name = "extract-music-features",
        .usage = "[OPTION]... AUDIO_OR_FOLDER...",
        .about = "Computes the 35 music features of AIST++ dance models (onset strength, 20 MFCC, "
                 "12 chroma CENS, onsets, beats), one row per frame, as google-research/mint does "
                 "with librosa. Results say what they hold: name, version, columns and rate. Reads "
                 "wav, flac, ogg, mp3 and what else libsndfile knows. A file that cannot be read "
                 "does not stop the others; the exit status is 1 then.",
        .example = "extract-music-features -o song.npz song.mp3",
        OPTION_GROUPS(groups)};
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    if (first == argc) return program_usage_error(&program, "no sound file given");

    Error err;
    o.features.version = (LibrosaVersion)version;
    if (columns && mint35_blocks_parse(columns, &o.features.blocks, &err))
        return program_usage_error(&program, "--columns: %s", err.text);
    if (mint35_check(&o.features, &err)) return program_usage_error(&program, "%s", err.text);
    o.threads = (int)threads_set((int)general.threads);
    threads_set(1); /* the threads are for files, not for the products within one */
    Strings sources = {0};
    int status = 0;
    for (int i = first; i < argc; i++)
        if (audio_files_expand(argv[i], &sources, &err)) status = program_report(&program, &err);
    if (sources.count > 1 && (o.trace_path || extract_names_file(output)))
        status = program_usage_error(&program, "%s takes one sound, not %zu",
                                     o.trace_path ? "--stages-out" : output, sources.count);
    else if (extract_sounds(&program, &sources, output, &o, general.quiet))
        status = 1;
    strings_free(&sources);
    return program_finish(&program, status);
}
