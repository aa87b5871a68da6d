#include "metrics/report/self_check.h"

#include <stdlib.h>

#include "lib/data/aist_folder.h"
#include "lib/data/dataset.h"

const double self_check_published[4] = {17.10, 10.60, 8.19, 7.45};
const double self_check_recomputed[4] = {17.16, 10.66, 8.17, 7.49};

static int read_names(const char *folder, const char *file, Strings *out, Error *err) {
    char *path = path_join(folder, file);
    int status = path ? dataset_names_read(path, out, err) : error_set(err, "out of memory");
    free(path);
    return status;
}

/* The motions of one list; *missing counts those that are not there, *example is one. */
static int add_split(const char *folder, const char *file, const AistFiles *motions,
                     const Strings *ignored, Strings *named, size_t *missing, Strings *example,
                     Error *err) {
    Strings names = {0};
    int status = read_names(folder, file, &names, err);
    for (size_t i = 0; i < names.count && !status; i++) {
        if (dataset_names_have(ignored, names.items[i])) continue;
        const AistFile *f = aist_files_find(motions, names.items[i]);
        if (f)
            status = strings_add(named, f->path, err);
        else if (!(*missing)++)
            status = strings_add(example, names.items[i], err);
    }
    strings_free(&names);
    return status;
}

int self_check_files(const char *folder, Strings *named, Strings *pool, Error *err) {
    static const char *const endings[] = {".pkl", ".npz", ".npy", NULL};
    AistFiles motions = {0};
    Strings ignored = {0}, example = {0};
    size_t missing = 0;
    if (!folder_exists(folder)) return error_set(err, "%s: no such folder", folder);
    char *path = path_join(folder, "motions");
    char *list = path_join(folder, "ignore_list.txt");
    int status = path && list ? aist_files_list(path, endings, &motions, err)
                              : error_set(err, "out of memory");
    if (!status && file_exists(list)) status = dataset_names_read(list, &ignored, err);
    strings_sort(&ignored);
    if (!status)
        status = add_split(folder, "splits/crossmodal_val.txt", &motions, &ignored, named, &missing,
                           &example, err);
    if (!status)
        status = add_split(folder, "splits/crossmodal_test.txt", &motions, &ignored, named,
                           &missing, &example, err);
    if (!status && missing)
        status = error_set(err,
                           "%s: %zu motions of val and test are not there, %s first; check-dataset "
                           "lists what is missing",
                           folder, missing, example.items[0]);
    for (size_t i = 0; i < motions.count && !status; i++)
        if (!dataset_names_have(&ignored, motions.files[i].stem))
            status = strings_add(pool, motions.files[i].path, err);
    aist_files_free(&motions);
    strings_free(&ignored);
    strings_free(&example);
    free(path);
    free(list);
    return status;
}
