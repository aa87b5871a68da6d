/* eval-fid: how far a set of dances is from real ones, in kinetic and geometric features, and how
 * diverse it is. */
#include "lib/base/threads.h"
#include "metrics/report/fid_run.h"

static const char *const anchors[] = {"none", "first-root", NULL};
static const char *const seeds[] = {"skip", "keep", NULL};

/* Returns the exit status. */
static int start(const Program *p, FidSettings *s, char **operands, size_t count) {
    Error err;
    if (s->self_check && (count || s->real.count || s->real_stats))
        return program_usage_error(p, "--self-check brings its own dances");
    if (!s->self_check && !count) return program_usage_error(p, "no generated dance is given");
    if (!s->self_check && !s->real.count && !s->real_stats && !s->features_out)
        return program_usage_error(p, "--real PATH is needed");
    if (s->floor && !s->real.count)
        return program_usage_error(p, "--floor takes the real dances of --real");
    if (s->corrected && s->legacy_manual)
        return program_usage_error(
            p, "--corrected and --legacy-manual are different formulas: give one");
    threads_set((int)s->eval.general.threads);
    if (s->self_check) s->protocol = FID_BAILANDO;
    return fid_run(p, s, operands, count, &err) ? program_report(p, &err) : 0;
}

int main(int argc, char **argv) {
    FidSettings s = {.anchor = -1,
                     .seed = -1,
                     .frames = -1,
                     .rate = -1,
                     .clip = -1,
                     .hop = -1,
                     .standardise = true};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_texts("real", 'r', "PATH", &s.real, "Real dances. May be repeated."),
                 option_text(
                     "real-stats", 0, "FILE", &s.real_stats,
                     "With --real, keep the real dances' features in FILE (.npz); without, take "
                     "them from it."),
                 option_flag("real-row", 0, &s.real_row,
                             "Dist_k and Dist_g of the real dances too."),
                 option_int("floor", 0, "N", &s.floor, 0, 100000,
                            "Beside the distances those between random halves of the real dances, "
                            "N times, "
                            "in clips as long as the generated dances: mean, 95% interval, and the "
                            "generated dances' as multiples; and Dist of these clips. 0: not."),
                 option_flag("explain", 0, &s.explain,
                             "Name the features and the dances without which the distances are "
                             "smallest, and what they are without each."),
                 option_text(
                     "features-out", 'f', "FILE", &s.features_out,
                     "Write the generated dances' features (.npz: names, kinetic, geometric); "
                     "--real may then be missing."),
                 option_text(
                     "self-check", 0, "AIST_DIR", &s.self_check,
                     "Score AIST++'s own dances of val and test against all of its dances as "
                     "Bailando does, beside the published numbers."),
             }},
        {"Differences between published tables",
         {
             option_choice(
                 "protocol", 'p', fid_protocols, &s.protocol,
                 "fact: no anchor, the frames after the seed. bailando: first root at the "
                 "origin, the first 1200 frames, seed included. edge: clips of 5 s every "
                 "2.5 s, resampled to 30 frames a second, each anchored, seed included. The "
                 "options below change parts of it."),
             option_standard(option_choice("anchor", 0, anchors, &s.anchor,
                                           "Subtract the first used frame's root position."),
                             "the protocol's"),
             option_standard(option_choice("seed", 0, seeds, &s.seed,
                                           "The frames that were given, not generated."),
                             "the protocol's"),
             option_standard(
                 option_int("frames", 0, "N", &s.frames, 0, 1e9, "Use at most N frames; 0: all."),
                 "the protocol's"),
             option_standard(option_real("rate", 0, "RATE", &s.rate, 0, 1000,
                                         "Resample to RATE frames a second before the features, "
                                         "which are defined at 60; 0: no resampling."),
                             "the protocol's"),
             option_standard(option_real("clip", 0, "SECONDS", &s.clip, 0, 1e6,
                                         "Cut dances into clips of SECONDS; 0: whole dances."),
                             "the protocol's"),
             option_standard(option_real("hop", 0, "SECONDS", &s.hop, 0, 1e6,
                                         "From the beginning of a clip to the next one's; 0: no "
                                         "overlap."),
                             "the protocol's"),
             option_flag(
                 "corrected", 0, &s.corrected,
                 "Corrected formulas: true accelerations, velocity thresholds at 60 fps. No "
                 "published number uses them."),
             option_flag("legacy-manual", 0, &s.legacy_manual,
                         "Geometric features of aistplusplus_api's first version, from which the "
                         "FACT paper's FID_g comes."),
             option_flag(
                 "keep-constant", 0, &s.keep_constant,
                 "Keep features that are the same in every real dance, as mint does; FID may "
                 "become 1e18."),
             option_unflag("no-standardise", &s.standardise,
                           "Features as they are, not divided by the real set's standard "
                           "deviations."),
         }},
        eval_input_options(&s.eval),
        eval_result_options(&s.eval),
        general_options(&s.eval.general),
    };
    const Program program = {
        .name = "eval-fid",
        .usage = "[OPTION]... --real PATH [--real PATH]... GENERATED...\n"
                 "[OPTION]... --self-check AIST_DIR",
        .about =
            "Frechet distances of kinetic (FID_k) and geometric features (FID_g) between "
            "generated and real dances, and the mean distance between generated dances (Dist_k, "
            "Dist_g), with the features of google/aistplusplus_api. An operand is a dance "
            "(.npz, .npy, .pkl), a folder of them, or a data set .tsv.",
        .example = "eval-fid --real data/train.tsv --real data/test.tsv dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status < 0) status = start(&program, &s, argv + first, (size_t)(argc - first));
    strings_free(&s.real);
    return program_finish(&program, status);
}
