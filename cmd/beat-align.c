/* beat-align: how well the beats of dances meet the beats of their music. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/features.h"
#include "lib/base/threads.h"
#include "metrics/beat_score.h"
#include "metrics/report/batch.h"

typedef struct {
    const char *music_dir;
    const Skeleton *skeleton;
    BeatOptions options;
} BeatJob;

/* The music's name: what the dance says, what an AIST++ name says, else the file's own. */
static char *music_path(const BeatJob *job, const Motion *m, const char *dance, Error *err) {
    char genre[16], music[32], file[600], *stem = path_stem(dance), *path = NULL;
    if (stem) {
        const char *name = m->music[0]                                ? m->music
                           : aist_parse_name(stem, genre, music) == 0 ? music
                                                                      : stem;
        if (strchr(name, '/') || snprintf(file, sizeof file, "%s.npz", name) >= (int)sizeof file) {
            free(stem);
            error_set(err, "its music is called '%.200s': a name without folders was expected",
                      name);
            return NULL;
        }
        path = path_join(job->music_dir, file);
    }
    free(stem);
    if (!path) error_set(err, "out of memory");
    return path;
}

static int score_with(const BeatJob *job, const PoseSource *t, const Music *music, BeatScore *out,
                      Error *err) {
    size_t column;
    if (music_need(music, "beats", &column, err)) return -1;
    double ratio = t->motion.fps / music->fps,
           last = round((double)(music->frames - 1) * ratio); /* beats at the dance's rate */
    size_t frames = last < 1e9 ? (size_t)last + 1 : 0;
    float *beats = calloc(frames + 1, sizeof *beats);
    if (!beats) return error_set(err, "out of memory for %zu frames", frames);
    for (size_t f = 0; f < music->frames && frames; f++)
        if (music->data[f * music->dim + column] != 0) beats[(size_t)round((double)f * ratio)] = 1;
    PoseTrack b = {0};
    int status = pose_source_track(t, 0, t->motion.frames, job->skeleton, false, &b, err);
    if (!status)
        status =
            beat_score(&b, (size_t)t->motion.seed_frames, beats, frames, &job->options, out, err);
    pose_track_free(&b);
    free(beats);
    return status;
}

static int score_one(const PoseSource *t, const char *path, const void *context, void *result,
                     Error *err) {
    const BeatJob *job = context;
    char *music_file = music_path(job, &t->motion, path, err);
    if (!music_file) return -1;
    Music music;
    int status = features_read(NULL, music_file, &music, err);
    free(music_file);
    if (status) return error_prefix(err, "its music");
    status = score_with(job, t, &music, result, err);
    music_free(&music);
    return status;
}

/* --- results --- */

enum { COLUMNS = 4 };
static const Column columns[COLUMNS] = {{"sequences", "dances", 0, 1},
                                        {"kinematic_beats", "kinematic", 0, 1},
                                        {"music_beats", "music", 0, 1},
                                        {"beat_align", "BeatAlign", 4, 1}};

static void row_of(const void *result, const void *context, double *values) {
    (void)context;
    const BeatScore *b = result;
    const double one[COLUMNS] = {1, (double)b->kinematic, (double)b->music, b->score};
    memcpy(values, one, sizeof one);
}

/* The set's: sums of beats, mean of the scores. */
static int summary(const size_t *pick, size_t n, const void *context, double *values, Error *err) {
    (void)err;
    const BeatScore *scores = context;
    double one[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) values[c] = 0;
    for (size_t i = 0; i < n; i++) {
        row_of(&scores[pick ? pick[i] : i], NULL, one);
        for (size_t c = 0; c < COLUMNS; c++) values[c] += one[c];
    }
    values[COLUMNS - 1] /= (double)n;
    return 0;
}

static void show_protocol(const Report *r, const char *name, const BeatOptions *o) {
    if (!r->json) {
        printf("protocol %s: mean over %s beats, seed frames %s, order %g, smoothing %g, sigma %g "
               "frames at 60 fps; %zu of %zu dances\n",
               name, o->from_music ? "music" : "kinematic", o->with_seed ? "kept" : "skipped",
               o->order, o->smooth, o->sigma, r->dances->files.count, r->dances->named);
        return;
    }
    cJSON *used = cJSON_AddObjectToObject(r->json, "protocol");
    cJSON_AddStringToObject(used, "name", name);
    cJSON_AddStringToObject(used, "direction", o->from_music ? "music" : "motion");
    cJSON_AddStringToObject(used, "seed", o->with_seed ? "keep" : "skip");
    cJSON_AddNumberToObject(used, "order", o->order);
    cJSON_AddNumberToObject(used, "smooth", o->smooth);
    cJSON_AddNumberToObject(used, "sigma", o->sigma);
    cJSON_AddNumberToObject(r->json, "named", (double)r->dances->named);
}

static int show(const EvalResults *d, const char *protocol, const BeatOptions *o,
                const EvalOptions *m, Error *err) {
    double all[COLUMNS];
    Interval intervals[COLUMNS];
    summary(NULL, d->files.count, d->results, all, err);
    if (m->resamples &&
        bootstrap_intervals(d->files.count, (size_t)m->resamples, (uint64_t)m->bootstrap_seed,
                            summary, d->results, COLUMNS, all, intervals, err))
        return -1;
    for (size_t c = 0; c + 1 < COLUMNS; c++) intervals[c] = (Interval){NAN, NAN, NAN}; /* counts */
    Report r;
    if (report_begin(&r, m, d, columns, COLUMNS, row_of, NULL, err)) return -1;
    show_protocol(&r, protocol, o);
    report_dances(&r);
    report_row(&r, "all", all);
    if (m->resamples) report_intervals(&r, intervals);
    return report_end(&r, err);
}

int main(int argc, char **argv) {
    static const char *const protocols[] = {"fact", "bailando", "edge", NULL};
    static const char *const directions[] = {"motion", "music", NULL};
    static const char *const seeds[] = {"skip", "keep", NULL};
    const char *music_dir = NULL;
    int protocol = 0, direction = -1, seed = -1;
    double order = 0, smooth = -1, sigma = 3;
    EvalOptions m = {0};
    const OptionGroup groups[] = {
        {.rows = {option_text(
             "music-dir", 'm', "DIR", &music_dir,
             "Folder of music features, NAME.npz. NAME is the motion's `music`, or "
             "the music in its AIST++ file name, or its own.")}},
        {"What published tables differ in",
         {
             option_choice(
                 "protocol", 'p', protocols, &protocol,
                 "fact: from kinematic beats to music beats, order 10, no smoothing, "
                 "without the seed. bailando, and edge after it: from music beats to "
                 "kinematic beats, order 1, smoothing 5, the whole clip. The options below "
                 "change parts of it."),
             option_standard(option_choice("direction", 0, directions, &direction,
                                           "Whose beats the mean is over."),
                             "the protocol's"),
             option_standard(option_choice("seed", 0, seeds, &seed,
                                           "The frames that were given, not generated."),
                             "the protocol's"),
             option_standard(option_real("order", 0, "FRAMES", &order, 0, 1e6,
                                         "A kinematic beat is slower than this many frames on both "
                                         "sides (at 60 fps, as all frames here)."),
                             "the protocol's"),
             option_standard(option_real("smooth", 0, "FRAMES", &smooth, 0, 1e4,
                                         "Sigma of the speed's Gaussian smoothing."),
                             "the protocol's"),
             option_real("sigma", 0, "FRAMES", &sigma, 1e-6, 1e6,
                         "Tolerance: exp(-d^2 / (2 sigma^2))."),
         }},
        eval_input_options(&m),
        eval_result_options(&m),
        general_options(&m.general),
    };
    const Program program = {
        .name = "beat-align",
        .usage = "[OPTION]... --music-dir DIR MOTION...",
        .about =
            "Beat alignment score: how near dances' kinematic beats, the minima of the body's "
            "speed, are to the beats of their music. The result is the mean over the dances. An "
            "operand is a dance (.npz, .npy, .pkl), a folder of them, or a data set .tsv.",
        .example = "beat-align --music-dir features/ dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (!music_dir) return program_usage_error(&program, "--music-dir DIR is needed");
    if (first == argc) return program_usage_error(&program, "no motion is given");

    threads_set((int)m.general.threads);
    bool bailando = protocol > 0;
    Error err;
    Skeleton skeleton = {0};
    EvalResults dances = {0};
    const BeatJob job = {music_dir,
                         &skeleton,
                         {.from_music = direction >= 0 ? direction == 1 : bailando,
                          .with_seed = seed >= 0 ? seed == 1 : bailando,
                          .forward = bailando,
                          .smooth = smooth >= 0 ? smooth
                                    : bailando  ? 5
                                                : 0,
                          .order = order > 0  ? order
                                   : bailando ? 1
                                              : 10,
                          .sigma = sigma}};
    status = 0;
    if (skeleton_choose(m.skeleton, &skeleton, &err) ||
        eval_dances(&dances, &program, &m, argv + first, (size_t)(argc - first), m.seed_frames,
                    sizeof(BeatScore), score_one, &job, &err) ||
        show(&dances, protocols[protocol], &job.options, &m, &err))
        status = program_report(&program, &err);
    eval_results_free(&dances, NULL);
    skeleton_free(&skeleton);
    return program_finish(&program, status);
}
