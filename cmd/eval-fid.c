/* eval-fid: how far a set of dances is from real ones, in kinetic and geometric features, and how
 * diverse it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/threads.h"
#include "lib/motion/joint_map.h"
#include "metrics/report/fid_report.h"
#include "metrics/report/self_check.h"

static void warn_left_out(const Program *program, const FeatureScale *scale, bool kinetic) {
    static const char *const parts[] = {"horizontal energy", "vertical energy", "expenditure"};
    char text[2000] = "";
    size_t used = 0;
    for (size_t i = 0; i < scale->dim && used < sizeof text; i++) {
        if (!scale->left_out[i]) continue;
        int n = kinetic ? snprintf(text + used, sizeof text - used, "%s%s of joint %zu",
                                   used ? ", " : "", parts[i % 3], i / 3)
                        : snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "",
                                   geometric_name(i));
        used += (size_t)n;
    }
    if (used)
        program_warn(program,
                     "%zu of %zu %s features are the same in every real dance and left out "
                     "(--keep-constant keeps them): %s",
                     scale->dim - scale->kept, scale->dim, kinetic ? "kinetic" : "geometric", text);
}

static int score(const Program *program, const DanceFeatures *real, const DanceFeatures *made,
                 const ScoreOptions *o, Scores *s, Error *err) {
    FeatureSet a = dance_features_kinetic(real), b = dance_features_kinetic(made),
               c = dance_features_geometric(real), d = dance_features_geometric(made);
    if (set_score(&a, &b, o, &s->kinetic_scale, &s->kinetic, err) ||
        set_score(&c, &d, o, &s->geometric_scale, &s->geometric, err))
        return -1;
    warn_left_out(program, &s->kinetic_scale, true);
    warn_left_out(program, &s->geometric_scale, false);
    return 0;
}

/* The features of the dances that the operands name. */
static int extract(DanceFeatures *out, EvalResults *d, const Program *program, const EvalOptions *m,
                   char *const *operands, size_t count, long seed_frames,
                   const DanceFeatureJob *job, Error *err) {
    if (eval_dances(d, program, m, operands, count, seed_frames, sizeof(DanceFeatureRows),
                    dance_features_of_dance, job, err))
        return -1;
    if (d->resampled)
        program_warn(program, "%zu of %zu dances are not at 60 frames a second and were resampled",
                     d->resampled, d->named);
    return dance_features_collect(out, d, err);
}

int main(int argc, char **argv) {
    bool keep_constant = false, standardise = true;
    static const char *const protocols[] = {"fact", "bailando", "edge", NULL};
    static const char *const anchors[] = {"none", "first-root", NULL};
    static const char *const seeds[] = {"skip", "keep", NULL};
    int protocol = 0, anchor = -1, seed = -1;
    const char *features_out = NULL, *real_stats = NULL, *self_check = NULL;
    Strings real_paths = {0}, checked = {0};
    long frames = -1;
    double rate = -1, clip = -1, hop = -1;
    EvalOptions m = {0};
    DanceFeatureJob job = {0};
    FidShown what = {0};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_texts("real", 'r', "PATH", &real_paths, "Real dances. May be repeated."),
                 option_text(
                     "real-stats", 0, "FILE", &real_stats,
                     "With --real, keep the real dances' features in FILE (.npz); without, take "
                     "them from it."),
                 option_flag("real-row", 0, &what.real_row,
                             "Dist_k and Dist_g of the real dances too."),
                 option_text(
                     "features-out", 'f', "FILE", &features_out,
                     "Write the generated dances' features (.npz: names, kinetic, geometric); "
                     "--real may then be missing."),
                 option_text(
                     "self-check", 0, "AIST_DIR", &self_check,
                     "Score AIST++'s own dances of val and test against all of its dances as "
                     "Bailando does, beside the published numbers."),
             }},
        {"What published tables differ in",
         {
             option_choice(
                 "protocol", 'p', protocols, &protocol,
                 "fact: no anchor, the frames after the seed. bailando: first root at the "
                 "origin, the first 1200 frames, seed and all. edge: clips of 5 s every "
                 "2.5 s seen at 30 frames a second, each anchored, seed and all. The "
                 "options below change parts of it."),
             option_standard(option_choice("anchor", 0, anchors, &anchor,
                                           "Subtract the first used frame's root position."),
                             "the protocol's"),
             option_standard(option_choice("seed", 0, seeds, &seed,
                                           "The frames that were given, not generated."),
                             "the protocol's"),
             option_standard(
                 option_int("frames", 0, "N", &frames, 0, 1e9, "Use at most N frames; 0: all."),
                 "the protocol's"),
             option_standard(option_real("rate", 0, "RATE", &rate, 0, 1000,
                                         "Resample to RATE frames a second before the features, "
                                         "which are defined at 60; 0: no resampling."),
                             "the protocol's"),
             option_standard(option_real("clip", 0, "SECONDS", &clip, 0, 1e6,
                                         "Cut dances into clips of SECONDS; 0: whole dances."),
                             "the protocol's"),
             option_standard(option_real("hop", 0, "SECONDS", &hop, 0, 1e6,
                                         "From the beginning of a clip to the next one's; 0: no "
                                         "overlap."),
                             "the protocol's"),
             option_flag(
                 "corrected", 0, &job.options.corrected,
                 "Corrected formulas: true accelerations, velocity thresholds at 60 fps. No "
                 "published number uses them."),
             option_flag("legacy-manual", 0, &job.options.legacy_manual,
                         "Geometric features of aistplusplus_api's first version, from which the "
                         "FACT paper's FID_g comes."),
             option_flag(
                 "keep-constant", 0, &keep_constant,
                 "Keep features that are the same in every real dance, as mint does; FID may "
                 "become 1e18."),
             option_unflag("no-standardise", &standardise,
                           "Features as they are, not divided by the real set's standard "
                           "deviations."),
         }},
        eval_input_options(&m),
        eval_result_options(&m),
        general_options(&m.general),
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
    if (status >= 0) goto done;
    status = 2;
    bool score_them = real_paths.count || real_stats || self_check;
    if (self_check && (first < argc || real_paths.count || real_stats))
        program_usage_error(&program, "--self-check brings its own dances");
    else if (!self_check && first == argc)
        program_usage_error(&program, "no generated dance is given");
    else if (!score_them && !features_out)
        program_usage_error(&program, "--real PATH is needed");
    else if (job.options.corrected && job.options.legacy_manual)
        program_usage_error(&program,
                            "--corrected and --legacy-manual are different formulas: give one");
    else
        status = 0;
    if (status) goto done;

    threads_set((int)m.general.threads);
    what.self_check = self_check != NULL;
    if (self_check) protocol = 1;
    what.protocol = protocols[protocol];
    bool bailando = protocol == 1;
    bool edge = protocol == 2;
    DanceFeatureOptions *use = &job.options;
    use->anchor = anchor >= 0 ? anchor == 1 : bailando || edge;
    use->frames = frames >= 0 ? (size_t)frames : bailando ? 1200 : 0;
    use->rate = rate >= 0 ? rate : edge ? 30 : 0;
    use->clip = clip >= 0 ? clip : edge ? 5 : 0;
    use->hop = use->clip > 0 ? hop > 0 ? hop : hop < 0 && edge ? use->clip / 2 : use->clip : 0;
    job.with_seed = seed >= 0 ? seed == 1 : bailando || edge;
    const ScoreOptions how = {standardise, keep_constant, what.real_row, (size_t)m.resamples,
                              (uint64_t)m.bootstrap_seed};
    Error err;
    Skeleton skeleton = {0};
    JointNames names;
    job.skeleton = &skeleton;
    if (m.skeleton) use->joint_of = names.joint_of;
    EvalResults made_dances = {0}, real_dances = {0};
    DanceFeatures made = {0}, real = {0};
    Scores s = {0};
    bool failed =
        skeleton_choose(m.skeleton, &skeleton, &err) ||
        (m.skeleton && joint_map_read(m.skeleton, &names, &err)) ||
        (self_check && self_check_files(self_check, &checked, &real_paths, &err)) ||
        extract(&made, &made_dances, &program, &m, self_check ? checked.items : argv + first,
                self_check ? checked.count : (size_t)(argc - first), m.seed_frames, &job, &err) ||
        (real_paths.count && extract(&real, &real_dances, &program, &m, real_paths.items,
                                     real_paths.count, 0, &job, &err)) ||
        (real_stats && !real_paths.count && dance_features_read(real_stats, &real, &job, &err)) ||
        (score_them && score(&program, &real, &made, &how, &s, &err)) ||
        (features_out && dance_features_write(features_out, &made, &job, &err)) ||
        (real_stats && real_paths.count && dance_features_write(real_stats, &real, &job, &err)) ||
        (score_them && fid_report(&made_dances, &s, &made, &real, &job, &how, &what, &m, &err));
    if (failed) status = program_report(&program, &err);
    feature_scale_free(&s.kinetic_scale);
    feature_scale_free(&s.geometric_scale);
    dance_features_free(&made);
    dance_features_free(&real);
    eval_results_free(&made_dances, dance_features_release);
    eval_results_free(&real_dances, dance_features_release);
    skeleton_free(&skeleton);
done:
    strings_free(&real_paths);
    strings_free(&checked);
    return program_finish(&program, status);
}
