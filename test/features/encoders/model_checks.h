/* model_checks.h: stages of tiny models against golden ones, and models with something changed. */
#ifndef TEST_FEATURES_ENCODERS_MODEL_CHECKS_H
#define TEST_FEATURES_ENCODERS_MODEL_CHECKS_H

#include <math.h>
#include <sys/stat.h>

#include "features/encoders/encoder.h"
#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "test/scratch.h"

/* x is `expected` within so much of its root mean square. */
static inline void check_values(const char *name, const float *x, const Tensor *expected,
                                size_t count, double tolerance) {
    double square = 0, worst = 0;
    assert_int_equal(tensor_count(expected), count);
    for (size_t i = 0; i < count; i++) {
        double e = tensor_f32(expected)[i];
        square += e * e;
        worst = fmax(worst, fabs(x[i] - e));
    }
    double rms = sqrt(square / (double)count);
    if (!(worst <= tolerance * rms)) fail_msg("%s: off by %g of its rms", name, worst / rms);
}

typedef struct {
    const Tensors *expected;
    double tolerance;
    size_t seen;
} StageChecks;

/* For EncoderSink.stage, the context being StageChecks: each is as expected, shape and all. */
static inline void check_stage(void *context, const char *name, const float *x, int rank,
                               const size_t *shape) {
    StageChecks *s = context;
    Error err;
    size_t count = 1;
    const Tensor *t = tensors_need(s->expected, name, &err);
    assert_done(t ? 0 : -1, &err);
    assert_int_equal(t->rank, rank);
    for (int d = 0; d < rank; d++) {
        assert_int_equal(t->shape[d], shape[d]);
        count *= shape[d];
    }
    check_values(name, x, t, count, s->tolerance);
    s->seen++;
}

/* Copies folder/name to model/name in the scratch folder, with `what` replaced if it is not NULL.
 */
static inline void copy_changed(const char *folder, const char *name, const char *what,
                                const char *with) {
    char from[300], to[300];
    unsigned char *data;
    size_t size;
    Error err;
    snprintf(from, sizeof from, "%s/%s", folder, name);
    snprintf(to, sizeof to, "model/%s", name);
    if (!file_exists(from)) return;
    assert_done(file_read(from, &data, &size, &err), &err);
    size_t at = 0;
    while (what && at + strlen(what) <= size && memcmp(data + at, what, strlen(what)) != 0) at++;
    if (what) {
        const size_t room = size + strlen(with), rest = at + strlen(what);
        assert_true(rest <= size);
        unsigned char *new = malloc(room);
        assert_non_null(new);
        memcpy(new, data, at);
        memcpy(new + at, with, strlen(with));
        memcpy(new + at + strlen(with), data + rest, size - rest);
        scratch_write(to, new, size - strlen(what) + strlen(with));
        free(new);
    } else {
        scratch_write(to, data, size);
    }
    free(data);
}

/* A copy of a model's folder, whose weights are in file `weights`, with `what` of its file `name`
 * replaced. */
static inline const char *changed_model(const char *model, const char *weights, const char *name,
                                        const char *what, const char *with) {
    const char *files[] = {"config.json", "preprocessor_config.json", weights};
    mkdir(scratch("model"), 0700);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        copy_changed(model, files[i], strcmp(files[i], name) == 0 ? what : NULL, with);
    return scratch("model");
}

#endif
