#include "lib/data/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/checksum.h"
#include "lib/base/rate.h"
#include "lib/motion/motion.h"

/* The first row's motion says what the others must be. */
static int check_motion(const TrainingSet *l, size_t i, const Motion *m, Error *err) {
    const DatasetRow *row = &l->dataset.rows[i];
    const DatasetRow *first_row = &l->dataset.rows[0];
    const size_t joints = joints_of_dim(l->corpus.motion_dim);
    if (m->joints != joints)
        return error_set(err, "%s: has %zu joints, but %s has %zu", row->motion, m->joints,
                         first_row->motion, joints);
    if (!rate_same(m->fps, l->fps))
        return error_set(err,
                         "%s: has %g frames a second, but %s has %g; import-motion --fps makes "
                         "them agree",
                         row->motion, m->fps, first_row->motion, l->fps);
    return 0;
}

static int check_music(const TrainingSet *l, size_t i, const Motion *motion, const Music *music,
                       Error *err) {
    const Song *first = &l->songs.items[0];
    const char *path = l->dataset.rows[i].music;
    char theirs[MUSIC_PHRASE_SIZE], ours[MUSIC_PHRASE_SIZE];
    if (music_identity_differs(&music->identity, music->dim, &first->music.identity,
                               first->music.dim, theirs, ours))
        return error_set(err,
                         "%s: holds %s, but %s holds %s; make the features of all songs of a data "
                         "set alike",
                         path, theirs, first->path, ours);
    if (!rate_same(music->fps, motion->fps))
        return error_set(err,
                         "%s: has %g frames a second, its motion %g; extract-music-features --fps "
                         "%g makes them agree",
                         path, music->fps, motion->fps, motion->fps);
    return 0;
}

static int load_songs(TrainingSet *l, const char *path, SongLoad *load, void *context, Error *err) {
    const char **paths = calloc(l->dataset.count + 1, sizeof *paths);
    int status = paths ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < l->dataset.count; i++) {
        paths[i] = l->dataset.rows[i].music;
        if (!paths[i][0])
            status = error_set(err, "%s: %s has no music", path, l->dataset.rows[i].name);
    }
    if (status == 0) status = songs_new(&l->songs, paths, l->dataset.count, load, context, err);
    free(paths);
    return status;
}

/* Takes over a motion's frames, packed if they can be. */
static void keep_motion(TrainingSet *l, size_t i, Motion *m) {
    const size_t dim = l->corpus.motion_dim;
    Sequence *s = &l->sequences[i];
    s->frames = m->frames;
    s->packed = sequence_pack(m->data, m->frames, dim);
    float *less = realloc(m->data, m->frames * sequence_frame_size(s, dim) * sizeof *less);
    s->motion = l->motions[i] = less ? less : m->data;
    m->data = NULL;
}

static int add_row(TrainingSet *l, size_t i, Motion *m, Error *err) {
    const Music *music = NULL;
    if (i == 0) {
        l->corpus.motion_dim = motion_dim(m);
        l->fps = m->fps;
    }
    if (check_motion(l, i, m, err)) return -1;
    if (l->songs.count &&
        (songs_get(&l->songs, i, &music, err) || check_music(l, i, m, music, err)))
        return -1;
    l->checksum = checksum_add(l->checksum, m->data, m->frames * motion_dim(m));
    if (music) {
        l->checksum = checksum_add(l->checksum, music->data, music->frames * music->dim);
        l->sequences[i] = (Sequence){.music = music->data, .music_frames = music->frames};
    }
    keep_motion(l, i, m);
    if (music && music->notes & MUSIC_ASSUMED && !l->assumed_song)
        l->assumed_song = &l->songs.items[l->songs.of_use[i]];
    if (m->fps_assumed && !l->assumed_motion) l->assumed_motion = l->dataset.rows[i].motion;
    return 0;
}

static int load_row(TrainingSet *l, size_t i, Error *err) {
    Motion m;
    if (motion_read(l->dataset.rows[i].motion, &m, err)) return -1;
    const int status = add_row(l, i, &m, err);
    motion_free(&m);
    return status;
}

static int load(TrainingSet *l, const char *path, SongLoad *load_song, void *context, Error *err) {
    const size_t n = l->dataset.count;
    l->motions = calloc(n, sizeof *l->motions);
    l->sequences = calloc(n, sizeof *l->sequences);
    if (!l->motions || !l->sequences) return error_set(err, "out of memory");
    l->checksum = CHECKSUM_OF_NOTHING;
    if (load_song && load_songs(l, path, load_song, context, err)) return -1;
    for (size_t i = 0; i < n; i++)
        if (load_row(l, i, err)) return -1;
    const Music *first = l->songs.count ? &l->songs.items[0].music : NULL;
    l->corpus = (Corpus){l->sequences, n, l->corpus.motion_dim, first ? first->dim : 0};
    if (first) l->music = first->identity;
    return 0;
}

int training_set_load(const char *path, SongLoad *load_song, void *context, TrainingSet *l,
                      Error *err) {
    *l = (TrainingSet){0};
    if (dataset_read(path, &l->dataset, err)) return -1;
    if (load(l, path, load_song, context, err) == 0) return 0;
    training_set_free(l);
    return -1;
}

int training_set_check_validation(const TrainingSet *val, const char *val_path,
                                  const TrainingSet *train, const char *train_path, Error *err) {
    char theirs[MUSIC_PHRASE_SIZE], ours[MUSIC_PHRASE_SIZE];
    if (val->corpus.motion_dim != train->corpus.motion_dim)
        return error_set(err, "%s: frames of %zu numbers, but those of %s have %zu", val_path,
                         val->corpus.motion_dim, train_path, train->corpus.motion_dim);
    if (!rate_same(val->fps, train->fps))
        return error_set(err, "%s: has %g frames a second, but %s has %g; prepare both at one rate",
                         val_path, val->fps, train_path, train->fps);
    if (music_identity_differs(&val->music, val->corpus.music_dim, &train->music,
                               train->corpus.music_dim, theirs, ours))
        return error_set(err,
                         "%s: its music features are %s, but those of %s are %s; make them alike",
                         val_path, theirs, train_path, ours);
    return 0;
}

bool training_set_assumed(const TrainingSet *l, char text[MUSIC_ASSUMED_SIZE]) {
    if (l->assumed_song) {
        const Music *m = &l->assumed_song->music;
        music_assumed_text(l->assumed_song->path, &m->identity, m->dim, m->fps, text);
    } else if (l->assumed_motion)
        rate_unsaid_text(l->assumed_motion, text);
    return l->assumed_song || l->assumed_motion;
}

int training_set_number_genres(TrainingSet *l, const char *path, char *const *genres, size_t count,
                               Error *err) {
    for (size_t i = 0; i < l->dataset.count; i++) {
        size_t genre = 0;
        while (genre < count && strcmp(genres[genre], l->dataset.rows[i].genre) != 0) genre++;
        if (genre == count)
            return error_set(err, "%s: %s is of genre %s, for which there is no bank", path,
                             l->dataset.rows[i].name, l->dataset.rows[i].genre);
        l->sequences[i].genre = genre;
    }
    return 0;
}

size_t training_set_bytes(const TrainingSet *l) {
    size_t numbers = 0;
    for (size_t i = 0; i < l->corpus.count; i++) {
        const Sequence *s = &l->corpus.items[i];
        numbers += s->frames * sequence_frame_size(s, l->corpus.motion_dim);
    }
    for (size_t i = 0; i < l->songs.count; i++)
        numbers += l->songs.items[i].music.frames * l->corpus.music_dim;
    return numbers * sizeof(float);
}

void training_set_free(TrainingSet *l) {
    for (size_t i = 0; l->motions && i < l->dataset.count; i++) free(l->motions[i]);
    free(l->motions);
    songs_free(&l->songs);
    free(l->sequences);
    dataset_free(&l->dataset);
    *l = (TrainingSet){0};
}
