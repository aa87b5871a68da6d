/* aist_folder.c: files of an AIST++ folder by name, and what is wrong with them. */
#include "lib/data/aist_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/audio_file.h"
#include "lib/data/dataset.h"
#include "lib/motion/import/motion_import.h"

static int by_stem(const void *a, const void *b) {
    return strcmp(((const AistFile *)a)->stem, ((const AistFile *)b)->stem);
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

static int compare_stem(const void *stem, const void *file) {
    return strcmp(stem, ((const AistFile *)file)->stem);
}

const AistFile *aist_files_find(const AistFiles *f, const char *stem) {
    return f->count ? bsearch(stem, f->files, f->count, sizeof *f->files, compare_stem) : NULL;
}

void aist_files_free(AistFiles *f) {
    for (size_t i = 0; i < f->count; i++) {
        free(f->files[i].stem);
        free(f->files[i].path);
    }
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
