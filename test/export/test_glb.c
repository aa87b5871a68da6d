/* glTF as written, read back with cJSON: the container's and the accessors' rules of the
 * specification, and that the nodes dance as the clip does. */
#include "test/export/clips.h"

#include <cjson/cJSON.h>

#include "export/figure.h"
#include "export/glb.h"
#include "lib/base/bytes.h"

typedef struct {
    Buffer file;
    cJSON *json;
    const unsigned char *binary;
    size_t binary_size;
} Glb;

static void open_glb(const Clip *c, Glb *g) {
    Error err;
    *g = (Glb){0};
    assert_done(glb_write(c, &g->file, &err), &err);
    const unsigned char *p = g->file.data;
    assert_memory_equal(p, "glTF", 4);
    assert_int_equal(read_le32(p + 4), 2);
    assert_int_equal(read_le32(p + 8), g->file.size);
    size_t size = read_le32(p + 12);
    assert_true(size % 4 == 0 && memcmp(p + 16, "JSON", 4) == 0);
    g->json = cJSON_ParseWithLength((const char *)p + 20, size);
    assert_non_null(g->json);
    p += 20 + size;
    g->binary_size = read_le32(p);
    assert_true(g->binary_size % 4 == 0 && memcmp(p + 4, "BIN", 4) == 0);
    g->binary = p + 8;
    assert_true(g->binary + g->binary_size == g->file.data + g->file.size);
}

static void close_glb(Glb *g) {
    cJSON_Delete(g->json);
    buffer_free(&g->file);
}

static cJSON *at(const cJSON *list, int i) {
    cJSON *item = cJSON_GetArrayItem(list, i);
    assert_non_null(item);
    return item;
}
static cJSON *get(const cJSON *object, const char *name) {
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!item) fail_msg("no %s", name);
    return item;
}
static int number(const cJSON *object, const char *name) { return get(object, name)->valueint; }

/* Element `i`, component k of an accessor. */
static double value(const Glb *g, int accessor, size_t i, size_t k) {
    const cJSON *a = at(get(g->json, "accessors"), accessor),
                *v = at(get(g->json, "bufferViews"), number(a, "bufferView"));
    const char *type = get(a, "type")->valuestring;
    size_t width = strcmp(type, "SCALAR") == 0 ? 1
                   : strcmp(type, "MAT4") == 0 ? 16
                                               : (size_t)(type[3] - '0');
    const unsigned char *p = g->binary + number(v, "byteOffset");
    size_t index = i * width + k;
    int component = number(a, "componentType");
    if (component == 5123) return read_le16(p + 2 * index);
    uint32_t bits = read_le32(p + 4 * index);
    if (component == 5125) return bits;
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

static void the_file_keeps_the_rules(void **state) {
    (void)state;
    Clip c;
    Skeleton s;
    Glb g;
    make_clip(&c, &s, 50);
    open_glb(&c, &g);
    assert_string_equal(get(get(g.json, "asset"), "version")->valuestring, "2.0");
    assert_int_equal(number(at(get(g.json, "buffers"), 0), "byteLength"), g.binary_size);
    const cJSON *accessors = get(g.json, "accessors"), *views = get(g.json, "bufferViews");
    size_t end = 0;
    assert_int_equal(cJSON_GetArraySize(accessors), cJSON_GetArraySize(views));
    for (int i = 0; i < cJSON_GetArraySize(accessors); i++) {
        const cJSON *a = at(accessors, i), *v = at(views, i);
        const char *type = get(a, "type")->valuestring;
        size_t width = strcmp(type, "SCALAR") == 0 ? 1
                       : strcmp(type, "MAT4") == 0 ? 16
                                                   : (size_t)(type[3] - '0'),
               size = number(a, "componentType") == 5123 ? 2 : 4;
        size_t offset = (size_t)number(v, "byteOffset"), length = (size_t)number(v, "byteLength");
        assert_true(number(a, "bufferView") == i && offset % 4 == 0 && offset >= end &&
                    offset + length <= g.binary_size);
        assert_int_equal(length, (size_t)number(a, "count") * width * size);
        end = offset + length;
        if (!cJSON_GetObjectItem(a, "min")) continue;
        for (size_t k = 0; k < width; k++) { /* exactly the smallest and the largest */
            double least = INFINITY, most = -INFINITY;
            for (size_t n = 0; n < (size_t)number(a, "count"); n++)
                least = fmin(least, value(&g, i, n, k)), most = fmax(most, value(&g, i, n, k));
            assert_true(least == (double)(float)at(get(a, "min"), (int)k)->valuedouble &&
                        most == (double)(float)at(get(a, "max"), (int)k)->valuedouble);
        }
    }
    const cJSON *animation = at(get(g.json, "animations"), 0), *extras = get(animation, "extras");
    assert_true(number(extras, "fps") == 60 && number(extras, "seed_frames") == 5);
    assert_string_equal(get(extras, "genre")->valuestring, "BR");
    assert_string_equal(get(animation, "name")->valuestring, "a \"dance\" <1>");
    const cJSON *primitive = at(get(at(get(g.json, "meshes"), 0), "primitives"), 0),
                *attributes = get(primitive, "attributes");
    int position = number(attributes, "POSITION"), weights = number(attributes, "WEIGHTS_0"),
        joints = number(attributes, "JOINTS_0"), normal = number(attributes, "NORMAL");
    get(at(accessors, position), "min");
    size_t vertices = (size_t)number(at(accessors, position), "count");
    for (size_t i = 0; i < vertices; i++) {
        double sum = 0, length = 0;
        for (size_t k = 0; k < 4; k++) {
            assert_true(value(&g, joints, i, k) < 24 && value(&g, weights, i, k) >= 0);
            if (value(&g, weights, i, k) == 0) assert_true(value(&g, joints, i, k) == 0);
            sum += value(&g, weights, i, k);
        }
        for (size_t k = 0; k < 3; k++) length += pow(value(&g, normal, i, k), 2);
        assert_true(fabs(sum - 1) < 1e-6 && fabs(length - 1) < 1e-5);
    }
    size_t indices = (size_t)number(at(accessors, number(primitive, "indices")), "count");
    for (size_t i = 0; i < indices; i++)
        assert_true(value(&g, number(primitive, "indices"), i, 0) < (double)vertices);
    close_glb(&g);
    clip_free(&c);
    skeleton_free(&s);
}

static void rotate(const double q[4], const double v[3],
                   double out[3]) { /* v + 2 w (u x v) + 2 u x (u x v) */
    double a[3], b[3];
    for (int i = 0; i < 3; i++)
        a[i] = q[(i + 1) % 3] * v[(i + 2) % 3] - q[(i + 2) % 3] * v[(i + 1) % 3];
    for (int i = 0; i < 3; i++)
        b[i] = q[(i + 1) % 3] * a[(i + 2) % 3] - q[(i + 2) % 3] * a[(i + 1) % 3];
    for (int i = 0; i < 3; i++) out[i] = v[i] + 2 * q[3] * a[i] + 2 * b[i];
}

/* A joint's place by what the file says: its nodes' chain of translations and rotations. */
static void place(const Glb *g, const int *parents, const int *rotation, int translation, size_t t,
                  int joint, double out[3]) {
    const cJSON *node = at(get(g->json, "nodes"), joint), *o = get(node, "translation");
    for (int k = 0; k < 3; k++)
        out[k] = joint ? at(o, k)->valuedouble : value(g, translation, t, (size_t)k);
    for (int p = parents[joint]; p >= 0; p = parents[p]) {
        double q[4], turned[3];
        for (size_t k = 0; k < 4; k++) q[k] = value(g, rotation[p], t, k);
        rotate(q, out, turned);
        for (int k = 0; k < 3; k++)
            out[k] = turned[k] +
                     (p ? at(get(at(get(g->json, "nodes"), p), "translation"), k)->valuedouble
                        : value(g, translation, t, (size_t)k));
    }
}

static void the_nodes_dance_as_the_clip_does(void **state) {
    (void)state;
    Clip c;
    Skeleton s;
    Glb g;
    make_clip(&c, &s, 300);
    open_glb(&c, &g);
    const cJSON *nodes = get(g.json, "nodes"), *animation = at(get(g.json, "animations"), 0),
                *channels = get(animation, "channels"), *samplers = get(animation, "samplers");
    int parents[24], rotation[24], translation = -1, times = -1;
    for (int j = 0; j < 24; j++) parents[j] = rotation[j] = -1;
    for (int j = 0; j < 24; j++) {
        const cJSON *child, *children = cJSON_GetObjectItem(at(nodes, j), "children");
        cJSON_ArrayForEach(child, children) parents[child->valueint] = j;
    }
    const cJSON *channel;
    cJSON_ArrayForEach(channel, channels) {
        const cJSON *target = get(channel, "target"),
                    *sampler = at(samplers, number(channel, "sampler"));
        if (strcmp(get(target, "path")->valuestring, "rotation") == 0)
            rotation[number(target, "node")] = number(sampler, "output");
        else
            translation = number(sampler, "output");
        times = number(sampler, "input");
    }
    for (size_t t = 0; t < 300; t++) {
        assert_true(fabs(value(&g, times, t, 0) - (double)t / 60) < 1e-6);
        for (int j = 0; j < 24; j++) {
            double p[3], length = 0, along = 0;
            place(&g, parents, rotation, translation, t, j, p);
            for (size_t k = 0; k < 3; k++)
                assert_true(fabs(p[k] - c.body.positions[3 * (24 * t + (size_t)j) + k]) < 2e-6);
            for (size_t k = 0; k < 4; k++) {
                length += pow(value(&g, rotation[j], t, k), 2);
                along += t ? value(&g, rotation[j], t, k) * value(&g, rotation[j], t - 1, k) : 1;
            }
            assert_true(fabs(length - 1) < 1e-6 && along > 0); /* never the long way round */
        }
    }
    const cJSON *skin = at(get(g.json, "skins"), 0);
    double rest[3] = {0, 0, 0}; /* the last joint's */
    for (int j = 23; j >= 0; j = s.parents[j])
        for (int k = 0; k < 3; k++) rest[k] += s.offsets[3 * j + k];
    for (size_t k = 0; k < 16; k++) {
        double expected = k < 12 || k == 15 ? k % 5 == 0 : -rest[k - 12];
        assert_true(fabs(value(&g, number(skin, "inverseBindMatrices"), 23, k) - expected) < 1e-6);
    }
    close_glb(&g);
    clip_free(&c);
    skeleton_free(&s);
}

/* Every edge lies between two triangles that run along it in opposite directions, and the volume
 * inside is positive: no holes, nothing inside out. */
static void check_closed(const Figure *f, double least, double most) {
    double volume = 0;
    int *edges = calloc(f->vertices * f->vertices, sizeof *edges);
    for (size_t t = 0; t < f->triangles; t++) {
        const uint32_t *v = f->index + 3 * t;
        const float *p[3] = {f->position + 3 * v[0], f->position + 3 * v[1],
                             f->position + 3 * v[2]};
        for (int k = 0; k < 3; k++) {
            edges[v[k] * f->vertices + v[(k + 1) % 3]]++;
            edges[v[(k + 1) % 3] * f->vertices + v[k]] -= 1 << 10;
            volume += (double)(p[0][k] * (p[1][(k + 1) % 3] * p[2][(k + 2) % 3] -
                                          p[1][(k + 2) % 3] * p[2][(k + 1) % 3])) /
                      6;
        }
    }
    for (size_t i = 0; i < f->vertices * f->vertices; i++)
        assert_true(edges[i] == 0 || edges[i] == 1 - (1 << 10));
    free(edges);
    if (!(volume > least && volume < most)) fail_msg("%g cubic metres", volume);
}

static void figures_are_closed(void **state) {
    (void)state;
    Error err;
    Skeleton s;
    Figure f;
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_done(figure_new(&f, &s, &err), &err);
    check_closed(&f, 0.05, 0.09); /* a person's is about 0.07; parts overlap */
    skeleton_free(&s);
    figure_free(&f);
    make_chain(&s, 5);
    assert_done(figure_new(&f, &s, &err), &err);
    check_closed(&f, 1e-6, 1e-3);
    skeleton_free(&s);
    figure_free(&f);
    make_chain(&s, 1); /* no bone: no mesh, and the file does without */
    Motion m;
    Clip c;
    Glb g;
    make_motion(&m, 3, 1);
    assert_done(clip_new(&c, &m, "point", &s, &err), &err);
    open_glb(&c, &g);
    assert_null(cJSON_GetObjectItem(g.json, "meshes"));
    close_glb(&g);
    clip_free(&c);
    motion_free(&m);
    skeleton_free(&s);
}

/* In the rest pose the figure is where it was made; turned and moved as a whole it turns and moves;
 * a vertex of one joint keeps its distance from that. */
static void figures_follow_their_joints(void **state) {
    (void)state;
    Clip c;
    Skeleton s;
    Figure f;
    Error err;
    make_clip(&c, &s, 40);
    assert_done(figure_new(&f, &s, &err), &err);
    float *p = malloc(3 * f.vertices * sizeof *p), *n = malloc(3 * f.vertices * sizeof *n);
    double globals[24 * 9], rest[72];
    for (size_t j = 0; j < 24; j++)
        for (size_t k = 0; k < 3; k++)
            rest[3 * j + k] = s.offsets[3 * j + k] + (j ? rest[3 * s.parents[j] + (int)k] : 0);
    for (size_t i = 0; i < 24 * 9; i++) globals[i] = i % 9 % 4 == 0;
    figure_pose(&f, &s, rest, globals, p, n);
    for (size_t i = 0; i < 3 * f.vertices; i++)
        assert_true(fabsf(p[i] - f.position[i]) < 1e-6f && fabsf(n[i] - f.normal[i]) < 1e-5f);
    const double *joints = c.body.positions + 39 * 72;
    skeleton_global_rotations(&s, c.body.rotations + 39 * 24 * 9, globals);
    figure_pose(&f, &s, joints, globals, p, n);
    for (size_t i = 0; i < f.vertices; i++) {
        size_t j = f.joint[2 * i];
        double before = 0, after = 0;
        if (f.weight[2 * i] < 1) continue;
        for (size_t k = 0; k < 3; k++) {
            before += pow((double)f.position[3 * i + k] - rest[3 * j + k], 2);
            after += pow((double)p[3 * i + k] - joints[3 * j + k], 2);
        }
        assert_true(fabs(sqrt(before) - sqrt(after)) < 1e-6);
    }
    free(p);
    free(n);
    figure_free(&f);
    clip_free(&c);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_keeps_the_rules),
        cmocka_unit_test(the_nodes_dance_as_the_clip_does),
        cmocka_unit_test(figures_are_closed),
        cmocka_unit_test(figures_follow_their_joints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
