#include "model/dances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/base/rate.h"
#include "lib/data/dataset.h"
#include "lib/data/genres.h"
#include "model/generate.h"

/* One dance that is being made. */
typedef struct {
    const DanceRequest *request;
    const Music *music; /* borrowed of the songs */
    Motion seed, motion; /* seed empty: the model's */
    size_t genre;
} Dance;

static void dance_free(Dance *d) {
    motion_free(&d->seed);
    motion_free(&d->motion);
}

/* --- is it what the model was trained on? --- */

static int check_music(const Dance *d, const Model *m, Error *err) {
    const Config *c = &m->config;
    const Music *music = d->music;
    const char *path = d->request->music;
    char given[MUSIC_PHRASE_SIZE], wanted[MUSIC_PHRASE_SIZE];
    if (c->music_dim &&
        music_identity_differs(&music->identity, music->dim, &m->config.music_features,
                               c->music_dim, given, wanted))
        return error_set(err,
                         "%s: holds %s, but the model was trained on %s; give the sound file, of "
                         "which generate computes what the model needs",
                         path, given, wanted);
    if (!rate_same(music->fps, c->fps))
        return error_set(err,
                         "%s: has %g frames a second, but the model was trained at %g; give the "
                         "sound file, or extract-music-features --fps %g",
                         path, music->fps, c->fps, c->fps);
    return 0;
}

static int check_seed(const Dance *d, const Model *m, Error *err) {
    const Config *c = &m->config;
    const Motion *seed = &d->seed;
    const char *path = d->request->seed;
    if (motion_dim(seed) != c->motion_dim)
        return error_set(err, "%s: frames of %zu numbers, but the model was trained on %zu", path,
                         motion_dim(seed), c->motion_dim);
    if (!rate_same(seed->fps, c->fps))
        return error_set(err,
                         "%s: has %g frames a second, but the model was trained at %g; "
                         "import-motion --fps %g converts it",
                         path, seed->fps, c->fps, c->fps);
    if (seed->frames < c->past)
        return error_set(err, "%s: %zu frames are fewer than the %zu of a seed", path, seed->frames,
                         c->past);
    return 0;
}

static int choose_genre(Dance *d, const Model *m, Error *err) {
    const size_t count = m->config.genre_count;
    const char *name = d->request->genre;
    char list[GENRE_LIST_SIZE];
    if (!name && d->seed.genre && d->seed.genre[0]) name = d->seed.genre;
    if (!name && count == 1) name = m->genres[0];
    if (name) return genre_find(m->genres, count, name, &d->genre, err);
    error_set(err, "%s%snames no genre; give --genre, one of %s",
              d->request->seed ? d->request->seed : "the model's seed",
              d->request->seed ? ": " : " ", genre_list(m->genres, count, list));
    return DANCES_NO_GENRE;
}

/* --- a dance's first frames --- */

/* Frames of the dance: as many as asked for, else as the music has. */
static int choose_length(const Dance *d, const Model *m, size_t frames, double seconds, size_t *out,
                         Error *err) {
    const char *path = d->request->music ? d->request->music : d->request->output;
    if (!frames && seconds > 0) frames = rate_frames(seconds, m->config.fps);
    if (!frames && !d->music)
        return error_set(err, "%s: without music, --frames or --seconds says how long the dance is",
                         path);
    *out = frames ? frames : d->music->frames;
    if (*out > m->config.past) return 0;
    return error_set(
        err, "%s: %zu frames are no longer than the seed of %zu; there is nothing to generate",
        path, *out, m->config.past);
}

/* The seed's first l frames at the front of a motion as long as asked for. */
static int start_motion(Dance *d, const DanceRun *run, Error *err) {
    const Model *m = run->model;
    const Config *c = &m->config;
    const size_t count = c->past * c->motion_dim;
    size_t n = 0;
    if (choose_length(d, m, run->frames, run->seconds, &n, err)) return -1;
    if (motion_new(&d->motion, n, (c->motion_dim - 3) / 9, err)) return -1;
    if (d->request->seed)
        memcpy(d->motion.data, d->seed.data, count * sizeof *d->motion.data);
    else {
        const real *stored = model_constants(m, "seed.motion") + d->genre * count;
        for (size_t i = 0; i < count; i++) d->motion.data[i] = (float)stored[i];
    }
    d->motion.seed_frames = (int64_t)c->past;
    d->motion.fps = c->fps;
    char *title = path_stem(d->request->music ? d->request->music : "");
    const int status = title ? motion_set_names(&d->motion, m->genres[d->genre], title, err)
                             : error_set(err, "out of memory");
    free(title);
    return status;
}

/* Request `i`: reads and checks what it names. */
static int begin(Dance *d, const DanceRun *run, const DanceRequest *request, Songs *songs, size_t i,
                 Error *err) {
    const Model *m = run->model;
    *d = (Dance){.request = request};
    if (!request->seed && !model_has(m, "seed.motion"))
        return error_set(err, "the model stores no seed; give --seed-motion");
    if (request->seed && (motion_read(request->seed, &d->seed, err) || check_seed(d, m, err)))
        return -1;
    const int status = choose_genre(d, m, err);
    if (status) return status;
    if (request->music && (songs_get(songs, i, &d->music, err) || check_music(d, m, err)))
        return -1;
    return start_motion(d, run, err);
}

/* --- all of them --- */

/* first: number of the first of them. */
static int generate(Generator *g, const DanceRun *run, const Dance *dances, size_t first,
                    size_t count, Error *err) {
    GenerationJob *jobs = calloc(count, sizeof *jobs);
    if (!jobs) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const Dance *d = &dances[i];
        jobs[i] = (GenerationJob){.motion = d->motion.data,
                                  .frames = d->motion.frames,
                                  .music = d->music ? d->music->data : NULL,
                                  .music_frames = d->music ? d->music->frames : 0,
                                  .genre = d->genre,
                                  .number = first + i};
    }
    int status = generator_run(g, jobs, count, run->progress, run->user, err);
    for (size_t i = 0; status == 0 && i < count; i++)
        status = motion_write(dances[i].request->output, &dances[i].motion, err);
    free(jobs);
    return status;
}

static int make_generator(Generator **g, const DanceRun *run, size_t batch, Error *err) {
    const size_t keep = run->keep ? run->keep : run->model->config.keep;
    if (generator_new(g, run->model, batch, keep, err)) return -1;
    if (run->temperature > 0 && generator_draw(*g, run->temperature, run->random_seed, err))
        return -1;
    return run->bf16 ? generator_round(*g, err) : 0;
}

/* A run under way. */
typedef struct {
    const DanceRun *run;
    const DanceRequest *requests;
    size_t total;
    Songs songs;
    Generator *generator; /* NULL before the first batch */
    Dance *dances; /* [batch] */
} DancesUnderWay;

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
    if (status == 0 && !w->generator) status = make_generator(&w->generator, run, count, err);
    if (status == 0 && run->ready) run->ready(run->user, first, count, w->total, assumed);
    if (status == 0) status = generate(w->generator, run, w->dances, first, count, err);
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
    generator_free(w.generator);
    free(w.dances);
    songs_free(&w.songs);
    return status;
}

/* --- data sets --- */

static int request_row(DanceRequest *r, const DatasetRow *row, const DanceRun *run,
                       const char *folder, const char *genre, Strings *outputs, Error *err) {
    char name[300];
    if (!row->music[0] && run->model->config.music_dim > 0)
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
