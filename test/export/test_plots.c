/* t-SNE by what it must keep, plots by what stands in them, poses by what does not matter to them.
 */
#include "test/export/clips.h"

#include <omp.h>

#include "export/plots.h"
#include "export/poses.h"
#include "export/svg.h"
#include "export/tsne.h"

enum { POINTS = 120, DIM = 5 };

/* Three clouds far from each other. */
static void make_clouds(double x[POINTS * DIM], size_t group[POINTS]) {
    Rng rng = rng_seed(3);
    for (size_t i = 0; i < POINTS; i++) {
        group[i] = i % 3;
        for (size_t k = 0; k < DIM; k++)
            x[i * DIM + k] = rng_normal(&rng) + (k == group[i] ? 20 : 0);
    }
}

static void clouds_stay_apart(void **state) {
    (void)state;
    double x[POINTS * DIM], y[2 * POINTS], again[2 * POINTS], divergence, share, random_share;
    size_t group[POINTS];
    Error err;
    make_clouds(x, group);
    TsneOptions o = {.perplexity = 15, .iterations = 400, .seed = 5};
    assert_done(tsne(x, POINTS, DIM, &o, y, &divergence, &err), &err);
    assert_done(neighbour_share(y, group, POINTS, 10, &share, &err), &err);
    assert_true(share == 1 && divergence > 0 && divergence < 0.5);
    for (size_t i = 0; i < POINTS; i++)
        group[i] = i / 40; /* a grouping that has nothing to do with it */
    assert_done(neighbour_share(y, group, POINTS, 10, &random_share, &err), &err);
    assert_true(random_share < 0.6);
    double centre[2] = {0, 0};
    for (size_t i = 0; i < 2 * POINTS; i++) centre[i % 2] += y[i];
    assert_true(fabs(centre[0]) < 1e-8 && fabs(centre[1]) < 1e-8);
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_done(tsne(x, POINTS, DIM, &o, again, &divergence, &err), &err);
    omp_set_num_threads(threads);
    assert_memory_equal(y, again, sizeof y);
    for (size_t i = 0; i < POINTS * DIM; i++)
        x[i] = x[i] * 3 + 7; /* neither place nor scale matters: only rounding does */
    double scaled;
    assert_done(tsne(x, POINTS, DIM, &o, again, &scaled, &err), &err);
    assert_true(fabs(scaled - divergence) < 0.1 * divergence);
}

/* The divergence by its definition, for what tsne says it reached: perplexities are met, and KL is
 * the sum over pairs. */
static void the_divergence_is_what_it_says(void **state) {
    (void)state;
    double x[POINTS * DIM], y[2 * POINTS], divergence, sum = 0, kernel = 0;
    static double p[POINTS][POINTS];
    size_t group[POINTS];
    Error err;
    make_clouds(x, group);
    const TsneOptions o = {.perplexity = 20, .iterations = 100, .seed = 9};
    assert_done(tsne(x, POINTS, DIM, &o, y, &divergence, &err), &err);
    for (size_t i = 0; i < POINTS; i++) {
        double low = 0, high = 1000, d[POINTS];
        for (size_t j = 0; j < POINTS; j++) {
            d[j] = 0;
            for (size_t k = 0; k < DIM; k++) d[j] += pow(x[i * DIM + k] - x[j * DIM + k], 2);
        }
        for (int step = 0; step < 200;
             step++) { /* the precision whose entropy is log2(perplexity) bits */
            double beta = (low + high) / 2, total = 0, entropy = 0;
            for (size_t j = 0; j < POINTS; j++) total += j == i ? 0 : exp(-beta * d[j]);
            for (size_t j = 0; j < POINTS; j++) {
                p[i][j] = j == i ? 0 : exp(-beta * d[j]) / total;
                if (p[i][j] > 0) entropy -= p[i][j] * log2(p[i][j]);
            }
            if (entropy > log2(20))
                low = beta;
            else
                high = beta;
        }
    }
    for (size_t i = 0; i < POINTS; i++)
        for (size_t j = 0; j < POINTS; j++)
            kernel +=
                i == j
                    ? 0
                    : 1 / (1 + pow(y[2 * i] - y[2 * j], 2) + pow(y[2 * i + 1] - y[2 * j + 1], 2));
    for (size_t i = 0; i < POINTS; i++)
        for (size_t j = 0; j < POINTS; j++) {
            double joint = fmax((p[i][j] + p[j][i]) / (2 * POINTS), 1e-12),
                   q = 1 / (1 + pow(y[2 * i] - y[2 * j], 2) + pow(y[2 * i + 1] - y[2 * j + 1], 2)) /
                       kernel;
            if (i != j) sum += joint * log(joint / q);
        }
    if (!(fabs(sum - divergence) < 1e-4 * sum)) fail_msg("%g, not %g", divergence, sum);
}

static void awkward_points_are_survived(void **state) {
    (void)state;
    double x[40] = {0}, y[80], divergence, share;
    size_t group[40] = {0};
    Error err;
    TsneOptions o = {.perplexity = 5, .iterations = 50, .seed = 1};
    assert_done(tsne(x, 40, 1, &o, y, &divergence, &err), &err); /* all equal */
    for (size_t i = 0; i < 80; i++) assert_true(isfinite(y[i]));
    x[3] = 1e150;
    assert_done(tsne(x, 10, 1, &o, y, &divergence, &err), &err);
    for (size_t i = 0; i < 20; i++) assert_true(isfinite(y[i]));
    assert_failed(tsne(x, 5, 1, &o, y, &divergence, &err), &err, "more than 5 points");
    assert_failed(neighbour_share(y, group, 10, 10, &share, &err), &err, "more than 10 points");
}

/* Turning and moving the dancer changes no vector. */
static void poses_know_neither_place_nor_heading(void **state) {
    (void)state;
    Motion m, turned;
    Skeleton s;
    PoseSet a, b, both;
    Error err;
    make_motion(&m, 65, 24);
    make_motion(&turned, 65, 24);
    assert_done(skeleton_smpl(&s, &err), &err);
    double turn[9], old[9], new[9];
    rotation_from_axis_angle((const double[3]){0, 1.1, 0}, turn);
    for (size_t t = 0; t < 65; t++) {
        float *frame = turned.data + t * 219;
        for (int k = 0; k < 9; k++) old[k] = (double)frame[3 + k];
        rotation_multiply(turn, old, new);
        for (int k = 0; k < 9; k++) frame[3 + k] = (float)new[k];
        frame[0] += 3;
    }
    assert_done(motion_set_names(&turned, "", "", &err), &err);
    assert_done(poses_sample(&m, &s, 20, &a, &err), &err);
    assert_done(poses_sample(&turned, &s, 1000, &b, &err), &err);
    assert_true(a.count == 20 && b.count == 60 &&
                a.dim == 69); /* no more than there are after the seed */
    for (size_t i = 0; i < 20; i++)
        for (size_t k = 0; k < 69; k++)
            assert_true(fabs(a.vectors[69 * i + k] - b.vectors[69 * 3 * i + k]) < 1e-5);
    const PoseSet sets[2] = {b, a};
    assert_done(poses_join(sets, 2, &both, &err), &err);
    assert_true(both.count == 80 && both.groups.count == 2 && both.group[0] == 1 &&
                both.group[79] == 0);
    assert_string_equal(both.groups.items[0], "BR");
    assert_string_equal(both.groups.items[1], "unknown");
    poses_free(&a);
    poses_free(&b);
    poses_free(&both);
    motion_free(&m);
    motion_free(&turned);
    skeleton_free(&s);
}

static size_t occurrences(const Buffer *b, const char *text) {
    size_t n = 0;
    for (const char *at = (const char *)b->data; (at = strstr(at, text)); at++) n++;
    return n;
}

static void plots_hold_what_was_measured(void **state) {
    (void)state;
    Error err;
    Buffer out = {0};
    double pose[] = {1, 2, 1, 0.1, 0.1, 0.1, 2}, trans[] = {1, 1, 1, 0, 0, 0, 1};
    bool frozen[] = {false, true};
    size_t beats[] = {2, 5};
    MotionProfile t = {.frames = 8,
                       .pose = pose,
                       .trans = trans,
                       .first = 2,
                       .length = 3,
                       .windows = 2,
                       .frozen = frozen,
                       .pose_threshold = 0.5,
                       .trans_threshold = 0.5,
                       .music_beats = beats,
                       .music_beat_count = 2};
    const char *names[] = {"<b>", "other"};
    const MotionProfile two[] = {t, t};
    assert_done(plot_deltas(two, names, 2, 1, &out, &err), &err);
    buffer_byte(&out, '\0');
    assert_int_equal(occurrences(&out, "fill=\"none\" stroke=\"#0072b2\""),
                     2); /* two lines of the first dance */
    assert_int_equal(occurrences(&out, "fill=\"#0072b2\" fill-opacity=\"1\""),
                     1); /* one frozen window: seconds 5 to 8 of 0 to 7 on 780 pixels */
    assert_int_equal(occurrences(&out, "x=\"629.1\" y=\"409.0\" width=\"222.9\""), 1);
    assert_int_equal(occurrences(&out, "stroke-dasharray"), 2);
    assert_int_equal(occurrences(&out, "v6\""), 4); /* beats */
    assert_int_equal(occurrences(&out, "<b>"), 0);
    buffer_free(&out);
    t.frames = 1;
    assert_failed(plot_deltas(&t, names, 1, 1, &out, &err), &err, "one frame");
    buffer_free(&out);
    const double stage[] = {1, 1, 2, 2, 2}, step[] = {1, 2, 1, 2, 3}, loss[] = {1, 0.1, 5, NAN, 3};
    const TrainingLog log = {"run", 5, stage, step, loss};
    assert_done(plot_training(&log, 1, &out, &err), &err);
    buffer_byte(&out, '\0');
    assert_int_equal(occurrences(&out, "stage 1"), 1);
    assert_int_equal(occurrences(&out, "stage 2"), 1);
    assert_int_equal(occurrences(&out, "nan"), 0);
    buffer_free(&out);
    const double points[] = {0, 0, 1, 1, 2, 0};
    const size_t group[] = {0, 1, 1};
    assert_done(plot_points(points, group, 3, names, 2, &out, &err), &err);
    buffer_byte(&out, '\0');
    assert_int_equal(occurrences(&out, "<circle"), 3);
    assert_int_equal(occurrences(&out, "r=\"2.4\" fill=\"#d55e00\""), 2);
    buffer_free(&out);
}

static void ticks_are_round(void **state) {
    (void)state;
    assert_true(svg_nice_above(0.11) == 0.2 && svg_nice_above(3) == 5 &&
                fabs(svg_nice_above(70) - 100) < 1e-9 && svg_nice_above(1) == 1);
    const Panel p = {10, 20, 100, 50, 0, 10, 1, 100, true};
    assert_true(svg_panel_x(&p, 5) == 60 && fabs(svg_panel_y(&p, 10) - 45) < 1e-9 &&
                svg_panel_y(&p, 0) == 70 && svg_panel_y(&p, 1000) == 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clouds_stay_apart),
        cmocka_unit_test(the_divergence_is_what_it_says),
        cmocka_unit_test(awkward_points_are_survived),
        cmocka_unit_test(poses_know_neither_place_nor_heading),
        cmocka_unit_test(plots_hold_what_was_measured),
        cmocka_unit_test(ticks_are_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
