#include "features/music_source.h"

#include <stdlib.h>

#include "lib/base/file.h"

MusicSource music_source(const FeatureSet *set, double fps) {
    return (MusicSource){.wanted = features_identity(set), .fps = fps};
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
    const FeatureSet *set = features_find(s->wanted.name);
    if (!set)
        return error_set(err,
                         "a sound file, but the features that are needed, %s %s, cannot be "
                         "computed here; give the features themselves (.npz)",
                         s->wanted.name, s->wanted.version);
    if (set->open(&s->wanted, s->fps, &s->state, err)) return -1;
    s->set = set;
    return 0;
}

static int run(const MusicSource *s, const char *path, Music *out, Error *err) {
    Audio sound;
    const int muted = stderr_mute();
    int status = audio_file_read(path, &sound, err);
    stderr_unmute(muted);
    if (status) return -1;
    char *title = path_stem(path);
    status =
        title ? s->set->run(s->state, title, &sound, out, err) : error_set(err, "out of memory");
    if (status)
        error_prefix(err, path);
    else if (sound.early_end)
        out->notes |= MUSIC_CUT;
    audio_free(&sound);
    free(title);
    return status;
}

int music_source_load(void *source, const char *path, Music *out, Error *err) {
    MusicSource *s = source;
    *out = (Music){0};
    if (is_feature_file(path)) return features_read(NULL, path, out, err);
    if (open_set(s, err)) return error_prefix(err, path);
    return run(s, path, out, err);
}

void music_source_close(MusicSource *s) {
    if (s->set) s->set->close(s->state);
    s->set = NULL;
    s->state = NULL;
}

int music_source_read(const char *path, double fps, Music *out, Error *err) {
    MusicSource s = music_source(features_default(), fps);
    const int status = music_source_load(&s, path, out, err);
    music_source_close(&s);
    return status;
}
