#include "model/cluster/clustering.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/rate.h"
#include "lib/cli/progress.h"
#include "lib/formats/tensor_file.h"
#include "model/cluster/cluster_file.h"
#include "model/cluster/preference.h"

void cluster_results_free(ClusterResults *r) {
    for (size_t i = 0; r->items && i < r->count; i++) {
        free(r->items[i].path);
        tensors_free(&r->items[i].arrays);
    }
    free(r->items);
    dataset_free(&r->dataset);
    *r = (ClusterResults){0};
}

/* --- one genre --- */

static int check_windows(const Program *program, const ClusterOptions *o, const GenreDances *d,
                         Error *err) {
    size_t wanted = o->preference_given ? 1 : o->clusters, too_short = 0;
    for (size_t i = 0; i < d->count; i++) too_short += d->motions[i].frames < d->windows.frames;
    if (d->windows.count < wanted) {
        error_set(err,
                  "genre %s: %zu windows of %zu frames are too few for %zu clusters; take fewer "
                  "--clusters, a smaller --stride or more dances",
                  d->genre, d->windows.count, d->windows.frames, wanted);
        return error_prefix(err, o->dataset);
    }
    if (too_short)
        program_warn(program,
                     "genre %s: %zu of %zu dances are shorter than %zu frames and give no window",
                     d->genre, too_short, d->count, d->windows.frames);
    return 0;
}

/* [n, n] similarities. Owned; NULL with a message on error. */
static float *similarities(const ClusterWindows *w, Error *err) {
    size_t n = w->count;
    float *s = n <= SIZE_MAX / sizeof *s / n ? memory_block(n * n * sizeof *s) : NULL;
    if (!s) {
        error_set(err, "out of memory for the similarities of %zu windows", n);
        return NULL;
    }
    if (cluster_windows_similarity(w, s, err) == 0) return s;
    free(s);
    return NULL;
}

static void on_run(void *progress, size_t runs, double preference, const Affinity *result) {
    (void)preference, (void)result;
    progress_step(progress, runs);
}

static int with_preference(const ClusterOptions *o, const float *s, size_t n, AffinityOptions a,
                           Affinity *out, Error *err) {
    a.min_iterations = AFFINITY_SETTLED;
    if (affinity_propagate(s, n, o->preference, &a, out, err)) return -1;
    if (out->count == 0)
        return error_set(err,
                         "no clusters after %zu iterations: take another --preference or more "
                         "--max-iterations",
                         out->iterations);
    return affinity_keep_largest(s, out->count, out, err);
}

static int with_count(const ClusterOptions *o, const float *s, const GenreDances *d,
                      const AffinityOptions *a, double *preference, Affinity *out, Error *err) {
    size_t n = d->windows.count;
    Progress progress;
    char label[PROGRESS_LABEL];
    snprintf(label, sizeof label, "genre %.20s: %zu windows into %zu clusters, run", d->genre, n,
             o->clusters);
    progress_start(&progress, label, 0, o->quiet); /* how many runs it takes is not known */
    int status = affinity_search(s, n, o->clusters, a, on_run, &progress, preference, out, err);
    progress_end(&progress);
    return status;
}

static int propagate(const ClusterOptions *o, const float *s, const GenreDances *d,
                     double *preference, Affinity *out, Error *err) {
    AffinityOptions a = affinity_defaults();
    a.damping = o->damping;
    a.max_iterations = o->max_iterations;
    *preference = o->preference;
    int status = o->preference_given ? with_preference(o, s, d->windows.count, a, out, err)
                                     : with_count(o, s, d, &a, preference, out, err);
    return status ? error_prefix(err, d->genre) : 0;
}

static void summarise(const Affinity *a, ClusterResult *out) {
    out->windows = a->points;
    out->clusters = a->count;
    out->iterations = a->iterations;
    out->converged = a->converged;
    for (size_t i = 0; i < a->points; i++) out->largest += a->labels[i] == 0;
}

static int cluster_dances(const Program *program, const ClusterOptions *o, const GenreDances *d,
                          ClusterResult *out, Error *err) {
    if (check_windows(program, o, d, err)) return -1;
    float *s = similarities(&d->windows, err);
    if (!s) return -1;
    Affinity a = {0};
    int status = propagate(o, s, d, &out->preference, &a, err);
    free(s);
    if (status == 0) {
        summarise(&a, out);
        if (!a.converged)
            program_warn(program,
                         "genre %s: affinity propagation did not converge in %zu iterations",
                         d->genre, a.iterations);
        status = cluster_arrays(d, &a, &out->arrays, err);
    }
    affinity_free(&a);
    return status;
}

/* A window's frames at the dances' rate, and those between the first ones of two. */
static int cut_windows(const ClusterOptions *o, GenreDances *d, Error *err) {
    const double fps = d->motions[0].fps;
    const size_t length = o->length ? o->length : rate_frames(o->seconds, fps);
    const size_t stride = o->stride ? o->stride : rate_frames(1.0 / 3, fps);
    const size_t future = o->future ? o->future : rate_frames(o->future_seconds, fps);
    size_t origin = CLUSTER_WINDOW_ABSOLUTE;
    if (o->relative_root && future >= length)
        return error_set(err,
                         "genre %s: windows of %zu frames at %g a second are not longer than "
                         "--future, %zu",
                         d->genre, length, fps, future);
    if (o->relative_root) origin = length - future - 1;
    if (cluster_windows_cut(d->motions, d->count, length, stride, origin, &d->windows, err))
        return -1;
    d->windows.heading = o->relative_heading;
    return 0;
}

static int cluster_genre(const Program *program, const ClusterOptions *o, const Dataset *set,
                         ClusterResult *out, Error *err) {
    GenreDances d;
    int status = genre_dances_read(set, out->genre, &d, err);
    if (status == 0) status = cut_windows(o, &d, err);
    for (size_t i = 0; status == 0 && i < d.count && !out->assumed; i++)
        if (d.motions[i].fps_assumed) out->assumed = set->rows[d.rows[i]].motion;
    if (status == 0) status = cluster_dances(program, o, &d, out, err);
    genre_dances_free(&d);
    return status;
}

/* --- all genres --- */

static int choose_path(const ClusterOptions *o, ClusterResult *r, Error *err) {
    char name[300];
    int length = snprintf(name, sizeof name, "%s.npz", r->genre);
    if (length >= (int)sizeof name || strchr(name, '/'))
        return error_set(err, "%s: genre '%s' cannot name a file", o->dataset, r->genre);
    r->path = o->genre ? path_join("", o->output) : path_join(o->output, name);
    return r->path ? 0 : error_set(err, "out of memory");
}

/* An item for each genre, or for the one that is asked for. */
static int list_genres(const ClusterOptions *o, ClusterResults *out, Error *err) {
    const char **genres = NULL;
    size_t count = 0;
    if (dataset_genres(&out->dataset, &genres, &count, err)) return -1;
    out->items = calloc(count, sizeof *out->items);
    for (size_t i = 0; out->items && i < count; i++)
        if (!o->genre || strcmp(o->genre, genres[i]) == 0)
            out->items[out->count++].genre = genres[i];
    free(genres);
    if (!out->items) return error_set(err, "out of memory");
    return out->count ? 0 : error_set(err, "%s: has no genre %s", o->dataset, o->genre);
}

static void warn_assumed(const Program *program, const ClusterResults *r) {
    char text[RATE_TEXT_SIZE];
    for (size_t i = 0; i < r->count; i++) {
        if (!r->items[i].assumed) continue;
        program_warn(program, "%s", rate_unsaid_text(r->items[i].assumed, text));
        return;
    }
}

int cluster_all(const Program *program, const ClusterOptions *o, ClusterResults *out, Error *err) {
    *out = (ClusterResults){0};
    if (dataset_read(o->dataset, &out->dataset, err) || list_genres(o, out, err)) return -1;
    if (!o->quiet)
        fprintf(stderr, "%s: %zu dances of %zu genres into %s\n", program->name, out->dataset.count,
                out->count, o->output);
    for (size_t i = 0; i < out->count; i++) {
        ClusterResult *r = &out->items[i];
        if (choose_path(o, r, err) || cluster_genre(program, o, &out->dataset, r, err)) return -1;
    }
    warn_assumed(program, out);
    if (!o->genre && folder_make(o->output, err)) return -1;
    for (size_t i = 0; i < out->count; i++)
        if (npz_write(out->items[i].path, &out->items[i].arrays, err)) return -1;
    return 0;
}
