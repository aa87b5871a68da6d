#include "lib/data/aist_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data/dataset.h"
#include "lib/motion/motion.h"

/* --- what there is --- */

void aist_input_free(AistInput *in) {
    aist_files_free(&in->motions);
    aist_files_free(&in->sounds);
    strings_free(&in->ignored);
    for (size_t s = 0; s < AIST_SPLITS; s++) strings_free(&in->lists[s]);
    *in = (AistInput){0};
}

static int read_list(const char *folder, size_t split, AistInput *in, Error *err) {
    char *path = path_join(folder, aist_splits[split].file);
    int status = path ? 0 : error_set(err, "out of memory");
    in->listed[split] = split == AIST_ALL || (path && file_exists(path));
    if (status == 0 && split == AIST_ALL && !file_exists(path)) {
        for (size_t i = 0; status == 0 && i < in->motions.count; i++)
            status = strings_add(&in->lists[split], in->motions.files[i].stem, err);
    } else if (status == 0 && in->listed[split]) {
        status = dataset_names_read(path, &in->lists[split], err);
    }
    free(path);
    return status;
}

typedef struct {
    char *motions, *music, *ignore, *train;
} Paths;

static int check_layout(const Paths *p, Error *err) {
    if (!p->motions || !p->music || !p->ignore || !p->train) return error_set(err, "out of memory");
    if (!folder_exists(p->motions))
        return error_set(err,
                         "%s: no such folder; DIR must be in AIST++'s layout (motions/, music/, "
                         "splits/)",
                         p->motions);
    if (!folder_exists(p->music))
        return error_set(err,
                         "%s: no such folder; AIST++'s music is a download of its own, --music "
                         "says where it is",
                         p->music);
    if (!file_exists(p->train))
        return error_set(err, "%s: no such file; AIST++'s splits.zip has it", p->train);
    return 0;
}

int aist_input_read(const char *folder, const char *music, AistInput *in, Error *err) {
    *in = (AistInput){0};
    const Paths p = {
        path_join(folder, "motions"), music ? strdup(music) : path_join(folder, "music"),
        path_join(folder, "ignore_list.txt"), path_join(folder, aist_splits[AIST_TRAIN].file)};
    int status = check_layout(&p, err);
    if (status == 0) status = aist_motions_list(p.motions, &in->motions, err);
    if (status == 0) status = aist_sounds_list(p.music, &in->sounds, err);
    if (status == 0 && file_exists(p.ignore))
        status = dataset_names_read(p.ignore, &in->ignored, err);
    strings_sort(&in->ignored);
    for (size_t split = 0; status == 0 && split < AIST_SPLITS; split++)
        status = read_list(folder, split, in, err);
    free(p.motions);
    free(p.music);
    free(p.ignore);
    free(p.train);
    if (status) aist_input_free(in);
    return status;
}

/* --- data sets --- */

int aist_file_update(const char *path, const Buffer *text, Error *err) {
    unsigned char *old;
    size_t size;
    Error missing;
    if (buffer_check(text, err)) return error_prefix(err, path);
    if (file_read(path, &old, &size, &missing) == 0) {
        const bool same = size == text->size && memcmp(old, text->data, size) == 0;
        free(old);
        if (same) return 0;
    }
    return file_write(path, text->data, text->size, err);
}

/* By name, then by place in the list. */
static int by_name(const void *a, const void *b) {
    char *const *x = *(char *const *const *)a, *const *y = *(char *const *const *)b;
    int order = strcmp(*x, *y);
    return order ? order : (x > y) - (x < y);
}

/* Sets repeated[i] where the name stands in the list before. */
static int find_repeated(const Strings *list, bool *repeated, Error *err) {
    char ***sorted = malloc((list->count + 1) * sizeof(char **));
    if (!sorted) return error_set(err, "out of memory");
    for (size_t i = 0; i < list->count; i++) sorted[i] = &list->items[i];
    qsort(sorted, list->count, sizeof *sorted, by_name);
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(*sorted[i - 1], *sorted[i]) == 0) repeated[sorted[i] - list->items] = true;
    free(sorted);
    return 0;
}

static void add_row(const char *name, const char *song, Buffer *rows) {
    char genre[16], parsed[32];
    if (aist_parse_name(name, genre, parsed)) strcpy(genre, "unknown");
    buffer_print(rows, "%s\t%s\tmotions/%s.npz\tmusic/%s.npz\n", name, genre, name, song);
}

/* Appends why the name cannot be used, and counts it. */
static void add_dropped(const AistInput *in, const char *name, const char *song, int lacks,
                        AistCounts *c, Buffer *dropped) {
    if (lacks & AIST_IGNORED) {
        c->ignored++;
        buffer_text(dropped, "ignored\n");
        return;
    }
    c->no_motion += (lacks & AIST_NO_MOTION) != 0;
    c->no_music += (lacks & AIST_NO_MUSIC) != 0;
    c->damaged += (lacks & AIST_DAMAGED) != 0;
    if (lacks & AIST_NO_MOTION)
        buffer_text(dropped, "no motion\n");
    else if (lacks & AIST_NO_MUSIC)
        buffer_print(dropped, "no music %s\n", song);
    else if (aist_files_find(&in->motions, name)->damaged)
        buffer_text(dropped, "a damaged motion\n");
    else
        buffer_print(dropped, "damaged music %s\n", song);
}

static void add_names(const AistInput *in, size_t split, const bool *repeated, AistCounts *c,
                      Buffer *rows, Buffer *dropped) {
    const Strings *list = &in->lists[split];
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->items[i];
        const int lacks = aist_lacks(name, &in->motions, &in->sounds, &in->ignored);
        char song[256];
        aist_music_name(name, song, sizeof song);
        if (!repeated[i] && lacks == 0) {
            add_row(name, song, rows);
            c->used++;
            continue;
        }
        buffer_print(dropped, "%s\t%s\t", aist_splits[split].name, name);
        if (repeated[i]) {
            c->repeated++;
            buffer_text(dropped, "repeated\n");
        } else {
            add_dropped(in, name, song, lacks, c, dropped);
        }
    }
}

int aist_list_write(const AistInput *in, size_t split, const char *folder, Buffer *dropped,
                    AistCounts *counts, Error *err) {
    const Strings *list = &in->lists[split];
    Buffer rows = {0};
    char file[16];
    snprintf(file, sizeof file, "%s.tsv", aist_splits[split].name);
    char *path = path_join(folder, file);
    bool *repeated = calloc(list->count + 1, sizeof *repeated);
    int status =
        path && repeated ? find_repeated(list, repeated, err) : error_set(err, "out of memory");
    *counts = (AistCounts){.names = list->count};
    buffer_text(&rows, "name\tgenre\tmotion\tmusic\n");
    if (status == 0) add_names(in, split, repeated, counts, &rows, dropped);
    if (status == 0 && counts->used) status = aist_file_update(path, &rows, err);
    if (status == 0 && !counts->used) remove(path);
    buffer_free(&rows);
    free(repeated);
    free(path);
    return status;
}
