#include "lib/motion/import/h36m_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"

enum { COLUMNS = 3 + 3 * H36M_JOINTS };
static const double FPS = 50, MILLIMETRE = 1e-3;

/* --- numbers --- */

/* The 99 numbers of a line; *line is moved behind it. */
static int take_line(const char **line, size_t number, double values[COLUMNS], Error *err) {
    const char *at = *line;
    const char *end = at + strcspn(at, "\n");
    size_t n = 0;
    while (at < end) {
        char *next;
        const double x = strtod(at, &next);
        if (next == at || next > end) break;
        if (n < COLUMNS) values[n] = x;
        n++;
        at = next + strspn(next, " \t\r");
        if (at < end && *at == ',') at++;
    }
    at += strspn(at, " \t\r");
    if (at < end || n != COLUMNS)
        return error_set(err,
                         "line %zu: %s; Human3.6M's exponential maps have %d numbers a line, "
                         "with commas",
                         number, at < end ? "something other than numbers" : "too few or too many",
                         COLUMNS);
    for (size_t k = 0; k < COLUMNS; k++)
        if (!isfinite(values[k]) || fabs(values[k]) > 1e6)
            return error_set(err, "line %zu: number %zu is not believed", number, k + 1);
    *line = end + (*end == '\n');
    return 0;
}

static bool is_blank(const char *line) { return line[strspn(line, " \t\r")] == '\n' || !*line; }

/* Lines before the first blank one, which ends the file. */
static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (const char *at = text; !is_blank(at); lines++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return lines;
}

/* --- axes --- */

/* The turn that takes an axis of the file's world to y. */
static void upright(int up, double turn[9]) {
    static const double turns[6][9] = {{0, -1, 0, 1, 0, 0, 0, 0, 1},  {1, 0, 0, 0, 1, 0, 0, 0, 1},
                                       {1, 0, 0, 0, 0, 1, 0, -1, 0},  {0, 1, 0, -1, 0, 0, 0, 0, 1},
                                       {-1, 0, 0, 0, -1, 0, 0, 0, 1}, {1, 0, 0, 0, 0, -1, 0, 1, 0}};
    memcpy(turn, turns[up > 0 ? up - 1 : 2 - up], sizeof turns[0]);
}

/* The axis that the root's y points along on average. */
static int find_up(const Motion *m, const char *path, Error *note) {
    static const char *const names[] = {"x", "y", "z"};
    double mean[3] = {0};
    int up = 0;
    for (size_t f = 0; f < m->frames; f++)
        for (size_t k = 0; k < 3; k++)
            mean[k] += (double)m->data[f * motion_dim(m) + 3 + 3 * k + 1] / (double)m->frames;
    for (int k = 1; k < 3; k++)
        if (fabs(mean[k]) > fabs(mean[up])) up = k;
    if (fabs(mean[up]) < 0.8)
        error_set(note, "%s: %s%s was taken for up, along which the body stands the most (--up)",
                  path, mean[up] < 0 ? "-" : "", names[up]);
    return mean[up] < 0 ? -1 - up : 1 + up;
}

static void turn_world(Motion *m, int up) {
    double turn[9], place[3], moved[3], root[9], turned[9];
    upright(up, turn);
    for (size_t f = 0; f < m->frames; f++) {
        float *frame = m->data + f * motion_dim(m);
        for (size_t k = 0; k < 3; k++) place[k] = (double)frame[k];
        for (size_t k = 0; k < 9; k++) root[k] = (double)frame[3 + k];
        rotation_apply(turn, place, moved);
        rotation_multiply(turn, root, turned);
        for (size_t k = 0; k < 3; k++) frame[k] = (float)moved[k];
        for (size_t k = 0; k < 9; k++) frame[3 + k] = (float)turned[k];
    }
}

/* --- a file --- */

static void fill_frame(const double values[COLUMNS], float *frame) {
    for (size_t k = 0; k < 3; k++) frame[k] = (float)(MILLIMETRE * values[k]);
    for (size_t j = 0; j < H36M_JOINTS; j++) {
        const double *v = values + 3 + 3 * j;
        const double backwards[3] = {-v[0], -v[1], -v[2]};
        double r[9]; /* the transpose */
        rotation_from_axis_angle(backwards, r);
        for (size_t k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)r[k];
    }
}

/* "walking" of "S1/walking_1.txt" */
static int set_action(const char *path, Motion *m, Error *err) {
    char *stem = path_stem(path);
    if (!stem) return error_set(err, "out of memory");
    char *end = stem + strlen(stem);
    while (end > stem && end[-1] >= '0' && end[-1] <= '9') end--;
    if (end > stem + 1 && end[-1] == '_') end[-1] = '\0';
    const int status = motion_set_names(m, stem, "", err);
    free(stem);
    return status;
}

static int read_frames(const char *text, Motion *out, Error *err) {
    const size_t frames = count_lines(text);
    double values[COLUMNS];
    if (frames == 0) return error_set(err, "the file is empty");
    const char *line = text;
    if (take_line(&line, 1, values, err)) return -1; /* before memory is asked for */
    line = text;
    if (motion_new(out, frames, H36M_JOINTS, err)) return -1;
    out->fps = FPS;
    for (size_t f = 0; f < frames; f++) {
        if (take_line(&line, f + 1, values, err)) return -1;
        fill_frame(values, out->data + f * motion_dim(out));
    }
    return line[strspn(line, " \t\r\n")] ? error_set(err, "line %zu: empty", frames + 1) : 0;
}

int h36m_text_read(const char *path, int up, Motion *out, Error *note, Error *err) {
    char *text;
    size_t size;
    *out = (Motion){0};
    if (file_read_text(path, &text, &size, err)) return -1;
    int status = read_frames(text, out, err);
    free(text);
    if (status == 0) status = set_action(path, out, err);
    if (status) {
        motion_free(out);
        return error_prefix(err, path);
    }
    turn_world(out, up ? up : find_up(out, path, note));
    return 0;
}
