/* import-motion: motions of AIST++, AMASS and BVH files (lib/motion/import/motion_import.h) into
 * motion .npz files, one by one or whole folders. */
#include <stdio.h>

#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/data/dataset.h"
#include "lib/data/import_files.h"

typedef struct {
    const char *folder, *ignore_list, *joints;
    bool skip_existing;
    ImportOptions options;
    GeneralOptions general;
} ImportSettings;

/* Lines for what failed, then one line of counts. */
static int summarise(const Program *program, const ImportJob *jobs, size_t count,
                     const ImportSettings *s) {
    size_t counts[IMPORT_FAILED + 1] = {0}, resampled = 0;
    for (size_t i = 0; i < count; i++) {
        counts[jobs[i].state] += jobs[i].takes ? jobs[i].takes : 1;
        resampled += jobs[i].resampled;
        if (jobs[i].state == IMPORT_FAILED) program_report(program, &jobs[i].err);
        if (jobs[i].state == IMPORT_DONE && *jobs[i].note.text)
            program_warn(program, "%s", jobs[i].note.text);
    }
    if (!s->general.quiet)
        printf("%zu imported, %zu ignored, %zu already there, %zu failed\n", counts[IMPORT_DONE],
               counts[IMPORT_IGNORED], counts[IMPORT_KEPT], counts[IMPORT_FAILED]);
    if (!s->general.quiet && resampled)
        printf("%zu resampled to %g frames a second\n", resampled, s->options.fps);
    return counts[IMPORT_FAILED] > 0;
}

static int run(const Program *program, const Strings *inputs, const Strings *ignored,
               const ImportSettings *s) {
    Error err;
    ImportJob *jobs;
    Progress progress;
    if (import_plan(inputs, s->folder, ignored, s->skip_existing, &jobs, &err))
        return program_report(program, &err);
    progress_start(&progress, "importing motions", inputs->count, s->general.quiet);
    import_all(jobs, inputs->count, &s->options, &progress);
    progress_end(&progress);
    int status = summarise(program, jobs, inputs->count, s);
    import_free(jobs, inputs->count);
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
                 option_standard(option_real("fps", 0, "RATE", &s.options.fps, 1, 1000,
                                             "Resample to RATE frames a second: rotations by "
                                             "slerp, the root along a cubic spline. Frames of both "
                                             "rates stay as they are."),
                                 "the file's"),
                 option_standard(option_real("from-fps", 0, "RATE", &s.options.from_fps, 1, 1000,
                                             "Rate of files that do not say theirs (.npy)."),
                                 "60, with a warning"),
             }},
        {.heading = "AMASS files",
         .rows = {option_flag("hands", 0, &s.options.import.hands,
                              "Keep the hands of SMPL-H and SMPL-X: 52 joints instead of SMPL's "
                              "24.")}},
        {.heading = "BVH and Human3.6M files",
         .rows = {option_choice("up", 0, axes, &up,
                                "Axis of the motion that points up; else it is found, and a guess "
                                "is reported.")}},
        {.heading = "BVH files",
         .rows =
             {
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
            ".npz, mint's .npy, .bvh of any program, VideoPose3D's data_3d_h36m.npz and "
            "Human3.6M's exponential maps (.txt, by "
            "their names, not as a folder) to NAME.npz motion files. A file that "
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

    Error err;
    Strings inputs = {0}, ignored = {0};
    status = 0;
    if (s.ignore_list && dataset_names_read(s.ignore_list, &ignored, &err))
        status = program_report(&program, &err);
    strings_sort(&ignored);
    BvhNames names = {0};
    s.options.import.bvh.up = axis_of(up);
    s.options.import.bvh.forward = axis_of(forward);
    if (status == 0 && s.joints) {
        if (bvh_names_read(s.joints, &names, &err)) status = program_report(&program, &err);
        s.options.import.bvh.names = names.names;
    }
    int missing = 0;
    for (int i = first; status == 0 && i < argc; i++)
        if (file_expand(argv[i], motion_import_endings, &inputs, &err))
            missing = program_report(&program, &err);
    if (status == 0 && inputs.count > 0) status = run(&program, &inputs, &ignored, &s);
    strings_free(&inputs);
    strings_free(&ignored);
    bvh_names_free(&names);
    return program_finish(&program, status || missing);
}
