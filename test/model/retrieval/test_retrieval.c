/* Dances strung together: how a piece is placed, and what comes back of a data set. */
#include "model/retrieval/retrieval.h"

#include <math.h>

#include "test/scratch.h"

enum { DIM = 21, PAST = 6, FUTURE = 4, FRAMES = 58, MUSIC_DIM = 3, DANCES = 3 };

static int parents[2] = {-1, 0};
static double offsets[6] = {0, 1, 0, 0, 0.4, 0.1};
static const Skeleton skeleton = {2, parents, offsets};

static void turn_y(double angle, float *m) {
    const float r[9] = {(float)cos(angle),  0, (float)sin(angle), 0, 1, 0,
                        (float)-sin(angle), 0, (float)cos(angle)};
    memcpy(m, r, sizeof r);
}
static void turn_x(double angle, float *m) {
    const float r[9] = {
        1, 0, 0, 0, (float)cos(angle), (float)-sin(angle), 0, (float)sin(angle), (float)cos(angle)};
    memcpy(m, r, sizeof r);
}

/* A frame at (x, y, z), turned by `heading`, whose second joint is bent. */
static void frame_at(double x, double y, double z, double heading, double bend, float *frame) {
    frame[0] = (float)x, frame[1] = (float)y, frame[2] = (float)z;
    turn_y(heading, frame + 3);
    turn_x(bend, frame + 12);
}

/* --- a piece behind a dance --- */

/* It walks along z; the dance's last frame stands at (1, 2) and faces x. */
static void a_piece_is_turned_and_moved(void **state) {
    (void)state;
    float last[DIM], piece[(FUTURE + 1) * DIM], out[FUTURE * DIM], wanted[DIM];
    const double right = acos(-1) / 2;
    frame_at(1, 0.9, 2, right, 0.3, last);
    for (size_t j = 0; j <= FUTURE; j++)
        frame_at(5, 0.9, 7 + 0.1 * (double)j, 0, 0.3, piece + j * DIM);
    for (size_t blend = 0; blend <= FUTURE; blend += FUTURE) {
        retrieval_place(last, piece, DIM, FUTURE, blend, out);
        for (size_t j = 1; j <= FUTURE; j++) { /* nothing is left to fade out */
            frame_at(1 + 0.1 * (double)j, 0.9, 2, right, 0.3, wanted);
            for (size_t k = 0; k < DIM; k++)
                assert_true(fabsf(out[(j - 1) * DIM + k] - wanted[k]) < 1e-5f);
        }
    }
}

/* The dance's last frame bends by 0.8 and is 0.2 higher. Of a share s of I and 1 - s of a turn by
 * a, the nearest rotation turns by atan2((1 - s) sin a, s + (1 - s) cos a). */
static void what_is_left_fades_out(void **state) {
    (void)state;
    float last[DIM], piece[(FUTURE + 1) * DIM], out[FUTURE * DIM], wanted[DIM];
    frame_at(0, 1.1, 0, 0, 0.8, last);
    for (size_t j = 0; j <= FUTURE; j++) frame_at(3, 0.9, 4, 0, 0, piece + j * DIM);
    retrieval_place(last, piece, DIM, FUTURE, FUTURE, out);
    for (size_t j = 1; j <= FUTURE; j++) {
        const double rest = 1 - (double)j / (double)FUTURE;
        const double bend = atan2(rest * sin(0.8), 1 - rest + rest * cos(0.8));
        frame_at(0, 0.9 + 0.2 * rest, 0, 0, bend, wanted);
        for (size_t k = 0; k < DIM; k++)
            assert_true(fabsf(out[(j - 1) * DIM + k] - wanted[k]) < 1e-5f);
    }
}

/* --- a data set --- */

typedef struct {
    TrainingSet set;
    Retrieval retrieval;
    DatasetRow rows[DANCES];
    Motion motions[DANCES];
    Sequence sequences[DANCES];
    float music[DANCES][FRAMES * MUSIC_DIM];
} Trial;

static char *const genres[DANCES] = {"b", "a", "b"};
static char *const songs[DANCES] = {"m/one.npz", "m/two.npz", "m/three.npz"};

/* Dance i walks, turns and bends in its own way; its music goes with it. */
static void fill(Trial *t, size_t i) {
    Error err;
    Motion *m = &t->motions[i];
    assert_done(motion_new(m, FRAMES, 2, &err), &err);
    for (size_t f = 0; f < FRAMES; f++) {
        const double s = 0.1 * (double)f * (1 + 0.3 * (double)i);
        frame_at(sin(s), 0.9 + 0.1 * cos(2.3 * s), 0.5 * s, 0.7 * sin(0.5 * s + (double)i),
                 cos(1.7 * s + (double)i), m->data + f * DIM);
        float *music = t->music[i] + f * MUSIC_DIM;
        music[0] = (float)sin(1.1 * s + (double)i);
        music[1] = (float)cos(0.9 * s);
        music[2] = f % (5 + i) == 0; /* beats */
    }
    t->sequences[i] = (Sequence){
        .motion = m->data, .frames = FRAMES, .music = t->music[i], .music_frames = FRAMES};
    t->rows[i] = (DatasetRow){.name = "", .genre = genres[i], .motion = "", .music = songs[i]};
}

static RetrievalOptions options(void) {
    return (RetrievalOptions){.costs = {1, 1, 1, 0.5, 5, 3},
                              .past = PAST,
                              .future = FUTURE,
                              .stride = 2,
                              .blend = 3,
                              .beam = 50,
                              .best = 5};
}

static void fill_all(Trial *t) {
    *t = (Trial){0};
    for (size_t i = 0; i < DANCES; i++) fill(t, i);
    t->set = (TrainingSet){.dataset = {t->rows, DANCES},
                           .sequences = t->sequences,
                           .corpus = {t->sequences, DANCES, DIM, MUSIC_DIM},
                           .fps = 60,
                           .music = {"sound7", "1", "loudness:2,beats"}};
}

static void begin_trial(Trial *t, const RetrievalOptions *o) {
    Error err;
    fill_all(t);
    assert_done(retrieval_new(&t->retrieval, &t->set, o, &skeleton, NULL, NULL, &err), &err);
}

/* Of the same dances without their music. */
static void begin_silent_trial(Trial *t, const RetrievalOptions *o) {
    Error err;
    fill_all(t);
    for (size_t i = 0; i < DANCES; i++) {
        t->sequences[i].music = NULL;
        t->sequences[i].music_frames = 0;
        t->rows[i].music = "";
    }
    t->set.corpus.music_dim = 0;
    t->set.music = (MusicIdentity){0};
    assert_done(retrieval_new(&t->retrieval, &t->set, o, &skeleton, NULL, NULL, &err), &err);
}

static void end_trial(Trial *t) {
    retrieval_free(&t->retrieval);
    for (size_t i = 0; i < DANCES; i++) motion_free(&t->motions[i]);
}

/* To a song of the set, from the first frames of dance `seed`. */
static void dance(Trial *t, size_t song, size_t seed, float *motion) {
    Error err;
    const DanceMaker maker = retrieval_maker(&t->retrieval);
    GenerationJob job = {.motion = motion,
                         .frames = FRAMES,
                         .music = maker.music_dim ? t->music[song] : NULL,
                         .music_frames = maker.music_dim ? FRAMES : 0,
                         .song = song == 0 ? "one" : "three",
                         .genre = 1};
    memcpy(motion, t->motions[seed].data, PAST * DIM * sizeof *motion);
    assert_done(maker.run(maker.state, &job, 1, NULL, NULL, &err), &err);
}

/* To its own song or without music, from its own first frames, without the rules that come before
 * likeness, a dance of the set comes back, chosen either way. */
static void a_dance_of_the_set_comes_back(void **state) {
    (void)state;
    for (int way = 0; way < 4; way++) {
        Trial t;
        RetrievalOptions o = options();
        o.costs.follow = o.costs.repeat = 0;
        o.plan = way % 2;
        if (way < 2)
            begin_trial(&t, &o);
        else
            begin_silent_trial(&t, &o);
        assert_string_equal(retrieval_maker(&t.retrieval).genres[0], "a"); /* sorted */
        float made[FRAMES * DIM];
        for (size_t i = 0; i < DANCES; i += 2) {
            dance(&t, i, i, made);
            for (size_t k = 0; k < FRAMES * DIM; k++)
                assert_true(fabsf(made[k] - t.motions[i].data[k]) < 1e-4f);
        }
        end_trial(&t);
    }
}

static double largest_step(const float *motion) {
    double largest = 0;
    for (size_t f = 1; f < FRAMES; f++)
        for (size_t k = 0; k < DIM; k++)
            largest = fmax(largest,
                           fabs((double)motion[f * DIM + k] - (double)motion[(f - 1) * DIM + k]));
    return largest;
}

/* Without the song's own dance only others are left; matrices stay rotations, seams do not jump. */
static void other_songs_have_seams(void **state) {
    (void)state;
    Trial t;
    RetrievalOptions o = options();
    o.other_songs = true;
    begin_trial(&t, &o);
    float made[FRAMES * DIM], again[FRAMES * DIM];
    dance(&t, 0, 2, made);
    dance(&t, 0, 2, again);
    assert_memory_equal(made, again, sizeof made);
    for (size_t f = 0; f < FRAMES; f++)
        for (size_t j = 0; j < 2; j++) {
            double m[9], r[9];
            for (size_t k = 0; k < 9; k++) m[k] = (double)made[f * DIM + 3 + 9 * j + k];
            rotation_nearest(m, r);
            for (size_t k = 0; k < 9; k++) assert_true(fabs(m[k] - r[k]) < 1e-5);
        }
    t.retrieval.options.blend = 0;
    dance(&t, 0, 2, again);
    assert_true(largest_step(again) > largest_step(made));
    end_trial(&t);
}

static void a_dance_begins_before_the_nearest_music(void **state) {
    (void)state;
    Trial t;
    RetrievalOptions o = options();
    begin_trial(&t, &o);
    const DanceMaker maker = retrieval_maker(&t.retrieval);
    float made[FRAMES * DIM];
    Error err;
    GenerationJob job = {.motion = made,
                         .frames = FRAMES,
                         .music = t.music[2],
                         .music_frames = FRAMES,
                         .song = "three",
                         .genre = 1};
    assert_done(maker.begin(maker.state, &job, &err), &err);
    assert_memory_equal(made, t.motions[2].data, PAST * DIM * sizeof *made);
    job.genre = 0;
    o.past = FRAMES; /* longer than the dances */
    end_trial(&t);
    begin_trial(&t, &o);
    const DanceMaker empty = retrieval_maker(&t.retrieval);
    assert_failed(empty.begin(empty.state, &job, &err), &err,
                  "the data set has no dance of genre a of 62 frames, a past and a piece");
    end_trial(&t);
}

static void without_music_nothing_says_how_to_begin(void **state) {
    (void)state;
    Trial t;
    const RetrievalOptions o = options();
    begin_silent_trial(&t, &o);
    const DanceMaker maker = retrieval_maker(&t.retrieval);
    float made[FRAMES * DIM];
    Error err;
    GenerationJob job = {.motion = made, .frames = FRAMES, .song = "", .genre = 1};
    assert_failed(maker.begin(maker.state, &job, &err), &err, "a seed motion is needed");
    end_trial(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_is_turned_and_moved),
        cmocka_unit_test(what_is_left_fades_out),
        cmocka_unit_test(a_dance_of_the_set_comes_back),
        cmocka_unit_test(other_songs_have_seams),
        cmocka_unit_test(a_dance_begins_before_the_nearest_music),
        cmocka_unit_test(without_music_nothing_says_how_to_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
