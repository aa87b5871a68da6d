/* check-dataset: what an AIST++ folder has, lacks, and has damaged, before hours of work are spent
 * on it. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audio/audio_file.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/data/aist_folder.h"
#include "lib/data/dataset.h"

typedef struct {
    bool there;
    size_t names, usable, ignored, no_motion, no_music, damaged;
} SplitCheck;

typedef struct {
    AistFiles motions, music;
    Strings ignored;
    size_t damaged_motions, damaged_music;
    SplitCheck split[AIST_SPLITS];
} Findings;

/* Reads every file that is not to be ignored; a line for each damaged one. Returns how many there
 * are. */
static size_t check_files(const Program *program, AistFiles *f, const Strings *ignored,
                          const char *what, void (*check)(AistFile *), bool quiet) {
    Progress progress;
    size_t done = 0, damaged = 0;
    progress_start(&progress, what, f->count, quiet);
    int muted = stderr_mute();
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < f->count; i++) {
        if (!dataset_names_have(ignored, f->files[i].stem)) check(&f->files[i]);
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
        damaged += f->files[i].damaged;
        if (f->files[i].damaged) program_report(program, &f->files[i].err);
    }
    return damaged;
}

static void count_split(const Findings *f, const Strings *names, const char *label,
                        bool name_missing, SplitCheck *s) {
    s->there = true;
    s->names = names->count;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        const int lacks = aist_lacks(name, &f->motions, &f->music, &f->ignored);
        s->usable += lacks == 0;
        s->ignored += (lacks & AIST_IGNORED) != 0;
        s->no_motion += (lacks & AIST_NO_MOTION) != 0;
        s->no_music += (lacks & AIST_NO_MUSIC) != 0;
        s->damaged += (lacks & AIST_DAMAGED) != 0;
        char song[256];
        aist_music_name(name, song, sizeof song);
        if (name_missing && (lacks & AIST_NO_MOTION)) printf("%s: no motion %s\n", label, name);
        if (name_missing && (lacks & AIST_NO_MUSIC))
            printf("%s: no music %s for %s\n", label, song, name);
    }
}

/* Everything below folder; returns 1 after messages if something needed is missing or damaged. */
static int look(const Program *program, const char *folder, const char *music, bool name_missing,
                bool quiet, Findings *f) {
    Error err;
    int status = 0;
    char *paths[3 + AIST_SPLITS] = {path_join(folder, "motions"),
                                    music ? strdup(music) : path_join(folder, "music"),
                                    path_join(folder, "ignore_list.txt")};
    for (size_t i = 0; i < AIST_SPLITS; i++) paths[3 + i] = path_join(folder, aist_splits[i].file);
    for (size_t i = 0; i < 3 + AIST_SPLITS; i++)
        if (!paths[i]) status = (error_set(&err, "out of memory"), program_report(program, &err));
    if (status == 0) {
        if (aist_motions_list(paths[0], &f->motions, &err)) status = program_report(program, &err);
        if (aist_sounds_list(paths[1], &f->music, &err)) status = program_report(program, &err);
        if (file_exists(paths[2]) && dataset_names_read(paths[2], &f->ignored, &err))
            status = program_report(program, &err);
        strings_sort(&f->ignored);
        f->damaged_motions = check_files(program, &f->motions, &f->ignored, "checking motions",
                                         aist_file_check_motion, quiet);
        f->damaged_music = check_files(program, &f->music, &f->ignored, "checking music",
                                       aist_file_check_music, quiet);
        if (f->damaged_motions || f->damaged_music) status = 1;
        for (size_t i = 0; i < AIST_SPLITS; i++) {
            Strings names;
            if (i == AIST_ALL && !file_exists(paths[3 + i])) continue;
            if (dataset_names_read(paths[3 + i], &names, &err)) {
                status = program_report(program, &err);
                continue;
            }
            SplitCheck *s = &f->split[i];
            count_split(f, &names, aist_splits[i].name, name_missing, s);
            strings_free(&names);
            if (s->usable == 0 || s->usable + s->ignored < s->names) status = 1;
        }
    }
    for (size_t i = 0; i < 3 + AIST_SPLITS; i++) free(paths[i]);
    return status;
}

/* --- results --- */

static void print_text(const Findings *f) {
    printf("%-8s%6zu files, %zu damaged\n", "motions", f->motions.count, f->damaged_motions);
    printf("%-8s%6zu files, %zu damaged\n", "music", f->music.count, f->damaged_music);
    printf("%-8s%6zu names\n", "ignored", f->ignored.count);
    printf("%-6s %7s %7s %8s %10s %9s %8s\n", "split", "names", "usable", "ignored", "no-motion",
           "no-music", "damaged");
    for (size_t i = 0; i < AIST_SPLITS; i++) {
        const SplitCheck *s = &f->split[i];
        if (s->there)
            printf("%-6s %7zu %7zu %8zu %10zu %9zu %8zu\n", aist_splits[i].name, s->names,
                   s->usable, s->ignored, s->no_motion, s->no_music, s->damaged);
    }
}

static void add(cJSON *object, const char *name, size_t value) {
    cJSON_AddNumberToObject(object, name, (double)value);
}

static int print_json(const Findings *f) {
    cJSON *root = cJSON_CreateObject(), *lists = cJSON_AddObjectToObject(root, "splits");
    add(root, "motions", f->motions.count);
    add(root, "damaged_motions", f->damaged_motions);
    add(root, "music", f->music.count);
    add(root, "damaged_music", f->damaged_music);
    add(root, "ignored", f->ignored.count);
    for (size_t i = 0; i < AIST_SPLITS; i++) {
        const SplitCheck *s = &f->split[i];
        if (!s->there) continue;
        cJSON *o = cJSON_AddObjectToObject(lists, aist_splits[i].name);
        add(o, "names", s->names);
        add(o, "usable", s->usable);
        add(o, "ignored", s->ignored);
        add(o, "no_motion", s->no_motion);
        add(o, "no_music", s->no_music);
        add(o, "damaged", s->damaged);
    }
    char *text = cJSON_Print(root);
    if (text) puts(text);
    free(text);
    cJSON_Delete(root);
    return text ? 0 : 1;
}

int main(int argc, char **argv) {
    const char *music = NULL;
    bool name_missing = false, json = false;
    GeneralOptions general = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("music", 0, "FOLDER", &music,
                             "Where the music is, if not in AIST_DIR/music."),
                 option_flag("verbose", 'v', &name_missing,
                             "Name every missing file (not with --json)."),
                 option_json(&json),
             }},
        general_options(&general),
    };
    const Program program = {
        .name = "check-dataset",
        .usage = "[OPTION]... AIST_DIR",
        .about =
            "Says what a folder in AIST++'s layout (motions/, music/, splits/, ignore_list.txt) "
            "has, what its lists name and it lacks, and which files are damaged; every file is "
            "read whole. Exit status 1 if anything is missing or damaged.",
        .example = "check-dataset -v aist",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (first + 1 != argc)
        return program_usage_error(&program, "one folder is needed, not %d", argc - first);
    Error err;
    if (!folder_exists(argv[first]))
        return error_set(&err, "%s: no such folder", argv[first]), program_report(&program, &err);
    threads_set((int)general.threads);
    Findings f = {0};
    status = look(&program, argv[first], music, name_missing && !json, general.quiet, &f);
    if (!json)
        print_text(&f);
    else if (print_json(&f))
        status = 1;
    aist_files_free(&f.motions);
    aist_files_free(&f.music);
    strings_free(&f.ignored);
    return program_finish(&program, status);
}
