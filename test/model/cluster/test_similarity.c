/* Windows and their similarities against the definition, value by value in float64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "model/cluster/similarity.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static void fill(Motion *m, size_t frames, Rng *r) {
    Error err;
    assert_int_equal(motion_new(m, frames, 24, &err), 0);
    for (size_t i = 0; i < frames * motion_dim(m); i++)
        m->data[i] = (float)rng_normal(r) + 100.0f; /* far from the origin: digits cancel */
}

static void cuts_windows(void **state) {
    (void)state;
    Motion m[3];
    Rng r = rng_seed(1);
    fill(&m[0], 50, &r);
    fill(&m[1], 29, &r);
    fill(&m[2], 30, &r);
    ClusterWindows w;
    Error err;
    assert_int_equal(cluster_windows_cut(m, 3, 30, 7, CLUSTER_WINDOW_ABSOLUTE, &w, &err), 0);
    assert_int_equal(w.count, 4); /* 0, 7, 14 of the first, none of the second, 0 of the third */
    assert_int_equal(w.motion[2], 0);
    assert_int_equal(w.first[2], 14);
    assert_ptr_equal(w.start[2], m[0].data + 14 * 219);
    assert_int_equal(w.motion[3], 2);
    cluster_windows_free(&w);
    assert_int_equal(cluster_windows_cut(m, 3, 51, 7, CLUSTER_WINDOW_ABSOLUTE, &w, &err), 0);
    assert_int_equal(w.count, 0);
    cluster_windows_free(&w);
    for (int i = 0; i < 3; i++) motion_free(&m[i]);
}

static void compare(size_t origin) {
    Motion m[2];
    Rng r = rng_seed(2);
    fill(&m[0], 360, &r);
    fill(&m[1], 25, &r);
    ClusterWindows w;
    Error err;
    assert_int_equal(cluster_windows_cut(m, 2, 25, 1, origin, &w, &err),
                     0); /* 337 windows: more than one tile; 5475 values: more than one slab */
    assert_int_equal(w.count, 337);
    float *s = calloc(w.count * w.count, sizeof *s), *a = calloc(25 * 219, sizeof *a),
          *b = calloc(25 * 219, sizeof *b);
    assert_int_equal(cluster_windows_similarity(&w, s, &err), 0);
    for (size_t i = 0; i < w.count; i += 6)
        for (size_t j = 0; j < w.count; j += 7) {
            double sum = 0.0;
            for (size_t f = 0; f < 25; f++)
                for (size_t d = 0; d < 219; d++) {
                    double x = (double)w.start[i][f * 219 + d], y = (double)w.start[j][f * 219 + d];
                    if (origin != CLUSTER_WINDOW_ABSOLUTE && (d == 0 || d == 2)) {
                        x = (double)(w.start[i][f * 219 + d] - w.start[i][origin * 219 + d]);
                        y = (double)(w.start[j][f * 219 + d] - w.start[j][origin * 219 + d]);
                    }
                    sum += (x - y) * (x - y);
                }
            assert_true(fabs((double)s[i * w.count + j] + sum) <= 2e-7 * sum);
            assert_true(s[i * w.count + j] == s[j * w.count + i]);
        }
    cluster_windows_copy(&w, 3, a);
    cluster_windows_copy(&w, 336, b);
    double sum = 0.0;
    for (size_t at = 0; at < 25 * 219; at++)
        sum += ((double)a[at] - (double)b[at]) * ((double)a[at] - (double)b[at]);
    assert_true(fabs((double)s[3 * w.count + 336] + sum) <= 2e-7 * sum);
    if (origin != CLUSTER_WINDOW_ABSOLUTE)
        assert_true(a[origin * 219] == 0.0f && a[origin * 219 + 2] == 0.0f &&
                    a[origin * 219 + 1] != 0.0f);
    free(s);
    free(a);
    free(b);
    cluster_windows_free(&w);
    for (int i = 0; i < 2; i++) motion_free(&m[i]);
}

static void equals_the_definition(void **state) {
    (void)state;
    compare(CLUSTER_WINDOW_ABSOLUTE);
}

static void counts_translation_from_the_origin(void **state) {
    (void)state;
    compare(19);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_windows),
        cmocka_unit_test(equals_the_definition),
        cmocka_unit_test(counts_translation_from_the_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
