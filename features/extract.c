#include "features/extract.h"

#include <stdlib.h>
#include <string.h>

#include "features/mint35/trace.h"
#include "lib/audio/audio_file.h"
#include "lib/formats/tensor_file.h"

/* --- which file becomes which --- */

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

bool extract_names_file(const char *output) {
    return path_ends_with(output, ".npz") && !folder_exists(output);
}

/* "songs/a.mp3" -> "FOLDER/a.npz". */
static char *target_in(const char *folder, const char *source) {
    char *stem = path_stem(source);
    char *name = stem ? malloc(strlen(stem) + sizeof ".npz") : NULL;
    if (name) strcat(strcpy(name, stem), ".npz");
    char *target = name ? path_join(folder, name) : NULL;
    free(stem);
    free(name);
    return target;
}

int extract_make_folder(const char *output, Error *err) {
    if (!extract_names_file(output)) return folder_make(output, err);
    char *folder = path_folder(output);
    const int status = folder ? folder_make(folder, err) : error_set(err, "out of memory");
    free(folder);
    return status;
}

int extract_plan(const Strings *sources, const char *output, ExtractJob **jobs, Error *err) {
    const bool file = extract_names_file(output);
    const size_t count = sources->count;
    *jobs = NULL;
    if (file && count > 1)
        return error_set(err, "%s: one file cannot hold the features of %zu sounds; give a folder",
                         output, count);
    ExtractJob *j = calloc(count + 1, sizeof *j);
    int status = j ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; i < count && !status; i++) {
        j[i].source = sources->items[i];
        j[i].target = file ? strdup(output) : target_in(output, sources->items[i]);
        if (!j[i].target) status = error_set(err, "out of memory");
    }
    if (!status) status = check_targets(j, count, err);
    if (status)
        extract_free(j, count);
    else
        *jobs = j;
    return status;
}

void extract_free(ExtractJob *jobs, size_t count) {
    for (size_t i = 0; jobs && i < count; i++) free(jobs[i].target);
    free(jobs);
}

/* --- features --- */

/* The samples are freed as soon as they are resampled: an hour of sound is half a gigabyte. */
static int compute(ExtractJob *job, const Mint35Options *options, Music *music, Tensors *trace) {
    Audio audio;
    float *y;
    size_t n;
    if (audio_file_read(job->source, &audio, &job->err)) return -1;
    const bool cut = audio.early_end;
    int status =
        mint35_resample(audio.samples, audio.count, audio.rate, options, &y, &n, &job->err);
    audio_free(&audio);
    const Mint35Observer observer = {mint35_trace, trace};
    if (!status)
        status =
            mint35_features_resampled(y, n, options, music, trace ? &observer : NULL, &job->err);
    free(y);
    if (status) return error_prefix(&job->err, job->source);
    if (cut) music->notes |= MUSIC_CUT;
    return 0;
}

static int options_of(ExtractJob *job, const ExtractOptions *o, Mint35Options *options) {
    *options = o->features;
    if (o->start_bpm_given) return 0;
    char *stem = path_stem(job->source);
    if (!stem) return error_set(&job->err, "%s: out of memory", job->source);
    options->start_bpm = mint35_start_bpm(stem);
    free(stem);
    return 0;
}

static int extract(ExtractJob *job, const ExtractOptions *o) {
    Music music;
    Mint35Options options;
    Tensors trace = {0};
    int status = options_of(job, o, &options);
    if (!status) status = compute(job, &options, &music, o->trace_path ? &trace : NULL);
    if (!status) {
        status = o->trace_path ? npz_write(o->trace_path, &trace, &job->err) : 0;
        if (!status) status = music_write(job->target, &music, &job->err);
        job->notes = music.notes;
        music_free(&music);
    }
    tensors_free(&trace);
    return status;
}

/* libmpg123's notes are kept off stderr. */
void extract_all(ExtractJob *jobs, size_t count, const ExtractOptions *o, Progress *p) {
    const int threads = (size_t)o->threads < count ? o->threads : (int)(count ? count : 1);
    size_t done = 0;
    int muted = stderr_mute();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < count; i++) {
        ExtractJob *job = &jobs[i];
        if (o->skip_existing && file_exists(job->target))
            job->state = EXTRACT_SKIPPED;
        else
            job->state = extract(job, o) ? EXTRACT_FAILED : EXTRACT_DONE;
#pragma omp critical(report_progress)
        {
            stderr_unmute(muted);
            progress_step(p, ++done);
            muted = stderr_mute();
        }
    }
    stderr_unmute(muted);
}
