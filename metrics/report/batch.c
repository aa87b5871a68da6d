#include "metrics/report/batch.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cli/progress.h"
#include "lib/data/motion_list.h"
#include "lib/formats/scalar.h"
#include "lib/motion/resample_motion.h"

OptionGroup eval_input_options(EvalOptions *m) {
    return (OptionGroup){
        "Input",
        {
            option_text("skeleton", 's', "FILE", &m->skeleton,
                        "Skeleton .npz (offsets, parents, and names, if the first 22 joints are "
                        "not SMPL's in their order); without it SMPL's."),
            option_standard(option_real("fps", 0, "RATE", &m->fps, scalar_fps.min, scalar_fps.max,
                                        "Frames a second of dances whose files do not say it "
                                        "(.npy)."),
                            "60, with a warning"),
            option_int("seed-frames", 0, "N", &m->seed_frames, 0, 1e9,
                       "How many first frames of a dance were given, where its file cannot say it "
                       "(.npy, .pkl). mint's results: 120."),
            option_flag("skip-bad", 0, &m->skip_bad,
                        "Leave out files that cannot be measured, with a warning each; otherwise "
                        "the first one is an error."),
        }};
}

OptionGroup eval_result_options(EvalOptions *m) {
    return (OptionGroup){
        "Results",
        {
            option_int(
                "bootstrap", 'b', "B", &m->resamples, 0, 1e7,
                "95% intervals from B sets drawn from the dances with replacement; 0: none."),
            option_int("bootstrap-seed", 0, "N", &m->bootstrap_seed, 0, 1e15,
                       "Seed of the drawing."),
            option_text("per-sequence", 0, "FILE", &m->per_sequence,
                        "Also write a table with a line for every dance (.tsv)."),
            option_flag("verbose", 'v', &m->verbose, "A row for every dance too."),
            option_json(&m->json),
        }};
}

typedef struct {
    EvalResults *dances;
    const EvalJob *job;
    long seed_frames;
} EvalRun;

static void *slot(const EvalResults *d, size_t i) { return (char *)d->results + i * d->size; }

const void *eval_result(const EvalResults *d, size_t i) { return slot(d, i); }

/* What the file leaves open, from the options. */
static int complete(PoseSource *t, const EvalRun *run, const char *path, Error *err) {
    const EvalOptions *o = run->job->options;
    bool open = t->motion.fps_assumed;
    size_t resampled = 0;
    size_t given = open && o->fps > 0;
    size_t assumed = open && !given;
    if (given) t->motion.fps = o->fps;
    if (run->job->protocol_fps > 0)
        resampled = resample_needed(t->motion.fps, run->job->protocol_fps);
#pragma omp atomic
    run->dances->resampled += resampled;
#pragma omp atomic
    run->dances->assumed += assumed;
#pragma omp atomic
    run->dances->given += given;
    if (!run->seed_frames || path_ends_with(path, ".npz")) return 0;
    t->motion.seed_frames = run->seed_frames;
    if ((size_t)run->seed_frames < t->motion.frames) return 0;
    return error_set(err, "has %zu frames, %ld are the seed's", t->motion.frames, run->seed_frames);
}

static int measure_one(const char *path, size_t i, void *context, Error *err) {
    const EvalRun *run = context;
    const EvalJob *job = run->job;
    PoseSource t;
    if (pose_source_read(path, &t, err)) return -1;
    int status = complete(&t, run, path, err);
    if (!status) status = job->work(&t, path, job->context, slot(run->dances, i), err);
    pose_source_free(&t);
    return status ? error_prefix(err, path) : 0;
}

/* Keeps what was measured, warns of the rest. */
static void leave_out(EvalResults *d, const Program *program, Error *const *bad) {
    size_t kept = 0;
    for (size_t i = 0; i < d->files.count; i++) {
        if (bad[i]) {
            program_warn(program, "%s: left out", bad[i]->text);
            free(d->files.items[i]);
            continue;
        }
        d->files.items[kept] = d->files.items[i];
        memmove(slot(d, kept), slot(d, i), d->size);
        kept++;
    }
    d->files.count = kept;
}

/* bad: NULL, or where to collect what cannot be measured. */
static int measure_all(EvalResults *out, const EvalJob *job, const EvalSet *set, Error **bad,
                       Error *err) {
    EvalRun run = {out, job, set->seed_frames};
    Progress progress;
    progress_start(&progress, "measuring dances", out->named, job->options->general.quiet);
    int status = motion_list_each_file(&out->files, measure_one, &run, &progress, bad, err);
    progress_end(&progress);
    if (status) return -1;
    if (bad) leave_out(out, job->program, bad);
    if (out->named && !out->files.count)
        return error_set(err, "none of the %zu files can be measured", out->named);
    return 0;
}

int eval_dances(EvalResults *out, const EvalJob *job, const EvalSet *set, Error *err) {
    *out = (EvalResults){.size = job->result_size};
    if (motion_list(&out->files, set->operands, set->count, err)) return -1;
    size_t n = out->named = out->files.count;
    out->results = calloc(n ? n : 1, out->size);
    if (!out->results) return error_set(err, "out of memory for %zu files", n);
    if (!job->options->skip_bad) return measure_all(out, job, set, NULL, err);
    Error **bad = calloc(n ? n : 1, sizeof *bad);
    if (!bad) return error_set(err, "out of memory for %zu files", n);
    int status = measure_all(out, job, set, bad, err);
    for (size_t i = 0; i < n; i++) free(bad[i]);
    free(bad);
    return status;
}

void eval_results_free(EvalResults *d, const EvalJob *job) {
    for (size_t i = 0; d->results && job->release && i < d->files.count; i++)
        job->release(slot(d, i));
    free(d->results);
    strings_free(&d->files);
    *d = (EvalResults){0};
}

void eval_warn_of_rates(const EvalJob *job, const EvalResults *made, const EvalResults *real) {
    size_t named = 0, resampled = 0, assumed = 0, given = 0;
    const EvalResults *const sets[] = {made, real};
    for (size_t i = 0; i < 2; i++) {
        if (!sets[i]) continue;
        named += sets[i]->named;
        resampled += sets[i]->resampled;
        assumed += sets[i]->assumed;
        given += sets[i]->given;
    }
    if (job->options->fps > 0 && !given)
        program_warn(job->program, "--fps was not needed: the dances' files say their rate");
    if (assumed)
        program_warn(job->program,
                     "%zu of %zu dances do not say their rate; 60 frames a second assumed (--fps)",
                     assumed, named);
    if (resampled)
        program_warn(job->program,
                     "%zu of %zu dances are not at %g frames a second and were resampled",
                     resampled, named, job->protocol_fps);
}
