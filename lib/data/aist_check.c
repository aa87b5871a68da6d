#include "lib/data/aist_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/audio_file.h"
#include "lib/base/utf8.h"
#include "lib/cli/progress.h"
#include "lib/data/dataset.h"

typedef struct {
    const Program *program;
    const AistCheckOptions *options;
    AistFindings *found;
} AistCheck;

/* What was found so far is not good. */
static void complain(AistCheck *c, const Error *err) {
    program_report(c->program, err);
    c->found->good = false;
}

/* Reads every file that is not to be ignored; a line for each damaged one. Returns how many there
 * are. */
static size_t check_files(AistCheck *c, AistFiles *f, const char *label,
                          void (*check)(AistFile *)) {
    Progress progress;
    size_t done = 0, damaged = 0;
    progress_start(&progress, label, f->count, c->options->quiet);
    int muted = stderr_mute();
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < f->count; i++) {
        if (!dataset_names_have(&c->found->ignored, f->files[i].stem)) check(&f->files[i]);
#pragma omp critical
        {
            stderr_unmute(muted);
            progress_step(&progress, ++done);
            muted = stderr_mute();
        }
    }
    stderr_unmute(muted);
    progress_end(&progress);
    for (size_t i = 0; i < f->count; i++) {
        if (!f->files[i].damaged) continue;
        complain(c, &f->files[i].err);
        damaged++;
    }
    return damaged;
}

static void count_name(const AistCheck *c, const char *name, const char *label, AistSplitCheck *s) {
    const AistFindings *f = c->found;
    const int lacks = aist_lacks(name, &f->motions, &f->music, &f->ignored);
    s->usable += lacks == 0;
    s->ignored += (lacks & AIST_IGNORED) != 0;
    s->no_motion += (lacks & AIST_NO_MOTION) != 0;
    s->no_music += (lacks & AIST_NO_MUSIC) != 0;
    s->damaged += (lacks & AIST_DAMAGED) != 0;
    if (!c->options->name_missing) return;
    char song[256];
    aist_music_name(name, song, sizeof song);
    char shown[256];
    utf8_printable(name, shown, sizeof shown);
    utf8_make_printable(song);
    if (lacks & AIST_NO_MOTION) printf("%s: no motion %s\n", label, shown);
    if (lacks & AIST_NO_MUSIC) printf("%s: no music %s for %s\n", label, song, shown);
}

static void check_split(AistCheck *c, size_t split, const char *path) {
    AistSplitCheck *s = &c->found->split[split];
    Strings names;
    Error err;
    if (split == AIST_ALL && !file_exists(path)) return;
    if (dataset_names_read(path, &names, &err)) {
        complain(c, &err);
        return;
    }
    s->there = true;
    s->names = names.count;
    for (size_t i = 0; i < names.count; i++)
        count_name(c, names.items[i], aist_splits[split].name, s);
    if (s->usable == 0 || s->usable + s->ignored < s->names) c->found->good = false;
    strings_free(&names);
}

static void check_folders(AistCheck *c, const char *motions, const char *music,
                          const char *ignore_list) {
    AistFindings *f = c->found;
    Error err;
    if (aist_motions_list(motions, &f->motions, &err)) complain(c, &err);
    if (aist_sounds_list(music, &f->music, &err)) complain(c, &err);
    if (file_exists(ignore_list) && dataset_names_read(ignore_list, &f->ignored, &err))
        complain(c, &err);
    strings_sort(&f->ignored);
    f->damaged_motions = check_files(c, &f->motions, "checking motions", aist_file_check_motion);
    f->damaged_music = check_files(c, &f->music, "checking music", aist_file_check_music);
}

int aist_check(const Program *program, const AistCheckOptions *o, AistFindings *out, Error *err) {
    enum { MOTIONS, MUSIC, IGNORED, LISTS, PATHS = LISTS + AIST_SPLITS };
    AistCheck c = {program, o, out};
    *out = (AistFindings){.good = true};
    char *paths[PATHS] = {[MOTIONS] = path_join(o->folder, "motions"),
                          [MUSIC] = o->music ? strdup(o->music) : path_join(o->folder, "music"),
                          [IGNORED] = path_join(o->folder, "ignore_list.txt")};
    int status = 0;
    for (size_t i = 0; i < AIST_SPLITS; i++)
        paths[LISTS + i] = path_join(o->folder, aist_splits[i].file);
    for (size_t i = 0; i < PATHS; i++)
        if (!paths[i]) status = error_set(err, "out of memory");
    if (!status) check_folders(&c, paths[MOTIONS], paths[MUSIC], paths[IGNORED]);
    for (size_t i = 0; i < AIST_SPLITS && !status; i++) check_split(&c, i, paths[LISTS + i]);
    for (size_t i = 0; i < PATHS; i++) free(paths[i]);
    return status;
}

void aist_findings_free(AistFindings *f) {
    aist_files_free(&f->motions);
    aist_files_free(&f->music);
    strings_free(&f->ignored);
}
