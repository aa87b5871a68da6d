/* What plot-features draws: a case worked by hand, songs of any width and length in one size. */
#include "export/plot_features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "test/scratch.h"

static Music make(size_t frames, size_t dim, double fps, const char *layout) {
    Music m = {.frames = frames, .dim = dim, .fps = fps};
    m.data = calloc(frames * dim, sizeof *m.data);
    assert_non_null(m.data);
    snprintf(m.identity.columns, sizeof m.identity.columns, "%s", layout);
    return m;
}

/* a = 0 0 2 2 is -1 -1 1 1 when standardised, b's first column 0 1 0 1 is -1 1 -1 1, its second
 * one, constant, 0: frames (-1, -1), (-1, 1), (1, -1), (1, 1), whose cosines are 0, 1 and -1. The
 * beats, on the first and last frame, take no part. */
static void a_song_worked_by_hand(void **state) {
    (void)state;
    static const float data[4][4] = {{0, 0, 5, 1}, {0, 1, 5, 0}, {2, 0, 5, 0}, {2, 1, 5, 1}};
    static const float map_values[3][4] = {{-1, -1, 1, 1}, {-1, 1, -1, 1}, {0, 0, 0, 0}};
    static const float similarity[4][4] = {
        {1, 0, 0, -1}, {0, 1, -1, 0}, {0, -1, 1, 0}, {-1, 0, 0, 1}};
    Error err;
    FeatureMap map;
    Music m = make(4, 4, 2, "a,b:2,beats");
    memcpy(m.data, data, sizeof data);
    assert_done(feature_map(&m, &map, &err), &err);
    assert_true(map.rows == 3 && map.bins == 4 && map.moments == 4 && map.seconds == 2);
    assert_true(map.block_count == 2 && map.blocks[1].first == 1 && map.blocks[1].rows == 2);
    for (size_t i = 0; i < 12; i++)
        assert_true(fabsf(map.values[i] - map_values[i / 4][i % 4]) < 1e-6f);
    for (size_t i = 0; i < 16; i++)
        assert_true(fabsf(map.similarity[i] - similarity[i / 4][i % 4]) < 1e-6f);
    assert_true(map.onsets.seconds == NULL && map.beats.count == 2);
    assert_true(map.beats.seconds[0] == 0 && map.beats.seconds[1] == 1.5);
    assert_true(feature_map_moment(&map, &m, 3) == 1.75);
    feature_map_free(&map);
    music_free(&m);
}

/* 1,000 columns are drawn in 240 rows, shared out by width, 1,600 frames in 800 bins: columns that
 * are alike, and frames that come in pairs, lose nothing. */
static void long_and_wide_songs_are_pooled(void **state) {
    (void)state;
    Error err;
    FeatureMap map;
    Music m = make(1600, 1000, 60, "a:900,b:100");
    for (size_t t = 0; t < 1600; t++)
        for (size_t i = 0; i < 1000; i++) m.data[t * 1000 + i] = (t / 2) % 2 ? (float)i : -(float)i;
    assert_done(feature_map(&m, &map, &err), &err);
    assert_true(map.rows == 240 && map.bins == 800 && map.moments == MAP_MOMENTS);
    assert_true(map.blocks[0].rows == 216 && map.blocks[1].first == 216);
    for (size_t r = 1; r < 240; r++)
        for (size_t k = 0; k < 800; k++) {
            const float wanted = k % 2 ? 1 : -1;
            assert_true(fabsf(map.values[r * 800 + k] - wanted) < 1e-5f);
        }
    feature_map_free(&map);
    music_free(&m);
}

static size_t occurrences(const Buffer *b, const char *text) {
    size_t n = 0;
    for (const char *at = (const char *)b->data; (at = strstr(at, text)); at++) n++;
    return n;
}

static void draw(const Music *m, Buffer *out) {
    Error err;
    FeatureMap map;
    assert_done(feature_map(m, &map, &err), &err);
    assert_done(plot_features(&map, "a <song>", out, &err), &err);
    buffer_byte(out, '\0');
    feature_map_free(&map);
}

/* Noise, which no picture format makes smaller, of many columns; and one frame of one column. */
static void every_picture_has_one_size(void **state) {
    (void)state;
    Rng rng = rng_seed(4);
    Buffer out = {0};
    Music m = make(2000, 702, 60, "first:350,second:350,onsets,beats");
    for (size_t i = 0; i < m.frames * m.dim; i++) m.data[i] = (float)rng_normal(&rng);
    draw(&m, &out);
    assert_true(out.size < 1000000);
    assert_int_equal(occurrences(&out, "<image"), 2);
    assert_int_equal(occurrences(&out, ">first 350<"), 1);
    assert_int_equal(occurrences(&out, ">second 350<"), 1);
    assert_int_equal(occurrences(&out, " beats</text>"), 1);
    assert_int_equal(occurrences(&out, ">seconds<"), 3); /* two time axes, one of them twice */
    assert_int_equal(occurrences(&out, "<song>"), 0);
    assert_int_equal(occurrences(&out, "width=\"980\""), 1);
    buffer_free(&out);
    music_free(&m);
    m = make(1, 1, 30, "");
    draw(&m, &out);
    assert_int_equal(occurrences(&out, "<image"), 2);
    assert_int_equal(occurrences(&out, ">features<"), 1);
    assert_int_equal(occurrences(&out, "nan"), 0);
    assert_int_equal(occurrences(&out, "width=\"980\""), 1);
    buffer_free(&out);
    music_free(&m);
}

/* A file of marks alone is drawn, too. */
static void marks_alone_are_columns(void **state) {
    (void)state;
    Error err;
    FeatureMap map;
    Music m = make(6, 2, 60, "onsets,beats");
    m.data[2] = m.data[5] = 1;
    assert_done(feature_map(&m, &map, &err), &err);
    assert_true(map.rows == 2 && map.onsets.count == 1 && map.beats.count == 1);
    feature_map_free(&map);
    music_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_song_worked_by_hand),
        cmocka_unit_test(long_and_wide_songs_are_pooled),
        cmocka_unit_test(every_picture_has_one_size),
        cmocka_unit_test(marks_alone_are_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
