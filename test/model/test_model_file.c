/* Models and checkpoints in their files: they come back bit for bit, and what is missing, too much
 * or wrong is refused by name. */
#include "test/scratch.h"

#include <math.h>

#include "model/checkpoint_file.h"
#include "model/model_file.h"

static const char *const genres[2] = {"BR", "LO"};

static void make(Model *m, ModelKind kind) {
    Config c = {.motion_dim = 12,
                .music_dim = 5,
                .past = 9,
                .future = 3,
                .music = 13,
                .keep = 3,
                .predictor = {.width = 4, .heads = 2, .mlp = 6},
                .motion_layers = 1,
                .music_layers = 1,
                .cross_layers = 1,
                .bank = {.width = 6, .heads = 2, .mlp = 5},
                .bank_layers = 1,
                .items = 3,
                .latents = 2,
                .refine = REFINE_BANK,
                .transit = true,
                .standardise = true};
    Error err;
    assert_done(model_new(m, kind, &c, genres, 2, true, &err), &err);
    assert_done(params_allocate(&m->params, true, &err), &err);
    Rng r = rng_seed(1);
    for (size_t k = 0; k < m->params.total; k++) {
        m->params.value[k] = (real)rng_uniform(&r) + 0.1f;
        m->params.m[k] = (real)rng_normal(&r);
        m->params.v[k] = (real)rng_uniform(&r);
    }
}

static int write_and_map(Exported *e, ModelKind kind, Model *out, Error *err) {
    const char *path = scratch("model.safetensors");
    assert_done(safetensors_write(path, e->views, e->count, &e->metadata, err), err);
    Safetensors *file;
    assert_done(safetensors_open(path, &file, err), err);
    int status = model_map(out, file, kind, err);
    if (status) safetensors_close(file); /* else it is the model's */
    return status;
}

static void bit_for_bit(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        Model m, back;
        Exported e;
        Error err;
        make(&m, (ModelKind)k);
        assert_done(model_export(&m, &e, &err), &err);
        assert_done(write_and_map(&e, (ModelKind)k, &back, &err), &err);
        assert_int_equal(back.config.genre_count, 2);
        assert_string_equal(back.genres[1], "LO");
        assert_int_equal(back.params.count, m.params.count);
        assert_string_equal(back.genres[0], "BR");
        for (size_t i = 0; i < m.params.count; i++) {
            const Param *p = &m.params.items[i];
            assert_string_equal(back.params.items[i].name, p->name);
            assert_memory_equal(params_values(&back.params, i), m.params.value + p->offset,
                                p->count * sizeof(real));
        }
        exported_free(&e);
        model_free(&m);
        model_free(&back);
    }
}

/* Section 5 of the file format's names, spot by spot. */
static void names_and_shapes(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int rank;
        size_t shape[3];
    } due[] = {{"predictor.motion.embed.weight", 2, {4, 12}},
               {"predictor.music.position", 2, {13, 4}},
               {"predictor.cross.blocks.0.attn.qkv.weight", 2, {12, 4}},
               {"predictor.cross.blocks.0.attn.out.bias", 1, {4}},
               {"predictor.head.weight", 2, {12, 4}},
               {"refine.encoder.blocks.0.mlp.up.weight", 2, {5, 6}},
               {"refine.decoder.position", 2, {9, 6}},
               {"refine.decoder.head.bias", 1, {12}},
               {"transit.encoder.blocks.0.attn_norm.weight", 1, {6}},
               {"transit.decoder.position", 2, {3, 6}},
               {"transit.decoder.head.weight", 2, {4, 6}},
               {"bank.manifold", 3, {2, 3, 6}},
               {"bank.past", 3, {2, 3, 6}},
               {"bank.future", 3, {2, 3, 6}},
               {"seed.motion", 3, {2, 9, 12}},
               {"motion.std", 1, {12}},
               {"music.mean", 1, {5}}};
    Model m;
    Exported e;
    Error err;
    make(&m, KIND_MODEL);
    assert_done(model_export(&m, &e, &err), &err);
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        size_t k = 0;
        while (k < e.count && strcmp(e.views[k].name, due[i].name) != 0) k++;
        if (k == e.count) fail_msg("%s is missing", due[i].name);
        assert_int_equal(e.views[k].rank, due[i].rank);
        for (int d = 0; d < due[i].rank; d++)
            assert_int_equal(e.views[k].shape[d], due[i].shape[d]);
    }
    exported_free(&e);
    model_free(&m);
}

/* --- what is refused --- */

typedef void (*Damage)(Model *m, Exported *e);

static void refused(Damage damage, const char *part) {
    Model m, back;
    Exported e;
    Error err;
    make(&m, KIND_MODEL);
    assert_done(model_export(&m, &e, &err), &err);
    damage(&m, &e);
    assert_failed(write_and_map(&e, KIND_MODEL, &back, &err), &err, part);
    assert_true(back.genres == NULL && back.params.items == NULL); /* nothing is left to free */
    exported_free(&e);
    model_free(&m);
}

static SafetensorsView *view(Exported *e, const char *name) {
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->views[i].name, name) == 0) return &e->views[i];
    fail_msg("no %s", name);
    return NULL;
}

static void drop(Model *m, Exported *e) {
    (void)m;
    SafetensorsView *v = view(e, "predictor.head.bias"), *end = e->views + e->count--;
    memmove(v, v + 1, (size_t)(end - v - 1) * sizeof *v);
}
static void add_extra(Model *m, Exported *e) {
    static const float x[2] = {1, 2};
    (void)m;
    e->views[e->count++] =
        (SafetensorsView){"predictor.extra", SAFETENSORS_F32, 1, {2}, x}; /* export leaves room */
}
static void transpose(Model *m, Exported *e) {
    (void)m;
    SafetensorsView *v = view(e, "predictor.head.weight");
    v->shape[0] = 4;
    v->shape[1] = 12;
}
static void flatten(Model *m, Exported *e) {
    (void)m;
    SafetensorsView *v = view(e, "bank.past");
    v->rank = 1;
    v->shape[0] = 36;
}
static void widen(Model *m, Exported *e) {
    static const double x[12] = {1};
    (void)m;
    SafetensorsView *v = view(e, "predictor.head.bias");
    v->type = SAFETENSORS_F64;
    v->data = x;
}
static void put_nan(Model *m, Exported *e) {
    (void)e;
    model_values(m, "bank.future")[7] = NAN;
}
static void put_infinity(Model *m, Exported *e) {
    (void)e;
    model_values(m, "refine.decoder.head.bias")[2] = -INFINITY;
}
static void put_zero_std(Model *m, Exported *e) {
    (void)e;
    model_values(m, "motion.std")[3] = 0;
}
static void put_negative_std(Model *m, Exported *e) {
    (void)e;
    model_values(m, "music.std")[4] = -1;
}
static void set(Exported *e, const char *key, const char *value) {
    Error err;
    assert_done(metadata_set(&e->metadata, key, value, &err), &err);
}
static void other_format(Model *m, Exported *e) { (void)m, set(e, "format", "pt"); }
static void other_kind(Model *m, Exported *e) { (void)m, set(e, "kind", "bank"); }
static void no_config(Model *m, Exported *e) { (void)m, set(e, "config", "{}"); }
static void broken_genres(Model *m, Exported *e) { (void)m, set(e, "genres", "[\"BR\", 3]"); }
static void no_genres(Model *m, Exported *e) { (void)m, set(e, "genres", "[]"); }
static void twin_genres(Model *m, Exported *e) { (void)m, set(e, "genres", "[\"BR\",\"BR\"]"); }
static void three_genres(Model *m, Exported *e) {
    (void)m, set(e, "genres", "[\"BR\",\"LO\",\"WA\"]");
}
static void other_size(Model *m, Exported *e) {
    Config c = m->config;
    c.items = 4;
    char *json = config_to_json(&c);
    set(e, "config", json);
    free(json);
}
static void huge_size(Model *m, Exported *e) {
    Config c = m->config;
    c.items = c.bank.width = c.predictor.width =
        1 << 24; /* would take petabytes: to be refused before it is allocated */
    char *json = config_to_json(&c);
    set(e, "config", json);
    free(json);
}

static void damaged_models(void **state) {
    (void)state;
    refused(drop, "tensor predictor.head.bias is missing");
    refused(add_extra, "tensor predictor.extra belongs to no part");
    refused(transpose, "tensor predictor.head.weight is not float32 of the shape");
    refused(flatten, "tensor bank.past is not float32 of the shape");
    refused(widen, "tensor predictor.head.bias is not float32");
    refused(put_nan, "tensor bank.future holds nan at element 7");
    refused(put_infinity, "tensor refine.decoder.head.bias holds -inf at element 2");
    refused(put_zero_std, "tensor motion.std is not positive at element 3");
    refused(put_negative_std, "tensor music.std is not positive at element 4");
}

static void damaged_metadata(void **state) {
    (void)state;
    refused(other_format, "not a neverstop file");
    refused(other_kind, "is a bank, not a model");
    refused(no_config, "config: ");
    refused(broken_genres, "genres is not a list of names");
    refused(no_genres, "genres is not a list of names");
    refused(twin_genres, "genre BR occurs twice");
    refused(three_genres, "is not float32 of the shape");
    refused(other_size, "tensor bank.past is not float32 of the shape");
    refused(huge_size, "");
}

/* --- checkpoints --- */

static const TrainState somewhere = {.stage = 3,
                                     .epoch = 7,
                                     .batch = 11,
                                     .step = 123456789012,
                                     .loss_sum = 0.1 + 0.2,
                                     .loss_count = 11,
                                     .seed = UINT64_MAX};

static int resume(Exported *e, Model *into, TrainState *s, const char *settings, Error *err) {
    const char *path = scratch("checkpoint.safetensors");
    assert_done(safetensors_write(path, e->views, e->count, &e->metadata, err), err);
    Safetensors *file;
    assert_done(safetensors_open(path, &file, err), err);
    int status = checkpoint_import(into, s, settings, file, err);
    safetensors_close(file);
    return status;
}

static void checkpoints(void **state) {
    (void)state;
    Model m, back;
    Exported e;
    Error err;
    TrainState s;
    make(&m, KIND_MODEL);
    make(&back, KIND_MODEL);
    memset(back.params.value, 0, back.params.total * sizeof(real));
    memset(back.params.m, 0, back.params.total * sizeof(real));
    memset(back.params.v, 0, back.params.total * sizeof(real));
    assert_done(checkpoint_export(&m, &somewhere, "seed=1 lr=0.1 batch=3", &e, &err), &err);
    assert_done(resume(&e, &back, &s, "seed=1 lr=0.1 batch=3", &err), &err);
    assert_true(s.stage == 3 && s.epoch == 7 && s.batch == 11 && s.step == 123456789012 &&
                s.loss_count == 11 && s.seed == UINT64_MAX);
    assert_true(s.loss_sum == 0.1 + 0.2); /* to the last bit */
    for (size_t i = 0; i < m.params.count; i++) {
        size_t at = m.params.items[i].offset, bytes = m.params.items[i].count * sizeof(real);
        assert_memory_equal(back.params.value + at, m.params.value + at, bytes);
        assert_memory_equal(back.params.m + at, m.params.m + at, bytes);
        assert_memory_equal(back.params.v + at, m.params.v + at, bytes);
    }
    static const char *const others[][2] = {
        {"seed=2 lr=0.1 batch=3", "it has seed=1, this run seed=2"},
        {"seed=1 lr=0.1 batch=30", "it has batch=3, this run batch=30"},
        {"seed=1 lr=0.1", "it has batch=3, this run nothing;"},
        {"seed=1 lr=0.1 batch=3 noise=1", "it has nothing, this run noise=1"},
        {"seed=1 lr=0.10 batch=3", "it has lr=0.1, this run lr=0.10"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_failed(resume(&e, &back, &s, others[i][0], &err), &err, others[i][1]);
    static const char *const states[] = {"",
                                         "3 7 11",
                                         "4 7 11 5 0x1p+0 1 1",
                                         "0 7 11 5 0x1p+0 1 1",
                                         "3 7 11 5 0x1p+0 1 1 1",
                                         "three 7 11 5 0 1 1"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        set(&e, "state", states[i]);
        assert_failed(resume(&e, &back, &s, "seed=1 lr=0.1 batch=3", &err), &err,
                      "its state does not parse");
    }
    static const char *const nonsense[] = {
        "3 -1 11 5 0x1p+0 1 1",    "3 7 9223372036854775808 5 0x1p+0 1 1",
        "3 7 11 -5 0x1p+0 1 1",    "3 7 11 5 inf 1 1",
        "3 7 11 5 nan 1 1",        "3 7 11 5 -0x1p+0 1 1",
        "3 99999999999 11 5 0 1 1"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        set(&e, "state", nonsense[i]);
        assert_failed(resume(&e, &back, &s, "seed=1 lr=0.1 batch=3", &err), &err, "makes no sense");
    }
    set(&e, "state", "3 7 11 5 0x1p+0 1 1");
    set(&e, "genres", "[\"LO\",\"BR\"]");
    assert_failed(resume(&e, &back, &s, "seed=1 lr=0.1 batch=3", &err), &err, "genres");
    set(&e, "genres", "[\"BR\",\"LO\"]");
    assert_done(resume(&e, &back, &s, "seed=1 lr=0.1 batch=3", &err), &err);
    exported_free(&e);
    assert_done(checkpoint_export(&m, &somewhere, "x", &e, &err), &err);
    back.params.value[0] = 77;
    m.params.v[m.params.items[m.params.count - 1].offset] = NAN; /* the last thing that is read */
    assert_failed(resume(&e, &back, &s, "x", &err), &err, "tensor adam.v.");
    assert_true(back.params.value[0] == 77); /* nothing was taken from it */
    exported_free(&e);
    assert_done(model_export(&m, &e, &err), &err);
    assert_failed(resume(&e, &back, &s, "x", &err), &err, "is a model, not a checkpoint");
    exported_free(&e);
    model_free(&m);
    model_free(&back);
}

/* A difference within the configuration is named by its key, whichever side lacks it. */
static void other_configurations(void **state) {
    (void)state;
    Model m, back;
    Exported e;
    Error err;
    TrainState s;
    make(&m, KIND_MODEL);
    make(&back, KIND_MODEL);
    static const char settings[] =
        "seed=1 config={\"width\":16,\"layers\":[1,2,3],\"refine\":\"bank\",\"smooth\":18} lr=0.1";
    static const char *const others[][2] = {
        {"seed=1 config={\"width\":24,\"layers\":[1,2,3],\"refine\":\"bank\",\"smooth\":18} lr=0.1",
         "it has width=16, this run width=24; delete it"},
        {"seed=1 config={\"width\":16,\"layers\":[1,2,4],\"refine\":\"bank\",\"smooth\":18} lr=0.1",
         "it has layers=[1,2,3], this run layers=[1,2,4];"},
        {"seed=1 config={\"width\":16,\"layers\":[1,2,3],\"refine\":\"ae\",\"smooth\":18} lr=0.1",
         "it has refine=\"bank\", this run refine=\"ae\";"},
        {"seed=1 config={\"width\":16,\"layers\":[1,2,3],\"refine\":\"bank\"} lr=0.1",
         "it has smooth=18, this run smooth=none;"},
        {"seed=1 "
         "config={\"width\":16,\"layers\":[1,2,3],\"refine\":\"bank\",\"smooth\":18,\"turn\":true} "
         "lr=0.1",
         "it has turn=none, this run turn=true;"},
        {"seed=2 config={\"width\":24,\"layers\":[1,2,3],\"refine\":\"bank\",\"smooth\":18} lr=0.1",
         "it has seed=1, this run seed=2;"},
        {"seed=1 config={\"width\":16 lr=0.1", "its configuration does not parse"}};
    assert_done(checkpoint_export(&m, &somewhere, settings, &e, &err), &err);
    assert_done(resume(&e, &back, &s, settings, &err), &err);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_failed(resume(&e, &back, &s, others[i][0], &err), &err, others[i][1]);
    exported_free(&e);
    model_free(&m);
    model_free(&back);
}

/* A checkpoint stands for what its run makes, and says so when something else is wanted. */
static void checkpoints_as_models(void **state) {
    (void)state;
    static const struct {
        ModelKind kind, wanted;
        const char *state, *message;
    } cases[] = {
        {KIND_MODEL, KIND_MODEL, "3 7 11 5 0x1p+0 1 1", NULL},
        {KIND_MODEL, KIND_BANK, "3 7 11 5 0x1p+0 1 1",
         "is a checkpoint of train-predictor, not a bank"},
        {KIND_BANK, KIND_BANK, "2 7 11 5 0x1p+0 1 1", NULL},
        {KIND_BANK, KIND_BANK, "1 7 11 5 0x1p+0 1 1", "is a checkpoint of train-bank from stage 1"},
        {KIND_BANK, KIND_MODEL, "2 7 11 5 0x1p+0 1 1",
         "is a checkpoint of train-bank, not a model"},
        {KIND_BANK, KIND_MODEL, "nothing", "its state does not parse"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Model m, back;
        Exported e;
        Error err;
        make(&m, cases[i].kind);
        assert_done(checkpoint_export(&m, &somewhere, "x", &e, &err), &err);
        set(&e, "state", cases[i].state);
        const char *path = scratch("checkpoint.safetensors");
        assert_done(safetensors_write(path, e.views, e.count, &e.metadata, &err), &err);
        Safetensors *file;
        assert_done(safetensors_open(path, &file, &err), &err);
        int status = model_map(&back, file, cases[i].wanted, &err);
        if (cases[i].message)
            assert_failed(status, &err, cases[i].message);
        else
            assert_done(status, &err);
        if (status)
            safetensors_close(file);
        else
            model_free(&back);
        exported_free(&e);
        model_free(&m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bit_for_bit),          cmocka_unit_test(names_and_shapes),
        cmocka_unit_test(damaged_models),       cmocka_unit_test(damaged_metadata),
        cmocka_unit_test(checkpoints),          cmocka_unit_test(other_configurations),
        cmocka_unit_test(checkpoints_as_models)};
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
