/* Onsets, tempo and beats against librosa's numbers and worked cases. */
#include <stdbool.h>

#include "features/mint35/beat_track.h"
#include "features/mint35/mint35.h"
#include "features/mint35/onset_detect.h"
#include "features/mint35/onset_strength.h"
#include "features/mint35/tempo.h"
#include "test/features/mint35/signals.h"

enum { RATE = 30720 };

/* librosa's envelope of the song, and the rest of its numbers. */
typedef struct {
    Tensors golden;
    float *envelope;
    double *features;
    size_t frames;
} Song;

static int set_up(void **state) {
    Song *s = calloc(1, sizeof *s);
    size_t count;
    golden("song", &s->golden);
    s->features = numbers(&s->golden, "features", &count);
    s->frames = count / MINT35_DIM;
    s->envelope = malloc(s->frames * sizeof(float));
    for (size_t t = 0; t < s->frames; t++) s->envelope[t] = (float)s->features[t * MINT35_DIM];
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    Song *s = *state;
    tensors_free(&s->golden);
    free(s->features);
    free(s->envelope);
    free(s);
    return 0;
}

static void strength_is_the_mean_rise(void **state) {
    (void)state;
    const float db[6 * 2] = {0, 0, 3, 1, 1, 2, 1, 2, 5, 9, 0, 0};
    float envelope[6];
    onset_strength(db, 6, 2, envelope);
    const float wanted[6] = {0, 0,    0,
                             2, 0.5f, 0}; /* rises 3+1, 0+1, 0+0 over 2 bands, 2 frames late */
    for (size_t i = 0; i < 6; i++) assert_true(envelope[i] == wanted[i]);
    onset_strength(db, 2, 2, envelope);
    assert_true(envelope[0] == 0 && envelope[1] == 0);
}

static void onsets_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    bool *onset = malloc(s->frames * sizeof *onset);
    assert_int_equal(onset_detect(s->envelope, s->frames, RATE, MINT35_HOP, onset, &err), 0);
    for (size_t t = 0; t < s->frames; t++)
        assert_int_equal(onset[t], s->features[t * MINT35_DIM + MINT35_COLUMN_ONSET] != 0);
    free(onset);
}

static void onsets_by_the_rules(void **state) {
    (void)state;
    Error err;
    bool onset[20];
    float x[20] = {0};
    assert_int_equal(onset_detect(x, 20, RATE, MINT35_HOP, onset, &err), 0);
    for (size_t i = 0; i < 20; i++) assert_false(onset[i]);
    x[0] = 1; /* the first frame may be one */
    x[8] = 0.9f; /* so may any */
    x[10] = 1; /* 2 frames later: not within 30 ms */
    x[15] = 0.5f;
    x[16] = 0.6f; /* the frame before is smaller: a peak, but within the wait after 15 */
    assert_int_equal(onset_detect(x, 20, RATE, MINT35_HOP, onset, &err), 0);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(onset[i], i == 0 || i == 8 || i == 10 || i == 15);
    for (size_t i = 0; i < 20; i++) x[i] = 7; /* a constant swells nowhere */
    assert_int_equal(onset_detect(x, 20, RATE, MINT35_HOP, onset, &err), 0);
    for (size_t i = 0; i < 20; i++) assert_false(onset[i]);
}

static void tempogram_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    size_t count;
    double *wanted = numbers(&s->golden, "tempogram", &count), mean[480];
    assert_int_equal(count, 480);
    assert_int_equal(tempo_mean_tempogram(s->envelope, s->frames, 480, mean, &err), 0);
    for (size_t i = 0; i < 480; i++) assert_true(fabs(mean[i] - wanted[i]) < 1e-9);
    free(wanted);
}

/* Autocorrelation by its definition, for odd and even windows and an envelope that does not end in
 * zeros. */
static void tempogram_by_definition(void **state) {
    (void)state;
    enum { FRAMES = 37 };
    Error err;
    float *x = white(3, FRAMES);
    for (size_t lags = 10; lags < 12; lags++) {
        double mean[12], wanted[12] = {0};
        const long half = (long)lags / 2;
        for (long t = 0; t < FRAMES; t++) {
            double frame[12], scale = 0, r[12] = {0};
            for (long i = 0; i < (long)lags; i++) {
                const long at = t + i - half;
                const double v =
                    at < 0 ? x[0] * (double)(at + half) / (double)half
                    : at >= FRAMES
                        ? x[FRAMES - 1] * (double)(half - 1 - (at - FRAMES)) / (double)half
                        : (double)x[at];
                frame[i] = v * (0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)lags));
            }
            for (size_t lag = 0; lag < lags; lag++) {
                for (size_t i = 0; i + lag < lags; i++) r[lag] += frame[i] * frame[i + lag];
                scale = fmax(scale, fabs(r[lag]));
            }
            for (size_t lag = 0; lag < lags; lag++) wanted[lag] += r[lag] / scale / (double)FRAMES;
        }
        assert_int_equal(tempo_mean_tempogram(x, FRAMES, lags, mean, &err), 0);
        for (size_t lag = 0; lag < lags; lag++)
            assert_true(fabs(mean[lag] - wanted[lag]) < 1e-6); /* ramps are rounded to float32 */
    }
    free(x);
}

static void tempo_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    double bpm, mean[480];
    const size_t lags = tempo_lags(RATE, MINT35_HOP);
    assert_int_equal(lags, 480);
    assert_int_equal(tempo_mean_tempogram(s->envelope, s->frames, lags, mean, &err), 0);
    bpm = tempo_of_tempogram(mean, lags, RATE, MINT35_HOP, 120);
    assert_true(fabs(bpm - number(&s->golden, "tempo")) < 1e-9);
    bpm = tempo_of_tempogram(mean, lags, RATE, MINT35_HOP, 60);
    assert_true(fabs(bpm - number(&s->golden, "tempo_from_60")) < 1e-9);
}

static void beat_stages_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    size_t count;
    const long period = (long)number(&s->golden, "period");
    double *local = malloc(s->frames * sizeof *local),
           *cumulative = malloc(s->frames * sizeof *cumulative);
    long *link = malloc(s->frames * sizeof *link);
    assert_int_equal(beat_local_score(s->envelope, s->frames, period, LIBROSA_0_11, local, &err),
                     0);
    double *wanted = numbers(&s->golden, "local", &count);
    for (size_t t = 0; t < s->frames; t++) assert_true(fabs(local[t] - wanted[t]) < 1e-6);
    assert_int_equal(
        beat_dynamic_program(wanted, s->frames, period, LIBROSA_0_11, cumulative, link, &err), 0);
    free(wanted);
    wanted = numbers(&s->golden, "cumulative", &count);
    for (size_t t = 0; t < s->frames; t++) assert_true(fabs(cumulative[t] - wanted[t]) < 1e-9);
    free(wanted);
    wanted = numbers(&s->golden, "link", &count);
    for (size_t t = 0; t < s->frames; t++) assert_int_equal(link[t], (long)wanted[t]);
    free(wanted);
    free(local);
    free(cumulative);
    free(link);
}

/* Worked by hand. */
static void beat_stages_by_the_rules(void **state) {
    (void)state;
    Error err;
    double cumulative[12], local[12];
    long link[12];
    /* frame 0 of the envelope never counts: only frame 8 shows, with weights exp(-(32 k / 4)^2 /
     * 2), over the deviation sqrt(2 10 / 12 / 11) */
    const float envelope[12] = {[0] = 1, [8] = 1};
    assert_int_equal(beat_local_score(envelope, 12, 4, LIBROSA_0_11, local, &err), 0);
    for (size_t t = 0; t < 12; t++) {
        const double u = 8 * ((double)t - 8),
                     wanted = t < 4 ? 0 : exp(-0.5 * u * u) / sqrt(20.0 / 132);
        assert_true(fabs(local[t] - wanted) < 1e-6);
    }
    /* period 7: the nearest predecessor is 3.5 frames back, rounded to even: 4; period 5: 2.5, so 2
     */
    const double two[6] = {1, 0, 0, 1, 1, 0};
    assert_int_equal(beat_dynamic_program(two, 6, 7, LIBROSA_0_11, cumulative, link, &err), 0);
    assert_true(link[3] == -1 && link[4] == 0 &&
                fabs(cumulative[4] - (2 - 100 * pow(log(4 / 7.0), 2))) < 1e-12);
    assert_int_equal(beat_dynamic_program(two, 6, 5, LIBROSA_0_11, cumulative, link, &err), 0);
    assert_true(link[1] == -1 && link[2] == 0);
    /* nothing is linked before a score reaches a hundredth of the largest */
    const double quiet[8] = {0.005, 0.009, 0.011, 0, 0, 0, 0, 1};
    assert_int_equal(beat_dynamic_program(quiet, 8, 2, LIBROSA_0_11, cumulative, link, &err), 0);
    assert_true(link[0] == -1 && link[1] == -1 && link[2] == 0 && link[3] == 0);
}

static void beats_like_librosa(void **state) {
    const Song *s = *state;
    Error err;
    BeatTrack b;
    assert_int_equal(
        beat_track(s->envelope, s->frames, RATE, MINT35_HOP, 120, LIBROSA_0_11, &b, &err), 0);
    for (size_t t = 0; t < s->frames; t++)
        assert_int_equal(b.beat[t], s->features[t * MINT35_DIM + MINT35_COLUMN_BEAT] != 0);
    assert_true(fabs(b.bpm - number(&s->golden, "tempo")) < 1e-9);
    beat_track_free(&b);
}

/* Envelopes of 5 to 498 frames at random, every other one with a beat of its own. */
static void random_envelopes_like_librosa(void **state) {
    (void)state;
    Error err;
    Tensors set;
    size_t count, at = 0;
    golden("rhythm", &set);
    double *onsets = numbers(&set, "onsets", &count), *beats = numbers(&set, "beats", &count),
           *tempi = numbers(&set, "tempi", &count);
    for (size_t c = 0; c < count; c++) {
        const size_t frames = 5 + 17 * c;
        static const double start_bpm[3] = {60, 120, 180};
        float *x = random_envelope(c, frames);
        bool *mark = malloc(frames * sizeof *mark);
        BeatTrack b;
        assert_int_equal(onset_detect(x, frames, RATE, MINT35_HOP, mark, &err), 0);
        for (size_t t = 0; t < frames; t++)
            if (mark[t] != (onsets[at + t] != 0)) fail_msg("case %zu: onset at frame %zu", c, t);
        assert_int_equal(
            beat_track(x, frames, RATE, MINT35_HOP, start_bpm[c % 3], LIBROSA_0_11, &b, &err), 0);
        if (!(fabs(b.bpm - tempi[c]) < 1e-9))
            fail_msg("case %zu: tempo %g, not %g", c, b.bpm, tempi[c]);
        for (size_t t = 0; t < frames; t++)
            if (b.beat[t] != (beats[at + t] != 0)) fail_msg("case %zu: beat at frame %zu", c, t);
        at += frames;
        beat_track_free(&b);
        free(x);
        free(mark);
    }
    free(onsets);
    free(beats);
    free(tempi);
    tensors_free(&set);
}

/* Impulses every 36 frames (100 BPM) are beats, but for the first: as in librosa, a frame with any
 * predecessor within reach is linked to it, at whatever cost, and frame 20 is worth less than 17 to
 * start from. An envelope of zeros has none. */
static void beats_of_impulses(void **state) {
    (void)state;
    enum { FRAMES = 600 };
    Error err;
    BeatTrack b;
    float x[FRAMES] = {0};
    assert_int_equal(beat_track(x, FRAMES, RATE, MINT35_HOP, 120, LIBROSA_0_11, &b, &err), 0);
    assert_true(b.bpm == 0 && !b.tempogram && !b.link);
    for (size_t t = 0; t < FRAMES; t++) assert_false(b.beat[t]);
    beat_track_free(&b);
    for (size_t t = 20; t < FRAMES; t += 36) x[t] = 1;
    assert_int_equal(beat_track(x, FRAMES, RATE, MINT35_HOP, 120, LIBROSA_0_11, &b, &err), 0);
    assert_true(fabs(b.bpm - 100) < 1e-9 && b.period == 36);
    for (size_t t = 0; t < FRAMES; t++) assert_int_equal(b.beat[t], t % 36 == 20 && t > 20);
    beat_track_free(&b);
}

/* One impulse, few frames: whatever comes out, it ends, within bounds. */
static void beats_of_little(void **state) {
    (void)state;
    Error err;
    BeatTrack b;
    float x[8] = {0};
    for (size_t frames = 2; frames <= 8; frames++)
        for (size_t at = 0; at < frames; at++) {
            for (size_t t = 0; t < 8; t++) x[t] = t == at;
            assert_int_equal(beat_track(x, frames, RATE, MINT35_HOP, 120, LIBROSA_0_11, &b, &err),
                             0);
            assert_true(b.bpm > 0 && b.bpm < 320);
            beat_track_free(&b);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strength_is_the_mean_rise),
        cmocka_unit_test(onsets_like_librosa),
        cmocka_unit_test(onsets_by_the_rules),
        cmocka_unit_test(tempogram_like_librosa),
        cmocka_unit_test(tempogram_by_definition),
        cmocka_unit_test(tempo_like_librosa),
        cmocka_unit_test(beat_stages_like_librosa),
        cmocka_unit_test(beat_stages_by_the_rules),
        cmocka_unit_test(beats_like_librosa),
        cmocka_unit_test(beats_of_impulses),
        cmocka_unit_test(beats_of_little),
        cmocka_unit_test(random_envelopes_like_librosa),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
