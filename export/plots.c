#include "export/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/svg.h"

/* --- Figure 5 --- */

static double largest(const MotionProfile *t, size_t count, bool pose) {
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        most =
            fmax(most, pose ? t[i].pose_threshold : t[i].trans_threshold); /* NaN is not larger */
        for (size_t k = 0; k + 1 < t[i].frames; k++)
            most = fmax(most, pose ? t[i].pose[k] : t[i].trans[k]);
    }
    return most > 0 ? most : 1;
}

static void put_changes(Buffer *out, const Panel *p, const MotionProfile *t, size_t count,
                        double fps, bool pose, const double *x) {
    svg_panel_band(out, p, 0, (double)t[0].first / fps, 0, p->height, "#000", 0.05);
    svg_panel_axes(out, p, "", pose ? "pose (degrees/frame)" : "place (cm/frame)");
    for (size_t k = 0; k < t[0].music_beat_count; k++)
        buffer_print(out, "<path d=\"M%.1f %.1fv6\" stroke=\"#999\"/>\n",
                     svg_panel_x(p, (double)t[0].music_beats[k] / fps), p->top + p->height - 6);
    for (size_t i = 0; i < count; i++)
        svg_panel_line(out, p, x, pose ? t[i].pose : t[i].trans, t[i].frames - 1, svg_colour(i),
                       1.2);
    svg_panel_level(out, p, pose ? t[0].pose_threshold : t[0].trans_threshold, "#222");
}

static void put_frozen(Buffer *out, const Panel *p, const MotionProfile *t,
                       const char *const *names, size_t count, double fps) {
    double row = p->height / (double)count;
    buffer_print(out,
                 "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
                 "stroke=\"#888\"/>\n",
                 p->left, p->top, p->width, p->height);
    for (size_t i = 0; i < count; i++) {
        for (size_t w = 0; t[i].frozen && w < t[i].windows; w++)
            if (t[i].frozen[w])
                svg_panel_band(out, p, (double)(t[i].first + w * t[i].length) / fps,
                               (double)(t[i].first + (w + 1) * t[i].length) / fps,
                               row * (double)i + 3, row * (double)(i + 1) - 3, svg_colour(i), 1);
        svg_text(out, p->left + p->width + 8, p->top + row * ((double)i + 0.5) + 4, "start",
                 names[i]);
    }
    svg_text(out, p->left - 6, p->top + p->height / 2 + 4, "end", "frozen");
}

int plot_deltas(const MotionProfile *t, const char *const *names, size_t count, double fps,
                Buffer *out, Error *err) {
    size_t frames = 2;
    bool frozen = false;
    for (size_t i = 0; i < count; i++) {
        if (t[i].frames < 2)
            return error_set(err, "%s has one frame: nothing changes in it", names[i]);
        if (t[i].frames > frames) frames = t[i].frames;
        frozen |= t[i].frozen != NULL;
    }
    double *x = malloc(frames * sizeof *x), end = (double)(frames - 1) / fps,
           strips = frozen ? 20.0 * (double)count : 0;
    if (!x) return error_set(err, "out of memory for %zu frames", frames);
    for (size_t k = 0; k < frames; k++) x[k] = ((double)k + 0.5) / fps; /* between two frames */
    Panel pose = {72, 46, 780, 150, 0, end, 0, 1.05 * largest(t, count, true), false},
          trans = {72, 226, 780, 150, 0, end, 0, 1.05 * largest(t, count, false), false};
    Panel windows = {72, 406, 780, strips, 0, end, 0, 1, false};
    svg_begin(out, 960, frozen ? 456 + strips : 426);
    svg_legend(out, 72, 28, names, count);
    put_changes(out, &pose, t, count, fps, true, x);
    put_changes(out, &trans, t, count, fps, false, x);
    if (frozen) put_frozen(out, &windows, t, names, count, fps);
    svg_text(out, 462, frozen ? 430 + strips : 412, "middle", "seconds");
    svg_end(out);
    free(x);
    return buffer_check(out, err);
}

/* --- training --- */

enum { STAGES = 16, STAGE_WIDTH = 420 };

static void put_stage(Buffer *out, const TrainingLog *logs, size_t count, double stage,
                      double left) {
    Panel p = {left + 72, 66, STAGE_WIDTH - 90, 300, 0, 1, INFINITY, -INFINITY, true};
    char title[40];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < logs[i].rows; k++) {
            double v = logs[i].loss[k];
            if (logs[i].stage[k] != stage || !isfinite(v) || v <= 0) continue;
            p.y0 = fmin(p.y0, v), p.y1 = fmax(p.y1, v), p.x1 = fmax(p.x1, logs[i].step[k]);
        }
    if (!(p.y1 > 0)) p.y0 = 0.1, p.y1 = 1;
    p.y0 /= 1.15, p.y1 *= 1.15;
    snprintf(title, sizeof title, "stage %g", stage);
    svg_text(out, p.left, 58, "start", title);
    svg_panel_axes(out, &p, "steps", left > 0 ? "" : "loss");
    for (size_t i = 0; i < count; i++) {
        size_t
            first = 0,
            n = 0; /* rows of one stage follow one another, except where a log holds several runs */
        for (size_t k = 0; k <= logs[i].rows; k++) {
            bool mine = k < logs[i].rows && logs[i].stage[k] == stage;
            if (mine && n++ == 0) first = k;
            if (mine) continue;
            if (n)
                svg_panel_line(out, &p, logs[i].step + first, logs[i].loss + first, n,
                               svg_colour(i), 1.6);
            if (n == 1)
                svg_panel_dot(out, &p, logs[i].step[first], logs[i].loss[first], 3, svg_colour(i));
            n = 0;
        }
    }
}

/* Keeps the stages that occur in ascending order; -1 if there are too many. */
static int add_stage(double stages[STAGES], size_t *count, double stage) {
    size_t at = 0;
    while (at < *count && stages[at] < stage) at++;
    if (at < *count && stages[at] == stage) return 0;
    if (*count == STAGES) return -1;
    for (size_t later = (*count)++; later > at; later--) stages[later] = stages[later - 1];
    stages[at] = stage;
    return 0;
}

int plot_training(const TrainingLog *logs, size_t count, Buffer *out, Error *err) {
    double stages[STAGES];
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < logs[i].rows; k++)
            if (add_stage(stages, &n, logs[i].stage[k]))
                return error_set(err, "%s: more than %d stages", logs[i].name, STAGES);
    const char **names = malloc(count * sizeof *names);
    if (!names) return error_set(err, "out of memory for %zu logs", count);
    for (size_t i = 0; i < count; i++) names[i] = logs[i].name;
    svg_begin(out, (double)STAGE_WIDTH * (double)(n ? n : 1) + 10, 420);
    svg_legend(out, 72, 28, names, count);
    for (size_t s = 0; s < n; s++)
        put_stage(out, logs, count, stages[s], (double)STAGE_WIDTH * (double)s);
    svg_end(out);
    free(names);
    return buffer_check(out, err);
}

/* --- Figure 6 --- */

int plot_points(const double *points, const size_t *group, size_t count, const char *const *groups,
                size_t kinds, Buffer *out, Error *err) {
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY}, half = 0;
    for (size_t i = 0; i < 2 * count; i++)
        low[i % 2] = fmin(low[i % 2], points[i]), high[i % 2] = fmax(high[i % 2], points[i]);
    for (int k = 0; k < 2; k++) half = fmax(half, 0.52 * (high[k] - low[k]));
    double x = (low[0] + high[0]) / 2, y = (low[1] + high[1]) / 2;
    const Panel p = {20, 46, 600, 600, x - half, x + half, y - half, y + half, false};
    svg_begin(out, 640, 666);
    svg_legend(out, 20, 28, groups, kinds);
    buffer_text(out, "<g fill-opacity=\"0.75\">\n");
    for (size_t i = 0; i < count; i++)
        svg_panel_dot(out, &p, points[2 * i], points[2 * i + 1], 2.4, svg_colour(group[i]));
    buffer_text(out, "</g>\n");
    svg_end(out);
    return buffer_check(out, err);
}
