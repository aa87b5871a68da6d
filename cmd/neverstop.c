/* neverstop: runs the other programs by name, and lists them. They lie beside this one (a source
 * tree's bin/) or in ../libexec/neverstop (an installation); scripts' folders beside bin/, or in
 * ../libexec/neverstop. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/cli/options.h"
#include "lib/cli/programs.h"

static const Program front = {
    .name = "neverstop",
    .usage = "PROGRAM [OPTION]...\nhelp [PROGRAM]",
    .about = "Runs one of neverstop's programs; without arguments it lists them.",
    .example = "neverstop generate -m model.safetensors --music song.mp3 -o dance.npz",
};

static int list_programs(void) {
    size_t count;
    const ProgramEntry *entries = programs_list(&count);
    printf("Usage: neverstop PROGRAM [OPTION]...\n   or: neverstop help [PROGRAM]\n%s\n",
           front.about);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].name)
            printf("  %-24s%s\n", entries[i].name, entries[i].summary);
        else
            printf("\n%s:\n", entries[i].summary);
    }
    printf("\n'neverstop help PROGRAM' shows a program's options.\n");
    return program_finish(&front, 0);
}

/* The folder of this executable, symbolic links resolved; owned. */
static char *own_folder(const char *called, Error *err) {
    char *path = realpath("/proc/self/exe", NULL);
    if (!path && strchr(called, '/')) path = realpath(called, NULL);
    const char *folders = getenv("PATH");
    for (const char *at = folders; !path && at && *at;) {
        size_t length = strcspn(at, ":");
        char candidate[PATH_MAX];
        int n = snprintf(candidate, sizeof candidate, "%.*s/%s", (int)length, at, called);
        if (n > 0 && n < PATH_MAX && access(candidate, X_OK) == 0) path = realpath(candidate, NULL);
        at += length + (at[length] == ':');
    }
    char *folder = path ? path_folder(path) : NULL;
    free(path);
    if (!folder) error_set(err, "cannot find the folder of %s", called);
    return folder;
}

/* Where the programs are, with the folder that holds scripts/ beside it; both owned. */
typedef struct {
    char *programs, *root;
} Installation;

static void installation_free(Installation *at) {
    free(at->programs);
    free(at->root);
    *at = (Installation){0};
}

/* folder/relative without "..", owned; NULL if there is no such file. */
static char *resolve(const char *folder, const char *relative) {
    char *path = path_join(folder, relative);
    char *resolved = path ? realpath(path, NULL) : NULL;
    free(path);
    return resolved;
}

static int find_installation(const char *called, Installation *at, Error *err) {
    char *folder = own_folder(called, err);
    if (!folder) return -1;
    at->programs = resolve(folder, "../libexec/neverstop");
    if (at->programs) {
        at->root = strdup(at->programs);
        free(folder);
    } else {
        at->programs = folder;
        at->root = resolve(folder, "..");
    }
    if (at->programs && at->root) return 0;
    installation_free(at);
    return error_set(err, "%s: cannot find the programs: %s", called, strerror(errno));
}

/* Replaces this process by `/bin/sh script arguments`, with BIN set to the folder of the programs.
 */
static int run_script(char **argv, const char *programs, Error *err) {
    static char shell[] = "/bin/sh";
    size_t count = 0;
    while (argv[count]) count++;
    char **words = calloc(count + 2, sizeof *words);
    if (!words || setenv("BIN", programs, 1)) {
        free(words);
        return error_set(err, "out of memory");
    }
    words[0] = shell;
    memcpy(words + 1, argv, count * sizeof *words);
    execv(shell, words);
    free(words);
    return error_set(err, "%s: %s", shell, strerror(errno));
}

/* Replaces this process by the program, argv[0] being its name; returns only if that fails. */
static int run_program(const ProgramEntry *entry, const Installation *at, char **argv, Error *err) {
    char path[PATH_MAX];
    const char *folder = entry->folder ? at->root : at->programs;
    int n = snprintf(path, sizeof path, "%s/%s%s%s", folder, entry->folder ? entry->folder : "",
                     entry->folder ? "/" : "", entry->name);
    if (n < 0 || n >= PATH_MAX) return error_set(err, "%s: the path is too long", folder);
    if (!file_exists(path)) return error_set(err, "%s: no such file", path);
    argv[0] = path;
    if (entry->folder) return run_script(argv, at->programs, err);
    execv(path, argv);
    return error_set(err, "%s: %s", path, strerror(errno));
}

static int unknown_program(const char *name) {
    const char *nearest = programs_nearest(name);
    if (nearest)
        return program_usage_error(&front, "no program '%s'; did you mean '%s'?", name, nearest);
    return program_usage_error(&front, "no program '%s'", name);
}

int main(int argc, char **argv) {
    static char help[] = "--help";
    const char *called = argv[0];
    if (argc < 2) return list_programs();
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) return list_programs();
    if (argv[1][0] == '-') {
        int first;
        return options_parse(&front, 2, argv, &first);
    }
    argv++;
    if (strcmp(argv[0], "help") == 0) {
        if (!argv[1]) return list_programs();
        if (argv[2]) return program_usage_error(&front, "help takes one program");
        argv[0] = argv[1];
        argv[1] = help;
    }
    const ProgramEntry *entry = programs_find(argv[0]);
    if (!entry) return unknown_program(argv[0]);
    Error err;
    Installation at = {0};
    setenv("NEVERSTOP_COMMAND", "1", 1); /* for what programs print; without it no harm is done */
    if (find_installation(called, &at, &err) == 0) run_program(entry, &at, argv, &err);
    installation_free(&at);
    return program_report(&front, &err);
}
