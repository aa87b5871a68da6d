/* prepare-aist: a folder in AIST++'s layout -> motions, music features and lists of what can be
 * used, for training. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/extract.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/data/aist_lists.h"
#include "lib/data/import_files.h"
#include "lib/motion/resample_motion.h"

typedef struct {
    const char *dir, *out, *music;
    double fps;
    GeneralOptions general;
} PrepareSettings;

/* --- motions and music --- */

static void mark_damaged(const Program *program, AistFile *f, const Error *why) {
    f->damaged = true;
    f->err = *why;
    program_report(program, why);
}

/* Results of an earlier run at another rate would be mixed with new ones. */
static int check_rate(const PrepareSettings *s, const ImportJob *jobs, size_t count, Error *err) {
    size_t i = 0;
    while (i < count && jobs[i].state != IMPORT_KEPT) i++;
    Motion m;
    if (!(s->fps > 0) || i == count || motion_read(jobs[i].target, &m, err)) return 0;
    const double fps = m.fps;
    motion_free(&m);
    if (!resample_needed(fps, s->fps)) return 0;
    return error_set(err, "%s: made at %g frames a second, not %g; take another folder than %s",
                     jobs[i].target, fps, s->fps, s->out);
}

/* Returns -1 if it could not begin; damaged files are only marked. */
static int make_motions(const Program *program, const PrepareSettings *s, AistInput *in,
                        Error *err) {
    Strings sources = {0};
    ImportJob *jobs = NULL;
    Progress progress;
    const ImportOptions options = {.fps = s->fps};
    char *folder = path_join(s->out, "motions");
    int status = folder ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < in->motions.count; i++)
        status = strings_add(&sources, in->motions.files[i].path, err);
    if (status == 0) status = import_plan(&sources, folder, &in->ignored, true, &jobs, err);
    if (status == 0) status = check_rate(s, jobs, sources.count, err);
    if (status == 0) {
        progress_start(&progress, "importing motions", sources.count, s->general.quiet);
        import_all(jobs, sources.count, &options, &progress);
        progress_end(&progress);
    }
    for (size_t i = 0; status == 0 && i < sources.count; i++) {
        if (jobs[i].state == IMPORT_FAILED)
            mark_damaged(program, &in->motions.files[i], &jobs[i].err);
        else if (*jobs[i].note.text)
            program_warn(program, "%s", jobs[i].note.text);
    }
    import_free(jobs, sources.count);
    strings_free(&sources);
    free(folder);
    return status;
}

/* Sets needed[i] where a listed name with a motion dances to sound i. */
static void find_needed(const AistInput *in, bool *needed) {
    for (size_t split = 0; split < AIST_SPLITS; split++)
        for (size_t i = 0; i < in->lists[split].count; i++) {
            const char *name = in->lists[split].items[i];
            char song[256];
            aist_music_name(name, song, sizeof song);
            const AistFile *sound = aist_files_find(&in->sounds, song);
            const int lacks = aist_lacks(name, &in->motions, &in->sounds, &in->ignored);
            if (sound && lacks == 0) needed[sound - in->sounds.files] = true;
        }
}

/* A sound's features are made if they are not there or older than it: OUT/music/STEM.npz. */
static int is_made(const PrepareSettings *s, const AistFile *sound, bool *made, Error *err) {
    char *name = malloc(strlen(sound->stem) + sizeof "music/.npz");
    if (name) sprintf(name, "music/%s.npz", sound->stem);
    char *path = name ? path_join(s->out, name) : NULL;
    if (path) *made = file_is_current(path, sound->path);
    free(name);
    free(path);
    return path ? 0 : error_set(err, "out of memory");
}

static void report_sound(const Program *program, AistInput *in, size_t i, const ExtractJob *job) {
    AistFile *f = &in->sounds.files[i];
    if (job->state == EXTRACT_FAILED) {
        mark_damaged(program, f, &job->err);
        return;
    }
    const char *cut = music_note_text(job->notes, MUSIC_CUT);
    const char *silent = music_note_text(job->notes, MUSIC_SILENT);
    if (cut) program_warn(program, "%s: %s", f->path, cut);
    if (silent) program_warn(program, "%s: %s", f->path, silent);
}

static int make_music(const Program *program, const PrepareSettings *s, AistInput *in, Error *err) {
    Strings sources = {0};
    ExtractJob *jobs = NULL;
    Progress progress;
    ExtractOptions options = {.features = mint35_defaults(),
                              .threads = threads_set((int)s->general.threads)};
    if (s->fps > 0) options.features.fps = s->fps;
    bool *needed = calloc(in->sounds.count + 1, sizeof *needed);
    size_t *index = calloc(in->sounds.count + 1, sizeof *index); /* of a source among the sounds */
    char *folder = path_join(s->out, "music");
    int status = needed && index && folder ? 0 : error_set(err, "out of memory");
    if (status == 0) find_needed(in, needed);
    for (size_t i = 0; status == 0 && i < in->sounds.count; i++) {
        bool made = false;
        if (!needed[i]) continue;
        status = is_made(s, &in->sounds.files[i], &made, err);
        if (status || made) continue;
        index[sources.count] = i;
        status = strings_add(&sources, in->sounds.files[i].path, err);
    }
    if (status == 0) status = extract_plan(&sources, folder, &jobs, err);
    if (status == 0) status = extract_make_folder(folder, err);
    if (status == 0) {
        threads_set(1); /* the threads are for files, not for the products within one */
        progress_start(&progress, "music features of sounds", sources.count, s->general.quiet);
        extract_all(jobs, sources.count, &options, &progress);
        progress_end(&progress);
    }
    for (size_t i = 0; status == 0 && i < sources.count; i++)
        report_sound(program, in, index[i], &jobs[i]);
    extract_free(jobs, sources.count);
    strings_free(&sources);
    free(needed);
    free(index);
    free(folder);
    return status;
}

/* --- lists --- */

/* Returns 1 after a message if no name can be used. */
static int write_list(const Program *program, const PrepareSettings *s, const AistInput *in,
                      size_t split, Buffer *dropped) {
    const char *name = aist_splits[split].name;
    AistCounts c;
    Error err;
    if (aist_list_write(in, split, s->out, dropped, &c, &err)) return program_report(program, &err);
    if (!in->listed[split]) {
        program_warn(program, "%s/%s: no such file; %s.tsv is left out", s->dir,
                     aist_splits[split].file, name);
        return 0;
    }
    if (!s->general.quiet)
        printf("%-6s %6zu %6zu %8zu %10zu %9zu %8zu %9zu\n", name, c.names, c.used, c.ignored,
               c.no_motion, c.no_music, c.damaged, c.repeated);
    if (c.used) return 0;
    error_set(&err, "%s: no sequence of this list has both motion and music; see %s/dropped.tsv",
              name, s->out);
    return program_report(program, &err);
}

static int write_lists(const Program *program, const PrepareSettings *s, const AistInput *in,
                       Error *err) {
    Buffer dropped = {0};
    int status = 0;
    buffer_text(&dropped, "split\tname\treason\n");
    if (!s->general.quiet)
        printf("%-6s %6s %6s %8s %10s %9s %8s %9s\n", "split", "names", "used", "ignored",
               "no-motion", "no-music", "damaged", "repeated");
    for (size_t split = 0; split < AIST_SPLITS; split++)
        if (write_list(program, s, in, split, &dropped)) status = 1;
    char *path = path_join(s->out, "dropped.tsv");
    if (!path) error_set(err, "out of memory");
    if (!path || aist_file_update(path, &dropped, err)) status = program_report(program, err);
    if (path && !s->general.quiet) printf("names that are not used: %s\n", path);
    free(path);
    buffer_free(&dropped);
    return status;
}

static bool any_damaged(const AistFiles *f) {
    for (size_t i = 0; i < f->count; i++)
        if (f->files[i].damaged) return true;
    return false;
}

static int prepare(const Program *program, const PrepareSettings *s, Error *err) {
    AistInput in;
    if (aist_input_read(s->dir, s->music, &in, err)) return program_report(program, err);
    if (!s->general.quiet)
        fprintf(stderr, "%s: %zu motions and %zu sounds of %s into %s\n", program->name,
                in.motions.count, in.sounds.count, s->dir, s->out);
    int status = make_motions(program, s, &in, err);
    if (status == 0) status = make_music(program, s, &in, err);
    status = status ? program_report(program, err) : write_lists(program, s, &in, err);
    if (any_damaged(&in.motions) || any_damaged(&in.sounds)) status = 1;
    aist_input_free(&in);
    return status;
}

int main(int argc, char **argv) {
    PrepareSettings s = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("music", 0, "FOLDER", &s.music,
                             "Where the music is, if not in DIR/music."),
                 option_standard(option_real("fps", 0, "RATE", &s.fps, MINT35_MIN_FPS,
                                             MINT35_MAX_FPS,
                                             "Frames a second of motions and music features; a "
                                             "folder OUT has one rate."),
                                 "the motions', music at 60"),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "prepare-aist",
        .usage = "[OPTION]... DIR OUT",
        .about =
            "Prepares a folder in AIST++'s layout for training. From DIR/motions/NAME.pkl, "
            "DIR/music/MUSIC.wav (or .mp3 and others), DIR/splits/crossmodal_{train,val,test}.txt "
            "and DIR/ignore_list.txt it makes OUT/motions/NAME.npz, OUT/music/MUSIC.npz (the music "
            "features), OUT/{train,val,test,all}.tsv (data sets) and OUT/dropped.tsv (names that "
            "are listed but not used, and why). MUSIC is the 5th field of an AIST++ name "
            "(gBR_sBM_cAll_d04_mBR0_ch01: mBR0), and NAME itself for other names. all.tsv has the "
            "names of splits/all.txt, or every motion where there is no such list. What is there "
            "and newer than its source is not made again. Exit status 1 if a file is damaged or a "
            "list comes out empty.",
        .example = "prepare-aist aist prepared",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (argc - first != 2)
        return program_usage_error(&program, "two folders are needed, DIR and OUT");
    s.dir = argv[first];
    s.out = argv[first + 1];
    threads_set((int)s.general.threads);
    Error err;
    return program_finish(&program, prepare(&program, &s, &err));
}
