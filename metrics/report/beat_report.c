#include "metrics/report/beat_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/features.h"

/* The music's name: what the dance says, what an AIST++ name says, else the file's own. */
static char *music_path(const BeatContext *c, const Motion *m, const char *dance, Error *err) {
    char genre[16], music[32], file[600];
    char *stem = path_stem(dance);
    char *path = NULL;
    if (!stem) {
        error_set(err, "out of memory");
        return NULL;
    }
    const char *name = stem;
    if (m->music[0])
        name = m->music;
    else if (aist_parse_name(stem, genre, music) == 0)
        name = music;
    if (strchr(name, '/') || snprintf(file, sizeof file, "%s.npz", name) >= (int)sizeof file)
        error_set(err, "its music is called '%.200s': a name without folders was expected", name);
    else if (!(path = path_join(c->music_dir, file)))
        error_set(err, "out of memory");
    free(stem);
    return path;
}

/* Where the music's beats are, in frames at BEAT_FPS. */
static double *beats_of(const Music *music, size_t *count, Error *err) {
    size_t column;
    *count = 0;
    if (music_need(music, "beats", &column, err)) return NULL;
    double *beats = malloc((music->frames + 1) * sizeof *beats);
    if (!beats) error_set(err, "out of memory for %zu frames", music->frames);
    for (size_t f = 0; f < music->frames && beats; f++)
        if (music->data[f * music->dim + column] != 0)
            beats[(*count)++] = (double)f * (double)BEAT_FPS / music->fps;
    return beats;
}

static int score_with(const BeatContext *c, const PoseSource *t, const Music *music, BeatScore *out,
                      Error *err) {
    size_t count, seed = (size_t)t->motion.seed_frames;
    double *beats = beats_of(music, &count, err);
    PoseTrack b = {0};
    int status =
        beats ? pose_source_track(t, 0, t->motion.frames, &c->skeleton, false, &b, err) : -1;
    if (!status) status = beat_score(&b, seed, beats, count, &c->options, out, err);
    pose_track_free(&b);
    free(beats);
    return status;
}

int beat_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                     Error *err) {
    const BeatContext *c = context;
    char *music_file = music_path(c, &t->motion, path, err);
    if (!music_file) return -1;
    Music music;
    int status = features_read(NULL, music_file, &music, err);
    free(music_file);
    if (status) return error_prefix(err, "its music");
    BeatResult *out = result;
    out->assumed = (music.notes & MUSIC_ASSUMED) != 0;
    status = score_with(c, t, &music, &out->score, err);
    music_free(&music);
    return status;
}

void beat_report_release(void *result) { beat_score_free(&((BeatResult *)result)->score); }

void beat_report_warn(const EvalResults *d, const Program *program) {
    size_t assumed = 0;
    for (size_t i = 0; i < d->files.count; i++)
        assumed += ((const BeatResult *)eval_result(d, i))->assumed;
    if (assumed)
        program_warn(program,
                     "the music of %zu of %zu dances does not say its rate or columns; 60 frames a "
                     "second and mint35's are assumed",
                     assumed, d->files.count);
}

/* --- results --- */

enum { COLUMNS = 5, COUNTS = 3 };
static const Column columns[COLUMNS] = {{"sequences", "dances", 0, 1},
                                        {"kinematic_beats", "kinematic", 0, 1},
                                        {"music_beats", "music", 0, 1},
                                        {"beat_align", "BeatAlign", 4, 1},
                                        {"chance", "chance", 4, 1}};

static void row_of(const void *result, const void *context, double *values) {
    (void)context;
    const BeatScore *b = &((const BeatResult *)result)->score;
    const double one[COLUMNS] = {1, (double)b->kinematic, (double)b->music, b->score, b->chance};
    memcpy(values, one, sizeof one);
}

/* The set's: sums of beats, means of the scores. */
static int set_values(const size_t *pick, size_t n, const void *context, double *values,
                      Error *err) {
    (void)err;
    const BeatResult *results = context;
    double one[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) values[c] = 0;
    for (size_t i = 0; i < n; i++) {
        row_of(&results[pick ? pick[i] : i], NULL, one);
        for (size_t c = 0; c < COLUMNS; c++) values[c] += one[c];
    }
    for (size_t c = COUNTS; c < COLUMNS; c++) values[c] /= (double)n;
    return 0;
}

/* Mean over the dances that have a score at lag k of by_lag; NaN: none has. */
static double mean_at(const EvalResults *d, size_t k) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < d->files.count; i++) {
        double score = ((const BeatResult *)eval_result(d, i))->score.by_lag[k];
        if (!isnan(score)) sum += score, n++;
    }
    return sum / n;
}

/* The score by how much later the music's beats are, and where it is highest. */
static void show_lags(Report *r, size_t lags) {
    static const Column by_lag[] = {{"lag", "lag", 0, 1}, {"beat_align", "BeatAlign", 4, 1}};
    const ReportTable table = report_table(
        r, "lags", "the music's beats so many frames later, at 60 a second", by_lag, 2);
    double best = NAN, highest = NAN;
    for (size_t k = 0; k < 2 * lags + 1; k++) {
        const double row[] = {(double)k - (double)lags, mean_at(r->dances, k)};
        if (isnan(highest) || row[1] > highest) best = row[0], highest = row[1];
        report_table_row(r, &table, row);
    }
    if (r->json) {
        report_number(r, r->json, "best_lag", best);
        report_number(r, r->json, "beat_align_at_best_lag", highest);
    } else
        printf("highest %.4f, beats %.0f ms later\n", highest, best * 1000 / BEAT_FPS);
}

static void show_protocol(Report *r, const char *name, const BeatOptions *o) {
    if (!r->json) {
        printf("protocol %s: mean over %s beats, seed frames %s, order %g, smoothing %g, sigma %g "
               "frames at 60 fps; %zu of %zu dances\n",
               name, o->from_music ? "music" : "kinematic", o->with_seed ? "kept" : "skipped",
               o->order, o->smooth, o->sigma, r->dances->files.count, r->dances->named);
        return;
    }
    cJSON *used = report_object(r, r->json, "protocol");
    report_text(r, used, "name", name);
    report_text(r, used, "direction", o->from_music ? "music" : "motion");
    report_text(r, used, "seed", o->with_seed ? "keep" : "skip");
    report_number(r, used, "order", o->order);
    report_number(r, used, "smooth", o->smooth);
    report_number(r, used, "sigma", o->sigma);
    report_number(r, r->json, "named", (double)r->dances->named);
}

int beat_report(const EvalResults *d, const char *protocol, const BeatOptions *o,
                const EvalOptions *m, Error *err) {
    Report r = {.options = m, .dances = d, .columns = columns, .count = COLUMNS, .row = row_of};
    if (report_summarise(&r, set_values, d->results, COUNTS, err) || report_begin(&r, err))
        return -1;
    show_protocol(&r, protocol, o);
    report_dances(&r);
    report_row(&r, "all", r.values);
    report_intervals(&r, r.intervals);
    if (o->lags) show_lags(&r, o->lags);
    return report_end(&r, err);
}
