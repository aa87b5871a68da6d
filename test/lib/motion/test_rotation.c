#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include "lib/formats/tensor_file.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static void assert_close(const double *a, const double *b, size_t n, double tolerance) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= tolerance))
            fail_msg("element %zu: %.17g, not %.17g", i, a[i], b[i]);
}

static double norm(const double *v, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

static double determinant(const double r[9]) {
    return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
           r[2] * (r[3] * r[7] - r[4] * r[6]);
}

static void assert_rotation(const double r[9]) {
    double transposed[9], product[9];
    for (int i = 0; i < 9; i++) transposed[i] = r[i % 3 * 3 + i / 3];
    rotation_multiply(transposed, r, product);
    assert_close(product, identity, 9, 1e-13);
    assert_true(fabs(determinant(r) - 1) < 1e-13);
}

static Tensors read_golden(const char *path) {
    Tensors set;
    Error err;
    if (tensor_file_read(path, &set, &err)) fail_msg("%s", err.text);
    return set;
}

static const double *golden(const Tensors *set, const char *name) {
    Error err;
    Tensor *t = tensors_need(set, name, &err);
    if (!t || tensor_convert(t, TENSOR_F64, &err)) fail_msg("%s", err.text);
    return tensor_f64(t);
}

/* A quarter turn about z takes x to y; about x, y to z. */
static void quarter_turns_by_hand(void **state) {
    (void)state;
    double r[9];
    rotation_from_axis_angle((double[]){0, 0, M_PI / 2}, r);
    assert_close(r, (double[]){0, -1, 0, 1, 0, 0, 0, 0, 1}, 9, 1e-15);
    rotation_from_axis_angle((double[]){M_PI / 2, 0, 0}, r);
    assert_close(r, (double[]){1, 0, 0, 0, 0, -1, 0, 1, 0}, 9, 1e-15);
    rotation_from_axis_angle((double[]){0, 0, 0}, r);
    assert_close(r, identity, 9, 0);
}

static void axis_angles_are_scipys(void **state) {
    (void)state;
    Tensors set = read_golden("test/golden/rotation/rotvec.npz");
    const double *v = golden(&set, "rotvec"), *matrix = golden(&set, "matrix"),
                 *back = golden(&set, "rotvec_back");
    size_t count = tensors_find(&set, "rotvec")->shape[0];
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        double r[9], w[3];
        rotation_from_axis_angle(v + 3 * i, r);
        assert_close(r, matrix + 9 * i, 9, 1e-14);
        rotation_to_axis_angle(matrix + 9 * i, w);
        double angle = norm(back + 3 * i, 3);
        double sign =
            angle > 3.14 && w[0] * back[3 * i] < 0 ? -1 : 1; /* half a turn: either axis */
        for (int k = 0; k < 3; k++) w[k] *= sign;
        assert_close(w, back + 3 * i, 3, 1e-14 + 1e-12 * angle);
    }
    tensors_free(&set);
}

static void nearest_rotations_are_mints(void **state) {
    (void)state;
    Tensors set = read_golden("test/golden/rotation/project.npz");
    const double *m = golden(&set, "m"), *r = golden(&set, "r"),
                 *distance = golden(&set, "distance"), *gap = golden(&set, "gap"),
                 *unique = golden(&set, "unique");
    size_t count = tensors_find(&set, "m")->shape[0];
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        double mine[9], difference[9];
        rotation_nearest(m + 9 * i, mine);
        assert_rotation(mine);
        if (unique[i] > 0) assert_close(mine, r + 9 * i, 9, 1e-12 / gap[i]);
        for (int k = 0; k < 9; k++) difference[k] = mine[k] - m[9 * i + (size_t)k];
        assert_true(fabs(norm(difference, 9) - distance[i]) <= 1e-12 * (1 + norm(m + 9 * i, 9)));
    }
    tensors_free(&set);
}

static void nearest_of_the_extreme(void **state) {
    (void)state;
    double r[9];
    rotation_nearest((double[9]){0}, r);
    assert_close(r, identity, 9, 0);
    rotation_nearest((double[]){1e-300, 0, 0, 0, 1e-300, 0, 0, 0, 1e-300}, r);
    assert_close(r, identity, 9, 1e-15);
    rotation_nearest((double[]){0, -1e300, 0, 1e300, 0, 0, 0, 0, 1e300}, r);
    assert_close(r, (double[]){0, -1, 0, 1, 0, 0, 0, 0, 1}, 9, 1e-15);
    rotation_nearest((double[]){1, 0, 0, 0, 1e-200, 0, 0, 0, 1e-200}, r);
    assert_rotation(r);
    rotation_nearest((double[]){5e-324, 0, 0, 0, 0, 0, 0, 0, 0}, r);
    assert_rotation(r);
    rotation_nearest((double[]){1, 0, 0, 0, NAN, 0, 0, 0, 1}, r);
    for (int i = 0; i < 9; i++) assert_true(isnan(r[i]));
}

/* Eight at once are the same bits as one by one, whichever way each of them takes. */
static void nearest_side_by_side(void **state) {
    (void)state;
    Tensors set = read_golden("test/golden/rotation/project.npz");
    const double *m = golden(&set, "m");
    size_t count = tensors_find(&set, "m")->shape[0];
    for (size_t first = 0; first + ROTATION_LANES <= count; first++) {
        double lanes[9][ROTATION_LANES], r[9][ROTATION_LANES];
        for (size_t l = 0; l < ROTATION_LANES; l++)
            for (size_t k = 0; k < 9; k++) lanes[k][l] = m[9 * (first + l) + k];
        rotation_nearest_all(lanes, r);
        for (size_t l = 0; l < ROTATION_LANES; l++) {
            double one[9];
            rotation_nearest(m + 9 * (first + l), one);
            for (size_t k = 0; k < 9; k++) assert_memory_equal(&one[k], &r[k][l], sizeof *one);
        }
    }
    tensors_free(&set);
}

/* Two turns about one axis differ by the difference of their angles. */
static void angles_are_exact_at_both_ends(void **state) {
    (void)state;
    const double angles[] = {0,   1e-12, 1e-8,        1e-3,        0.5,          1.5,
                             1.6, 3,     M_PI - 1e-3, M_PI - 1e-8, M_PI - 1e-12, M_PI};
    const double axis[3] = {2. / 7, 3. / 7, 6. / 7};
    for (size_t i = 0; i < sizeof angles / sizeof *angles; i++) {
        double v[3], a[9], b[9];
        for (int k = 0; k < 3; k++) v[k] = axis[k] * angles[i];
        rotation_from_axis_angle(v, b);
        double angle = rotation_angle_between(identity, b);
        assert_true(fabs(angle - angles[i]) <= 1e-14 * angles[i] + 1e-15 * (angles[i] > 1));
        for (int k = 0; k < 3; k++) v[k] = axis[k] * 0.25;
        rotation_from_axis_angle(v, a);
        for (int k = 0; k < 3; k++) v[k] = axis[k] * (0.25 + angles[i]);
        rotation_from_axis_angle(v, b);
        assert_true(fabs(rotation_angle_between(a, b) - angles[i]) < 1e-14);
        assert_true(rotation_angle_between(a, b) == rotation_angle_between(b, a));
        assert_true(rotation_angle_between(b, b) == 0);
    }
}

/* The right-handed axes: x cross y is z, y cross z is x. */
static void vectors_by_hand(void **state) {
    (void)state;
    const double x[3] = {1, 0, 0}, y[3] = {0, 1, 0}, z[3] = {0, 0, 1};
    double out[3], v[3] = {3, 0, 4}, zero[3] = {0, 0, 0};
    vec3_cross(x, y, out);
    assert_close(out, z, 3, 0);
    vec3_cross(y, z, out);
    assert_close(out, x, 3, 0);
    assert_true(vec3_dot((double[]){1, 2, 3}, (double[]){4, -5, 6}) == 12);
    assert_true(vec3_between(x, (double[]){1, 3, -4}, out) == 5);
    assert_close(out, (double[]){0, 3, -4}, 3, 0);
    assert_true(vec3_normalise(v) == 5);
    assert_close(v, (double[]){0.6, 0, 0.8}, 3, 1e-16);
    assert_true(vec3_normalise(zero) == 0);
    assert_close(zero, (double[]){0, 0, 0}, 3, 0);
    vec3_reject((double[]){2, 3, 4}, z, out);
    assert_close(out, (double[]){2, 3, 0}, 3, 0);
}

static void from_one_direction_to_another(void **state) {
    (void)state;
    double r[9], back[9], out[3], a[3] = {0.3, -2, 0.5}, b[3] = {-1, 0.25, 4};
    rotation_between((double[]){2, 0, 0}, (double[]){0, 0.5, 0}, r); /* a quarter turn about z */
    assert_close(r, (double[]){0, -1, 0, 1, 0, 0, 0, 0, 1}, 9, 1e-15);
    rotation_between(a, b, r);
    assert_rotation(r);
    rotation_apply(r, a, out);
    vec3_normalise(out);
    vec3_normalise(b);
    assert_close(out, b, 3, 1e-15);
    rotation_relative(r, r, back);
    assert_close(back, identity, 9, 1e-15);
    rotation_between((double[]){1, 0, 0}, (double[]){-1, 0, 0}, r); /* no shortest way */
    assert_close(r, identity, 9, 0);
    rotation_between((double[]){0, 0, 0}, a, r);
    assert_close(r, identity, 9, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_by_hand),
        cmocka_unit_test(from_one_direction_to_another),
        cmocka_unit_test(quarter_turns_by_hand),
        cmocka_unit_test(axis_angles_are_scipys),
        cmocka_unit_test(nearest_rotations_are_mints),
        cmocka_unit_test(nearest_of_the_extreme),
        cmocka_unit_test(nearest_side_by_side),
        cmocka_unit_test(angles_are_exact_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
