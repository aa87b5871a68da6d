/* motionlist.c: operands to motion files, and work on all of them. */
#include "motionlist.h"

#include "dataset.h"

static int add_dataset(Strings *list, const char *path, Error *err) {
    Dataset set;
    if (dataset_read(path, &set, err)) return -1;
    int status = 0;
    for (size_t i = 0; i < set.count && !status; i++) status = strings_add(list, set.rows[i].motion, err);
    dataset_free(&set);
    return status;
}

int motion_list_add(Strings *list, const char *path, Error *err) {
    static const char *const endings[] = {".npz", ".npy", NULL};
    if (path_ends_with(path, ".tsv") && !folder_exists(path)) return add_dataset(list, path, err);
    return file_expand(path, endings, list, err);
}

int motion_list(Strings *list, char *const *operands, size_t count, Error *err) {
    for (size_t i = 0; i < count; i++)
        if (motion_list_add(list, operands[i], err)) return -1;
    return 0;
}

static int one(const char *path, size_t index, MotionWork work, void *context, Error *err) {
    Motion m;
    if (motion_read(path, &m, err)) return -1;
    int status = work(&m, index, context, err);
    motion_free(&m);
    return status ? fail_in(err, path) : 0;
}

int motion_for_each(const Strings *files, MotionWork work, void *context, Progress *progress, Error *err) {
    size_t first_bad = files->count, done = 0;
#pragma omp parallel for schedule(dynamic) if (files->count > 1)
    for (size_t i = 0; i < files->count; i++) {
        size_t bad;
#pragma omp atomic read
        bad = first_bad;
        if (i > bad) continue; /* its result would not be looked at */
        Error mine;
        int status = one(files->items[i], i, work, context, &mine);
#pragma omp critical(motion_for_each)
        {
            if (status && i < first_bad) {
#pragma omp atomic write
                first_bad = i;
                *err = mine;
            }
            progress_step(progress, ++done);
        }
    }
    return first_bad < files->count ? -1 : 0;
}
