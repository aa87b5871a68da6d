#include "features/music_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/rate.h"

MusicSource music_source(const FeatureSet *set, double fps) {
    return (MusicSource){.wanted = features_identity(set), .fps = fps};
}

static int warn_assumed(MusicSource *s, const char *path, const MusicIdentity *identity, size_t dim,
                        double fps, Error *err) {
    char text[MUSIC_ASSUMED_SIZE];
    _Static_assert((int)MUSIC_ASSUMED_SIZE >= (int)RATE_TEXT_SIZE, "room for either text");
    if (s->assumed) return 0;
    s->assumed = true;
    if (dim == 0) return strings_add(&s->warnings, rate_unsaid_text(path, text), err);
    return strings_add(&s->warnings, music_assumed_text(path, identity, dim, fps, text), err);
}

int music_source_for_model(MusicSource *out, const char *path, MusicIdentity *identity, size_t dim,
                           double *fps, Error *err) {
    *out = (MusicSource){0};
    const bool assumed = features_assume(identity, dim, fps);
    out->wanted = *identity;
    out->fps = *fps;
    return assumed ? warn_assumed(out, path, identity, dim, *fps, err) : 0;
}

static bool is_feature_file(const char *path) {
    return path_ends_with(path, ".npz") || path_ends_with(path, ".npy");
}

static int open_set(MusicSource *s, Error *err) {
    if (s->set) return 0;
    if (!music_identity_known(&s->wanted))
        return error_set(err,
                         "a sound file, but the features that are needed have no name, so that "
                         "they cannot be computed; give the features themselves (.npz)");
    const FeatureSet *set = features_of(&s->wanted);
    if (!set)
        return error_set(err,
                         "a sound file, but the features that are needed, %s %s, cannot be "
                         "computed here; give the features themselves (.npz)",
                         s->wanted.name, s->wanted.version);
    if (set->open(&s->wanted, s->fps, s->weights, &s->state, err)) return -1;
    s->set = set;
    return 0;
}

static int run(const MusicSource *s, const char *path, Music *out, Error *err) {
    Audio sound;
    const int muted = stderr_mute();
    int status = audio_file_read(path, &sound, err);
    stderr_unmute(muted);
    if (status) return -1;
    const bool cut = sound.early_end; /* run may free the sound */
    char *title = path_stem(path);
    status =
        title ? s->set->run(s->state, title, &sound, out, err) : error_set(err, "out of memory");
    if (status)
        error_prefix(err, path);
    else if (cut)
        out->notes |= MUSIC_CUT;
    audio_free(&sound);
    free(title);
    return status;
}

static int warn(MusicSource *s, const char *path, const char *what, Error *err) {
    char text[MUSIC_ASSUMED_SIZE];
    if (!what) return 0;
    snprintf(text, sizeof text, "%.400s: %s", path, what);
    return strings_add(&s->warnings, text, err);
}

static int warn_notes(MusicSource *s, const char *path, const Music *m, Error *err) {
    if (m->notes & MUSIC_ASSUMED && warn_assumed(s, path, &m->identity, m->dim, m->fps, err))
        return -1;
    static const unsigned notes[] = {MUSIC_CUT, MUSIC_SILENT, MUSIC_DULL};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (warn(s, path, music_note_text(m->notes, notes[i]), err)) return -1;
    return 0;
}

int music_source_load(void *source, const char *path, Music *out, Error *err) {
    MusicSource *s = source;
    *out = (Music){0};
    int status;
    if (is_feature_file(path))
        status = features_read(NULL, path, out, err);
    else
        status = open_set(s, err) ? error_prefix(err, path) : run(s, path, out, err);
    if (!status) status = warn_notes(s, path, out, err);
    if (status) music_free(out);
    return status;
}

void music_source_close(MusicSource *s) {
    if (s->set) s->set->close(s->state);
    strings_free(&s->warnings);
    *s = (MusicSource){0};
}

int music_source_read(const char *path, double fps, Music *out, Error *err) {
    MusicSource s = music_source(features_default(), fps);
    const int status = music_source_load(&s, path, out, err);
    music_source_close(&s);
    return status;
}
