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
    const char *anchor = NULL, *seed = NULL, *features_out = NULL, *real_stats = NULL,
               *self_check = NULL;
    Strings real_paths = {0}, checked = {0};
    long frames = -1;
    double rate = -1, clip = -1, hop = -1;
    EvalOptions m = {0};
    DanceFeatureJob job = {0};
    FidShown what = {.protocol = "fact"};
    enum { OWN = 17 };
    Option options[OWN + EVAL_OPTIONS] = {
        {"real", 'r', OPTION_TEXTS, &real_paths, "PATH", "Real dances. May be repeated.", 0, 0,
         NULL},
        {"real-stats", 0, OPTION_TEXT, &real_stats, "FILE",
         "With --real, keep the real dances' features in FILE (.npz); without, take them from it.",
         0, 0, NULL},
        {"real-row", 0, OPTION_FLAG, &what.real_row, NULL,
         "Dist_k and Dist_g of the real dances too.", 0, 0, NULL},
        {"features-out", 'f', OPTION_TEXT, &features_out, "FILE",
         "Write the generated dances' features (.npz: names, kinetic, geometric); --real may then "
         "be missing.",
         0, 0, NULL},
        {"self-check", 0, OPTION_TEXT, &self_check, "AIST_DIR",
         "Score AIST++'s own dances of val and test against all of its dances as Bailando does, "
         "beside the published numbers.",
         0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "What published tables differ in", 0, 0, NULL},
        {"protocol", 'p', OPTION_CHOICE, &what.protocol, "fact|bailando|edge",
         "fact: no anchor, the frames after the seed. bailando: first root at the origin, the "
         "first 1200 frames, seed and all. edge: clips of 5 s every 2.5 s seen at 30 frames a "
         "second, each anchored, seed and all. The options below change parts of it.",
         0, 0, NULL},
        {"anchor", 0, OPTION_CHOICE, &anchor, "none|first-root",
         "Subtract the first used frame's root position.", 0, 0, NULL},
        {"seed", 0, OPTION_CHOICE, &seed, "skip|keep", "The frames that were given, not generated.",
         0, 0, NULL},
        {"frames", 0, OPTION_INT, &frames, "N", "Use at most N frames; 0: all.", 0, 1e9, NULL},
        {"rate", 0, OPTION_REAL, &rate, "RATE",
         "Look at RATE frames a second before the features, which are defined at 60; 0: at all.", 0,
         1e4, NULL},
        {"clip", 0, OPTION_REAL, &clip, "SECONDS",
         "Cut dances into clips of SECONDS; 0: whole dances.", 0, 1e6, NULL},
        {"hop", 0, OPTION_REAL, &hop, "SECONDS",
         "From the beginning of a clip to the next one's; 0: no overlap.", 0, 1e6, NULL},
        {"corrected", 0, OPTION_FLAG, &job.options.corrected, NULL,
         "Mended formulas: true accelerations, velocity thresholds at 60 fps. No published number "
         "uses them.",
         0, 0, NULL},
        {"legacy-manual", 0, OPTION_FLAG, &job.options.legacy_manual, NULL,
         "Geometric features of aistplusplus_api's first version, from which the FACT paper's "
         "FID_g comes.",
         0, 0, NULL},
        {"keep-constant", 0, OPTION_FLAG, &keep_constant, NULL,
         "Keep features that are the same in every real dance, as mint does; FID may become 1e18.",
         0, 0, NULL},
        {"no-standardise", 0, OPTION_UNFLAG, &standardise, NULL,
         "Features as they are, not divided by the real set's standard deviations.", 0, 0, NULL},
    };
    eval_options(&m, options + OWN);
    const Program program = {
        "eval-fid",
        "[OPTION]... --real PATH [--real PATH]... GENERATED...\n       eval-fid [OPTION]... "
        "--self-check AIST_DIR",
        "Frechet distances of kinetic (FID_k) and geometric features (FID_g) between generated and "
        "real dances, and the mean distance between generated "
        "dances (Dist_k, Dist_g), with the features of google/aistplusplus_api. An operand is a "
        "dance (.npz, .npy, .pkl), a folder of them, or a data set .tsv.",
        "eval-fid --real data/train.tsv --real data/test.tsv dances/",
        options,
        sizeof options / sizeof options[0]};
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

    threads_set((int)m.threads);
    what.self_check = self_check != NULL;
    if (self_check) what.protocol = "bailando";
    bool bailando = strcmp(what.protocol, "bailando") == 0,
         edge = strcmp(what.protocol, "edge") == 0;
    DanceFeatureOptions *use = &job.options;
    use->anchor = anchor ? strcmp(anchor, "none") != 0 : bailando || edge;
    use->frames = frames >= 0 ? (size_t)frames : bailando ? 1200 : 0;
    use->rate = rate >= 0 ? rate : edge ? 30 : 0;
    use->clip = clip >= 0 ? clip : edge ? 5 : 0;
    use->hop = use->clip > 0 ? hop > 0 ? hop : hop < 0 && edge ? use->clip / 2 : use->clip : 0;
    job.with_seed = seed ? strcmp(seed, "keep") == 0 : bailando || edge;
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
