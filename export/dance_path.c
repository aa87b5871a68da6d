#include "export/dance_path.h"

#include <string.h>

#include "export/formats.h"

int dance_path_check(const Program *program, const char *output) {
    const char *slash = strrchr(output, '/'), *name = slash ? slash + 1 : output;
    if (path_ends_with(output, ".npz") || !strchr(name, '.')) return -1;
    for (size_t i = 0; i < EXPORT_FORMATS; i++)
        if (path_ends_with(output, export_formats[i].ending))
            return program_usage_error(program,
                                       "-o %s: dances are written as .npz; %s -o dance.npz, then "
                                       "export-motion --to %s -o %s dance.npz",
                                       output, program->name, export_formats[i].name, output);
    return program_usage_error(
        program,
        "-o %s: dances are written as .npz; %s -o dance.npz, then export-motion (a video: "
        "export-motion --to y4m -o - dance.npz | ffmpeg -i - -pix_fmt yuv420p dance.mp4)",
        output, program->name);
}
