#include "lib/data/clips.h"

#include <stdlib.h>
#include <string.h>

#include "lib/audio/music_file.h"
#include "lib/base/rate.h"
#include "lib/motion/import/motion_import.h"
#include "lib/motion/resample_motion.h"

int clips_thin(const Motion *m, size_t every, Motion *out, Error *err) {
    const size_t dim = motion_dim(m);
    if (motion_new(out, (m->frames + every - 1) / every, m->joints, err)) return -1;
    for (size_t f = 0; f < out->frames; f++)
        memcpy(out->data + f * dim, m->data + f * every * dim, dim * sizeof *out->data);
    out->fps = m->fps / (double)every;
    out->fps_assumed = m->fps_assumed;
    if (motion_set_names(out, m->genre, m->music, err) == 0) return 0;
    motion_free(out);
    return -1;
}

size_t clips_count(const ClipOptions *o, size_t frames) {
    if (!o->length) return frames > o->skip;
    return frames < o->skip + o->length ? 0 : (frames - o->skip - o->length) / o->stride + 1;
}

/* The row's dance at the rate of the clips. */
static int read_dance(const DatasetRow *row, const ClipOptions *o, Motion *out, Error *err) {
    Motion m;
    *out = (Motion){0};
    if (motion_import(row->motion, NULL, &m, NULL, err)) return -1;
    int status = 0;
    if (o->fps > 0 && resample_needed(m.fps, o->fps))
        status = motion_resample(&m, o->fps, out, err);
    else if (o->every > 1)
        status = clips_thin(&m, o->every, out, err);
    else {
        *out = m;
        return 0;
    }
    motion_free(&m);
    return status ? error_prefix(err, row->motion) : 0;
}

static int read_music(const DatasetRow *row, const Motion *m, Music *out, Error *err) {
    if (music_read(row->music, out, err)) return -1;
    if (!(out->fps > 0) || rate_same(out->fps, m->fps)) return 0;
    error_set(
        err,
        "%s: has %g frames a second, the clips %g; extract-music-features --fps %g makes them "
        "agree, --no-music leaves it out",
        row->music, out->fps, m->fps, m->fps);
    music_free(out);
    return -1;
}

/* FOLDER/name */
static int write_motion(const Motion *m, size_t first, size_t length, const char *genre,
                        const char *path, Error *err) {
    Motion part = *m; /* a view */
    part.data = m->data + first * motion_dim(m);
    part.frames = length;
    part.seed_frames = 0;
    part.genre = (char *)genre;
    return motion_write(path, &part, err);
}

static int write_music(const Music *music, size_t first, size_t length, const char *path,
                       Error *err) {
    Music part = *music; /* a view; beyond its end the last frame, which goes on */
    if (first >= music->frames) first = music->frames - 1;
    part.data = music->data + first * music->dim;
    part.frames = music->frames - first < length ? music->frames - first : length;
    return music_write(path, &part, err);
}

typedef struct {
    const DatasetRow *row;
    const ClipOptions *options;
    const char *folder;
    Motion motion;
    Music music; /* data NULL: none */
    Buffer *lines;
} Cutting;

static int check_target(const char *path, const char *source, Error *err) {
    if (!file_same(path, source)) return 0;
    return error_set(err, "%s: a clip would replace the file itself; choose another folder with -o",
                     source);
}

static int write_clip(const Cutting *c, size_t first, size_t length, const char *stem, Error *err) {
    const char *genre = c->options->genre ? c->options->genre : c->row->genre;
    char name[400];
    snprintf(name, sizeof name, "%s.npz", stem);
    char *path = path_join(c->folder, name);
    int status = path ? check_target(path, c->row->motion, err) : error_set(err, "out of memory");
    if (status == 0) status = write_motion(&c->motion, first, length, genre, path, err);
    free(path);
    if (status) return -1;
    buffer_print(c->lines, "%s\t%s\t%s\t", stem, genre, name);
    if (c->music.data) {
        snprintf(name, sizeof name, "music/%s.npz", stem);
        path = path_join(c->folder, name);
        status = path ? check_target(path, c->row->music, err) : error_set(err, "out of memory");
        if (status == 0) status = write_music(&c->music, first, length, path, err);
        free(path);
        buffer_text(c->lines, name);
    }
    buffer_byte(c->lines, '\n');
    return status;
}

static int write_clips(const Cutting *c, size_t count, Error *err) {
    const ClipOptions *o = c->options;
    char stem[360];
    if (strlen(c->row->name) > 300)
        return error_set(err, "%.80s... is too long for the name of a file", c->row->name);
    for (size_t i = 0; i < count; i++) {
        const size_t first = o->skip + i * o->stride;
        const size_t length = o->length ? o->length : c->motion.frames - o->skip;
        if (o->length)
            snprintf(stem, sizeof stem, "%s-%06zu", c->row->name, first);
        else
            snprintf(stem, sizeof stem, "%s", c->row->name);
        if (write_clip(c, first, length, stem, err)) return -1;
    }
    return 0;
}

int clips_cut(const DatasetRow *row, const ClipOptions *o, const char *folder, Buffer *lines,
              ClipResult *result, Error *err) {
    Cutting c = {.row = row, .options = o, .folder = folder, .lines = lines};
    *result = (ClipResult){0};
    if (!row->motion[0]) return error_set(err, "%s has no motion", row->name);
    if (read_dance(row, o, &c.motion, err)) return -1;
    result->count = clips_count(o, c.motion.frames);
    result->fps_assumed = c.motion.fps_assumed;
    int status = 0;
    if (result->count && o->music && row->music[0])
        status = read_music(row, &c.motion, &c.music, err);
    if (status == 0) status = write_clips(&c, result->count, err);
    music_free(&c.music);
    motion_free(&c.motion);
    return status;
}
