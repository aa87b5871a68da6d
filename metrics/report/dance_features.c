#include "metrics/report/dance_features.h"

#include <stdlib.h>
#include <string.h>

#include "lib/formats/tensor_file.h"

int dance_features_of_dance(const PoseSource *t, const char *path, const void *context,
                            void *result, Error *err) {
    (void)path;
    const DanceFeatureJob *job = context;
    if (job->options.joint_of && t->motion.joints != job->skeleton->joints)
        return error_set(err, "has %zu joints, the skeleton %zu", t->motion.joints,
                         job->skeleton->joints);
    size_t first = job->with_seed ? 0 : (size_t)t->motion.seed_frames;
    PoseTrack b;
    if (pose_source_track(t, first, t->motion.frames - first, job->skeleton, false, &b, err))
        return -1;
    int status = dance_feature_rows(&b, &job->options, result, err);
    pose_track_free(&b);
    return status;
}

void dance_features_release(void *result) { dance_feature_rows_free(result); }

void dance_features_free(DanceFeatures *f) {
    free(f->first);
    free(f->kinetic);
    free(f->geometric);
    strings_free(&f->names);
    *f = (DanceFeatures){0};
}

static int allocate(DanceFeatures *f, Error *err) {
    f->first = calloc(f->dances + 1, sizeof *f->first);
    f->kinetic = calloc(f->rows + 1, KINETIC_PER_JOINT * f->joints * sizeof(float));
    f->geometric = calloc(f->rows + 1, GEOMETRIC_FEATURES * sizeof(float));
    return f->first && f->kinetic && f->geometric
               ? 0
               : error_set(err, "out of memory for the features of %zu dances", f->dances);
}

static int add_dance(DanceFeatures *f, const DanceFeatureRows *one, const char *path, Error *err) {
    char *stem = path_stem(path);
    int status = stem ? 0 : error_set(err, "out of memory");
    size_t width = KINETIC_PER_JOINT * f->joints;
    memcpy(f->kinetic + f->rows * width, one->kinetic, one->rows * width * sizeof(float));
    memcpy(f->geometric + f->rows * GEOMETRIC_FEATURES, one->geometric,
           one->rows * GEOMETRIC_FEATURES * sizeof(float));
    for (size_t r = 0; r < one->rows && !status; r++) status = strings_add(&f->names, stem, err);
    free(stem);
    f->rows += one->rows;
    f->first[++f->dances] = f->rows;
    return status;
}

int dance_features_collect(DanceFeatures *out, const EvalResults *d, Error *err) {
    const DanceFeatureRows *each = d->results;
    size_t n = d->files.count;
    DanceFeatures f = {.dances = n, .joints = n ? each[0].joints : 0};
    *out = (DanceFeatures){0};
    for (size_t i = 0; i < n; i++) {
        f.rows += each[i].rows;
        if (each[i].joints != f.joints)
            return error_set(err, "%s: has %zu joints, but %s has %zu", d->files.items[i],
                             each[i].joints, d->files.items[0], f.joints);
    }
    int status = allocate(&f, err);
    f.dances = f.rows = 0;
    for (size_t i = 0; i < n && !status; i++)
        status = add_dance(&f, &each[i], d->files.items[i], err);
    if (status) dance_features_free(&f);
    *out = f;
    return status;
}

FeatureMatrix dance_features_kinetic(const DanceFeatures *f) {
    return (FeatureMatrix){f->dances, KINETIC_PER_JOINT * f->joints, f->first, f->kinetic};
}

FeatureMatrix dance_features_geometric(const DanceFeatures *f) {
    return (FeatureMatrix){f->dances, GEOMETRIC_FEATURES, f->first, f->geometric};
}

/* --- on disk --- */

static void describe(const DanceFeatureJob *job, char *text, size_t size) {
    const DanceFeatureOptions *o = &job->options;
    snprintf(text, size, "rate %g, frames %zu, clip %g, hop %g, anchor %s, seed %s, formulas %s",
             o->rate, o->frames, o->clip, o->hop, o->anchor ? "first-root" : "none",
             job->with_seed ? "keep" : "skip", dance_feature_formulas(o));
}

static int add_array(Tensors *set, const char *name, const float *x, size_t rows, size_t columns,
                     Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_F32, 2, (const size_t[]){rows, columns}, 0, err)) return -1;
    memcpy(t.data, x, rows * columns * sizeof *x);
    return tensors_add(set, name, &t, err);
}

static int add_names(Tensors *set, const Strings *names, Error *err) {
    size_t longest = 1;
    for (size_t i = 0; i < names->count; i++)
        longest = strlen(names->items[i]) > longest ? strlen(names->items[i]) : longest;
    Tensor t;
    if (tensor_new(&t, TENSOR_BYTES, 1, &names->count, longest, err)) return -1;
    for (size_t i = 0; i < names->count; i++)
        memcpy((char *)t.data + i * longest, names->items[i], strlen(names->items[i]));
    return tensors_add(set, "names", &t, err);
}

static int add_first(Tensors *set, const DanceFeatures *f, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_I64, 1, (const size_t[]){f->dances + 1}, 0, err)) return -1;
    for (size_t i = 0; i <= f->dances; i++) tensor_i64(&t)[i] = (int64_t)f->first[i];
    return tensors_add(set, "first", &t, err);
}

int dance_features_write(const char *path, const DanceFeatures *f, const DanceFeatureJob *job,
                         Error *err) {
    char text[300];
    describe(job, text, sizeof text);
    Tensors set = {0};
    int status =
        add_names(&set, &f->names, err) ||
                add_array(&set, "kinetic", f->kinetic, f->rows, KINETIC_PER_JOINT * f->joints,
                          err) ||
                add_array(&set, "geometric", f->geometric, f->rows, GEOMETRIC_FEATURES, err) ||
                add_first(&set, f, err) || tensors_add_text(&set, "options", text, err) ||
                npz_write(path, &set, err)
            ? -1
            : 0;
    tensors_free(&set);
    return status;
}

static int take_array(Tensors *set, const char *name, size_t rows, size_t columns, float *out,
                      Error *err) {
    Tensor *t = tensors_need(set, name, err);
    char text[200];
    if (!t) return -1;
    if (t->rank != 2 || t->shape[0] != rows || t->shape[1] != columns)
        return error_set(err, "`%s` must be [%zu, %zu], not %s", name, rows, columns,
                         tensor_shape_text(t, text));
    if (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err))
        return error_prefix(err, name);
    memcpy(out, t->data, rows * columns * sizeof *out);
    return 0;
}

static int take_first(const Tensor *t, DanceFeatures *f, Error *err) {
    for (size_t i = 0; i <= f->dances; i++) {
        int64_t at = tensor_i64(t)[i], least = i ? (int64_t)f->first[i - 1] + 1 : 0;
        if (at < least || at > (int64_t)f->rows || (i == 0 && at != 0))
            return error_set(err, "`first` is damaged");
        f->first[i] = (size_t)at;
    }
    return f->first[f->dances] == f->rows ? 0 : error_set(err, "`first` is damaged");
}

static int from_tensors(Tensors *set, DanceFeatures *f, const DanceFeatureJob *job, Error *err) {
    char want[300], have[300] = "";
    describe(job, want, sizeof want);
    Tensor *options = tensors_need(set, "options", err);
    Tensor *first = options ? tensors_need(set, "first", err) : NULL;
    Tensor *kinetic = first ? tensors_need(set, "kinetic", err) : NULL;
    if (!kinetic) return error_prefix(err, "not a file of features from --real-stats");
    if (options->type != TENSOR_BYTES || options->rank != 0 || options->item_size >= sizeof have)
        return error_set(err, "`options` must be a text");
    memcpy(have, options->data, options->item_size);
    if (strcmp(have, want) != 0)
        return error_set(
            err, "features taken with other options (%s; now %s): make it again with --real", have,
            want);
    if (first->type != TENSOR_I64 || first->rank != 1 || first->shape[0] < 2 ||
        kinetic->rank != 2 || kinetic->shape[1] % KINETIC_PER_JOINT || !kinetic->shape[1])
        return error_set(err, "`first` or `kinetic` has the wrong shape");
    *f = (DanceFeatures){.dances = first->shape[0] - 1,
                         .rows = kinetic->shape[0],
                         .joints = kinetic->shape[1] / KINETIC_PER_JOINT};
    if (f->dances > f->rows) return error_set(err, "`first` is damaged");
    if (allocate(f, err) || take_first(first, f, err) ||
        take_array(set, "kinetic", f->rows, KINETIC_PER_JOINT * f->joints, f->kinetic, err))
        return -1;
    return take_array(set, "geometric", f->rows, GEOMETRIC_FEATURES, f->geometric, err);
}

int dance_features_read(const char *path, DanceFeatures *out, const DanceFeatureJob *job,
                        Error *err) {
    *out = (DanceFeatures){0};
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    int status = from_tensors(&set, out, job, err);
    tensors_free(&set);
    if (status) dance_features_free(out);
    return status ? error_prefix(err, path) : 0;
}
