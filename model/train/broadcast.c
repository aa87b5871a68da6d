#include "model/train/broadcast.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/comm.h"

int model_broadcast(Model *m, Error *err) {
    if (comm_size() == 1) return 0;
    struct {
        ModelKind kind;
        Config config;
        bool seed;
    } head = {m->kind, m->config, comm_rank() == 0 && model_has(m, "seed.motion")};
    comm_broadcast(&head, sizeof head);
    size_t count = head.config.genre_count;
    char **genres = calloc(count + 1, sizeof *genres);
    int status = comm_all_ok(genres ? 0 : error_set(err, "out of memory"), err);
    for (size_t i = 0; status == 0 && i < count; i++) {
        size_t size = comm_rank() == 0 ? strlen(m->genres[i]) + 1 : 0;
        comm_broadcast(&size, sizeof size);
        genres[i] = malloc(size);
        status = comm_all_ok(genres[i] ? 0 : error_set(err, "out of memory"), err);
        if (status == 0 && comm_rank() == 0) memcpy(genres[i], m->genres[i], size);
        if (status == 0) comm_broadcast(genres[i], size);
    }
    if (status == 0 && comm_rank() > 0)
        status = model_new(m, head.kind, &head.config, (const char *const *)genres, count,
                           head.seed, err);
    for (size_t i = 0; genres && i < count; i++) free(genres[i]);
    free(genres);
    return comm_all_ok(status, err);
}

static int broadcast_frames(float **data, size_t count, Error *err) {
    if (comm_rank() > 0 && count > 0) *data = malloc(count * sizeof **data);
    if (comm_all_ok(*data || count == 0 ? 0 : error_set(err, "out of memory"), err)) return -1;
    comm_broadcast(*data, count * sizeof **data);
    return 0;
}

static int make_room(TrainingSet *l, size_t count, size_t songs, Error *err) {
    *l = (TrainingSet){.dataset.rows = calloc(count, sizeof *l->dataset.rows),
                       .motions = calloc(count, sizeof *l->motions),
                       .songs.items = calloc(songs + 1, sizeof *l->songs.items),
                       .songs.of_use = calloc(count, sizeof *l->songs.of_use),
                       .sequences = calloc(count, sizeof *l->sequences)};
    if (!l->dataset.rows || !l->motions || !l->songs.items || !l->songs.of_use || !l->sequences)
        return error_set(err, "out of memory");
    l->dataset.count = count;
    l->songs.count = songs;
    return 0;
}

int training_set_broadcast(TrainingSet *l, Error *err) {
    if (comm_size() == 1) return 0;
    struct {
        size_t count, songs, motion_dim, music_dim;
        double fps;
        uint64_t checksum;
    } head = {l->corpus.count,     l->songs.count, l->corpus.motion_dim,
              l->corpus.music_dim, l->fps,         l->checksum};
    comm_broadcast(&head, sizeof head);
    int status = comm_all_ok(comm_rank() > 0 ? make_room(l, head.count, head.songs, err) : 0, err);
    for (size_t i = 0; status == 0 && i < head.songs; i++) {
        Music *m = &l->songs.items[i].music;
        comm_broadcast(&m->frames, sizeof m->frames);
        status = broadcast_frames(&m->data, m->frames * head.music_dim, err);
    }
    if (status == 0 && head.songs)
        comm_broadcast(l->songs.of_use, head.count * sizeof *l->songs.of_use);
    for (size_t i = 0; status == 0 && i < head.count; i++) {
        comm_broadcast(&l->sequences[i],
                       sizeof *l->sequences); /* sizes and genre; the pointers are set below */
        Sequence *s = &l->sequences[i];
        const size_t numbers = s->frames * sequence_frame_size(s, head.motion_dim);
        status = broadcast_frames(&l->motions[i], numbers, err);
        s->motion = l->motions[i];
        s->music = head.songs ? l->songs.items[l->songs.of_use[i]].music.data : NULL;
    }
    l->fps = head.fps;
    l->checksum = head.checksum;
    if (status == 0)
        l->corpus = (Corpus){l->sequences, head.count, head.motion_dim, head.music_dim};
    return status;
}
