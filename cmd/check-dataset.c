/* check-dataset: what an AIST++ folder has, lacks, and has damaged, before hours of work are spent
 * on it. */
#include <cjson/cJSON.h>
#include <stdio.h>

#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/data/aist_check.h"

static void print_text(const AistFindings *f) {
    printf("%-8s%6zu files, %zu damaged\n", "motions", f->motions.count, f->damaged_motions);
    printf("%-8s%6zu files, %zu damaged\n", "music", f->music.count, f->damaged_music);
    printf("%-8s%6zu names\n", "ignored", f->ignored.count);
    printf("%-6s %7s %7s %8s %10s %9s %8s\n", "split", "names", "usable", "ignored", "no-motion",
           "no-music", "damaged");
    for (size_t i = 0; i < AIST_SPLITS; i++) {
        const AistSplitCheck *s = &f->split[i];
        if (s->there)
            printf("%-6s %7zu %7zu %8zu %10zu %9zu %8zu\n", aist_splits[i].name, s->names,
                   s->usable, s->ignored, s->no_motion, s->no_music, s->damaged);
    }
}

static void add(cJSON *object, const char *name, size_t value) {
    cJSON_AddNumberToObject(object, name, (double)value);
}

static int print_json(const AistFindings *f, Error *err) {
    cJSON *root = cJSON_CreateObject();
    cJSON *lists = cJSON_AddObjectToObject(root, "splits");
    add(root, "motions", f->motions.count);
    add(root, "damaged_motions", f->damaged_motions);
    add(root, "music", f->music.count);
    add(root, "damaged_music", f->damaged_music);
    add(root, "ignored", f->ignored.count);
    for (size_t i = 0; i < AIST_SPLITS; i++) {
        const AistSplitCheck *s = &f->split[i];
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
    cJSON_free(text);
    cJSON_Delete(root);
    return text ? 0 : error_set(err, "out of memory");
}

/* Returns the exit status. */
static int check(const Program *program, const AistCheckOptions *o, bool json) {
    AistFindings f;
    Error err;
    if (!folder_exists(o->folder)) {
        error_set(&err, "%s: no such folder", o->folder);
        return program_report(program, &err);
    }
    int status = aist_check(program, o, &f, &err);
    bool good = f.good;
    if (!status && json) status = print_json(&f, &err);
    if (!status && !json) print_text(&f);
    aist_findings_free(&f);
    if (status) return program_report(program, &err);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    AistCheckOptions o = {0};
    bool json = false;
    GeneralOptions general = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("music", 0, "FOLDER", &o.music,
                             "Where the music is, if not in AIST_DIR/music."),
                 option_flag("verbose", 'v', &o.name_missing,
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
    threads_set((int)general.threads);
    o.folder = argv[first];
    o.quiet = general.quiet;
    if (json) o.name_missing = false;
    return program_finish(&program, check(&program, &o, json));
}
