#include "lib/data/corpus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/checksum.h"

static int check_row(TrainingSet *l, size_t i, bool with_music, Error *err) {
    const DatasetRow *row = &l->dataset.rows[i];
    const Motion *m = &l->motions[i], *first = &l->motions[0];
    if (m->joints != first->joints)
        return error_set(err, "%s: has %zu joints, but %s has %zu", row->motion, m->joints,
                         l->dataset.rows[0].motion, first->joints);
    if (fabs(m->fps - first->fps) > 1e-6)
        return error_set(err, "%s: has %g frames a second, but %s has %g", row->motion, m->fps,
                         l->dataset.rows[0].motion, first->fps);
    if (!with_music) return 0;
    const Music *a = &l->music[i];
    const Music *b = &l->music[0];
    char text[2][100];
    if (a->dim != b->dim || a->blocks != b->blocks)
        return error_set(err, "%s: has %s features a frame, but %s has %s", row->music,
                         music_dim_text(a, text[0]), l->dataset.rows[0].music,
                         music_dim_text(b, text[1]));
    if (fabs(a->fps - m->fps) > 1e-6)
        return error_set(err,
                         "%s: has %g frames a second, its motion %g; extract-music-features --fps "
                         "makes them agree",
                         row->music, a->fps, m->fps);
    return 0;
}

int training_set_load(const char *path, bool with_music, TrainingSet *l, Error *err) {
    *l = (TrainingSet){0};
    if (dataset_read(path, &l->dataset, err)) return -1;
    size_t n = l->dataset.count;
    l->motions = calloc(n, sizeof *l->motions);
    l->music = calloc(n, sizeof *l->music);
    l->sequences = calloc(n, sizeof *l->sequences);
    int status = l->motions && l->music && l->sequences ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < n; i++) {
        const DatasetRow *row = &l->dataset.rows[i];
        if (with_music && !row->music[0])
            status = error_set(err, "%s: %s has no music", path, row->name);
        if (status == 0) status = motion_read(row->motion, &l->motions[i], err);
        if (status == 0 && with_music) status = music_read(row->music, &l->music[i], err);
        if (status == 0) status = check_row(l, i, with_music, err);
        if (status == 0)
            l->sequences[i] = (Sequence){l->motions[i].data, l->music[i].data, l->motions[i].frames,
                                         l->music[i].frames, 0};
    }
    if (status == 0) {
        l->corpus = (Corpus){l->sequences, n, motion_dim(&l->motions[0]), l->music[0].dim};
        l->fps = l->motions[0].fps;
    } else
        training_set_free(l);
    return status;
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

uint64_t training_set_checksum(const TrainingSet *l) {
    uint64_t sum = CHECKSUM_OF_NOTHING;
    for (size_t i = 0; i < l->dataset.count; i++) {
        sum = checksum_add(sum, l->motions[i].data,
                           l->motions[i].frames * motion_dim(&l->motions[i]));
        sum = checksum_add(sum, l->music[i].data, l->music[i].frames * l->music[i].dim);
    }
    return sum;
}

void training_set_free(TrainingSet *l) {
    for (size_t i = 0; i < l->dataset.count; i++) {
        if (l->motions) motion_free(&l->motions[i]);
        if (l->music) music_free(&l->music[i]);
    }
    free(l->motions);
    free(l->music);
    free(l->sequences);
    dataset_free(&l->dataset);
    *l = (TrainingSet){0};
}
