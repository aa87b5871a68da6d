/* import-motion: motions of AIST++, AMASS and BVH files (lib/motion/import/motion_import.h) into
 * motion .npz files, one by one or whole folders. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/data/dataset.h"
#include "lib/motion/import/motion_import.h"
#include "lib/motion/resample_motion.h"

typedef enum { IMPORTED, IGNORED, KEPT, FAILED, PENDING } ImportOutcome;

typedef struct {
    const char *input;
    char *output; /* owned */
    ImportOutcome outcome;
    Error err;
    Error note; /* what was guessed; empty where nothing was */
    bool resampled;
} ImportJob;

typedef struct {
    const char *folder, *ignore_list, *joints;
    bool skip_existing;
    double fps, from_fps; /* wanted; of files that do not say theirs; 0: not given */
    MotionImportOptions options;
    GeneralOptions general;
} ImportSettings;

/* --- what is to be done --- */

static int plan_one(ImportJob *job, const char *folder, const Strings *ignored, bool skip_existing,
                    Error *err) {
    char *stem = path_stem(job->input), file[1024];
    if (!stem || snprintf(file, sizeof file, "%s.npz", stem) >= (int)sizeof file) {
        free(stem);
        return error_set(err, "%s: the name is too long", job->input);
    }
    job->outcome = dataset_names_have(ignored, stem) ? IGNORED : PENDING;
    free(stem);
    job->output = path_join(folder, file);
    if (!job->output) return error_set(err, "out of memory");
    struct stat in, out;
    if (job->outcome == IGNORED || stat(job->input, &in) != 0 || stat(job->output, &out) != 0)
        return 0;
    if (in.st_dev == out.st_dev && in.st_ino == out.st_ino) {
        error_set(&job->err,
                  "%s: the result would replace the file itself; choose another folder with -o",
                  job->input);
        job->outcome = FAILED;
    } else if (skip_existing && (out.st_mtim.tv_sec > in.st_mtim.tv_sec ||
                                 (out.st_mtim.tv_sec == in.st_mtim.tv_sec &&
                                  out.st_mtim.tv_nsec >= in.st_mtim.tv_nsec))) {
        job->outcome = KEPT;
    }
    return 0;
}

static int by_output(const void *a, const void *b) {
    const ImportJob *x = *(ImportJob *const *)a, *y = *(ImportJob *const *)b;
    int order = strcmp(x->output, y->output);
    return order ? order : (x > y) - (x < y);
}

/* Of several inputs with one name only the first is imported. */
static int refuse_doubles(ImportJob *jobs, size_t count, Error *err) {
    ImportJob **sorted = malloc(count * sizeof *sorted);
    if (!sorted) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++) sorted[i] = jobs + i;
    qsort(sorted, count, sizeof *sorted, by_output);
    const ImportJob *first = sorted[0];
    for (size_t i = 1; i < count; i++) {
        if (strcmp(first->output, sorted[i]->output) != 0) {
            first = sorted[i];
        } else if (sorted[i]->outcome == PENDING || sorted[i]->outcome == KEPT) {
            error_set(&sorted[i]->err,
                      "%s: has the same name as %s; their results would replace each other",
                      sorted[i]->input, first->input);
            sorted[i]->outcome = FAILED;
        }
    }
    free(sorted);
    return 0;
}

/* --- doing it --- */

/* A rate that the file does not say, and the one that is wanted. */
static int change_rate(ImportJob *job, const ImportSettings *s, Motion *m) {
    Motion other;
    if (m->fps_assumed && s->from_fps > 0) m->fps = s->from_fps;
    if (m->fps_assumed && !(s->from_fps > 0) && !*job->note.text)
        error_set(&job->note, "%s: does not say its rate; %g frames a second assumed (--from-fps)",
                  job->input, m->fps);
    if (!(s->fps > 0) || !resample_needed(m->fps, s->fps)) return 0;
    if (motion_resample(m, s->fps, &other, &job->err)) return error_prefix(&job->err, job->input);
    motion_free(m);
    *m = other;
    job->resampled = true;
    return 0;
}

static void import(ImportJob *job, const ImportSettings *s) {
    Motion m;
    job->outcome = FAILED;
    if (motion_import(job->input, &s->options, &m, &job->note, &job->err)) return;
    if (change_rate(job, s, &m) == 0 && motion_write(job->output, &m, &job->err) == 0)
        job->outcome = IMPORTED;
    motion_free(&m);
}

static void import_all(ImportJob *jobs, size_t count, const ImportSettings *s) {
    Progress progress;
    size_t done = 0;
    progress_start(&progress, "importing motions", count, s->general.quiet);
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].outcome == PENDING) import(jobs + i, s);
#pragma omp critical
        progress_step(&progress, ++done);
    }
    progress_end(&progress);
}

/* Lines for what failed, then one line of counts. */
static int summarise(const Program *program, const ImportJob *jobs, size_t count,
                     const ImportSettings *s) {
    size_t counts[PENDING + 1] = {0}, resampled = 0;
    for (size_t i = 0; i < count; i++) {
        counts[jobs[i].outcome]++;
        resampled += jobs[i].resampled;
        if (jobs[i].outcome == FAILED) program_report(program, &jobs[i].err);
        if (jobs[i].outcome == IMPORTED && *jobs[i].note.text)
            program_warn(program, "%s", jobs[i].note.text);
    }
    if (!s->general.quiet)
        printf("%zu imported, %zu ignored, %zu already there, %zu failed\n", counts[IMPORTED],
               counts[IGNORED], counts[KEPT], counts[FAILED]);
    if (!s->general.quiet && resampled)
        printf("%zu resampled to %g frames a second\n", resampled, s->fps);
    return counts[FAILED] > 0;
}

static int run(const Program *program, const Strings *inputs, const Strings *ignored,
               const ImportSettings *s) {
    Error err;
    ImportJob *jobs = calloc(inputs->count, sizeof *jobs);
    int status = jobs ? folder_make(s->folder, &err) : error_set(&err, "out of memory");
    for (size_t i = 0; status == 0 && i < inputs->count; i++) {
        jobs[i].input = inputs->items[i];
        status = plan_one(jobs + i, s->folder, ignored, s->skip_existing, &err);
    }
    if (status == 0) status = refuse_doubles(jobs, inputs->count, &err);
    if (status == 0) {
        import_all(jobs, inputs->count, s);
        status = summarise(program, jobs, inputs->count, s);
    } else {
        status = program_report(program, &err);
    }
    for (size_t i = 0; jobs && i < inputs->count; i++) free(jobs[i].output);
    free(jobs);
    return status;
}

/* Of x, y, z, -x, -y, -z by index: 1, 2, 3, -1, -2, -3; 0 where none was given. */
static int axis_of(int choice) {
    if (choice < 0) return 0;
    return choice < 3 ? choice + 1 : 2 - choice;
}

int main(int argc, char **argv) {
    static const char *const axes[] = {"x", "y", "z", "-x", "-y", "-z", NULL};
    int up = -1, forward = -1;
    ImportSettings s = {.folder = "."};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("output", 'o', "DIR", &s.folder,
                             "Folder for the results, made if it is not there."),
                 option_text("ignore-list", 0, "FILE", &s.ignore_list,
                             "Names that are left out, one per line (AIST++'s ignore_list.txt)."),
                 option_flag("skip-existing", 0, &s.skip_existing,
                             "Leave results alone that are newer than their files."),
             }},
        {.heading = "Rate",
         .rows =
             {
                 option_standard(option_real("fps", 0, "RATE", &s.fps, 1, 1000,
                                             "Resample to RATE frames a second: rotations by "
                                             "slerp, the root along a cubic spline. Frames of both "
                                             "rates stay as they are."),
                                 "the file's"),
                 option_standard(option_real("from-fps", 0, "RATE", &s.from_fps, 1, 1000,
                                             "Rate of files that do not say theirs (.npy)."),
                                 "60, with a warning"),
             }},
        {.heading = "AMASS files",
         .rows = {option_flag("hands", 0, &s.options.hands,
                              "Keep the hands of SMPL-H and SMPL-X: 52 joints instead of SMPL's "
                              "24.")}},
        {.heading = "BVH files",
         .rows =
             {
                 option_choice(
                     "up", 0, axes, &up,
                     "Axis of the motion that points up; else it is found, and a guess is "
                     "reported."),
                 option_choice("forward", 0, axes, &forward,
                               "Axis of the motion that a dancer at heading 0 faces; else z, or "
                               "what the rest pose faces."),
                 option_text("joints", 0, "FILE", &s.joints,
                             "Names of joints: on each line one of SMPL's joints (Pelvis, L_Hip, "
                             "...), a blank, and the file's name for it. Those not listed are "
                             "found by the names that programs use."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "import-motion",
        .usage = "[OPTION]... FILE_OR_FOLDER...",
        .about =
            "Converts AIST++ motions (.pkl, read without running anything in them), AMASS-like "
            ".npz, mint's .npy and .bvh of any program to NAME.npz motion files. A file that "
            "cannot be converted gets one line on stderr and exit status 1 in the end; the "
            "others are converted all the same.",
        .example = "import-motion -o motions --ignore-list aist/ignore_list.txt aist/motions",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (first == argc) return program_usage_error(&program, "no file or folder given");
    threads_set((int)s.general.threads);
    if (up >= 0 && up % 3 == forward % 3)
        return program_usage_error(&program, "--up and --forward must be different axes");
    if (forward >= 0 && up < 0 && forward % 3 == 1)
        return program_usage_error(&program, "--forward y needs --up");

    static const char *const endings[] = {".pkl", ".npz", ".npy", ".bvh", NULL};
    Error err;
    Strings inputs = {0}, ignored = {0};
    status = 0;
    if (s.ignore_list && dataset_names_read(s.ignore_list, &ignored, &err))
        status = program_report(&program, &err);
    strings_sort(&ignored);
    BvhNames names = {0};
    s.options.bvh.up = axis_of(up);
    s.options.bvh.forward = axis_of(forward);
    if (status == 0 && s.joints) {
        if (bvh_names_read(s.joints, &names, &err)) status = program_report(&program, &err);
        s.options.bvh.names = names.names;
    }
    int missing = 0;
    for (int i = first; status == 0 && i < argc; i++)
        if (file_expand(argv[i], endings, &inputs, &err)) missing = program_report(&program, &err);
    if (status == 0 && inputs.count > 0) status = run(&program, &inputs, &ignored, &s);
    strings_free(&inputs);
    strings_free(&ignored);
    bvh_names_free(&names);
    return program_finish(&program, status || missing);
}
