#include "model/dances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/base/rate.h"
#include "lib/data/dataset.h"
#include "lib/data/genres.h"

/* One dance that is being made. */
typedef struct {
    const DanceRequest *request;
    const Music *music; /* borrowed of the songs */
    Motion seed, motion; /* seed empty: the maker's */
    size_t genre;
} Dance;

static void dance_free(Dance *d) {
    motion_free(&d->seed);
    motion_free(&d->motion);
}

/* --- is it what the maker takes? --- */

static int check_music(const Dance *d, const DanceMaker *m, Error *err) {
    const Music *music = d->music;
    const char *path = d->request->music;
    char given[MUSIC_PHRASE_SIZE], wanted[MUSIC_PHRASE_SIZE];
    if (m->music_dim && music_identity_differs(&music->identity, music->dim, &m->music,
                                               m->music_dim, given, wanted))
        return error_set(err,
                         "%s: holds %s, but %s %s; give the sound file, of which what is needed is "
                         "computed",
                         path, given, m->made_of, wanted);
    if (!rate_same(music->fps, m->fps))
        return error_set(err,
                         "%s: has %g frames a second, but %s %g; give the sound file, or "
                         "extract-music-features --fps %g",
                         path, music->fps, m->made_at, m->fps, m->fps);
    return 0;
}

static int check_seed(const Dance *d, const DanceMaker *m, Error *err) {
    const Motion *seed = &d->seed;
    const char *path = d->request->seed;
    if (motion_dim(seed) != m->motion_dim)
        return error_set(err, "%s: frames of %zu numbers, but %s %zu", path, motion_dim(seed),
                         m->made_of, m->motion_dim);
    if (!rate_same(seed->fps, m->fps))
        return error_set(err,
                         "%s: has %g frames a second, but %s %g; import-motion --fps %g converts "
                         "it",
                         path, seed->fps, m->made_at, m->fps, m->fps);
    if (seed->frames < m->past)
        return error_set(err, "%s: %zu frames are fewer than the %zu of a seed", path, seed->frames,
                         m->past);
    return 0;
}

static int choose_genre(Dance *d, const DanceMaker *m, Error *err) {
    const char *name = d->request->genre;
    char list[GENRE_LIST_SIZE];
    if (!name && d->seed.genre && d->seed.genre[0]) name = d->seed.genre;
    if (!name && m->genre_count == 1) name = m->genres[0];
    if (name) return genre_find(m->genres, m->genre_count, name, &d->genre, err);
    const char *list_text = genre_list(m->genres, m->genre_count, list);
    if (d->request->seed)
        error_set(err, "%s: names no genre; give --genre, one of %s", d->request->seed, list_text);
    else
        error_set(err, "%s's seed names no genre; give --genre, one of %s", m->name, list_text);
    return DANCES_NO_GENRE;
}

/* --- a dance's first frames --- */

/* Frames of the dance: as many as asked for, else as the music has. */
static int choose_length(const Dance *d, const DanceRun *run, size_t *out, Error *err) {
    const DanceMaker *m = run->maker;
    const char *path = d->request->music ? d->request->music : d->request->output;
    size_t frames = run->frames;
    if (!frames && run->seconds > 0) frames = rate_frames(run->seconds, m->fps);
    if (!frames && !d->music)
        return error_set(err, "%s: without music, --frames or --seconds says how long the dance is",
                         path);
    *out = frames ? frames : d->music->frames;
    if (*out > m->past) return 0;
    return error_set(
        err, "%s: %zu frames are no longer than the seed of %zu; there is nothing to generate",
        path, *out, m->past);
}

/* The dance as a maker sees it; first: number of the first of its batch. */
static GenerationJob job_of(const Dance *d, uint64_t number) {
    return (GenerationJob){.motion = d->motion.data,
                           .frames = d->motion.frames,
                           .music = d->music ? d->music->data : NULL,
                           .music_frames = d->music ? d->music->frames : 0,
                           .genre = d->genre,
                           .song = d->motion.music,
                           .number = number};
}

/* The seed's first frames at the front of a motion as long as asked for. */
static int start_motion(Dance *d, const DanceRun *run, uint64_t number, Error *err) {
    const DanceMaker *m = run->maker;
    size_t n = 0;
    if (choose_length(d, run, &n, err)) return -1;
    if (motion_new(&d->motion, n, joints_of_dim(m->motion_dim), err)) return -1;
    d->motion.seed_frames = (int64_t)m->past;
    d->motion.fps = m->fps;
    char *title = path_stem(d->request->music ? d->request->music : "");
    int status = title ? motion_set_names(&d->motion, m->genres[d->genre], title, err)
                       : error_set(err, "out of memory");
    free(title);
    if (status) return -1;
    GenerationJob job = job_of(d, number);
    if (!d->request->seed)
        return m->begin(m->state, &job, err) ? error_prefix(err, d->request->output) : 0;
    memcpy(d->motion.data, d->seed.data, m->past * m->motion_dim * sizeof *d->motion.data);
    return 0;
}

/* Request `i`: reads and checks what it names. */
static int begin(Dance *d, const DanceRun *run, const DanceRequest *request, Songs *songs, size_t i,
                 Error *err) {
    const DanceMaker *m = run->maker;
    *d = (Dance){.request = request};
    if (request->seed && (motion_read(request->seed, &d->seed, err) || check_seed(d, m, err)))
        return -1;
    const int status = choose_genre(d, m, err);
    if (status) return status;
    if (request->music && (songs_get(songs, i, &d->music, err) || check_music(d, m, err)))
        return -1;
    return start_motion(d, run, i, err);
}

/* --- all of them --- */

/* first: number of the first of them. */
static int generate(const DanceRun *run, const Dance *dances, size_t first, size_t count,
                    Error *err) {
    const DanceMaker *m = run->maker;
    GenerationJob *jobs = calloc(count, sizeof *jobs);
    if (!jobs) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++) jobs[i] = job_of(&dances[i], first + i);
    int status = m->run(m->state, jobs, count, run->progress, run->user, err);
    for (size_t i = 0; status == 0 && i < count; i++)
        status = motion_write(dances[i].request->output, &dances[i].motion, err);
    free(jobs);
    return status;
}

/* A run under way. */
typedef struct {
    const DanceRun *run;
    const DanceRequest *requests;
    size_t total;
    Songs songs;
    bool prepared;
    Dance *dances; /* [batch] */
} DancesUnderWay;

static int prepare(DancesUnderWay *w, size_t batch, Error *err) {
    const DanceMaker *m = w->run->maker;
    if (w->prepared || !m->prepare) return 0;
    w->prepared = true;
    return m->prepare(m->state, batch, err);
}

/* Requests first .. first + count - 1. */
static int make_batch(DancesUnderWay *w, size_t first, size_t count, Error *err) {
    const DanceRun *run = w->run;
    const char *assumed = NULL;
    int status = 0;
    for (size_t i = 0; status == 0 && i < count; i++) {
        Dance *d = &w->dances[i];
        status = begin(d, run, &w->requests[first + i], &w->songs, first + i, err);
        if (d->seed.fps_assumed && !assumed) assumed = d->request->seed;
        motion_free(&d->seed);
    }
    if (status == 0) status = prepare(w, count, err);
    if (status == 0 && run->ready) run->ready(run->user, first, count, w->total, assumed);
    if (status == 0) status = generate(run, w->dances, first, count, err);
    for (size_t i = 0; i < count; i++) {
        dance_free(&w->dances[i]);
        w->dances[i] = (Dance){0};
        songs_done(&w->songs, first + i);
    }
    return status;
}

static int gather_songs(DancesUnderWay *w, Error *err) {
    const DanceRun *run = w->run;
    const char **paths = calloc(w->total + 1, sizeof *paths);
    if (!paths) return error_set(err, "out of memory");
    for (size_t i = 0; i < w->total; i++)
        paths[i] = w->requests[i].music ? w->requests[i].music : "";
    const int status = songs_new(&w->songs, paths, w->total, run->load, run->load_context, err);
    free(paths);
    return status;
}

int dances_make(const DanceRun *run, const DanceRequest *requests, size_t count, Error *err) {
    DancesUnderWay w = {.run = run, .requests = requests, .total = count};
    const size_t batch = run->batch < count ? run->batch : count;
    if (gather_songs(&w, err)) return -1;
    w.dances = calloc(batch + 1, sizeof *w.dances);
    int status = w.dances ? 0 : error_set(err, "out of memory");
    for (size_t at = 0; status == 0 && at < count; at += batch)
        status = make_batch(&w, at, count - at < batch ? count - at : batch, err);
    free(w.dances);
    songs_free(&w.songs);
    return status;
}

/* --- data sets --- */

static int request_row(DanceRequest *r, const DatasetRow *row, const DanceRun *run,
                       const char *folder, const char *genre, Strings *outputs, Error *err) {
    char name[300];
    if (!row->music[0] && run->maker->music_dim > 0)
        return error_set(err, "%s has no music", row->name);
    if (snprintf(name, sizeof name, "%s.npz", row->name) >= (int)sizeof name)
        return error_set(err, "%.80s... is too long for the name of a file", row->name);
    char *output = path_join(folder, name);
    const int status = output ? strings_add(outputs, output, err) : error_set(err, "out of memory");
    free(output);
    if (status) return -1;
    *r = (DanceRequest){.music = row->music[0] ? row->music : NULL,
                        .seed = row->motion[0] ? row->motion : NULL,
                        .genre = genre ? genre : row->genre,
                        .output = outputs->items[outputs->count - 1]};
    return 0;
}

int dances_make_dataset(const DanceRun *run, const char *dataset, const char *folder,
                        const char *genre, Error *err) {
    Dataset d;
    Strings outputs = {0};
    if (dataset_read(dataset, &d, err)) return -1;
    DanceRequest *requests = calloc(d.count, sizeof *requests);
    int status = requests ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < d.count; i++)
        if (request_row(&requests[i], &d.rows[i], run, folder, genre, &outputs, err))
            status = error_prefix(err, dataset);
    if (status == 0) status = folder_make(folder, err);
    if (status == 0) status = dances_make(run, requests, d.count, err);
    free(requests);
    strings_free(&outputs);
    dataset_free(&d);
    return status;
}
