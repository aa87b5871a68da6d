/* Which pieces are chosen: a case worked by hand, and the cheapest of all dances there are. */
#include "model/retrieval/choose.h"

#include <math.h>
#include <stdint.h>

#include "test/scratch.h"

enum { COUNT = 6, K = 2, STEPS = 4 };

/* Six pieces of two dances; poses and music are one number each. */
static Piece items[COUNT] = {{0, 2}, {0, 4}, {0, 6}, {1, 2}, {1, 4}, {1, 6}};
static size_t first[2] = {0, COUNT};
static float start[COUNT] = {0, 2, 5, 1, 3, 9}, end[COUNT] = {2, 5, 6, 3, 9, 0};
static float sound[COUNT] = {0, 1, 2, 0.5f, 1, 3};
static unsigned char flags[COUNT * K] = {0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0};
static const Pieces pieces = {.past = 2,
                              .future = K,
                              .stride = K,
                              .pose_dim = 1,
                              .music_dim = 1,
                              .items = items,
                              .count = COUNT,
                              .genres = 1,
                              .first = first,
                              .start = start,
                              .end = end,
                              .music = sound,
                              .beats = flags};
static const float seed = 0.4f, song[STEPS] = {0.2f, 1.5f, 0.9f, 2.5f};
static const unsigned char song_beats[STEPS * K] = {0, 0, 1, 0, 1, 1, 0, 1};

static DanceWanted wanted(const ChoiceCosts *costs) {
    return (DanceWanted){.pieces = &pieces,
                         .costs = costs,
                         .steps = STEPS,
                         .seed_pose = &seed,
                         .music = song,
                         .beats = song_beats};
}

/* The costs of choose.h again, in other words. */
static double cost_of(const ChoiceCosts *c, const size_t *chosen) {
    double sum = 0;
    for (size_t i = 0; i < STEPS; i++) {
        const size_t w = chosen[i];
        const double from = i ? (double)end[chosen[i - 1]] : (double)seed;
        sum += c->pose * pow((double)start[w] - from, 2);
        sum += c->music * pow((double)sound[w] - (double)song[i], 2);
        for (size_t k = 0; k < K; k++)
            sum += flags[w * K + k] != song_beats[i * K + k] ? c->beat / (double)K : 0;
        if (i && w == chosen[i - 1] + 1 && w != 3) sum -= c->follow;
        for (size_t k = i > c->recent ? i - c->recent : 0; k < i; k++)
            if (chosen[k] == w) {
                sum += c->repeat;
                break;
            }
    }
    return sum;
}

/* The cheapest of the 6^4 dances. */
static double cheapest(const ChoiceCosts *c) {
    double best = INFINITY;
    for (size_t n = 0; n < COUNT * COUNT * COUNT * COUNT; n++) {
        const size_t chosen[STEPS] = {n % COUNT, n / 6 % COUNT, n / 36 % COUNT, n / 216};
        best = fmin(best, cost_of(c, chosen));
    }
    return best;
}

static void a_plan_is_the_cheapest_dance(void **state) {
    (void)state;
    static const ChoiceCosts cases[] = {
        {1, 1, 1, 0.5, 0, 0},  {1, 0, 0, 0, 0, 0},       {0, 1, 0, 0, 0, 0},   {0, 0, 1, 0, 0, 0},
        {0.01, 3, 2, 4, 0, 0}, {0.3, 0.2, 0.1, 2, 0, 0}, {1, 1, 1, 0.5, 5, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        size_t chosen[STEPS], greedy[STEPS];
        double cost;
        const DanceWanted w = wanted(&cases[i]);
        assert_done(choose_plan(&w, COUNT, chosen, &err), &err);
        assert_done(choose_cost(&w, chosen, &cost, &err), &err);
        assert_true(fabs(cost - cost_of(&cases[i], chosen)) < 1e-5);
        assert_true(fabs(cost - cheapest(&cases[i])) < 1e-5);
        assert_done(choose_greedily(&w, 1, 0, NULL, greedy, &err), &err);
        assert_done(choose_cost(&w, greedy, &cost, &err), &err);
        assert_true(fabs(cost - cost_of(&cases[i], greedy)) < 1e-5);
        assert_true(cost >= cheapest(&cases[i]) - 1e-5);
    }
}

/* Poses alone, from 0.4: piece 0 begins nearest (0, 0.16) and ends at 2, where piece 1 begins,
 * which ends at 5, where piece 2 begins, which ends at 6, from which piece 2 (5) is nearest: 1.16.
 * The cheapest: piece 0, then 1, 2 would come to the same; 3 (1: 0.36) ends at 3, where 4 begins,
 * which ends at 9, where 5 begins, which ends at 0, where 0 begins: 0.36 in all. */
static void by_hand(void **state) {
    (void)state;
    static const ChoiceCosts poses = {1, 0, 0, 0, 0, 0};
    static const size_t near[STEPS] = {0, 1, 2, 2}, far[STEPS] = {3, 4, 5, 0};
    const DanceWanted w = wanted(&poses);
    Error err;
    size_t chosen[STEPS];
    double cost;
    assert_done(choose_greedily(&w, 1, 0, NULL, chosen, &err), &err);
    assert_memory_equal(chosen, near, sizeof near);
    assert_done(choose_cost(&w, chosen, &cost, &err), &err);
    assert_true(fabs(cost - 1.16) < 1e-6);
    assert_done(choose_plan(&w, COUNT, chosen, &err), &err);
    assert_memory_equal(chosen, far, sizeof far);
    assert_done(choose_cost(&w, chosen, &cost, &err), &err);
    assert_true(fabs(cost - 0.36) < 1e-6);
    assert_done(choose_plan(&w, 1, chosen, &err), &err); /* one way only: as greedily */
    assert_memory_equal(chosen, near, sizeof near);
}

/* What was danced is dear for `recent` pieces, and so is what shares frames with it. */
static void repetition_is_dear(void **state) {
    (void)state;
    static const ChoiceCosts free_of = {0, 1, 0, 0, 0, 0}, dear = {0, 1, 0, 0, 100, 2};
    static const float same[STEPS] = {1, 1, 1, 1}; /* the music of pieces 1 and 4 */
    static const size_t again[STEPS] = {1, 1, 1, 1}, other[STEPS] = {1, 4, 3, 1};
    DanceWanted w = wanted(&free_of);
    Error err;
    size_t chosen[STEPS];
    w.music = same;
    assert_done(choose_greedily(&w, 1, 0, NULL, chosen, &err), &err);
    assert_memory_equal(chosen, again, sizeof again);
    w.costs = &dear;
    assert_done(choose_greedily(&w, 1, 0, NULL, chosen, &err), &err);
    assert_memory_equal(chosen, other, sizeof other);
    Pieces overlapping = pieces; /* a frame apart: each shares one with its neighbours */
    Piece close[COUNT] = {{0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 6}, {0, 7}};
    overlapping.items = close;
    overlapping.stride = 1;
    w.pieces = &overlapping;
    w.costs = &(ChoiceCosts){0, 1, 0, 0, 100, 1};
    assert_done(choose_greedily(&w, 1, 0, NULL, chosen, &err), &err);
    assert_int_equal(chosen[0], 1);
    assert_int_equal(chosen[1], 4); /* 0, 1 and 2 are dear */
    assert_int_equal(chosen[2], 1);
}

static void barred_pieces_are_left_out(void **state) {
    (void)state;
    static const ChoiceCosts all = {1, 1, 1, 0.5, 5, 3};
    bool barred[COUNT] = {true, true, true, false, false, true};
    DanceWanted w = wanted(&all);
    Error err;
    size_t chosen[2][STEPS];
    Rng rng = rng_seed(1);
    w.barred = barred;
    assert_done(choose_greedily(&w, COUNT, 2, &rng, chosen[0], &err), &err);
    assert_done(choose_plan(&w, COUNT, chosen[1], &err), &err);
    for (size_t i = 0; i < STEPS; i++) {
        assert_true(chosen[0][i] == 3 || chosen[0][i] == 4);
        assert_true(chosen[1][i] == 3 || chosen[1][i] == 4);
    }
    barred[3] = barred[4] = true;
    assert_failed(choose_greedily(&w, 1, 0, NULL, chosen[0], &err), &err, "no piece is left");
    assert_failed(choose_plan(&w, 1, chosen[0], &err), &err, "no piece is left");
}

/* Two pieces whose costs differ by ln 3 at temperature 1 are drawn as 3 to 1. */
static void drawing(void **state) {
    (void)state;
    enum { DRAWS = 4000 };
    static const ChoiceCosts only_beats = {0, 0, 1, 0, 0, 0};
    static const ChoiceCosts scaled = {0, 0, 2 * 1.0986122886681098, 0, 0, 0};
    DanceWanted w = wanted(&scaled);
    Error err;
    size_t chosen[STEPS], counts[COUNT] = {0};
    Rng rng = rng_seed(7), once = rng_seed(7), again = rng_seed(7);
    w.steps = 1; /* no beats: pieces 0 and 4 cost nothing; 1, 2 and 5 half of it, ln 3 */
    for (size_t i = 0; i < DRAWS; i++) {
        assert_done(choose_greedily(&w, 3, 1, &rng, chosen, &err), &err);
        counts[chosen[0]]++;
    }
    assert_int_equal(counts[0] + counts[4] + counts[1], DRAWS); /* the best three, by index */
    assert_true(fabs((double)counts[0] / (double)DRAWS - 3.0 / 7) < 0.03);
    assert_true(fabs((double)counts[1] / (double)DRAWS - 1.0 / 7) < 0.03);
    w = wanted(&only_beats);
    size_t other[STEPS];
    assert_done(choose_greedily(&w, COUNT, 1, &once, chosen, &err), &err);
    assert_done(choose_greedily(&w, COUNT, 1, &again, other, &err), &err);
    assert_memory_equal(chosen, other, sizeof other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_the_cheapest_dance),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(repetition_is_dear),
        cmocka_unit_test(barred_pieces_are_left_out),
        cmocka_unit_test(drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
