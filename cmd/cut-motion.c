/* cut-motion: dances into clips of one length, at the same or a lower rate, and a list of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rate.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/data/clips.h"
#include "lib/data/motion_list.h"

typedef struct {
    const char *folder, *list;
    bool stride_given;
    ClipOptions how;
    GeneralOptions general;
} CutSettings;

/* --- what is to be cut: rows of data sets, and motion files --- */

typedef struct {
    DatasetRow *rows; /* owned, with their strings */
    size_t count;
} CutList;

static void cut_list_free(CutList *l) {
    Dataset d = {l->rows, l->count};
    dataset_free(&d);
}

static int add_row(CutList *l, const char *name, const char *genre, const char *motion,
                   const char *music, Error *err) {
    DatasetRow *rows = realloc(l->rows, (l->count + 1) * sizeof *rows);
    if (!rows) return error_set(err, "out of memory");
    l->rows = rows;
    DatasetRow *r = &rows[l->count++];
    *r = (DatasetRow){strdup(name), strdup(genre), strdup(motion), strdup(music)};
    return r->name && r->genre && r->motion && r->music ? 0 : error_set(err, "out of memory");
}

static int add_dataset(CutList *l, const char *path, Error *err) {
    Dataset d;
    if (dataset_read(path, &d, err)) return -1;
    int status = 0;
    for (size_t i = 0; i < d.count && status == 0; i++)
        status =
            add_row(l, d.rows[i].name, d.rows[i].genre, d.rows[i].motion, d.rows[i].music, err);
    dataset_free(&d);
    return status;
}

/* A motion's genre is --genre's or its own. */
static int add_motion(CutList *l, const char *path, const ClipOptions *o, Error *err) {
    Motion m = {0};
    if (!o->genre && motion_read(path, &m, err)) return -1;
    const char *genre = o->genre ? o->genre : m.genre;
    char *stem = path_stem(path);
    int status = stem ? 0 : error_set(err, "out of memory");
    if (status == 0 && !genre[0])
        status = error_set(err, "%s: names no genre; give one for all of them (--genre all)", path);
    if (status == 0) status = add_row(l, stem, genre, path, "", err);
    free(stem);
    motion_free(&m);
    return status;
}

static int add_operand(CutList *l, const char *operand, const ClipOptions *o, Error *err) {
    Strings files = {0};
    if (path_ends_with(operand, ".tsv") && !folder_exists(operand))
        return add_dataset(l, operand, err);
    int status = motion_list_add(&files, operand, err);
    for (size_t i = 0; i < files.count && status == 0; i++)
        status = add_motion(l, files.items[i], o, err);
    strings_free(&files);
    return status;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const DatasetRow *)a)->name, ((const DatasetRow *)b)->name);
}

static int check_names(const CutList *l, Error *err) {
    DatasetRow *sorted = malloc((l->count + 1) * sizeof *sorted);
    if (!sorted) return error_set(err, "out of memory");
    memcpy(sorted, l->rows, l->count * sizeof *sorted);
    qsort(sorted, l->count, sizeof *sorted, by_name);
    int status = 0;
    for (size_t i = 1; i < l->count && status == 0; i++)
        if (strcmp(sorted[i - 1].name, sorted[i].name) == 0)
            status =
                error_set(err, "%s: the name comes twice; their clips would replace each other",
                          sorted[i].name);
    free(sorted);
    return status;
}

/* --- cutting --- */

typedef struct {
    size_t clips, unused; /* dances without one */
    const char *assumed; /* the first whose rate is; NULL: none */
} CutCounts;

static int cut_all(const CutList *l, const CutSettings *s, Buffer *lines, CutCounts *counts,
                   Error *err) {
    Progress progress;
    int status = 0;
    progress_start(&progress, "cutting", l->count, s->general.quiet);
    for (size_t i = 0; i < l->count && status == 0; i++) {
        ClipResult r;
        status = clips_cut(&l->rows[i], &s->how, s->folder, lines, &r, err);
        counts->clips += r.count;
        counts->unused += r.count == 0;
        if (r.fps_assumed && !counts->assumed) counts->assumed = l->rows[i].motion;
        progress_step(&progress, i + 1);
    }
    progress_end(&progress);
    return status;
}

static bool has_music(const CutList *l) {
    for (size_t i = 0; i < l->count; i++)
        if (l->rows[i].music[0]) return true;
    return false;
}

/* The list must not take the place of one that is read. */
static int check_list(char *const *operands, size_t count, const CutSettings *s, Error *err) {
    char *path = path_join(s->folder, s->list);
    int status = path ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; i < count && status == 0; i++)
        if (file_same(path, operands[i]))
            status = error_set(
                err, "%s: the list of clips would replace it; --list or -o otherwise", operands[i]);
    free(path);
    return status;
}

static int make_folders(const CutList *l, const CutSettings *s, Error *err) {
    if (folder_make(s->folder, err)) return -1;
    if (!s->how.music || !has_music(l)) return 0;
    char *path = path_join(s->folder, "music");
    const int status = path ? folder_make(path, err) : error_set(err, "out of memory");
    free(path);
    return status;
}

static int write_list(const CutSettings *s, const Buffer *lines, Error *err) {
    char *path = path_join(s->folder, s->list);
    int status = path ? buffer_check(lines, err) : error_set(err, "out of memory");
    if (status == 0) status = file_write(path, lines->data, lines->size, err);
    free(path);
    return status;
}

static void print_counts(const Program *program, const CutCounts *c, size_t dances, bool quiet) {
    char text[RATE_TEXT_SIZE];
    if (c->assumed) program_warn(program, "%s", rate_unsaid_text(c->assumed, text));
    if (!quiet)
        printf("%zu clips of %zu dances, %zu too short\n", c->clips, dances - c->unused, c->unused);
}

static int cut(const Program *program, char *const *operands, size_t count, const CutSettings *s,
               Error *err) {
    CutList l = {0};
    Buffer lines = {0};
    CutCounts counts = {0};
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = add_operand(&l, operands[i], &s->how, err);
    if (status == 0) status = check_names(&l, err);
    if (status == 0) status = check_list(operands, count, s, err);
    if (status == 0) status = make_folders(&l, s, err);
    buffer_text(&lines, "name\tgenre\tmotion\tmusic\n");
    if (status == 0) status = cut_all(&l, s, &lines, &counts, err);
    if (status == 0 && counts.clips == 0)
        status = error_set(err, "none of the %zu dances has %zu frames at the clips' rate", l.count,
                           s->how.skip + s->how.length);
    if (status == 0) status = write_list(s, &lines, err);
    if (status == 0) print_counts(program, &counts, l.count, s->general.quiet);
    buffer_free(&lines);
    cut_list_free(&l);
    return status;
}

static int check_usage(const Program *program, const CutSettings *s, size_t operands) {
    if (!operands) return program_usage_error(program, "no data set or motion is given");
    if (!s->folder) return program_usage_error(program, "-o is needed");
    if (s->how.every > 1 && s->how.fps > 0)
        return program_usage_error(program, "--every and --fps exclude each other");
    if (s->stride_given && !s->how.length)
        return program_usage_error(program, "--stride goes with --length");
    if (strchr(s->list, '/'))
        return program_usage_error(program, "--list '%s': a name within the folder of -o", s->list);
    return -1;
}

int main(int argc, char **argv) {
    CutSettings s = {.list = "clips.tsv", .how = {.every = 1, .music = true}};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("output", 'o', "DIR", &s.folder,
                             "Folder for the clips and their list, made if need be. Needed."),
                 option_standard(option_size("length", 'l', "T", &s.how.length, 2, 1e9,
                                             "Frames of a clip, past and future: l + 50 for errors "
                                             "up to 50 frames."),
                                 "whole dances"),
                 option_given(option_standard(option_size("stride", 0, "N", &s.how.stride, 1, 1e9,
                                                          "Frames from one clip to the next."),
                                              "as long as a clip"),
                              &s.stride_given),
                 option_size("skip", 0, "N", &s.how.skip, 0, 1e9, "Frames before the first clip."),
                 option_size(
                     "every", 0, "N", &s.how.every, 1, 1000,
                     "Keep one frame of N: 2 makes 50 frames a second 25, and 60 frames 30. "
                     "Lengths count what is kept."),
                 option_standard(option_real("fps", 0, "RATE", &s.how.fps, 1, 1000,
                                             "Resample to RATE frames a second instead."),
                                 "the dances' own"),
                 option_text("genre", 0, "G", &s.how.genre,
                             "Genre of all clips; without it the list's or the motion's own."),
                 option_unflag("no-music", &s.how.music,
                               "Leave the music out: for predictors that take none."),
                 option_text("list", 0, "NAME", &s.list, "Name of the list."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "cut-motion",
        .usage = "[OPTION]... -o DIR DATASET.tsv|MOTION...",
        .about = "Cuts dances into clips of one length, DIR/NAME-000125.npz from frame 125 on, and "
                 "lists them in DIR/clips.tsv, a data set: generate continues their first frames, "
                 "and pa-mpjpe compares with the rest. An operand is a data set .tsv, a motion "
                 "(.npz, .npy, .pkl) or a folder of them.",
        .example = "cut-motion --every 2 --length 65 --stride 25 --no-music -o clips test.tsv",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    const int wrong = check_usage(&program, &s, (size_t)(argc - first));
    if (wrong >= 0) return wrong;
    threads_set((int)s.general.threads);
    if (!s.stride_given) s.how.stride = s.how.length;
    Error err;
    const int status = cut(&program, argv + first, (size_t)(argc - first), &s, &err)
                           ? program_report(&program, &err)
                           : 0;
    return program_finish(&program, status);
}
