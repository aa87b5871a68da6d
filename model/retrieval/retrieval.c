#include "model/retrieval/retrieval.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/rate.h"
#include "lib/data/genres.h"
#include "lib/motion/heading.h"

/* --- a piece behind a dance --- */

static void make_rotations(float *frame, size_t dim) {
    for (size_t j = 3; j < dim; j += 9) {
        double m[9], r[9];
        for (size_t k = 0; k < 9; k++) m[k] = (double)frame[j + k];
        rotation_nearest(m, r);
        for (size_t k = 0; k < 9; k++) frame[j + k] = (float)r[k];
    }
}

static void place_frame(const Placement *from, const Placement *to, const float *frame, size_t dim,
                        float *out) {
    memcpy(out, frame, dim * sizeof *out);
    placement_enter(from, frame, out);
    placement_leave(to, out, out);
}

void retrieval_place(const float *last, const float *piece, size_t dim, size_t count, size_t blend,
                     float *out) {
    const Placement from = placement_of(piece, true, true), to = placement_of(last, true, true);
    for (size_t j = 1; j <= count; j++) {
        float *frame = out + (j - 1) * dim;
        if (j >= blend) {
            place_frame(&from, &to, piece + j * dim, dim, frame);
            continue;
        }
        place_frame(&from, &to, piece, dim, frame); /* what `last` is missed by */
        const float share = 1 - (float)j / (float)blend;
        float gap[HEADING_NUMBERS];
        for (size_t k = 0; k < HEADING_NUMBERS; k++) gap[k] = last[k] - frame[k];
        place_frame(&from, &to, piece + j * dim, dim, frame);
        for (size_t k = 0; k < dim; k++)
            frame[k] += share * (k < HEADING_NUMBERS ? gap[k] : last[k] - piece[k]);
        make_rotations(frame, dim);
    }
}

/* --- a whole dance --- */

typedef struct {
    Retrieval *of;
    GenerationJob *job;
    DanceWanted wanted;
    float *pose, *music;
    unsigned char *beats;
    bool *barred;
    size_t *chosen; /* [steps] */
    float *recorded; /* [K + 1, dim]: a piece and the frame before it */
    float *piece; /* [K, dim] */
} Stringing;

static void stringing_free(Stringing *s) {
    free(s->pose);
    free(s->music);
    free(s->beats);
    free(s->barred);
    free(s->chosen);
    free(s->recorded);
    free(s->piece);
}

int retrieval_same_song(const char *music, const char *song, bool *same, Error *err) {
    char *name = path_stem(music);
    if (!name) return error_set(err, "out of memory");
    *same = strcmp(name, song) == 0;
    free(name);
    return 0;
}

/* The pieces that dance to the job's own song. */
static int bar_song(Stringing *s, size_t first, size_t count, Error *err) {
    const TrainingSet *set = s->of->set;
    for (size_t i = 0; i < count; i++) {
        const size_t row = s->of->pieces.items[first + i].sequence;
        if (retrieval_same_song(set->dataset.rows[row].music, s->job->song, &s->barred[i], err))
            return -1;
    }
    return 0;
}

static int stringing_new(Stringing *s, Retrieval *r, GenerationJob *job, size_t steps, Error *err) {
    const Pieces *p = &r->pieces;
    const size_t K = p->future, dim = r->set->corpus.motion_dim, first = p->first[job->genre];
    const size_t count = p->first[job->genre + 1] - first;
    *s = (Stringing){.of = r,
                     .job = job,
                     .pose = calloc(p->pose_dim + 1, sizeof *s->pose),
                     .music = calloc(steps * p->music_dim + 1, sizeof *s->music),
                     .beats = calloc(steps * K + 1, 1),
                     .barred = calloc(count + 1, sizeof *s->barred),
                     .chosen = calloc(steps + 1, sizeof *s->chosen),
                     .recorded = calloc((K + 1) * dim, sizeof *s->recorded),
                     .piece = calloc(K * dim + 1, sizeof *s->piece)};
    if (!s->pose || !s->music || !s->beats || !s->barred || !s->chosen || !s->recorded ||
        !s->piece) {
        stringing_free(s);
        return error_set(err, "out of memory");
    }
    if (count == 0) {
        stringing_free(s);
        return error_set(err,
                         "the data set has no dance of genre %s of %zu frames, a past and a piece",
                         r->genres[job->genre], p->past + K);
    }
    if (r->options.other_songs && bar_song(s, first, count, err)) {
        stringing_free(s);
        return -1;
    }
    s->wanted = (DanceWanted){.pieces = p,
                              .costs = &r->options.costs,
                              .genre = job->genre,
                              .steps = steps,
                              .music = s->music,
                              .beats = s->beats,
                              .barred = s->barred};
    for (size_t i = 0; i < steps; i++)
        pieces_music(p, job->genre, job->music, job->music_frames, p->past + i * K,
                     s->music + i * p->music_dim, s->beats + i * K);
    return 0;
}

static int choose(Stringing *s, Error *err) {
    const RetrievalOptions *o = &s->of->options;
    const Pieces *p = &s->of->pieces;
    const size_t dim = s->of->set->corpus.motion_dim;
    if (pieces_pose(p, s->job->genre, s->job->motion + (p->past - 1) * dim, s->pose, err))
        return -1;
    s->wanted.seed_pose = s->pose;
    if (o->plan) return choose_plan(&s->wanted, o->beam, s->chosen, err);
    Rng rng = rng_seed(o->random_seed);
    rng = rng_seed(rng_next(&rng) ^ s->job->number);
    return choose_greedily(&s->wanted, o->best, o->temperature, &rng, s->chosen, err);
}

/* `count` frames of the data, from so many before a piece on. */
static void read_before(const Retrieval *r, size_t piece, size_t before, size_t count, float *to) {
    const Piece *p = &r->pieces.items[piece];
    sequence_frames(&r->set->sequences[p->sequence], r->set->corpus.motion_dim, p->frame - before,
                    count, to);
}

static int join_piece(Stringing *s, size_t step, Error *err) {
    Retrieval *r = s->of;
    const size_t dim = r->set->corpus.motion_dim, K = r->pieces.future;
    const size_t at = r->pieces.past + step * K, i = s->chosen[step];
    float *now = s->job->motion + at * dim;
    const size_t count = s->job->frames - at < K ? s->job->frames - at : K;
    const bool seam = step == 0 || pieces_next(&r->pieces, s->chosen[step - 1]) != i;
    read_before(r, i, 1, K + 1, s->recorded);
    retrieval_place(now - dim, s->recorded, dim, K, r->options.blend, s->piece);
    if (r->refiner && seam &&
        refiner_run(r->refiner, now - r->pieces.past * dim, r->bank_genres[s->job->genre], s->piece,
                    err))
        return -1;
    memcpy(now, s->piece, count * dim * sizeof *now);
    return 0;
}

/* --- the maker of dances --- */

static size_t steps_of(const Retrieval *r, const GenerationJob *job) {
    return (job->frames - r->pieces.past + r->pieces.future - 1) / r->pieces.future;
}

static int dance(Retrieval *r, GenerationJob *job, Error *err) {
    Stringing s;
    const size_t steps = steps_of(r, job);
    if (stringing_new(&s, r, job, steps, err)) return -1;
    int status = choose(&s, err);
    for (size_t i = 0; status == 0 && i < steps; i++) status = join_piece(&s, i, err);
    stringing_free(&s);
    return status;
}

static int run(void *state, GenerationJob *jobs, size_t count,
               void (*progress)(void *user, size_t done, size_t total), void *user, Error *err) {
    size_t total = 0, done = 0;
    for (size_t i = 0; i < count; i++) total += jobs[i].frames;
    for (size_t i = 0; i < count; i++) {
        if (dance(state, &jobs[i], err)) return -1;
        done += jobs[i].frames;
        if (progress) progress(user, done, total);
    }
    return 0;
}

static int begin(void *state, GenerationJob *job, Error *err) {
    Retrieval *r = state;
    Stringing s;
    if (r->pieces.music_dim == 0)
        return error_set(err, "the data set has no music by which to choose the first frames; a "
                              "seed motion is needed");
    if (stringing_new(&s, r, job, 1, err)) return -1;
    const int status = choose_greedily(&s.wanted, 1, 0, NULL, s.chosen, err);
    if (status == 0) read_before(r, s.chosen[0], r->pieces.past, r->pieces.past, job->motion);
    stringing_free(&s);
    return status;
}

DanceMaker retrieval_maker(Retrieval *r) {
    return (DanceMaker){.name = "the data set",
                        .made_of = "the data set has",
                        .made_at = "the data set has",
                        .genres = r->genres,
                        .genre_count = r->pieces.genres,
                        .past = r->pieces.past,
                        .motion_dim = r->set->corpus.motion_dim,
                        .music_dim = r->set->corpus.music_dim,
                        .fps = r->set->fps,
                        .music = r->set->music,
                        .state = r,
                        .begin = begin,
                        .run = run};
}

/* --- making ready --- */

static int check_bank(const Retrieval *r, const Config *c, Error *err) {
    const TrainingSet *set = r->set;
    if (c->motion_dim != set->corpus.motion_dim)
        return error_set(err, "was trained on frames of %zu numbers, but the data set's have %zu",
                         c->motion_dim, set->corpus.motion_dim);
    if (c->fps > 0 && !rate_same(c->fps, set->fps))
        return error_set(err, "was trained at %g frames a second, but the data set has %g", c->fps,
                         set->fps);
    if (c->past == r->options.past && c->future == r->options.future) return 0;
    return error_set(err, "refines %zu frames after %zu, not %zu after %zu", c->future, c->past,
                     r->options.future, r->options.past);
}

static int take_bank(Retrieval *r, const Model *bank, Error *err) {
    if (check_bank(r, &bank->config, err)) return -1;
    r->bank_genres = calloc(r->pieces.genres + 1, sizeof *r->bank_genres);
    if (!r->bank_genres) return error_set(err, "out of memory");
    for (size_t g = 0; g < r->pieces.genres; g++)
        if (genre_find(bank->genres, bank->config.genre_count, r->genres[g], &r->bank_genres[g],
                       err))
            return -1;
    return refiner_new(&r->refiner, bank, err);
}

int retrieval_new(Retrieval *out, TrainingSet *set, const RetrievalOptions *options,
                  const Skeleton *skeleton, const Model *bank, const char *bank_path, Error *err) {
    const char **genres = NULL;
    size_t count = 0;
    *out = (Retrieval){.set = set, .options = *options};
    if (dataset_genres(&set->dataset, &genres, &count, err)) return -1;
    out->genres = (char **)genres;
    int status = training_set_number_genres(set, "", out->genres, count, err);
    if (status == 0)
        status = pieces_new(&out->pieces, set, options->past, options->future, options->stride,
                            count, skeleton, err);
    if (status == 0 && bank && take_bank(out, bank, err)) status = error_prefix(err, bank_path);
    if (status) retrieval_free(out);
    return status;
}

void retrieval_free(Retrieval *r) {
    pieces_free(&r->pieces);
    refiner_free(r->refiner);
    free(r->bank_genres);
    free(r->genres);
    *r = (Retrieval){0};
}
