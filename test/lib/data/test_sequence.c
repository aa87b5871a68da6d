/* Dances in memory: what is kept of a rotation, and what comes out again. Rotations about one axis
 * by an angle of sine 0.8 and cosine 0.6, and products of two of them, by hand. */
#include "lib/data/sequence.h"

#include "test/scratch.h"

enum { JOINTS = 2, D = 3 + 9 * JOINTS, PACKED = 3 + 6 * JOINTS, FRAMES = 2 };

/* Frame 0: about x, about y. Frame 1: about x and then y, the identity. */
static const float whole[FRAMES * D] = {
    1,     2,    3, 1,    0,     0,     0, 0.6f,  -0.8f, 0,     0.8f,
    0.6f,  0.6f, 0, 0.8f, 0,     1,     0, -0.8f, 0,     0.6f, /**/
    4,     5,    6, 0.6f, 0.64f, 0.48f, 0, 0.6f,  -0.8f, -0.8f, 0.48f,
    0.36f, 1,    0, 0,    0,     1,     0, 0,     0,     1};
static const float rows[FRAMES * PACKED] = {
    1, 2, 3, 1,    0,     0,     0, 0.6f, -0.8f, 0.6f, 0, 0.8f, 0, 1, 0, /**/
    4, 5, 6, 0.6f, 0.64f, 0.48f, 0, 0.6f, -0.8f, 1,    0, 0,    0, 1, 0};

static void pack(float frames[FRAMES * D], Sequence *s) {
    memcpy(frames, whole, sizeof whole);
    *s = (Sequence){.motion = frames, .frames = FRAMES};
    s->packed = sequence_pack(frames, FRAMES, D);
}

static void third_rows_are_left_out(void **state) {
    (void)state;
    float frames[FRAMES * D];
    Sequence s;
    pack(frames, &s);
    assert_true(s.packed);
    assert_memory_equal(frames, rows, sizeof rows);
    assert_int_equal(sequence_frame_size(&s, D), 15);
    assert_int_equal(sequence_frame_size(&s, 219), 147);
}

static void third_rows_come_back(void **state) {
    (void)state;
    float frames[FRAMES * D], out[FRAMES * D];
    Sequence s;
    pack(frames, &s);
    sequence_frames(&s, D, 0, FRAMES, out);
    for (size_t i = 0; i < FRAMES * D; i++) assert_float_equal(out[i], whole[i], 1e-7);
    assert_memory_equal(out + D + 12, whole + D + 12,
                        9 * sizeof *out); /* ones and zeros: exactly */
    float second[D];
    sequence_frames(&s, D, 1, 1, second);
    assert_memory_equal(second, out + D, sizeof second);
    for (size_t t = 0; t < FRAMES; t++)
        for (size_t k = 0; k < D; k++) assert_true(sequence_number(&s, D, t, k) == out[t * D + k]);
}

/* Stretched, sheared, mirrored; a third row off by 2e-6, and one off by less than is looked at. */
static void what_is_no_rotation_is_kept(void **state) {
    (void)state;
    static const struct {
        size_t at;
        float number;
        bool packed;
    } cases[] = {{D + 12, 1.1f, false},      {D + 18, 0.1f, false},      {D + 20, -1, false},
                 {D + 20, 1.000002f, false}, {D + 20, 0.9999995f, true}, {11, 0.600002f, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float frames[FRAMES * D], before[FRAMES * D], out[FRAMES * D];
        memcpy(frames, whole, sizeof whole);
        frames[cases[i].at] = cases[i].number;
        memcpy(before, frames, sizeof frames);
        const bool packed = sequence_pack(frames, FRAMES, D);
        assert_true(packed == cases[i].packed);
        if (packed) continue;
        assert_memory_equal(frames, before, sizeof frames);
        const Sequence s = {.motion = frames, .frames = FRAMES};
        assert_int_equal(sequence_frame_size(&s, D), D);
        sequence_frames(&s, D, 0, FRAMES, out);
        assert_memory_equal(out, before, sizeof out);
        assert_true(sequence_number(&s, D, 1, 20) == before[D + 20]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(third_rows_are_left_out),
        cmocka_unit_test(third_rows_come_back),
        cmocka_unit_test(what_is_no_rotation_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
