#include "metrics/report/fid_run.h"

#include "lib/motion/joint_map.h"
#include "metrics/report/fid_report.h"
#include "metrics/report/self_check.h"

const char *const fid_protocols[] = {
    [FID_FACT] = "fact", [FID_BAILANDO] = "bailando", [FID_EDGE] = "edge", NULL};

/* What a run reads and computes. */
typedef struct {
    Strings checked, pool; /* of --self-check */
    Skeleton skeleton;
    JointNames names;
    DanceFeatureJob features;
    EvalJob job;
    EvalResults dances, real_dances;
    DanceFeatures made, real;
    DanceFeatures real_clips; /* of the floor: the real dances in clips as long as the others are */
    double clip; /* seconds of these */
    FidScores scores;
} FidRun;

/* The protocol's parts, and those that were given. */
static DanceFeatureOptions feature_options(const FidSettings *s) {
    static const DanceFeatureOptions by_protocol[] = {
        [FID_FACT] = {0},
        [FID_BAILANDO] = {.anchor = true, .frames = 1200},
        [FID_EDGE] = {.anchor = true, .rate = 30, .clip = 5}};
    DanceFeatureOptions o = by_protocol[s->protocol];
    o.corrected = s->corrected;
    o.legacy_manual = s->legacy_manual;
    if (s->anchor >= 0) o.anchor = s->anchor == 1;
    if (s->frames >= 0) o.frames = (size_t)s->frames;
    if (s->rate >= 0) o.rate = s->rate;
    if (s->clip >= 0) o.clip = s->clip;
    o.hop = o.clip; /* no overlap */
    if (s->hop > 0 && o.clip > 0) o.hop = s->hop;
    if (s->hop < 0 && s->protocol == FID_EDGE) o.hop = o.clip / 2;
    return o;
}

static void prepare(FidRun *r, const Program *program, const FidSettings *s) {
    bool keep = s->seed >= 0 ? s->seed == 1 : s->protocol != FID_FACT;
    r->features = (DanceFeatureJob){
        .options = feature_options(s), .with_seed = keep, .skeleton = &r->skeleton};
    if (s->eval.skeleton) r->features.options.joint_of = r->names.joint_of;
    r->job = (EvalJob){.program = program,
                       .options = &s->eval,
                       .protocol_fps = FEATURE_FPS,
                       .work = dance_features_of_dance,
                       .context = &r->features,
                       .result_size = sizeof(DanceFeatureRows),
                       .release = dance_features_release};
}

/* The features of one set of dances. */
static int extract(FidRun *r, const EvalSet *set, EvalResults *dances, DanceFeatures *out,
                   Error *err) {
    if (eval_dances(dances, &r->job, set, err)) return -1;
    return dance_features_collect(out, dances, err);
}

/* Seconds of what features are taken of, mean over the dances. */
static double mean_length(const EvalResults *d) {
    double frames = 0;
    for (size_t i = 0; i < d->files.count; i++) {
        const DanceFeatureRows *one = eval_result(d, i);
        frames += (double)one->frames / (double)d->files.count;
    }
    return frames / (double)FEATURE_FPS;
}

/* The real dances again, in clips. */
static int extract_clips(FidRun *r, const FidSettings *s, Error *err) {
    const EvalSet real = {s->real.items, s->real.count, 0};
    DanceFeatureJob features = r->features;
    EvalJob job = r->job;
    EvalResults dances = {0};
    r->clip = mean_length(&r->dances);
    if (!(features.options.clip > 0)) features.options.clip = features.options.hop = r->clip;
    features.options.frames = 0; /* the rest of a dance is real dance, too */
    job.context = &features;
    int status = eval_dances(&dances, &job, &real, err) ||
                         dance_features_collect(&r->real_clips, &dances, err)
                     ? -1
                     : 0;
    eval_results_free(&dances, &job);
    return status;
}

static int load(FidRun *r, const FidSettings *s, char **operands, size_t count, Error *err) {
    const char *skeleton = s->eval.skeleton;
    if (skeleton_choose(skeleton, &r->skeleton, err)) return -1;
    if (skeleton && joint_map_read(skeleton, &r->names, err)) return -1;
    if (s->self_check && self_check_files(s->self_check, &r->checked, &r->pool, err)) return -1;
    EvalSet made = {operands, count, s->eval.seed_frames};
    EvalSet real = {s->real.items, s->real.count, 0};
    if (s->self_check) {
        made = (EvalSet){r->checked.items, r->checked.count, s->eval.seed_frames};
        real = (EvalSet){r->pool.items, r->pool.count, 0};
    }
    if (extract(r, &made, &r->dances, &r->made, err)) return -1;
    if (real.count && extract(r, &real, &r->real_dances, &r->real, err)) return -1;
    if (s->floor && extract_clips(r, s, err)) return -1;
    if (real.count || !s->real_stats) return 0;
    return dance_features_read(s->real_stats, &r->real, &r->features, err);
}

/* The files that were asked for, before anything is printed. */
static int store(const FidRun *r, const FidSettings *s, Error *err) {
    if (s->features_out && dance_features_write(s->features_out, &r->made, &r->features, err))
        return -1;
    if (!s->real_stats || !s->real.count) return 0;
    return dance_features_write(s->real_stats, &r->real, &r->features, err);
}

static int score(FidRun *r, const Program *program, const FidSettings *s, Error *err) {
    const ScoreOptions how = {s->standardise, s->keep_constant, s->real_row,
                              (size_t)s->eval.resamples, (uint64_t)s->eval.bootstrap_seed};
    const FidReport report = {.dances = &r->dances,
                              .made = &r->made,
                              .real = &r->real,
                              .scores = &r->scores,
                              .protocol = fid_protocols[s->protocol],
                              .job = &r->features,
                              .how = &how,
                              .splits = (size_t)s->floor,
                              .floor_clip = r->clip,
                              .explain = s->explain,
                              .real_row = s->real_row,
                              .self_check = s->self_check != NULL};
    if (fid_scores(&r->scores, &r->real, &r->made, &how, err)) return -1;
    if (s->floor && fid_floors(&r->scores, &r->real_clips, (size_t)s->floor, how.seed, err))
        return -1;
    /* The run that wrote the file of --real-stats has printed this warning. */
    if (r->real_dances.named) fid_scores_warn(&r->scores, program);
    return store(r, s, err) || fid_report(&report, &s->eval, err) ? -1 : 0;
}

int fid_run(const Program *program, const FidSettings *s, char **operands, size_t count,
            Error *err) {
    FidRun r = {0};
    prepare(&r, program, s);
    int status = load(&r, s, operands, count, err);
    bool scored = s->real.count || s->real_stats || s->self_check;
    if (!status) status = scored ? score(&r, program, s, err) : store(&r, s, err);
    if (!status) eval_warn_of_rates(&r.job, &r.dances, &r.real_dances);
    fid_scores_free(&r.scores);
    dance_features_free(&r.made);
    dance_features_free(&r.real);
    dance_features_free(&r.real_clips);
    eval_results_free(&r.dances, &r.job);
    eval_results_free(&r.real_dances, &r.job);
    skeleton_free(&r.skeleton);
    strings_free(&r.checked);
    strings_free(&r.pool);
    return status;
}
