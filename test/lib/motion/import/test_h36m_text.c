/* Human3.6M's exponential maps: places of joints as the benchmark's own forward kinematics has
 * them, axes, names, damage. */
#include "lib/motion/import/h36m_text.h"

#include <math.h>

#include "test/scratch.h"

enum { LINES = 3, NUMBERS = 99 };

static double angle(size_t line, size_t k) { return 0.9 * sin((double)(7 * line + 3 * k)); }

/* As a file: the root lies down from y to `up` by `tilt` more than its wiggles. */
static const char *write_file(const char *name, double tilt, const char *end) {
    char text[LINES * NUMBERS * 20];
    size_t used = 0;
    for (size_t line = 0; line < LINES; line++)
        for (size_t k = 0; k < NUMBERS; k++) {
            double x = k < 3 ? 100.0 * (double)(k + 1) + (double)line : angle(line, k);
            if (k >= 3 && k < 6) x = (k == 3 ? tilt : 0) + 0.1 * angle(line, k);
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.7f", k ? "," : "", x);
            if (k == NUMBERS - 1) used += (size_t)snprintf(text + used, sizeof text - used, "\n");
        }
    used += (size_t)snprintf(text + used, sizeof text - used, "%s", end);
    return scratch_write(name, text, used);
}

/* r of expmap2rotmat: I + sin theta [v] + (1 - cos theta) [v]^2, of a row vector's use. */
static void row_rotation(const double v[3], double r[9]) {
    const double theta = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    const double x = v[0] / theta, y = v[1] / theta, z = v[2] / theta;
    const double k[9] = {0, -z, y, z, 0, -x, -y, x, 0};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double square = 0;
            for (int n = 0; n < 3; n++) square += k[3 * i + n] * k[3 * n + j];
            r[3 * i + j] = (i == j) + sin(theta) * k[3 * i + j] + (1 - cos(theta)) * square;
        }
}

/* out = v r, a row vector's */
static void row_times(const double v[3], const double r[9], double out[3]) {
    for (int j = 0; j < 3; j++) out[j] = v[0] * r[j] + v[1] * r[3 + j] + v[2] * r[6 + j];
}

/* A chain of joints, each 0.1, 0.2, 0.3 m from the one before in its frame, by the benchmark's
 * recursion on row vectors, and by our forward kinematics. */
static void joints_lie_where_the_benchmark_has_them(void **state) {
    (void)state;
    Error err, note = {""};
    Motion m;
    Skeleton chain = {.joints = H36M_JOINTS};
    int parents[H36M_JOINTS];
    double offsets[3 * H36M_JOINTS] = {0}, ours[LINES * 3 * H36M_JOINTS];
    for (int j = 0; j < H36M_JOINTS; j++) {
        parents[j] = j - 1;
        for (int k = 0; k < 3 && j > 0; k++) offsets[3 * j + k] = 0.1 * (k + 1);
    }
    chain.parents = parents;
    chain.offsets = offsets;
    const char *path = write_file("walkingdog_12.txt", 0.01, "\n");
    assert_done(h36m_text_read(path, 2, &m, &note, &err), &err);
    assert_true(m.frames == LINES && m.fps == 50 && !m.fps_assumed);
    assert_string_equal(m.genre, "walkingdog");
    assert_string_equal(note.text, "");
    motion_joints(&m, &chain, ours);
    for (size_t line = 0; line < LINES; line++) {
        double turn[9] = {0}, place[3] = {0};
        for (size_t j = 0; j < H36M_JOINTS; j++) {
            double v[3], own[9], next[9], step[3];
            for (size_t k = 0; k < 3; k++) {
                v[k] = angle(line, 3 + 3 * j + k);
                if (j == 0) v[k] = (k == 0 ? 0.01 : 0) + 0.1 * v[k];
            }
            row_rotation(v, own);
            if (j == 0) {
                memcpy(turn, own, sizeof turn);
                for (size_t k = 0; k < 3; k++)
                    place[k] = 0.1 * (double)(k + 1) + 0.001 * (double)line;
            } else {
                row_times(offsets + 3 * j, turn, step);
                for (size_t k = 0; k < 3; k++) place[k] += step[k];
                for (size_t i = 0; i < 3; i++) row_times(own + 3 * i, turn, next + 3 * i);
                memcpy(turn, next, sizeof turn);
            }
            for (size_t k = 0; k < 3; k++)
                assert_true(fabs(ours[(line * H36M_JOINTS + j) * 3 + k] - place[k]) < 1e-5);
        }
    }
    motion_free(&m);
}

/* A body that stands along z, as the recordings' world has it: by a row vector's rotation about x
 * by -90 degrees, y goes to z. */
static void up_is_found(void **state) {
    (void)state;
    Error err, note = {""};
    Motion found, given;
    const double right = acos(-1) / 2;
    const char *path = write_file("eating_1.txt", -right, "");
    assert_done(h36m_text_read(path, 0, &found, &note, &err), &err);
    assert_string_equal(note.text, "");
    assert_true(fabsf(found.data[0] - 0.1f) < 1e-6f); /* x, z, -y */
    assert_true(fabsf(found.data[1] - 0.3f) < 1e-6f);
    assert_true(fabsf(found.data[2] + 0.2f) < 1e-6f);
    for (size_t k = 0; k < 3; k++) /* the root stands upright */
        assert_true(fabsf(found.data[3 + 4 * k] - 1) < 0.2f);
    assert_done(h36m_text_read(path, 3, &given, &note, &err), &err);
    assert_memory_equal(found.data, given.data, LINES * 291 * sizeof *found.data);
    motion_free(&found);
    motion_free(&given);
    path = write_file("eating_2.txt", -right / 2 - 0.1, "");
    assert_done(h36m_text_read(path, 0, &found, &note, &err), &err);
    if (!strstr(note.text, "eating_2.txt: z was taken for up")) fail_msg("'%s'", note.text);
    motion_free(&found);
}

static void what_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *end, *says;
    } cases[] = {
        {"1,2,3\n", "line 4: too few or too many; Human3.6M's exponential maps have 99 numbers"},
        {"1,2,x\n", "line 4: something other than numbers"},
        {"\n1,2\n", "line 4: empty"},
    };
    Error err, note;
    Motion m;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = write_file("bad.txt", 0, cases[i].end);
        assert_failed(h36m_text_read(path, 0, &m, &note, &err), &err, cases[i].says);
        assert_null(m.data);
    }
    assert_failed(h36m_text_read(scratch_write("none.txt", "", 0), 0, &m, &note, &err), &err,
                  "none.txt: the file is empty");
    assert_failed(h36m_text_read(write_file("far.txt", 1e7, ""), 0, &m, &note, &err), &err,
                  "line 1: number 4 is not believed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joints_lie_where_the_benchmark_has_them),
        cmocka_unit_test(up_is_found),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
