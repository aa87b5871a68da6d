/* beat-align: how well the beats of dances meet the beats of their music. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/motionlist.h"
#include "../lib/musicfile.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "../lib/threads.h"
#include "../metrics/beatscore.h"

enum { FEATURES = 35, BEAT_COLUMN = 34 };

typedef struct {
    Strings files;
    BeatScore *scores;
    const char *music_dir;
    const Skeleton *skeleton;
    const BeatOptions *options;
} Job;

/* The music's name: what the motion says, what an AIST++ name says, else the motion's own. */
static char *music_path(const Job *job, const Motion *m, size_t i, Error *err) {
    char genre[16], music[32], file[600], *stem = path_stem(job->files.items[i]), *path = NULL;
    if (stem) {
        const char *name = m->music[0] ? m->music : aist_parse_name(stem, genre, music) == 0 ? music : stem;
        if (strchr(name, '/') || snprintf(file, sizeof file, "%s.npz", name) >= (int)sizeof file) {
            free(stem);
            fail(err, "its music is called '%.200s': a name without folders was expected", name);
            return NULL;
        }
        path = path_join(job->music_dir, file);
    }
    free(stem);
    if (!path) fail(err, "out of memory");
    return path;
}

static int score_one(const Motion *m, size_t i, void *context, Error *err) {
    Job *job = context;
    char *path = music_path(job, m, i, err);
    if (!path) return -1;
    Music music;
    int status = music_read(path, &music, err);
    free(path);
    if (status) return fail_in(err, "its music");
    float *beats = malloc((music.frames + 1) * sizeof *beats);
    if (!beats) status = fail(err, "out of memory for %zu frames", music.frames);
    else if (music.dim != FEATURES) status = fail(err, "its music has %zu features a frame, not %d", music.dim, FEATURES);
    else if (fabs(music.fps - m->fps) > 1e-6 * m->fps) status = fail(err, "has %g frames a second, its music %g", m->fps, music.fps);
    else {
        for (size_t t = 0; t < music.frames; t++) beats[t] = music.data[t * FEATURES + BEAT_COLUMN];
        status = beat_score(m, job->skeleton, beats, music.frames, job->options, &job->scores[i], err);
    }
    free(beats);
    music_free(&music);
    return status;
}

static int score_all(Job *job, char *const *operands, size_t count, bool quiet, Error *err) {
    if (motion_list(&job->files, operands, count, err)) return -1;
    job->scores = calloc(job->files.count, sizeof *job->scores);
    if (!job->scores) return fail(err, "out of memory for %zu files", job->files.count);
    Progress p;
    progress_start(&p, "motions", job->files.count, quiet);
    int status = motion_for_each(&job->files, score_one, job, &p, err);
    progress_end(&p);
    return status;
}

static int show(const Job *job, const char *protocol, bool verbose, bool json, Error *err) {
    static const Column columns[] = {{"sequences", "dances", 0, 1}, {"kinematic_beats", "kinematic", 0, 1}, {"music_beats", "music", 0, 1}, {"beat_align", "BeatAlign", 4, 1}};
    enum { COUNT = sizeof columns / sizeof columns[0] };
    const BeatOptions *o = job->options;
    cJSON *object = cJSON_CreateObject(), *used = cJSON_AddObjectToObject(object, "protocol"), *files = verbose ? cJSON_AddArrayToObject(object, "files") : NULL;
    cJSON_AddStringToObject(used, "name", protocol);
    cJSON_AddStringToObject(used, "direction", o->from_music ? "music" : "motion");
    cJSON_AddStringToObject(used, "seed", o->with_seed ? "keep" : "skip");
    cJSON_AddNumberToObject(used, "order", o->order);
    cJSON_AddNumberToObject(used, "smooth", o->smooth);
    cJSON_AddNumberToObject(used, "sigma", o->sigma);
    size_t n = job->files.count, width = 4;
    for (size_t i = 0; verbose && i < n; i++) width = strlen(job->files.items[i]) > width ? strlen(job->files.items[i]) : width;
    if (!json) {
        printf("protocol %s: mean over %s beats, seed frames %s, order %g, smoothing %g, sigma %g frames at 60 fps\n", protocol, o->from_music ? "music" : "kinematic",
               o->with_seed ? "kept" : "skipped", o->order, o->smooth, o->sigma);
        table_titles(stdout, (int)width, "", columns, COUNT);
    }
    double all[COUNT] = {(double)n, 0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        const BeatScore *b = &job->scores[i];
        const double one[COUNT] = {1, (double)b->kinematic, (double)b->music, b->score};
        for (size_t c = 1; c < COUNT; c++) all[c] += one[c];
        if (!verbose) continue;
        if (!json) {
            table_row(stdout, (int)width, job->files.items[i], columns, one, COUNT);
            continue;
        }
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "file", job->files.items[i]);
        table_json(row, columns, one, COUNT);
        cJSON_AddItemToArray(files, row);
    }
    all[COUNT - 1] /= (double)n;
    if (json) {
        table_json(object, columns, all, COUNT);
        return table_print_json(stdout, object) ? fail(err, "out of memory") : 0;
    }
    table_row(stdout, (int)width, "all", columns, all, COUNT);
    cJSON_Delete(object);
    return 0;
}

int main(int argc, char **argv) {
    bool verbose = false, json = false, quiet = false;
    const char *music_dir = NULL, *protocol = "fact", *direction = NULL, *seed = NULL, *skeleton_path = NULL;
    double order = 0, smooth = -1, sigma = 3;
    long threads = 0;
    const Option options[] = {
        {"music-dir", 'm', OPTION_TEXT, &music_dir, "DIR", "Folder of music features, NAME.npz. NAME is the motion's `music`, or the music in its AIST++ file name, or its own.", 0, 0, NULL},
        {"skeleton", 's', OPTION_TEXT, &skeleton_path, "FILE", "Skeleton .npz (offsets, parents); without it SMPL's.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "What published tables differ in", 0, 0, NULL},
        {"protocol", 'p', OPTION_CHOICE, &protocol, "fact|bailando", "fact: from kinematic beats to music beats, order 10, no smoothing, without the seed. bailando: from music beats to kinematic beats, order 1, smoothing 5, the whole clip. The options below change parts of it.", 0, 0, NULL},
        {"direction", 0, OPTION_CHOICE, &direction, "motion|music", "Whose beats the mean is over.", 0, 0, NULL},
        {"seed", 0, OPTION_CHOICE, &seed, "skip|keep", "The frames that were given, not generated.", 0, 0, NULL},
        {"order", 0, OPTION_REAL, &order, "FRAMES", "A kinematic beat is slower than this many frames on both sides (at 60 fps, as all frames here); 0: the protocol's.", 0, 1e6, NULL},
        {"smooth", 0, OPTION_REAL, &smooth, "FRAMES", "Sigma of the speed's Gaussian smoothing; -1: the protocol's.", -1, 1e4, NULL},
        {"sigma", 0, OPTION_REAL, &sigma, "FRAMES", "Tolerance: exp(-d^2 / (2 sigma^2)).", 1e-6, 1e6, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Manners", 0, 0, NULL},
        {"verbose", 'v', OPTION_FLAG, &verbose, NULL, "A row for every file too.", 0, 0, NULL},
        {"json", 0, OPTION_FLAG, &json, NULL, "One JSON object instead of a table.", 0, 0, NULL},
        {"threads", 'j', OPTION_INT, &threads, "N", "Threads; 0: one per processor.", 0, 1024, NULL},
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "No progress.", 0, 0, NULL},
    };
    const Program program = {"beat-align", "[OPTION]... --music-dir DIR MOTION...",
                             "Beat alignment score: how near dances' kinematic beats, the minima of the body's speed, are to the beats of their music. The result is the mean over the "
                             "dances. An operand is a motion, a folder of them, or a data set .tsv.",
                             "beat-align --music-dir features/ dances/", options, sizeof options / sizeof options[0]};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    if (!music_dir) return usage_error(&program, "--music-dir DIR is needed");
    if (first == argc) return usage_error(&program, "no motion is given");

    threads_set((int)threads);
    bool bailando = strcmp(protocol, "bailando") == 0;
    const BeatOptions use = {.from_music = direction ? strcmp(direction, "music") == 0 : bailando, .with_seed = seed ? strcmp(seed, "keep") == 0 : bailando,
                             .forward = bailando, .smooth = smooth >= 0 ? smooth : bailando ? 5 : 0, .order = order > 0 ? order : bailando ? 1 : 10, .sigma = sigma};
    Error err;
    Skeleton skeleton = {0};
    Job job = {.music_dir = music_dir, .skeleton = &skeleton, .options = &use};
    status = 0;
    if ((skeleton_path ? skeleton_read(skeleton_path, &skeleton, &err) : skeleton_smpl(&skeleton, &err)) ||
        score_all(&job, argv + first, (size_t)(argc - first), quiet, &err) || show(&job, protocol, verbose, json, &err))
        status = report(&program, &err);
    strings_free(&job.files);
    free(job.scores);
    skeleton_free(&skeleton);
    return finish(&program, status);
}
