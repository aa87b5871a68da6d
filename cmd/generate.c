/* generate: music (and a seed) in, dance out; one dance, or all rows of a data set in batches. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/music_source.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "lib/data/dataset.h"
#include "lib/motion/motion.h"
#include "model/generate.h"
#include "model/model_file.h"

typedef struct {
    const char *model, *music, *seed, *genre, *dataset, *output;
    int precision; /* 1: bf16 */
    size_t frames, keep, batch;
    GeneralOptions general;
} GenerateSettings;

/* One dance to be made: where its seed and music come from, and where it goes. */
typedef struct {
    const char *seed, *music, *genre; /* seed NULL: the model's own */
    char *output; /* owned */
    Motion motion;
    Music features;
    size_t genre_index;
} DanceRequest;

static void job_free(DanceRequest *j) {
    free(j->output);
    motion_free(&j->motion);
    music_free(&j->features);
}

enum { NO_GENRE = 2 }; /* an error that an option is missing: exit status 2 */

static int choose_genre(DanceRequest *j, const Model *m, const char *seed_genre, Error *err) {
    const char *name = j->genre                      ? j->genre
                       : seed_genre && seed_genre[0] ? seed_genre
                       : m->config.genre_count == 1  ? m->genres[0]
                                                     : NULL;
    if (!name) {
        error_set(err, "the seed names no genre and the model knows %zu; give --genre",
                  m->config.genre_count);
        return NO_GENRE;
    }
    long genre = model_genre(m, name);
    if (genre < 0) {
        char list[400] = "";
        for (size_t i = 0; i < m->config.genre_count && strlen(list) < 300; i++)
            snprintf(list + strlen(list), sizeof list - strlen(list), " %.60s", m->genres[i]);
        return error_set(err, "%s: no such genre in this model; it knows%s", name, list);
    }
    j->genre_index = (size_t)genre;
    return 0;
}

/* The seed's first l frames at the front of a motion as long as asked for. */
static int start_motion(DanceRequest *j, const Model *m, const Motion *seed, size_t frames,
                        Error *err) {
    const Config *c = &m->config;
    size_t n = frames ? frames : j->features.frames, D = c->motion_dim;
    if (n <= c->past)
        return error_set(
            err, "%s: %zu frames are no longer than the seed of %zu; there is nothing to generate",
            j->music, n, c->past);
    if (motion_new(&j->motion, n, (D - 3) / 9, err)) return -1;
    const float *from = seed ? seed->data : NULL;
    const real *stored =
        seed ? NULL : model_constants(m, "seed.motion") + j->genre_index * c->past * D;
    for (size_t i = 0; i < c->past * D; i++) j->motion.data[i] = seed ? from[i] : (float)stored[i];
    j->motion.seed_frames = (int64_t)c->past;
    j->motion.fps = j->features.fps;
    char *music = path_stem(j->music);
    int status = music ? motion_set_names(&j->motion, m->genres[j->genre_index], music, err)
                       : error_set(err, "out of memory");
    free(music);
    return status;
}

static int check_seed(const DanceRequest *j, const Model *m, const Motion *seed, Error *err) {
    const Config *c = &m->config;
    if (motion_dim(seed) != c->motion_dim)
        return error_set(err, "%s: frames of %zu numbers, but the model was trained on %zu",
                         j->seed, motion_dim(seed), c->motion_dim);
    if (seed->frames < c->past)
        return error_set(err, "%s: %zu frames are fewer than the %zu of a seed", j->seed,
                         seed->frames, c->past);
    if (fabs(seed->fps - j->features.fps) > 1e-6)
        return error_set(err, "%s: %g frames a second, but %s has %g", j->seed, seed->fps, j->music,
                         j->features.fps);
    return 0;
}

static int prepare(DanceRequest *j, const Model *m, size_t frames, Error *err) {
    Motion seed = {0};
    int status = j->seed ? motion_read(j->seed, &seed, err) : 0;
    if (status == 0 && !j->seed && !model_has(m, "seed.motion"))
        status = error_set(err, "the model stores no seed; give --seed-motion");
    if (status == 0)
        status = music_source_read(j->music, j->seed ? seed.fps : 60, &j->features, err);
    if (status == 0 && j->features.dim != m->config.music_dim)
        status = error_set(err, "%s: %zu features a frame, but the model was trained on %zu",
                           j->music, j->features.dim, m->config.music_dim);
    if (status == 0 && j->seed) status = check_seed(j, m, &seed, err);
    if (status == 0) status = choose_genre(j, m, seed.genre, err);
    if (status == 0) status = start_motion(j, m, j->seed ? &seed : NULL, frames, err);
    motion_free(&seed);
    return status;
}

static void on_frames(void *user, size_t done, size_t total) {
    Progress *p = user;
    p->total = total;
    progress_step(p, done);
}

/* Generates and writes jobs [0, count) together. label: which they are. */
static int run(Generator *g, DanceRequest *jobs, size_t count, const char *label, bool quiet,
               Error *err) {
    GenerationJob *dances = calloc(count, sizeof *dances);
    if (!dances) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++)
        dances[i] =
            (GenerationJob){jobs[i].motion.data, jobs[i].motion.frames, jobs[i].features.data,
                            jobs[i].features.frames, jobs[i].genre_index};
    Progress p;
    progress_start(&p, label, 1, quiet);
    int status = generator_run(g, dances, count, on_frames, &p, err);
    progress_end(&p);
    for (size_t i = 0; status == 0 && i < count; i++)
        status = motion_write(jobs[i].output, &jobs[i].motion, err);
    free(dances);
    return status;
}

static int make_generator(Generator **g, const GenerateSettings *s, const Model *m, size_t batch,
                          Error *err) {
    if (generator_new(g, m, batch, s->keep ? s->keep : m->config.keep, err)) return -1;
    return s->precision == 1 ? generator_round(*g, err) : 0;
}

static int generate_all(const GenerateSettings *s, const Model *m, Error *err) {
    Dataset d = {0};
    if (dataset_read(s->dataset, &d, err) || folder_make(s->output, err)) {
        dataset_free(&d);
        return -1;
    }
    if (!s->general.quiet)
        fprintf(stderr, "generate: %zu dances by %s into %s\n", d.count, s->model, s->output);
    size_t batch = s->batch < d.count ? s->batch : d.count;
    Generator *g = NULL;
    DanceRequest *jobs = calloc(batch, sizeof *jobs);
    int status = jobs ? make_generator(&g, s, m, batch, err) : error_set(err, "out of memory");
    for (size_t at = 0; status == 0 && at < d.count; at += batch) {
        size_t n = d.count - at < batch ? d.count - at : batch;
        for (size_t i = 0; status == 0 && i < n; i++) {
            const DatasetRow *row = &d.rows[at + i];
            char name[300];
            snprintf(name, sizeof name, "%.280s.npz", row->name);
            jobs[i] = (DanceRequest){.seed = row->motion[0] ? row->motion : NULL,
                                     .music = row->music,
                                     .genre = s->genre ? s->genre : row->genre,
                                     .output = path_join(s->output, name)};
            if (!row->music[0])
                status = error_set(err, "%s: %s has no music", s->dataset, row->name);
            if (status == 0)
                status = jobs[i].output ? prepare(&jobs[i], m, s->frames, err)
                                        : error_set(err, "out of memory");
        }
        char label[PROGRESS_LABEL];
        snprintf(label, sizeof label, "frames of dances %zu to %zu of %zu", at + 1, at + n,
                 d.count);
        if (status == 0) status = run(g, jobs, n, label, s->general.quiet, err);
        for (size_t i = 0; i < n; i++) {
            job_free(&jobs[i]);
            jobs[i] = (DanceRequest){0};
        }
    }
    generator_free(g);
    free(jobs);
    dataset_free(&d);
    return status;
}

static int generate_one(const GenerateSettings *s, const Model *m, Error *err) {
    DanceRequest job = {
        .seed = s->seed, .music = s->music, .genre = s->genre, .output = path_join("", s->output)};
    Generator *g = NULL;
    int status = job.output ? prepare(&job, m, s->frames, err) : error_set(err, "out of memory");
    if (status == 0) status = make_generator(&g, s, m, 1, err);
    if (status == 0) status = run(g, &job, 1, "frames", s->general.quiet, err);
    generator_free(g);
    job_free(&job);
    return status;
}

int main(int argc, char **argv) {
    static const char *const precisions[] = {"float32", "bf16", NULL};
    GenerateSettings s = {.batch = 32};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_text("model", 'm', "FILE", &s.model,
                             "What train-predictor wrote, a checkpoint of it included. Needed."),
                 option_text("music", 0, "FILE", &s.music,
                             "Music: features (.npz) or a sound file (wav, flac, ogg, mp3)."),
                 option_text(
                     "seed-motion", 0, "FILE", &s.seed,
                     "Motion whose first frames begin the dance; without it the model's own "
                     "seed."),
                 option_text("genre", 0, "G", &s.genre,
                             "Genre; else the seed file's, else the model's only one."),
                 option_standard(option_size("frames", 0, "T", &s.frames, 0, 1e9,
                                             "Length in frames, the seed included."),
                                 "the music's"),
                 option_standard(
                     option_size("keep", 0, "k", &s.keep, 0, 100000, "Frames kept of each step."),
                     "the model's"),
                 option_text(
                     "dataset", 0, "FILE.tsv", &s.dataset,
                     "Make a dance for each row: its motion as the seed (empty: the model's), "
                     "its music; -o is a folder."),
                 option_size("batch", 0, "B", &s.batch, 1, 4096, "Dances computed together."),
                 option_choice(
                     "precision", 0, precisions, &s.precision,
                     "bf16: weights of the transformer layers rounded to 8 bits: faster where "
                     "the processor has bfloat16, see docs/performance.md."),
                 option_text("output", 'o', "PATH", &s.output,
                             "Write the dance here (.npz), or the folder. Needed."),
             }},
        general_options(&s.general),
    };
    const Program program = {
        .name = "generate",
        .usage = "[OPTION]... -m MODEL --music FILE -o OUT.npz\n"
                 "[OPTION]... -m MODEL --dataset FILE.tsv -o DIR",
        .about =
            "Makes dances to music. The dance begins with the seed motion and lasts as long as "
            "the music.",
        .example = "generate -m model.safetensors --music song.mp3 --genre BR -o dance.npz",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status >= 0) return status;
    runtime_prepare(argv);
    if (argc > first) return program_usage_error(&program, "unexpected operand %s", argv[first]);
    if (!s.model || !s.output)
        return program_usage_error(&program, "%s is needed", s.model ? "-o" : "-m");
    if (!s.music == !s.dataset)
        return program_usage_error(&program, "either --music or --dataset is needed");
    if (s.dataset && s.seed)
        return program_usage_error(&program,
                                   "--seed-motion goes with --music; a data set names its own");

    Error err;
    Model m = {0};
    threads_set((int)s.general.threads);
    status = model_read(s.model, KIND_MODEL, &m, &err);
    if (status == 0 && s.keep > m.config.future) {
        status = program_usage_error(
            &program, "--keep must not exceed the model's %zu predicted frames", m.config.future);
        model_free(&m);
        return status;
    }
    if (status == 0 && !s.dataset && !s.seed && !s.genre && m.config.genre_count > 1) {
        status = program_usage_error(&program,
                                     "the model knows %zu genres; give --genre or --seed-motion",
                                     m.config.genre_count);
        model_free(&m);
        return status;
    }
    if (status == 0) status = s.dataset ? generate_all(&s, &m, &err) : generate_one(&s, &m, &err);
    if (status == NO_GENRE)
        status = program_usage_error(&program, "%s", err.text);
    else if (status)
        status = program_report(&program, &err);
    model_free(&m);
    return program_finish(&program, status);
}
