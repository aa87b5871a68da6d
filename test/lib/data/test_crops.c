/* Which windows an epoch visits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/data/crops.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static const Sequence sequences[] = {
    {.frames = 300, .music_frames = 1000, .genre = 0}, /* motion is the limit: starts 0 .. 160 */
    {.frames = 140, .music_frames = 240, .genre = 0}, /* exactly one window */
    {.frames = 139, .music_frames = 240, .genre = 0}, /* none: a frame of motion too few */
    {.frames = 140, .music_frames = 239, .genre = 0}, /* none: a frame of music too few */
    {.frames = 1000, .music_frames = 250, .genre = 1}, /* music is the limit: starts 0 .. 10 */
    {.frames = 159, .music_frames = 259, .genre = 1}, /* starts 0 .. 19: one window at any phase */
    {.frames = 160,
     .music_frames = 260,
     .genre = 1}, /* starts 0 .. 20: two windows at phase 0 only */
};
enum { COUNT = sizeof sequences / sizeof *sequences };
static const Corpus corpus = {sequences, COUNT, 219, 35};
static const CropShape shape = {140, 240, 20};
static const size_t last[COUNT] = {160, 0, 0, 0, 10, 19, 20};
static const bool usable[COUNT] = {true, true, false, false, true, true, true};

static void windows_in_order(void **state) {
    (void)state;
    size_t most = crops_max(&corpus, shape);
    assert_int_equal(most, 9 + 1 + 0 + 0 + 1 + 1 + 2);
    Crop *w = calloc(most, sizeof *w);
    assert_int_equal(crops_epoch(&corpus, shape, NULL, w), most);
    size_t at = 0;
    for (size_t s = 0; s < COUNT; s++)
        for (size_t first = 0; usable[s] && first <= last[s]; first += 20, at++) {
            assert_int_equal(w[at].sequence, s);
            assert_int_equal(w[at].first, first);
        }
    assert_int_equal(at, most);
    free(w);
}

static void random_phases(void **state) {
    (void)state;
    size_t most = crops_max(&corpus, shape);
    Crop *w = calloc(most + 1, sizeof *w);
    Rng r = rng_seed(1);
    bool phase_seen[COUNT][20] = {{false}};
    size_t in_order = 0;
    for (int epoch = 0; epoch < 400; epoch++) {
        w[most] = (Crop){77, 77};
        size_t count = crops_epoch(&corpus, shape, &r, w), per[COUNT] = {0}, phase[COUNT];
        assert_true(count <= most && w[most].sequence == 77);
        for (size_t i = 0; i < count; i++) {
            size_t s = w[i].sequence;
            assert_true(usable[s] && w[i].first <= last[s]);
            if (per[s]++ == 0) phase[s] = w[i].first % 20;
            assert_int_equal(w[i].first % 20, phase[s]); /* one phase per sequence and epoch */
            phase_seen[s][phase[s]] = true;
            in_order += i > 0 && (w[i - 1].sequence < s ||
                                  (w[i - 1].sequence == s && w[i - 1].first < w[i].first));
        }
        for (size_t s = 0; s < COUNT; s++) {
            assert_int_equal(per[s], usable[s] ? (last[s] - phase[s]) / 20 + 1
                                               : 0); /* every window of that phase, once */
            assert_true(!usable[s] || per[s] >= 1);
        }
    }
    for (size_t s = 0; s < COUNT; s++)
        for (size_t p = 0; p < 20; p++)
            assert_int_equal(phase_seen[s][p], usable[s] && p <= last[s]);
    assert_in_range(in_order, 400 * 13 * 2 / 10, 400 * 13 * 8 / 10); /* shuffled */
    free(w);
}

static void epochs_follow_the_generator(void **state) {
    (void)state;
    Crop a[14], b[14];
    Rng r = rng_seed(3), same = rng_seed(3);
    size_t n = crops_epoch(&corpus, shape, &r, a);
    assert_int_equal(crops_epoch(&corpus, shape, &same, b), n);
    assert_memory_equal(a, b, n * sizeof *a);
}

/* Without music (train-bank), exactly l frames are exactly one window. */
static void without_music(void **state) {
    (void)state;
    static const Sequence two[] = {{.frames = 120, .music_frames = 0, .genre = 0},
                                   {.frames = 119, .music_frames = 0, .genre = 0}};
    const Corpus c = {two, 2, 219, 0};
    Crop w[1];
    Rng r = rng_seed(1);
    assert_int_equal(crops_max(&c, (CropShape){120, 0, 20}), 1);
    assert_int_equal(crops_epoch(&c, (CropShape){120, 0, 20}, &r, w), 1);
    assert_true(w[0].sequence == 0 && w[0].first == 0);
    assert_int_equal(crops_max(&(Corpus){two + 1, 1, 219, 0}, (CropShape){120, 0, 20}), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_in_order), cmocka_unit_test(random_phases),
        cmocka_unit_test(epochs_follow_the_generator), cmocka_unit_test(without_music)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
