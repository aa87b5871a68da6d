/* aist_folder.c: files of an AIST++ folder by name, and what is wrong with them. */
#include "lib/data/aist_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/audio_file.h"
#include "lib/data/dataset.h"
#include "lib/motion/import/motion_import.h"

const AistSplit aist_splits[AIST_SPLITS] = {
    [AIST_TRAIN] = {"train", "splits/crossmodal_train.txt"},
    [AIST_VAL] = {"val", "splits/crossmodal_val.txt"},
    [AIST_TEST] = {"test", "splits/crossmodal_test.txt"},
    [AIST_ALL] = {"all", "splits/all.txt"},
};

static int by_stem(const void *a, const void *b) {
    const AistFile *x = a, *y = b;
    int order = strcmp(x->stem, y->stem);
    return order ? order : strcmp(x->path, y->path);
}

int aist_files_list(const char *folder, const char *const *endings, AistFiles *out, Error *err) {
    *out = (AistFiles){0};
    if (!folder_exists(folder)) return error_set(err, "%s: no such folder", folder);
    Strings paths = {0};
    if (file_expand(folder, endings, &paths, err)) return -1;
    int status = 0;
    out->files = calloc(paths.count, sizeof *out->files);
    for (size_t i = 0; out->files && status == 0 && i < paths.count; i++) {
        AistFile *f = &out->files[out->count++];
        f->path = strdup(paths.items[i]);
        f->stem = path_stem(paths.items[i]);
        if (!f->path || !f->stem) status = -1;
    }
    strings_free(&paths);
    if (!out->files || status) {
        aist_files_free(out);
        return error_set(err, "out of memory");
    }
    qsort(out->files, out->count, sizeof *out->files, by_stem);
    return 0;
}

static size_t endings_count(const char *const *endings) {
    size_t n = 0;
    while (endings[n]) n++;
    return n;
}

static bool ends_in_one_of(const char *path, const char *const *endings) {
    for (; *endings; endings++)
        if (path_ends_with(path, *endings)) return true;
    return false;
}

static void free_file(AistFile *f) {
    free(f->stem);
    free(f->path);
}

/* Removes those that cannot be read where one of the same stem can. */
static void prefer_readable(AistFiles *f) {
    size_t kept = 0;
    for (size_t first = 0, end; first < f->count; first = end) {
        bool readable = false;
        for (end = first; end < f->count; end++) {
            if (strcmp(f->files[end].stem, f->files[first].stem) != 0) break;
            readable |= ends_in_one_of(f->files[end].path, audio_endings);
        }
        for (size_t i = first; i < end; i++) {
            if (!readable || ends_in_one_of(f->files[i].path, audio_endings))
                f->files[kept++] = f->files[i];
            else
                free_file(&f->files[i]);
        }
    }
    f->count = kept;
}

int aist_motions_list(const char *folder, AistFiles *out, Error *err) {
    return aist_files_list(folder, motion_import_endings, out, err);
}

int aist_sounds_list(const char *folder, AistFiles *out, Error *err) {
    const size_t good = endings_count(audio_endings), bad = endings_count(audio_unreadable_endings);
    const char **endings = calloc(good + bad + 1, sizeof *endings);
    if (!endings) return error_set(err, "out of memory");
    memcpy(endings, audio_endings, good * sizeof *endings);
    memcpy(endings + good, audio_unreadable_endings, bad * sizeof *endings);
    int status = aist_files_list(folder, endings, out, err);
    free(endings);
    if (status == 0) prefer_readable(out);
    return status;
}

AistFile *aist_files_find(const AistFiles *f, const char *stem) {
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(f->files[middle].stem, stem) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->count && strcmp(f->files[low].stem, stem) == 0 ? &f->files[low] : NULL;
}

void aist_files_free(AistFiles *f) {
    for (size_t i = 0; i < f->count; i++) free_file(&f->files[i]);
    free(f->files);
    *f = (AistFiles){0};
}

void aist_file_check_motion(AistFile *f) {
    Motion m;
    f->damaged = motion_import(f->path, NULL, &m, NULL, &f->err) != 0;
    if (!f->damaged) motion_free(&m);
}

void aist_file_check_music(AistFile *f) {
    Audio a;
    f->damaged = audio_file_read(f->path, &a, &f->err) != 0;
    if (f->damaged) return;
    f->damaged = a.early_end;
    if (f->damaged) error_set(&f->err, "%s: ends early or is damaged", f->path);
    audio_free(&a);
}

void aist_music_name(const char *name, char *music, size_t size) {
    char genre[16], song[32];
    snprintf(music, size, "%s", aist_parse_name(name, genre, song) == 0 ? song : name);
}

int aist_lacks(const char *name, const AistFiles *motions, const AistFiles *music,
               const Strings *ignored) {
    if (dataset_names_have(ignored, name)) return AIST_IGNORED;
    char song[256];
    aist_music_name(name, song, sizeof song);
    const AistFile *m = aist_files_find(motions, name), *s = aist_files_find(music, song);
    return (m ? 0 : AIST_NO_MOTION) | (s ? 0 : AIST_NO_MUSIC) |
           ((m && m->damaged) || (s && s->damaged) ? AIST_DAMAGED : 0);
}
