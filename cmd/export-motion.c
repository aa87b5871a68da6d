/* export-motion: dances into files that other programs open. */
#include <stdlib.h>
#include <string.h>

#include "export/aist_pickle.h"
#include "export/bvh_write.h"
#include "export/export_job.h"
#include "export/feet.h"
#include "export/glb.h"
#include "export/joints.h"
#include "export/page_export.h"
#include "export/plot_export.h"
#include "export/sheet.h"
#include "export/video.h"
#include "lib/base/threads.h"
#include "lib/base/utf8.h"
#include "lib/cli/options.h"
#include "lib/data/motion_list.h"
#include "metrics/thresholds.h"

typedef struct {
    const char *name, *ending;
    bool together; /* one file holds all dances; otherwise each gets its own */
    const char *takes; /* options that it knows beside everybody's, separated by spaces */
    int (*write)(const ExportJob *job, Buffer *out, Error *err);
    int (*stream)(const ExportJob *job, FILE *out, bool quiet,
                  Error *err); /* in place of write: what does not fit into memory */
    const char *about;
} Format;

static int to_joints(const ExportJob *job, Buffer *out, Error *err) {
    return joints_npy(job->clips, out, err);
}

static int to_bvh(const ExportJob *job, Buffer *out, Error *err) {
    return bvh_write(job->clips, strcmp(job->choices->unit, "cm") == 0 ? 100 : 1, out, err);
}

static int to_glb(const ExportJob *job, Buffer *out, Error *err) {
    return glb_write(job->clips, out, err);
}

static int to_pickle(const ExportJob *job, Buffer *out, Error *err) {
    return export_aist_pickle(job->clips, out, err);
}

static int to_png(const ExportJob *job, Buffer *out, Error *err) {
    const ExportChoices *c = job->choices;
    return sheet_png(job->clips, job->count, c->poses ? c->poses : 8, c->width ? c->width : 2000,
                     out, err);
}

static const Format formats[] = {
    {"html", ".html", true, "thresholds audio music title label", export_page, NULL,
     "one page that plays all the dances in 3D with their music, in any browser, offline"},
    {"bvh", ".bvh", false, "unit", to_bvh, NULL,
     "skeleton and motion for Blender, MotionBuilder and others"},
    {"glb", ".glb", false, "", to_glb, NULL,
     "glTF 2.0: a skinned figure that dances, for Blender, three.js, Unity and others"},
    {"pkl", ".pkl", false, "", to_pickle, NULL, "AIST++'s own pickle, for tools that read that"},
    {"joints", ".npy", false, "", to_joints, NULL,
     "joint positions [frames, joints, 3] in metres, y up (.npy)"},
    {"png", ".png", true, "poses width label", to_png, NULL,
     "a contact sheet: a row of poses for every dance"},
    {"svg", ".svg", true, "thresholds music label", export_plot, NULL,
     "a plot of how much every dance moves, frame by frame, and of its frozen windows"},
    {"y4m", ".y4m", true, "width height", NULL, export_video,
     "a film without sound, raw pictures for ffmpeg or mpv"},
};

enum { FORMATS = sizeof formats / sizeof *formats };

typedef struct {
    const Format *format;
    const ExportChoices *choices;
    const Skeleton *skeleton;
    const char *output;
    const Strings *labels;
    bool folder; /* output is a folder, for a file per dance */
    Strings files;
    Clip *clips; /* [files.count] where they go together */
} Exporter;

/* "-" is standard output. */
static int write_out(const char *path, const Buffer *b, Error *err) {
    if (strcmp(path, "-") != 0) return file_write(path, b->data, b->size, err);
    return fwrite(b->data, 1, b->size, stdout) == b->size
               ? 0
               : error_set(err, "standard output: cannot write");
}

static int stream_job(const Format *format, const ExportJob *job, const char *path, bool quiet,
                      Error *err) {
    OutputFile f;
    if (strcmp(path, "-") == 0) return format->stream(job, stdout, quiet, err);
    if (file_begin(&f, path, err)) return -1;
    if (format->stream(job, f.stream, quiet, err) == 0) return file_commit(&f, err);
    file_abandon(&f);
    return -1;
}

static int export_job(const Format *format, const ExportJob *job, const char *path, bool quiet,
                      Error *err) {
    if (format->stream) return stream_job(format, job, path, quiet, err);
    Buffer b = {0};
    int status = format->write(job, &b, err);
    if (!status) status = buffer_check(&b, err);
    if (!status) status = write_out(path, &b, err);
    buffer_free(&b);
    return status;
}

static int load_clip(const Exporter *e, const Motion *m, size_t i, Clip *out, Error *err) {
    char *stem = path_stem(e->files.items[i]);
    int status = stem ? clip_new(out, m, stem, e->skeleton, err) : error_set(err, "out of memory");
    free(stem);
    if (status || !e->choices->clean_feet) return status;
    const FeetOptions feet = feet_options();
    if (feet_clean(out, &feet, err) == 0) return 0;
    clip_free(out);
    return -1;
}

static int load(const Motion *m, size_t i, void *context, Error *err) {
    Exporter *e = context;
    return load_clip(e, m, i, &e->clips[i], err);
}

static int export_one(const Motion *m, size_t i, void *context, Error *err) {
    const Exporter *e = context;
    Clip clip;
    if (load_clip(e, m, i, &clip, err)) return -1;
    const ExportJob job = {.clips = &clip, .count = 1, .choices = e->choices};
    Buffer path = {0};
    if (e->folder)
        buffer_print(&path, "%s/%s%s", e->output, clip.name, e->format->ending);
    else
        buffer_text(&path, e->output);
    buffer_byte(&path, '\0');
    int status = buffer_check(&path, err);
    if (!status) status = export_job(e->format, &job, (const char *)path.data, true, err);
    buffer_free(&path);
    clip_free(&clip);
    return status;
}

/* Two dances of one name would replace each other. */
static int check_names(const Strings *files, Error *err) {
    const char **names = calloc(files->count, sizeof *names);
    int status = names ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; !status && i < files->count; i++)
        if (!(names[i] = path_stem(files->items[i]))) status = error_set(err, "out of memory");
    if (!status && utf8_sort_distinct(names, files->count, err))
        status = error_prefix(err, "two results of one name");
    for (size_t i = 0; names && i < files->count; i++) free((char *)(uintptr_t)names[i]);
    free(names);
    return status;
}

static int run(Exporter *e, char *const *operands, size_t count, bool quiet, Error *err) {
    Progress p;
    if (motion_list(&e->files, operands, count, err)) return -1;
    e->folder = e->files.count > 1 || folder_exists(e->output) || path_ends_with(e->output, "/");
    if (!e->format->together && e->folder && strcmp(e->output, "-") == 0)
        return error_set(err, "standard output takes one dance, not %zu", e->files.count);
    if (!e->format->together && e->folder &&
        (check_names(&e->files, err) || folder_make(e->output, err)))
        return -1;
    e->clips = calloc(e->files.count, sizeof *e->clips);
    if (!e->clips) return error_set(err, "out of memory for %zu files", e->files.count);
    progress_start(&p, "motions", e->files.count, quiet || e->files.count == 1);
    int status = motion_list_each(&e->files, e->format->together ? load : export_one, e, &p, err);
    progress_end(&p);
    if (status || !e->format->together) return status;
    if (export_job_name_clips(e->clips, &e->files, e->labels, err)) return -1;
    const ExportJob job = {
        .clips = e->clips, .files = &e->files, .count = e->files.count, .choices = e->choices};
    return export_job(e->format, &job, e->output, quiet, err);
}

/* "a|b" for the choice, "Format of the result: a (what it is), b (...)." for --help. */
static void list_formats(Buffer *names, Buffer *about) {
    buffer_text(about, "Format of the result, needed:");
    for (size_t i = 0; i < FORMATS; i++) {
        buffer_print(names, "%s%s", i ? "|" : "", formats[i].name);
        buffer_print(about, "%s %s: %s", i ? ";" : "", formats[i].name, formats[i].about);
    }
    buffer_text(about, ".");
    buffer_byte(names, '\0');
    buffer_byte(about, '\0');
}

/* Options of one format are wrong usage with another: 2, else -1. */
static int check_options(const Program *program, const Format *format) {
    for (size_t i = 0; i < program->count; i++) {
        const Option *o = &program->options[i];
        if (!o->given || !*o->given) continue;
        const char *found = strstr(format->takes, o->name);
        size_t n = strlen(o->name);
        if (!found || (found != format->takes && found[-1] != ' ') || (found[n] && found[n] != ' '))
            return program_usage_error(program, "--%s does not go with --to %s", o->name,
                                       format->name);
    }
    return -1;
}

int main(int argc, char **argv) {
    const char *to = NULL, *output = NULL, *skeleton_path = NULL, *thresholds_path = NULL;
    ExportChoices choices = {.unit = "m"};
    Strings labels = {0};
    bool quiet = false, given[9] = {0};
    long threads = 0;
    Buffer names = {0}, about = {0};
    list_formats(&names, &about);
    const Option options[] = {
        {"to", 't', OPTION_CHOICE, &to, (const char *)names.data, (const char *)about.data, 0, 0,
         NULL},
        {"output", 'o', OPTION_TEXT, &output, "PATH",
         "Result, needed: a file, - for standard output, or a folder for a file per dance.", 0, 0,
         NULL},
        {"skeleton", 's', OPTION_TEXT, &skeleton_path, "FILE",
         "Skeleton .npz (offsets, parents); without it SMPL's.", 0, 0, NULL},
        {"clean-feet", 0, OPTION_FLAG, &choices.clean_feet, NULL,
         "Hold feet that stand where they stand, by bending the legs; what is measured (curves, "
         "frozen windows, beats) stays that of the dance itself.",
         0, 0, NULL},
        {"threads", 'j', OPTION_INT, &threads, "N", "Threads; 0: one per processor.", 0, 1024,
         NULL},
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "No progress.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "For some formats", 0, 0, NULL},
        {"thresholds", 0, OPTION_TEXT, &thresholds_path, "FILE",
         "Thresholds from freeze-rate --fit: frozen windows are marked. A page without them takes "
         "0.474 degrees and 0.668 cm.",
         0, 0, &given[0]},
        {"audio", 'a', OPTION_TEXT, &choices.audio, "FILE",
         "The music, which becomes part of the page: wav, mp3, ogg, flac. Its beats are marked.", 0,
         0, &given[5]},
        {"music", 0, OPTION_TEXT, &choices.music, "FILE",
         "Where to take the beats from: music features or a sound file.", 0, 0, &given[6]},
        {"title", 0, OPTION_TEXT, &choices.title, "TEXT", "Headline of the page.", 0, 0, &given[7]},
        {"label", 'l', OPTION_TEXTS, &labels, "TEXT",
         "What to call a dance, once for each in their order; else its file's name, or its "
         "folder's where files have one name.",
         0, 0, &given[8]},
        {"unit", 0, OPTION_CHOICE, &choices.unit, "m|cm", "Unit of length in the file.", 0, 0,
         &given[1]},
        {"poses", 0, OPTION_SIZE, &choices.poses, "K", "Poses in a row; 0: 8.", 0, 100, &given[2]},
        {"width", 0, OPTION_SIZE, &choices.width, "PIXELS",
         "Of the picture; 0: 2000, of a film 1280.", 0, 16384, &given[3]},
        {"height", 0, OPTION_SIZE, &choices.height, "PIXELS", "Of a film; 0: 720.", 0, 16384,
         &given[4]},
    };
    const Program program = {"export-motion",
                             "[OPTION]... --to FORMAT -o PATH MOTION...",
                             "Turns dances into files that other programs open. An operand is a "
                             "motion, a folder of them, or a data set .tsv.",
                             "export-motion --to html --audio music.mp3 -o dance.html dance.npz",
                             options,
                             sizeof options / sizeof options[0]};
    Error err;
    Skeleton skeleton = {0};
    Thresholds thresholds;
    Exporter e = {.choices = &choices, .skeleton = &skeleton, .labels = &labels};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    for (size_t i = 0; to && i < FORMATS; i++)
        if (strcmp(to, formats[i].name) == 0) e.format = &formats[i];
    if (!e.format)
        status = program_usage_error(&program, "--to FORMAT is needed");
    else if (!output)
        status = program_usage_error(&program, "-o PATH is needed");
    else if (first == argc)
        status = program_usage_error(&program, "no motion is given");
    else
        status = check_options(&program, e.format);
    if (status >= 0) goto done;

    threads_set((int)threads);
    e.output = output;
    if (thresholds_path) choices.thresholds = &thresholds;
    status = 0;
    if (skeleton_choose(skeleton_path, &skeleton, &err) ||
        (thresholds_path && thresholds_read(thresholds_path, &thresholds, &err)) ||
        run(&e, argv + first, (size_t)(argc - first), quiet, &err))
        status = program_report(&program, &err);
    for (size_t i = 0; e.clips && i < e.files.count; i++) clip_free(&e.clips[i]);
    free(e.clips);
    strings_free(&e.files);
    skeleton_free(&skeleton);
done:
    strings_free(&labels);
    buffer_free(&names);
    buffer_free(&about);
    return program_finish(&program, status);
}
