#include "lib/data/import_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data/dataset.h"
#include "lib/data/import_takes.h"
#include "lib/motion/import/h36m_joints.h"
#include "lib/motion/resample_motion.h"

/* --- which file becomes which --- */

/* The name of a file's result. Human3.6M's subjects have folders (S1, S11) with files of the same
 * names. Owned; NULL when memory is out. */
static char *result_stem(const char *source) {
    char *stem = path_stem(source), *folder = path_folder(source);
    const char *slash = folder ? strrchr(folder, '/') : NULL;
    const char *subject = slash ? slash + 1 : folder;
    const bool known = subject && path_ends_with(source, ".txt") && subject[0] == 'S' &&
                       subject[1] && subject[1 + strspn(subject + 1, "0123456789")] == '\0';
    char *named = stem && known ? malloc(strlen(subject) + strlen(stem) + 2) : NULL;
    if (named) sprintf(named, "%s-%s", subject, stem);
    free(folder);
    if (!known) return stem;
    free(stem);
    return named;
}

static int plan_one(ImportJob *job, const char *folder, const Strings *ignored, bool skip_existing,
                    Error *err) {
    char *stem = result_stem(job->source);
    char *file = stem ? malloc(strlen(stem) + sizeof ".npz") : NULL;
    job->many = path_ends_with(job->source, ".npz") && h36m_takes_found(job->source);
    if (file) strcat(strcpy(file, stem), ".npz");
    if (job->many) {
        free(file);
        file = strdup(import_h36m_body);
    }
    job->target = file ? path_join(folder, file) : NULL;
    if (stem && dataset_names_have(ignored, stem)) job->state = IMPORT_IGNORED;
    free(stem);
    free(file);
    if (!job->target) return error_set(err, "out of memory");
    if (job->state == IMPORT_IGNORED) return 0;
    if (file_same(job->source, job->target)) {
        job->state = IMPORT_FAILED;
        error_set(&job->err,
                  "%s: the result would replace the file itself; choose another folder with -o",
                  job->source);
    } else if (skip_existing && file_is_current(job->target, job->source)) {
        job->state = IMPORT_KEPT;
    }
    return 0;
}

static int by_target(const void *a, const void *b) {
    const ImportJob *x = *(ImportJob *const *)a, *y = *(ImportJob *const *)b;
    int order = strcmp(x->target, y->target);
    return order ? order : (x > y) - (x < y);
}

/* Of several sources with one name only the first is imported. */
static int refuse_doubles(ImportJob *jobs, size_t count, Error *err) {
    ImportJob **sorted = malloc((count + 1) * sizeof(ImportJob *));
    if (!sorted) return error_set(err, "out of memory");
    for (size_t i = 0; i < count; i++) sorted[i] = jobs + i;
    qsort(sorted, count, sizeof *sorted, by_target);
    for (size_t i = 1, first = 0; i < count; i++) {
        ImportJob *job = sorted[i];
        if (strcmp(sorted[first]->target, job->target) != 0) {
            first = i;
        } else if (job->state == IMPORT_PENDING || job->state == IMPORT_KEPT) {
            job->state = IMPORT_FAILED;
            error_set(&job->err,
                      "%s: has the same name as %s; their results would replace each other",
                      job->source, sorted[first]->source);
        }
    }
    free(sorted);
    return 0;
}

int import_plan(const Strings *sources, const char *folder, const Strings *ignored,
                bool skip_existing, ImportJob **jobs, Error *err) {
    *jobs = NULL;
    ImportJob *j = calloc(sources->count + 1, sizeof *j);
    int status = j ? folder_make(folder, err) : error_set(err, "out of memory");
    for (size_t i = 0; status == 0 && i < sources->count; i++) {
        j[i].source = sources->items[i];
        status = plan_one(j + i, folder, ignored, skip_existing, err);
    }
    if (status == 0) status = refuse_doubles(j, sources->count, err);
    if (status)
        import_free(j, sources->count);
    else
        *jobs = j;
    return status;
}

void import_free(ImportJob *jobs, size_t count) {
    for (size_t i = 0; jobs && i < count; i++) free(jobs[i].target);
    free(jobs);
}

/* --- doing it --- */

/* A rate that the file does not say, and the one that is wanted. */
static int change_rate(ImportJob *job, const ImportOptions *o, Motion *m) {
    Motion other;
    if (m->fps_assumed && o->from_fps > 0) m->fps = o->from_fps;
    if (m->fps_assumed && !(o->from_fps > 0) && !*job->note.text)
        error_set(&job->note, "%s: does not say its rate; %g frames a second assumed (--from-fps)",
                  job->source, m->fps);
    if (!(o->fps > 0) || !resample_needed(m->fps, o->fps)) return 0;
    if (motion_resample(m, o->fps, &other, &job->err)) return error_prefix(&job->err, job->source);
    motion_free(m);
    *m = other;
    job->resampled = true;
    return 0;
}

static void import_many(ImportJob *job, const ImportOptions *o) {
    char *inner = path_folder(job->target);
    char *folder = inner ? path_folder(inner) : NULL;
    int status = folder ? 0 : error_set(&job->err, "out of memory");
    if (status == 0)
        status = import_h36m_takes(job->source, folder, o->fps, &job->takes, &job->err);
    if (status == 0) job->state = IMPORT_DONE;
    free(folder);
    free(inner);
}

static void import(ImportJob *job, const ImportOptions *o) {
    Motion m;
    job->state = IMPORT_FAILED;
    if (job->many) {
        import_many(job, o);
        return;
    }
    if (motion_import(job->source, &o->import, &m, &job->note, &job->err)) return;
    if (change_rate(job, o, &m) == 0 && motion_write(job->target, &m, &job->err) == 0)
        job->state = IMPORT_DONE;
    motion_free(&m);
}

void import_all(ImportJob *jobs, size_t count, const ImportOptions *o, Progress *p) {
    size_t done = 0;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].state == IMPORT_PENDING) import(jobs + i, o);
#pragma omp critical(import_all)
        progress_step(p, ++done);
    }
}
