#include "features/music_input.h"

#include <stdlib.h>

#include "features/mint35/mint35.h"
#include "lib/audio/audio_file.h"
#include "lib/base/file.h"

int music_input_read(const char *path, double fps, Music *out, Error *err) {
    if (path_ends_with(path, ".npz") || path_ends_with(path, ".npy"))
        return music_read(path, out, err);
    Audio audio;
    int muted = stderr_mute(), status = audio_file_read(path, &audio, err);
    stderr_unmute(muted);
    if (status) return -1;
    Mint35Options options = mint35_defaults();
    char *stem = path_stem(path);
    options.fps = fps;
    if (stem) options.start_bpm = mint35_start_bpm(stem);
    status = mint35_features(audio.samples, audio.count, audio.rate, &options, out, err);
    free(stem);
    audio_free(&audio);
    return status ? error_prefix(err, path) : 0;
}
