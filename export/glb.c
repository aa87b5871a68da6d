#include "export/glb.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "export/figure.h"
#include "lib/base/version.h"
#include "lib/motion/quaternion.h"
#include "lib/motion/smpl_joint_names.h"

enum {
    UNSIGNED_BYTE = 5121,
    UNSIGNED_SHORT = 5123,
    UNSIGNED_INT = 5125,
    FLOAT = 5126,
    VERTICES = 34962,
    INDICES = 34963
};

/* The two chunks of the file as they grow. Every accessor has a view of its own. */
typedef struct {
    const Clip *clip;
    Buffer binary, views, accessors;
    int count;
} GlbWriter;

/* --- accessors --- */

/* The number of the accessor for the bytes that `binary` has got since `start`; a whole number of
 * elements of 4-byte multiples. */
static int close_accessor(GlbWriter *w, size_t start, size_t count, int component, const char *type,
                          int target, const char *bounds) {
    const char *comma = w->count ? "," : "";
    buffer_print(&w->views, "%s{\"buffer\":0,\"byteOffset\":%zu,\"byteLength\":%zu", comma, start,
                 w->binary.size - start);
    if (target) buffer_print(&w->views, ",\"target\":%d", target);
    buffer_text(&w->views, "}");
    buffer_print(&w->accessors,
                 "%s{\"bufferView\":%d,\"componentType\":%d,\"count\":%zu,\"type\":\"%s\"%s}",
                 comma, w->count, component, count, type, bounds);
    buffer_fill(&w->binary, 0, (4 - w->binary.size % 4) % 4);
    return w->count++;
}

static int add_floats(GlbWriter *w, const float *v, size_t count, size_t width, const char *type,
                      int target) {
    size_t start = w->binary.size;
    for (size_t i = 0; i < count * width; i++) buffer_f32(&w->binary, v[i]);
    return close_accessor(w, start, count, FLOAT, type, target, "");
}

/* The same with its smallest and largest values, which the format wants of positions and times:
 * exactly, hence nine digits. */
static int add_bounded(GlbWriter *w, const float *v, size_t count, size_t width, const char *type,
                       int target) {
    Buffer bounds = {0};
    for (int largest = 0; largest < 2; largest++) {
        buffer_text(&bounds, largest ? ",\"max\":[" : ",\"min\":[");
        for (size_t k = 0; k < width; k++) {
            float best = v[k];
            for (size_t i = 1; i < count; i++)
                best = largest ? fmaxf(best, v[i * width + k]) : fminf(best, v[i * width + k]);
            buffer_print(&bounds, "%s%.9g", k ? "," : "", (double)best);
        }
        buffer_text(&bounds, "]");
    }
    buffer_byte(&bounds, '\0');
    size_t start = w->binary.size;
    for (size_t i = 0; i < count * width; i++) buffer_f32(&w->binary, v[i]);
    int number = close_accessor(w, start, count, FLOAT, type, target,
                                bounds.failed ? "" : (const char *)bounds.data);
    w->binary.failed |= bounds.failed;
    buffer_free(&bounds);
    return number;
}

/* --- figure --- */

typedef struct {
    int position, normal, joints, weights, indices, inverse_bind;
} Mesh;

/* Four of each per vertex, as the format wants; unused ones are zero. */
static void add_influences(GlbWriter *w, const Figure *f, Mesh *out) {
    size_t start = w->binary.size;
    for (size_t i = 0; i < f->vertices; i++)
        for (size_t k = 0; k < 4; k++) {
            unsigned j = k < 2 && f->weight[2 * i + k] > 0 ? f->joint[2 * i + k] : 0;
            buffer_byte(&w->binary, (unsigned char)j);
            buffer_byte(&w->binary, (unsigned char)(j >> 8));
        }
    out->joints = close_accessor(w, start, f->vertices, UNSIGNED_SHORT, "VEC4", VERTICES, "");
    start = w->binary.size;
    for (size_t i = 0; i < f->vertices; i++)
        for (size_t k = 0; k < 4; k++) buffer_f32(&w->binary, k < 2 ? f->weight[2 * i + k] : 0);
    out->weights = close_accessor(w, start, f->vertices, FLOAT, "VEC4", VERTICES, "");
}

/* In the rest pose no joint is turned: the inverse takes its position away. Column-major. */
static int add_inverse_bind(GlbWriter *w) {
    const Skeleton *s = w->clip->skeleton;
    double rest[3 * JOINTS_MAX];
    size_t start = w->binary.size;
    skeleton_rest_positions(s, rest);
    for (size_t j = 0; j < s->joints; j++)
        for (size_t column = 0; column < 4; column++)
            for (size_t row = 0; row < 4; row++)
                buffer_f32(&w->binary, column == 3 && row < 3 ? -(float)rest[3 * j + row]
                                                              : (float)(row == column));
    return close_accessor(w, start, s->joints, FLOAT, "MAT4", 0, "");
}

static Mesh add_mesh(GlbWriter *w, const Figure *f) {
    Mesh m;
    m.position = add_bounded(w, f->position, f->vertices, 3, "VEC3", VERTICES);
    m.normal = add_floats(w, f->normal, f->vertices, 3, "VEC3", VERTICES);
    add_influences(w, f, &m);
    size_t start = w->binary.size;
    for (size_t i = 0; i < 3 * f->triangles; i++) buffer_le32(&w->binary, f->index[i]);
    m.indices = close_accessor(w, start, 3 * f->triangles, UNSIGNED_INT, "SCALAR", INDICES, "");
    m.inverse_bind = add_inverse_bind(w);
    return m;
}

/* --- animation --- */

/* (x, y, z, w) of every frame, on the same side as the frame before. */
static void joint_quaternions(const PoseTrack *b, size_t joint, float *out) {
    double before[4] = {1, 0, 0, 0};
    for (size_t t = 0; t < b->frames; t++) {
        double q[4], along = 0;
        quaternion_from_rotation(b->rotations + 9 * (t * b->joints + joint), q);
        for (int i = 0; i < 4; i++) along += q[i] * before[i];
        for (int i = 0; i < 4; i++) before[i] = along < 0 ? -q[i] : q[i];
        for (size_t i = 0; i < 4; i++) out[4 * t + i] = (float)before[(i + 1) % 4];
    }
}

/* Writes `samplers` and `channels` into json: 0 moves the root, 1 + j turns joint j. `scratch`
 * [frames, 4]. */
static void add_animation(GlbWriter *w, float *scratch, Buffer *json) {
    const PoseTrack *b = &w->clip->body;
    for (size_t t = 0; t < b->frames; t++) scratch[t] = (float)((double)t / b->fps);
    int times = add_bounded(w, scratch, b->frames, 1, "SCALAR", 0);
    for (size_t t = 0; t < b->frames; t++)
        for (size_t k = 0; k < 3; k++)
            scratch[3 * t + k] = (float)b->positions[3 * t * b->joints + k];
    buffer_print(json, "\"samplers\":[{\"input\":%d,\"output\":%d}", times,
                 add_floats(w, scratch, b->frames, 3, "VEC3", 0));
    for (size_t j = 0; j < b->joints; j++) {
        joint_quaternions(b, j, scratch);
        buffer_print(json, ",{\"input\":%d,\"output\":%d}", times,
                     add_floats(w, scratch, b->frames, 4, "VEC4", 0));
    }
    buffer_text(json,
                "],\"channels\":[{\"sampler\":0,\"target\":{\"node\":0,\"path\":\"translation\"}}");
    for (size_t j = 0; j < b->joints; j++)
        buffer_print(json, ",{\"sampler\":%zu,\"target\":{\"node\":%zu,\"path\":\"rotation\"}}",
                     j + 1, j);
    buffer_text(json, "]");
}

/* --- JSON --- */

static void put_extras(Buffer *json, const Clip *c) {
    buffer_print(json, "\"extras\":{\"fps\":%.17g,\"genre\":", c->body.fps);
    buffer_json(json, c->genre);
    buffer_text(json, ",\"music\":");
    buffer_json(json, c->music);
    buffer_print(json, ",\"seed_frames\":%zu}", c->seed_frames);
}

/* The joints, each under its own number, then (with a mesh) the figure. */
static void put_nodes(Buffer *json, const Clip *c, bool figure) {
    const Skeleton *s = c->skeleton;
    buffer_text(json, "\"nodes\":[");
    for (size_t j = 0; j < s->joints; j++) {
        char name[24];
        const double *o = s->offsets + 3 * j;
        smpl_joint_name(s->joints, j, name);
        buffer_print(json, "%s{\"name\":\"%s\",\"translation\":[%.9g,%.9g,%.9g]", j ? "," : "",
                     name, o[0], o[1], o[2]);
        const char *before = ",\"children\":[";
        for (size_t k = j + 1; k < s->joints; k++)
            if (s->parents[k] == (int)j) {
                buffer_print(json, "%s%zu", before, k);
                before = ",";
            }
        buffer_text(json, *before && before[1] ? "}" : "]}");
    }
    if (figure) buffer_text(json, ",{\"name\":\"Figure\",\"mesh\":0,\"skin\":0}");
    buffer_text(json, "]");
}

static void put_json(Buffer *json, const GlbWriter *w, const Mesh *m, const Buffer *animation) {
    const Clip *c = w->clip;
    size_t joints = c->skeleton->joints;
    buffer_text(json, "{\"asset\":{\"version\":\"2.0\",\"generator\":\"neverstop " NEVERSTOP_VERSION
                      "\"},\"scene\":0,\"scenes\":[{\"name\":");
    buffer_json(json, c->name);
    buffer_print(json, ",\"nodes\":[0");
    if (m) buffer_print(json, ",%zu", joints);
    buffer_text(json, "],");
    put_extras(json, c);
    buffer_text(json, "}],");
    put_nodes(json, c, m != NULL);
    if (m) {
        buffer_print(
            json,
            ",\"meshes\":[{\"name\":\"Figure\",\"primitives\":[{\"attributes\":{\"POSITION\":%d,"
            "\"NORMAL\":%d,\"JOINTS_0\":%d,\"WEIGHTS_0\":%d},\"indices\":%d,\"material\":0}]}]",
            m->position, m->normal, m->joints, m->weights, m->indices);
        buffer_text(
            json,
            ",\"materials\":[{\"name\":\"Figure\",\"pbrMetallicRoughness\":{\"baseColorFactor\":[0."
            "33,0.5,0.72,1],\"metallicFactor\":0,\"roughnessFactor\":0.6}}]");
        buffer_print(json, ",\"skins\":[{\"inverseBindMatrices\":%d,\"skeleton\":0,\"joints\":[",
                     m->inverse_bind);
        for (size_t j = 0; j < joints; j++) buffer_print(json, "%s%zu", j ? "," : "", j);
        buffer_text(json, "]}]");
    }
    buffer_text(json, ",\"animations\":[{\"name\":");
    buffer_json(json, c->name);
    buffer_text(json, ",");
    buffer_add(json, animation->data, animation->size);
    buffer_text(json, ",");
    put_extras(json, c);
    buffer_text(json, "}],\"accessors\":[");
    buffer_add(json, w->accessors.data, w->accessors.size);
    buffer_text(json, "],\"bufferViews\":[");
    buffer_add(json, w->views.data, w->views.size);
    buffer_print(json, "],\"buffers\":[{\"byteLength\":%zu}]}", w->binary.size);
    buffer_fill(json, ' ', (4 - json->size % 4) % 4);
}

/* --- the container --- */

static int put_chunks(Buffer *out, const Buffer *json, const Buffer *binary, Error *err) {
    size_t total = 12 + 8 + json->size + 8 + binary->size;
    if (total > UINT32_MAX)
        return error_set(err, "the result would have %zu bytes; the format ends at 4 GiB", total);
    buffer_text(out, "glTF");
    buffer_le32(out, 2);
    buffer_le32(out, (uint32_t)total);
    buffer_le32(out, (uint32_t)json->size);
    buffer_text(out, "JSON");
    buffer_add(out, json->data, json->size);
    buffer_le32(out, (uint32_t)binary->size);
    buffer_add(out, "BIN", 4);
    buffer_add(out, binary->data, binary->size);
    return buffer_check(out, err);
}

int glb_write(const Clip *clip, Buffer *out, Error *err) {
    GlbWriter w = {.clip = clip};
    Figure figure;
    Buffer json = {0}, animation = {0};
    if (figure_new(&figure, clip->skeleton, err)) return -1;
    float *scratch = calloc(4 * clip->body.frames, sizeof *scratch);
    int status = scratch ? 0 : error_set(err, "out of memory for %zu frames", clip->body.frames);
    if (!status) {
        Mesh mesh = {0};
        if (figure.vertices) mesh = add_mesh(&w, &figure);
        add_animation(&w, scratch, &animation);
        put_json(&json, &w, figure.vertices ? &mesh : NULL, &animation);
        status = buffer_check(&w.binary, err) || buffer_check(&w.views, err) ||
                         buffer_check(&w.accessors, err) || buffer_check(&animation, err) ||
                         buffer_check(&json, err)
                     ? -1
                     : 0;
    }
    if (!status) status = put_chunks(out, &json, &w.binary, err);
    free(scratch);
    figure_free(&figure);
    buffer_free(&w.binary);
    buffer_free(&w.views);
    buffer_free(&w.accessors);
    buffer_free(&json);
    buffer_free(&animation);
    return status;
}
