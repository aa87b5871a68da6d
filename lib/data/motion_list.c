/* motion_list.c: operands to motion files, and work on all of them. */
#include "lib/data/motion_list.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>

#include "lib/data/dataset.h"

static int add_dataset(Strings *list, const char *path, Error *err) {
    Dataset set;
    if (dataset_read(path, &set, err)) return -1;
    int status = 0;
    for (size_t i = 0; i < set.count && !status; i++)
        status = strings_add(list, set.rows[i].motion, err);
    dataset_free(&set);
    return status;
}

int motion_list_add(Strings *list, const char *path, Error *err) {
    static const char *const endings[] = {".npz", ".npy", ".pkl", NULL};
    if (path_ends_with(path, ".tsv") && !folder_exists(path)) return add_dataset(list, path, err);
    return file_expand(path, endings, list, err);
}

int motion_list(Strings *list, char *const *operands, size_t count, Error *err) {
    for (size_t i = 0; i < count; i++)
        if (motion_list_add(list, operands[i], err)) return -1;
    return 0;
}

/* Where the same megabytes are wanted for every file, they must not go back to the kernel in
 * between: fetching them costs more than using them. */
static void keep_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 28);
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
#endif
}

int motion_list_each_file(const Strings *files, FileWork work, void *context, Progress *progress,
                          Error **bad, Error *err) {
    size_t first_bad = files->count, done = 0;
    int status = 0;
    if (files->count > 1) keep_memory();
#pragma omp parallel for schedule(dynamic) if (files->count > 1)
    for (size_t i = 0; i < files->count; i++) {
        size_t limit;
#pragma omp atomic read
        limit = first_bad;
        if (i > limit && !bad) continue; /* its result would not be looked at */
        Error mine;
        int failed = work(files->items[i], i, context, &mine);
#pragma omp critical(motion_list_each_file)
        {
            if (failed && bad) {
                bad[i] = malloc(sizeof mine);
                if (bad[i])
                    *bad[i] = mine;
                else
                    status = error_set(err, "out of memory");
            } else if (failed && i < first_bad) {
#pragma omp atomic write
                first_bad = i;
                *err = mine;
            }
            progress_step(progress, ++done);
        }
    }
    return first_bad < files->count ? -1 : status;
}

typedef struct {
    MotionWork work;
    void *context;
} MotionJob;

static int read_and_work(const char *path, size_t index, void *context, Error *err) {
    const MotionJob *job = context;
    Motion m;
    if (motion_read(path, &m, err)) return -1;
    int status = job->work(&m, index, job->context, err);
    motion_free(&m);
    return status ? error_prefix(err, path) : 0;
}

int motion_list_each(const Strings *files, MotionWork work, void *context, Progress *progress,
                     Error *err) {
    MotionJob job = {work, context};
    return motion_list_each_file(files, read_and_work, &job, progress, NULL, err);
}
