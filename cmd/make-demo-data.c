/* make-demo-data: a synthetic data set in AIST++'s layout, free of anybody's rights. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/dance.h"
#include "demo/wave.h"
#include "lib/base/file.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/motion/import/aist_pickle_write.h"

typedef struct {
    const char *output;
    long seed, genres, sequences;
    double seconds;
    GeneralOptions general;
} DemoChoices;

enum {
    SONGS_PER_GENRE = 6, /* AIST++ numbers them 0 to 5 */
    NAME_SIZE = 128
};

static const float SCALING = 100.0f; /* scene units per metre, as AIST++'s are about that many */

static size_t songs_of(const DemoChoices *c) {
    return c->sequences < SONGS_PER_GENRE ? (size_t)c->sequences : SONGS_PER_GENRE;
}

/* A seed of its own for everything that is made. */
static uint64_t seed_of(const DemoChoices *c, size_t genre, size_t item, uint64_t kind) {
    Rng r = rng_seed((uint64_t)c->seed * 0x9e3779b97f4a7c15u + (genre << 32) + (item << 8) + kind);
    return rng_next(&r);
}

static Song song_of(const DemoChoices *c, size_t genre, size_t number) {
    return song_plan(style_at(genre), number, c->seconds, seed_of(c, genre, number, 1));
}

static void name_sequence(const DemoChoices *c, size_t genre, size_t sequence,
                          char name[NAME_SIZE]) {
    const char *code = style_at(genre)->code;
    snprintf(name, NAME_SIZE, "g%s_sFM_cAll_d%02zu_m%s%zu_ch%02zu", code, genre + 1, code,
             sequence % songs_of(c), sequence + 1);
}

static int write_pickle(const char *path, const Dance *d, Error *err) {
    Buffer b = {0};
    int status = aist_pickle_put(&b, d->frames, d->poses, d->translations, SCALING, 0.0, err);
    status = status ? error_prefix(err, path) : file_write(path, b.data, b.size, err);
    buffer_free(&b);
    return status;
}

static int make_song(const DemoChoices *c, size_t genre, size_t number, Error *err) {
    const Song song = song_of(c, genre, number);
    char name[NAME_SIZE];
    float *samples;
    size_t count;
    snprintf(name, sizeof name, "music/m%s%zu.wav", style_at(genre)->code, number);
    char *path = path_join(c->output, name);
    if (!path) return error_set(err, "out of memory");
    int status = song_play(&song, &samples, &count, err);
    if (!status) {
        status = wave_write(path, samples, count, SONG_RATE, err);
        free(samples);
    }
    free(path);
    return status;
}

static int make_dance(const DemoChoices *c, size_t genre, size_t sequence, Error *err) {
    const Song song = song_of(c, genre, sequence % songs_of(c));
    char name[NAME_SIZE], file[NAME_SIZE + 16];
    Dance dance;
    name_sequence(c, genre, sequence, name);
    snprintf(file, sizeof file, "motions/%s.pkl", name);
    char *path = path_join(c->output, file);
    if (!path) return error_set(err, "out of memory");
    int status = dance_make(&song, seed_of(c, genre, sequence, 2), &dance, err);
    if (!status) {
        for (size_t i = 0; i < 3 * dance.frames; i++) dance.translations[i] *= SCALING;
        status = write_pickle(path, &dance, err);
        dance_free(&dance);
    }
    free(path);
    return status;
}

/* Songs and dances are independent of each other: as many at a time as there are threads. */
static int make_all(const DemoChoices *c, Error *err) {
    const size_t songs = songs_of(c), per_genre = songs + (size_t)c->sequences,
                 total = per_genre * (size_t)c->genres;
    size_t done = 0;
    int status = 0;
    Progress progress;
    progress_start(&progress, "making songs and dances", total, c->general.quiet);
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < total; i++) {
        Error mine;
        size_t genre = i / per_genre, item = i % per_genre;
        int failed = item < songs ? make_song(c, genre, item, &mine)
                                  : make_dance(c, genre, item - songs, &mine);
#pragma omp critical
        {
            if (failed && !status) {
                *err = mine;
                status = -1;
            }
            progress_step(&progress, ++done);
        }
    }
    progress_end(&progress);
    return status;
}

typedef enum { TRAIN, VAL, TEST } DemoSplit;

/* By song, so that none is in two splits: the last one of each genre is for testing, the one before
 * for validation. */
static DemoSplit split_of(const DemoChoices *c, size_t sequence) {
    size_t song = sequence % songs_of(c), songs = songs_of(c);
    return song + 1 == songs ? TEST : song + 2 == songs ? VAL : TRAIN;
}

/* which is a DemoSplit, or -1 for all. */
static int write_list(const DemoChoices *c, const char *file, int which, Error *err) {
    char *path = path_join(c->output, file);
    if (!path) return error_set(err, "out of memory");
    OutputFile out;
    int status = file_begin(&out, path, err);
    if (!status) {
        for (size_t genre = 0; genre < (size_t)c->genres; genre++)
            for (size_t s = 0; s < (size_t)c->sequences; s++) {
                char name[NAME_SIZE];
                name_sequence(c, genre, s, name);
                if (which < 0 || (DemoSplit)which == split_of(c, s))
                    fprintf(out.stream, "%s\n", name);
            }
        status = file_commit(&out, err);
    }
    free(path);
    return status;
}

static int make_data(const DemoChoices *c, Error *err) {
    static const char *const folders[] = {"motions", "music", "splits"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = path_join(c->output, folders[i]);
        int status = path ? folder_make(path, err) : error_set(err, "out of memory");
        free(path);
        if (status) return -1;
    }
    if (make_all(c, err) || write_list(c, "splits/crossmodal_train.txt", TRAIN, err) ||
        write_list(c, "splits/crossmodal_val.txt", VAL, err) ||
        write_list(c, "splits/crossmodal_test.txt", TEST, err) ||
        write_list(c, "splits/all.txt", -1, err))
        return -1;
    char *path = path_join(c->output, "ignore_list.txt");
    int status = path ? file_write(path, "", 0, err) : error_set(err, "out of memory");
    free(path);
    return status;
}

int main(int argc, char **argv) {
    DemoChoices c = {.seed = 1, .genres = 3, .sequences = 4, .seconds = 20};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("output", 'o', "DIR", &c.output,
                             "Folder for the data set, made if need be."),
                 option_int("genres", 0, "N", &c.genres, 1, (double)style_count(),
                            "Number of genres."),
                 option_int(
                     "sequences", 0, "N", &c.sequences, 3, 99,
                     "Dances per genre. Up to six have a song each; more are further dances to "
                     "the same six songs."),
                 option_real("seconds", 0, "S", &c.seconds, 1, SONG_MAX_SECONDS, "Length of each."),
                 option_int("seed", 's', "N", &c.seed, 0, 1e15,
                            "Another seed makes other songs and dances."),
             }},
        general_options(&c.general),
    };
    const Program program = {
        .name = "make-demo-data",
        .usage = "[OPTION]... -o DIR",
        .about =
            "Makes a synthetic dance data set in AIST++'s layout (motions/, music/, splits/, "
            "ignore_list.txt), to try everything without a download: invented music with beat, "
            "bass and chords in the genres' tempos, and bodies that dance to it. The last song "
            "of each genre is for testing, the one before for validation, the others for "
            "training.",
        .example = "make-demo-data -o demo-data",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    if (first != argc)
        return program_usage_error(&program, "unexpected argument '%s'", argv[first]);
    if (!c.output) return program_usage_error(&program, "-o is needed");
    threads_set((int)c.general.threads);
    Error err;
    return program_finish(&program, make_data(&c, &err) ? program_report(&program, &err) : 0);
}
