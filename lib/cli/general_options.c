#include "lib/cli/general_options.h"

OptionGroup general_options(GeneralOptions *values) {
    return (OptionGroup){"General options",
                         {
                             option_int("threads", 'j', "N", &values->threads, 0, 1024,
                                        "Threads; 0: one per processor."),
                             option_flag("quiet", 'q', &values->quiet, "No progress on stderr."),
                         }};
}

Option option_skeleton(const char **path) {
    return option_text("skeleton", 's', "FILE", path,
                       "Skeleton .npz (offsets, parents); without it SMPL's.");
}

Option option_json(bool *json) {
    return option_flag("json", 0, json, "Print one JSON object instead of a table.");
}
