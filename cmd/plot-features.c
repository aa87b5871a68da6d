/* plot-features: a song's features over time as an SVG. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/plot_features.h"
#include "features/music_source.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/formats/tensor_file.h"

/* "song: mint35 librosa-0.11, 35 columns, 60 frames a second, 1:02, 120 beats a minute" */
static void describe(const char *name, const Music *m, char *text, size_t size) {
    const MusicIdentity *id = &m->identity;
    const long seconds = (long)((double)m->frames / m->fps);
    int n = snprintf(text, size, "%.200s: %s%s%s%s%zu columns, %g frames a second, %ld:%02ld", name,
                     id->name, id->name[0] ? " " : "", id->version, id->version[0] ? ", " : "",
                     m->dim, m->fps, seconds / 60, seconds % 60);
    if (m->tempo > 0 && n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, ", %.0f beats a minute", m->tempo);
}

/* `similarity` [moments, moments], `seconds` [moments], `map` [rows, bins]. */
static int write_numbers(const char *path, const FeatureMap *map, const Music *m, Error *err) {
    Tensors set = {0};
    Tensor t;
    const size_t n = map->moments;
    int status = tensor_new(&t, TENSOR_F32, 2, (size_t[]){n, n}, 0, err);
    if (!status) {
        memcpy(tensor_f32(&t), map->similarity, n * n * sizeof(float));
        status = tensors_add(&set, "similarity", &t, err) ||
                 tensor_new(&t, TENSOR_F64, 1, (size_t[]){n}, 0, err);
    }
    if (!status) {
        for (size_t i = 0; i < n; i++) tensor_f64(&t)[i] = feature_map_moment(map, m, i);
        status = tensors_add(&set, "seconds", &t, err) ||
                 tensor_new(&t, TENSOR_F32, 2, (size_t[]){map->rows, map->bins}, 0, err);
    }
    if (!status) {
        memcpy(tensor_f32(&t), map->values, map->rows * map->bins * sizeof(float));
        status = tensors_add(&set, "map", &t, err) || npz_write(path, &set, err);
    }
    tensors_free(&set);
    return status ? -1 : 0;
}

static int plot(const char *path, const Music *m, const char *output, const char *numbers,
                Error *err) {
    FeatureMap map;
    Buffer svg = {0};
    char title[512];
    char *name = path_stem(path);
    if (!name) return error_set(err, "out of memory");
    describe(name, m, title, sizeof title);
    free(name);
    if (feature_map(m, &map, err)) return error_prefix(err, path);
    int status = plot_features(&map, title, &svg, err);
    if (!status && numbers) status = write_numbers(numbers, &map, m, err);
    if (!status) status = file_write(output, svg.data, svg.size, err);
    buffer_free(&svg);
    feature_map_free(&map);
    return status;
}

int main(int argc, char **argv) {
    const char *output = NULL;
    const char *numbers = NULL;
    double fps = 60;
    bool fps_given = false;
    GeneralOptions general = {0};
    const OptionGroup groups[] = {
        {.rows = {option_text("output", 'o', "FILE", &output, "The plot (.svg), needed."),
                  option_given(option_real("fps", 0, "N", &fps, 1, 1000,
                                           "Frames a second of the features of a sound file."),
                               &fps_given),
                  option_text("numbers", 0, "FILE", &numbers,
                              "Also write what is drawn (.npz): similarity, seconds, map.")}},
        general_options(&general),
    };
    const Program program = {
        .name = "plot-features",
        .usage = "[OPTION]... -o FILE SONG",
        .about =
            "Draws a song's features over time: every column, standardised, by its block; onsets "
            "and beats where the features have them; and how similar the song's moments are to "
            "each other, in which verses and bars show as squares and stripes. SONG is a file of "
            "features of any width (.npz, .npy) or a sound file, of which the default features "
            "are computed.",
        .example = "plot-features -o song.svg song.npz",
        OPTION_GROUPS(groups)};
    int first;
    int status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    runtime_prepare(argv);
    if (!output) return program_usage_error(&program, "-o FILE is needed");
    if (first + 1 != argc) return program_usage_error(&program, "one song is needed");
    threads_set((int)general.threads);
    Error err;
    Music music;
    MusicSource source = music_source(features_default(), fps);
    status = music_source_load(&source, argv[first], &music, &err);
    if (!status && fps_given && !source.set) {
        status = error_set(&err, "%s: --fps is for sound files; these features have their rate",
                           argv[first]);
        music_free(&music);
    }
    if (!status) {
        for (size_t i = 0; !general.quiet && i < source.warnings.count; i++)
            program_warn(&program, "%s", source.warnings.items[i]);
        status = plot(argv[first], &music, output, numbers, &err);
        music_free(&music);
    }
    if (status) status = program_report(&program, &err);
    music_source_close(&source);
    return program_finish(&program, status);
}
