/* export-motion: dances into files that other programs open. */
#include <stdio.h>
#include <string.h>

#include "export/exporter.h"
#include "lib/base/buffer.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"

static void warn(const char *text) { fprintf(stderr, "export-motion: warning: %s\n", text); }

/* The formats' names, ended by NULL, and "Format of the result: a: ...; b: ...", for --help. */
static void list_formats(const char *names[EXPORT_FORMATS + 1], Buffer *about) {
    buffer_text(about, "Format of the result, needed:");
    for (size_t i = 0; i < EXPORT_FORMATS; i++) {
        const ExportFormat *f = &export_formats[i];
        names[i] = f->name;
        buffer_print(about, "%s %s: %s", i ? ";" : "", f->name, f->about);
    }
    names[EXPORT_FORMATS] = NULL;
    buffer_text(about, ".");
    buffer_byte(about, '\0');
}

/* given: of the options that only some formats take. One that the format does not take is wrong
 * usage: 2, else -1. */
static int check_options(const Program *program, const ExportFormat *format, const bool *given) {
    for (size_t g = 0; g < program->group_count; g++)
        for (const Option *o = program->groups[g].rows; o->name; o++) {
            int k = 0;
            while (k < EXPORT_OPTIONS && o->given != &given[k]) k++;
            if (k < EXPORT_OPTIONS && given[k] && !format->takes[k])
                return program_usage_error(program, "--%s does not go with --to %s", o->name,
                                           format->name);
        }
    return -1;
}

int main(int argc, char **argv) {
    static const char *const units[] = {"m", "cm", NULL};
    static const double per_metre[] = {1, 100};
    const char *names[EXPORT_FORMATS + 1];
    const char *output = NULL, *skeleton = NULL, *thresholds_path = NULL;
    int to = -1, unit = 0;
    Strings labels = {0}, notes = {0};
    ExportChoices choices = {.labels = &labels, .notes = &notes};
    GeneralOptions general = {0};
    bool given[EXPORT_OPTIONS] = {0}, clean = false, feet_given = false;
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
                 option_standard(option_text("skeleton", 's', "FILE", &skeleton,
                                             "Skeleton .npz (offsets, parents) of the dances."),
                                 "SMPL's for 24 joints, SMPL-H's for 52"),
                 option_standard(
                     option_given(option_switch("clean-feet", &clean,
                                                "Hold feet that stand where they stand, by bending "
                                                "the legs. What is measured (curves, frozen "
                                                "windows, beats) stays that of the dance itself."),
                                  &feet_given),
                     "on where a dance is looked at, off for pkl and joints"),
             }},
        {"For some formats",
         {
             option_given(
                 option_text("thresholds", 0, "FILE", &thresholds_path,
                             "Thresholds from freeze-rate --fit: frozen windows are marked. "
                             "A page without them takes 0.474 degrees and 0.668 cm."),
                 &given[EXPORT_THRESHOLDS]),
             option_given(option_text("audio", 'a', "FILE", &choices.audio,
                                      "The music, which becomes part of the page: anything that "
                                      "browsers play. Its beats are marked."),
                          &given[EXPORT_AUDIO]),
             option_given(option_text("music", 0, "FILE", &choices.music,
                                      "Where to take the beats from: music features or a sound "
                                      "file."),
                          &given[EXPORT_MUSIC]),
             option_given(option_text("title", 0, "TEXT", &choices.title, "Headline of the page."),
                          &given[EXPORT_TITLE]),
             option_given(
                 option_texts("label", 'l', "TEXT", &labels,
                              "What to call a dance, once for each in their order; else its "
                              "file's name, or its folder's where files have one name."),
                 &given[EXPORT_LABEL]),
             option_given(option_texts("note", 0, "TEXT", &notes,
                                       "A line about a dance, under its name on the page, once for "
                                       "each in their order."),
                          &given[EXPORT_NOTE]),
             option_given(option_choice("unit", 0, units, &unit, "Unit of length in the file."),
                          &given[EXPORT_UNIT]),
             option_given(
                 option_standard(
                     option_size("poses", 0, "K", &choices.poses, 0, 100, "Poses in a row."), "8"),
                 &given[EXPORT_POSES]),
             option_given(option_real("start", 0, "SECONDS", &choices.start, 0, 1e6,
                                      "Where in the dance an image or a video begins."),
                          &given[EXPORT_START]),
             option_given(option_standard(option_real("duration", 0, "SECONDS", &choices.duration,
                                                      0, 1e6, "How much of the dance it shows."),
                                          "to its end"),
                          &given[EXPORT_DURATION]),
             option_given(option_standard(option_size("width", 0, "PIXELS", &choices.width, 0,
                                                      16384, "Width of the image or video."),
                                          "2000, of a video 1280"),
                          &given[EXPORT_WIDTH]),
             option_given(option_standard(option_size("height", 0, "PIXELS", &choices.height, 0,
                                                      16384, "Height of a video."),
                                          "720"),
                          &given[EXPORT_HEIGHT]),
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
    Thresholds thresholds;
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) goto done;
    if (to < 0)
        status = program_usage_error(&program, "--to FORMAT is needed");
    else if (!output)
        status = program_usage_error(&program, "-o PATH is needed");
    else if (first == argc)
        status = program_usage_error(&program, "no motion is given");
    else
        status = check_options(&program, &export_formats[to], given);
    if (status >= 0) goto done;

    threads_set((int)general.threads);
    choices.units = per_metre[unit];
    if (thresholds_path) choices.thresholds = &thresholds;
    FeetChoice feet = clean ? FEET_HELD : FEET_AS_THEY_ARE;
    const ExportRun run = {.format = &export_formats[to],
                           .choices = &choices,
                           .skeleton = skeleton,
                           .output = output,
                           .feet = feet_given ? feet : FEET_BY_FORMAT,
                           .quiet = general.quiet,
                           .warn = warn};
    status = 0;
    if ((thresholds_path && thresholds_read(thresholds_path, &thresholds, &err)) ||
        export_motions(&run, argv + first, (size_t)(argc - first), &err))
        status = program_report(&program, &err);
done:
    strings_free(&labels);
    strings_free(&notes);
    buffer_free(&about);
    return program_finish(&program, status);
}
