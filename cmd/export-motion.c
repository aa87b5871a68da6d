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
#include "lib/cli/general_options.h"
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
    progress_start(&p, "exporting motions", e->files.count, quiet || e->files.count == 1);
    int status = motion_list_each(&e->files, e->format->together ? load : export_one, e, &p, err);
    progress_end(&p);
    if (status || !e->format->together) return status;
    if (export_job_name_clips(e->clips, &e->files, e->labels, err)) return -1;
    const ExportJob job = {
        .clips = e->clips, .files = &e->files, .count = e->files.count, .choices = e->choices};
    return export_job(e->format, &job, e->output, quiet, err);
}

/* The formats' names, ended by NULL, and "Format of the result: a: ...; b: ...", for --help. */
static void list_formats(const char *names[FORMATS + 1], Buffer *about) {
    buffer_text(about, "Format of the result, needed:");
    for (size_t i = 0; i < FORMATS; i++) {
        names[i] = formats[i].name;
        buffer_print(about, "%s %s: %s", i ? ";" : "", formats[i].name, formats[i].about);
    }
    names[FORMATS] = NULL;
    buffer_text(about, ".");
    buffer_byte(about, '\0');
}

static bool format_takes(const Format *format, const char *option) {
    size_t n = strlen(option);
    for (const char *word = format->takes; *word;) {
        size_t length = strcspn(word, " ");
        if (length == n && strncmp(word, option, n) == 0) return true;
        word += length;
        word += strspn(word, " ");
    }
    return false;
}

/* Options of one format are wrong usage with another: 2, else -1. */
static int check_options(const Program *program, const Format *format) {
    for (size_t g = 0; g < program->group_count; g++)
        for (const Option *o = program->groups[g].rows; o->name; o++)
            if (o->given && *o->given && !format_takes(format, o->name))
                return program_usage_error(program, "--%s does not go with --to %s", o->name,
                                           format->name);
    return -1;
}

int main(int argc, char **argv) {
    static const char *const units[] = {"m", "cm", NULL};
    const char *names[FORMATS + 1];
    const char *output = NULL, *skeleton_path = NULL, *thresholds_path = NULL;
    int to = -1, unit = 0;
    ExportChoices choices = {0};
    Strings labels = {0};
    GeneralOptions general = {0};
    struct {
        bool thresholds, audio, music, title, label, unit, poses, width, height;
    } given = {0};
    Buffer about = {0};
    list_formats(names, &about);
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_choice("to", 't', names, &to, (const char *)about.data),
                 option_text(
                     "output", 'o', "PATH", &output,
                     "Result, needed: a file, - for standard output, or a folder for a file per "
                     "dance."),
                 option_skeleton(&skeleton_path),
                 option_flag(
                     "clean-feet", 0, &choices.clean_feet,
                     "Hold feet that stand where they stand, by bending the legs; what is "
                     "measured (curves, frozen windows, beats) stays that of the dance itself."),
             }},
        {"For some formats",
         {
             option_given(
                 option_text("thresholds", 0, "FILE", &thresholds_path,
                             "Thresholds from freeze-rate --fit: frozen windows are marked. "
                             "A page without them takes 0.474 degrees and 0.668 cm."),
                 &given.thresholds),
             option_given(option_text("audio", 'a', "FILE", &choices.audio,
                                      "The music, which becomes part of the page: wav, mp3, ogg, "
                                      "flac. Its beats are marked."),
                          &given.audio),
             option_given(option_text("music", 0, "FILE", &choices.music,
                                      "Where to take the beats from: music features or a sound "
                                      "file."),
                          &given.music),
             option_given(option_text("title", 0, "TEXT", &choices.title, "Headline of the page."),
                          &given.title),
             option_given(
                 option_texts("label", 'l', "TEXT", &labels,
                              "What to call a dance, once for each in their order; else its "
                              "file's name, or its folder's where files have one name."),
                 &given.label),
             option_given(option_choice("unit", 0, units, &unit, "Unit of length in the file."),
                          &given.unit),
             option_given(
                 option_standard(
                     option_size("poses", 0, "K", &choices.poses, 0, 100, "Poses in a row."), "8"),
                 &given.poses),
             option_given(option_standard(option_size("width", 0, "PIXELS", &choices.width, 0,
                                                      16384, "Width of the image or video."),
                                          "2000, of a video 1280"),
                          &given.width),
             option_given(option_standard(option_size("height", 0, "PIXELS", &choices.height, 0,
                                                      16384, "Height of a video."),
                                          "720"),
                          &given.height),
         }},
        general_options(&general),
    };
    const Program program = {
        .name = "export-motion",
        .usage = "[OPTION]... --to FORMAT -o PATH MOTION...",
        .about =
            "Turns dances into files that other programs open. An operand is a motion, a folder "
            "of them, or a data set .tsv.",
        .example = "export-motion --to html --audio music.mp3 -o dance.html dance.npz",
        OPTION_GROUPS(groups)};
    Error err;
    Skeleton skeleton = {0};
    Thresholds thresholds;
    Exporter e = {.choices = &choices, .skeleton = &skeleton, .labels = &labels};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    if (to >= 0) e.format = &formats[to];
    choices.unit = units[unit];
    if (!e.format)
        status = program_usage_error(&program, "--to FORMAT is needed");
    else if (!output)
        status = program_usage_error(&program, "-o PATH is needed");
    else if (first == argc)
        status = program_usage_error(&program, "no motion is given");
    else
        status = check_options(&program, e.format);
    if (status >= 0) goto done;

    threads_set((int)general.threads);
    e.output = output;
    if (thresholds_path) choices.thresholds = &thresholds;
    status = 0;
    if (skeleton_choose(skeleton_path, &skeleton, &err) ||
        (thresholds_path && thresholds_read(thresholds_path, &thresholds, &err)) ||
        run(&e, argv + first, (size_t)(argc - first), general.quiet, &err))
        status = program_report(&program, &err);
    for (size_t i = 0; e.clips && i < e.files.count; i++) clip_free(&e.clips[i]);
    free(e.clips);
    strings_free(&e.files);
    skeleton_free(&skeleton);
done:
    strings_free(&labels);
    buffer_free(&about);
    return program_finish(&program, status);
}
