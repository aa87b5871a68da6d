/* jukebox_prior.c: the weights in their file, and what enters the first block. */
#include "features/encoders/jukebox_prior.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/checkpoint.h"
#include "lib/base/memory.h"

static const double song_seconds = 62; /* jukemirlib's */

struct JukeboxPrior {
    JukeboxConfig config;
    Weights *file;
    WeightBlocks own;
    float *genre, *artist; /* [columns]: "unknown" */
    float *total; /* [columns] */
    float *absolute, *relative; /* [times, columns] */
    uint64_t print;
};

/* --- opening --- */

/* The tensors of a block, in the order of JukeboxBlock. */
enum { TENSORS = 12 };
typedef struct {
    const char *name;
    int rank;
    size_t shape[2];
} BlockTensor;

static void list_tensors(const JukeboxConfig *c, BlockTensor t[TENSORS]) {
    const size_t n = c->columns;
    const size_t a = c->attention;
    const size_t m = c->inner;
    const BlockTensor all[TENSORS] = {
        {"ln_0.weight", 1, {n}},          {"ln_0.bias", 1, {n}},
        {"attn.c_attn.w", 2, {n, 3 * a}}, {"attn.c_attn.b", 1, {3 * a}},
        {"attn.c_proj.w", 2, {a, n}},     {"attn.c_proj.b", 1, {n}},
        {"ln_1.weight", 1, {n}},          {"ln_1.bias", 1, {n}},
        {"mlp.c_fc.w", 2, {n, m}},        {"mlp.c_fc.b", 1, {m}},
        {"mlp.c_proj.w", 2, {m, n}},      {"mlp.c_proj.b", 1, {n}},
    };
    memcpy(t, all, sizeof all);
}

enum { NAME = 120 };
static const char *tensor_name(size_t block, const BlockTensor *t, char text[NAME]) {
    snprintf(text, NAME, "prior.transformer._attn_mods.%zu.%s", block, t->name);
    return text;
}

static int expect_blocks(const JukeboxPrior *p, size_t layers, Error *err) {
    BlockTensor t[TENSORS];
    char name[NAME];
    list_tensors(&p->config, t);
    for (size_t i = 0; i < layers; i++)
        for (size_t k = 0; k < TENSORS; k++)
            if (weights_expect(p->file, tensor_name(i, &t[k], name), t[k].rank, t[k].shape, err))
                return -1;
    return 0;
}

/* What is read of a prior but for its embeddings of codes and places and its blocks. */
static int take_labels(JukeboxPrior *p, Error *err) {
    const JukeboxConfig *c = &p->config;
    WeightLoader l = {.weights = p->file, .blocks = &p->own, .err = err};
    const size_t n = c->columns;
    const size_t genres[2] = {c->genres, n};
    const size_t artists[2] = {c->artists, n};
    const size_t times[2] = {c->times, n};
    const double samples = c->rate * song_seconds;
    const double song = floor(samples / (double)c->hop) * (double)c->hop;
    const double shortest = c->shortest * c->rate;
    const double longest = c->longest * c->rate;
    const double bin = floor((double)c->times * (song - shortest) / (longest - shortest));
    if (!(bin >= 0 && bin < (double)c->times))
        return error_set(err, "%s: a song of %g s is outside of 'min_duration' and 'max_duration'",
                         weights_path(p->file), song_seconds);
    p->genre = loader_room(&l, n);
    p->artist = loader_room(&l, n);
    p->total = loader_room(&l, n);
    p->absolute = loader_take(&l, 2, times, "y_emb.absolute_pos_emb.emb.weight");
    p->relative = loader_take(&l, 2, times, "y_emb.relative_pos_emb.emb.weight");
    if (l.failed) return -1;
    const struct {
        const char *name;
        const size_t *shape;
        size_t row;
        float *to;
    } rows[] = {{"y_emb.bow_genre_emb.emb.weight", genres, 0, p->genre},
                {"y_emb.artist_emb.emb.weight", artists, 0, p->artist},
                {"y_emb.total_length_emb.emb.weight", times, (size_t)bin, p->total}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (weights_expect(p->file, rows[i].name, 2, rows[i].shape, err) ||
            weights_read_rows(p->file, rows[i].name, 2, rows[i].shape, rows[i].row, 1, rows[i].to,
                              err))
            return -1;
    return 0;
}

/* The embeddings above, and the small tensors of the first block: 10 GB would take minutes. */
static int print_weights(JukeboxPrior *p, Error *err) {
    WeightBlocks small = {0};
    BlockTensor t[TENSORS];
    char name[NAME];
    WeightLoader l = {.weights = p->file, .blocks = &small, .err = err};
    list_tensors(&p->config, t);
    for (size_t k = 0; k < TENSORS; k++)
        if (t[k].rank == 1) loader_take(&l, 1, t[k].shape, "%s", tensor_name(0, &t[k], name));
    p->print = p->own.print ^ small.print;
    weight_blocks_free(&small);
    return l.failed ? -1 : 0;
}

static int open_weights(JukeboxPrior *p, const char *path, size_t layers, Error *err) {
    static const char *const prefixes[] = {"model.module.", "model.", "module.", "", NULL};
    static const char *const ignored[] = {"model.module.prior.x_out.",
                                          "model.prior.x_out.",
                                          "module.prior.x_out.",
                                          "prior.x_out.",
                                          "model.module.prior.transformer._attn_mods.",
                                          "model.prior.transformer._attn_mods.",
                                          "module.prior.transformer._attn_mods.",
                                          "prior.transformer._attn_mods.",
                                          "opt.",
                                          NULL};
    const JukeboxConfig *c = &p->config;
    if (weights_open(path, &p->file, err) ||
        weights_set_prefix(p->file, prefixes, "prior.x_emb.weight", err) ||
        weights_expect(p->file, "prior.x_emb.weight", 2, (size_t[]){c->bins, c->columns}, err) ||
        weights_expect(p->file, "prior.pos_emb.pos_emb", 2, (size_t[]){c->context, c->columns},
                       err) ||
        take_labels(p, err) || expect_blocks(p, layers, err) || print_weights(p, err))
        return -1;
    return weights_check_rest(p->file, ignored, err);
}

int jukebox_prior_open(const char *path, const JukeboxConfig *c, size_t layers, JukeboxPrior **out,
                       Error *err) {
    *out = NULL;
    JukeboxPrior *p = calloc(1, sizeof *p);
    if (!p) return error_set(err, "%s: out of memory", path);
    p->config = *c;
    const int status = open_weights(p, path, layers, err);
    if (status)
        jukebox_prior_close(p);
    else
        *out = p;
    return status;
}

void jukebox_prior_close(JukeboxPrior *p) {
    if (!p) return;
    weights_close(p->file);
    weight_blocks_free(&p->own);
    free(p);
}

uint64_t jukebox_prior_print(const JukeboxPrior *p) { return p->print; }

/* --- input --- */

/* x += the embeddings of the times of row t. */
static void add_time(const JukeboxPrior *p, size_t t, float *x) {
    const JukeboxConfig *c = &p->config;
    const double sample = (double)(t * c->hop);
    const double song = floor(c->rate * song_seconds / (double)c->hop) * (double)c->hop;
    const double at = floor((double)c->times * sample / (c->longest * c->rate));
    const double part = floor((double)c->times * sample / song);
    const double last = (double)(c->times - 1);
    const float *absolute = p->absolute + (size_t)fmin(at, last) * c->columns;
    const float *relative = p->relative + (size_t)fmin(part, last) * c->columns;
    for (size_t i = 0; i < c->columns; i++) x[i] += p->total[i] + absolute[i] + relative[i];
}

static int report_conditions(const JukeboxPrior *p, const float *start, EncoderStage *stage,
                             void *context, Error *err) {
    const JukeboxConfig *c = &p->config;
    enum { FIRST = 4, SLOTS_MAX = 64 };
    const double song = floor(c->rate * song_seconds / (double)c->hop) * (double)c->hop;
    float y[FIRST + SLOTS_MAX] = {(float)song, 0, (float)(c->context * c->hop), 0, 0};
    for (size_t i = 1; i < c->genre_slots; i++) y[FIRST + i] = -1;
    float *times = memory_zeros(c->context * c->columns * sizeof *times);
    if (!times) return error_set(err, "out of memory for %zu codes", c->context);
    for (size_t t = 0; t < c->context; t++) add_time(p, t, times + t * c->columns);
    stage(context, "y", y, 1, (size_t[]){FIRST + c->genre_slots});
    stage(context, "x_cond", times, 2, (size_t[]){c->context, c->columns});
    stage(context, "y_cond", start, 2, (size_t[]){1, c->columns});
    free(times);
    return 0;
}

int jukebox_prior_input(const JukeboxPrior *p, const size_t *codes, size_t n, float *x,
                        EncoderStage *stage, void *context, Error *err) {
    const JukeboxConfig *c = &p->config;
    const size_t places[2] = {c->context, c->columns};
    const size_t embeddings[2] = {c->bins, c->columns};
    float *row = malloc(c->columns * sizeof *row);
    int status = row ? 0 : error_set(err, "out of memory");
    if (!status)
        status = weights_read_rows(p->file, "prior.pos_emb.pos_emb", 2, places, 0, n, x, err);
    for (size_t i = 0; row && i < c->columns; i++) row[i] = p->genre[i] + p->artist[i];
    if (!status && stage) status = report_conditions(p, row, stage, context, err);
    for (size_t t = 0; t < n && !status; t++) {
        if (t > 0)
            status = weights_read_rows(p->file, "prior.x_emb.weight", 2, embeddings, codes[t - 1],
                                       1, row, err);
        for (size_t i = 0; i < c->columns; i++) x[t * c->columns + i] += row[i];
        add_time(p, t, x + t * c->columns);
    }
    if (!status && stage) stage(context, "input", x, 2, (size_t[]){n, c->columns});
    free(row);
    return status;
}

/* --- blocks --- */

size_t jukebox_block_size(const JukeboxConfig *c) {
    BlockTensor t[TENSORS];
    size_t sum = 0;
    list_tensors(c, t);
    for (size_t k = 0; k < TENSORS; k++)
        sum += t[k].shape[0] * (t[k].rank == 2 ? t[k].shape[1] : 1);
    return sum;
}

/* Rows are converted by all threads: 69 million numbers of the published prior. */
static int read_tensor(const JukeboxPrior *p, const char *name, const BlockTensor *t, float *out,
                       Error *err) {
    enum { ROWS = 64 };
    const size_t wide = t->rank == 2 ? t->shape[1] : 1;
    const size_t rows = t->shape[0];
    int status = 0;
#pragma omp parallel for schedule(dynamic, 1) if (rows * wide > 100000)
    for (size_t at = 0; at < rows; at += ROWS) {
        const size_t count = rows - at < ROWS ? rows - at : ROWS;
        Error mine;
        if (!weights_read_rows(p->file, name, t->rank, t->shape, at, count, out + at * wide, &mine))
            continue;
#pragma omp critical(jukebox_read)
        {
            *err = mine;
            status = -1;
        }
    }
    return status;
}

int jukebox_block_read(const JukeboxPrior *p, size_t i, JukeboxBlock *b, Error *err) {
    const JukeboxConfig *c = &p->config;
    float **const places[TENSORS] = {&b->norm,  &b->norm_bias, &b->project.w, &b->project.bias,
                                     &b->out.w, &b->out.bias,  &b->second,    &b->second_bias,
                                     &b->up.w,  &b->up.bias,   &b->down.w,    &b->down.bias};
    BlockTensor t[TENSORS];
    char name[NAME];
    if (!b->room) b->room = memory_block(jukebox_block_size(c) * sizeof *b->room);
    if (!b->room) return error_set(err, "out of memory for a block of %zu columns", c->columns);
    float *at = b->room;
    list_tensors(c, t);
    for (size_t k = 0; k < TENSORS; k++) {
        if (read_tensor(p, tensor_name(i, &t[k], name), &t[k], at, err)) return -1;
        *places[k] = at;
        at += t[k].shape[0] * (t[k].rank == 2 ? t[k].shape[1] : 1);
    }
    b->project.in = b->out.out = b->up.in = b->down.out = c->columns;
    b->project.out = 3 * c->attention;
    b->out.in = c->attention;
    b->up.out = b->down.in = c->inner;
    b->number = i;
    return 0;
}

static void free_rounded(JukeboxBlock *b) {
    bf16_matrix_free(&b->project.rounded);
    bf16_matrix_free(&b->out.rounded);
    bf16_matrix_free(&b->up.rounded);
    bf16_matrix_free(&b->down.rounded);
}

/* w [in, out] -> [out, in], in squares that stay in a cache. */
static void turn(const float *w, size_t in, size_t out, float *to) {
    enum { SIDE = 32 };
#pragma omp parallel for schedule(static)
    for (size_t column = 0; column < out; column += SIDE)
        for (size_t row = 0; row < in; row += SIDE)
            for (size_t o = column; o < out && o < column + SIDE; o++)
                for (size_t i = row; i < in && i < row + SIDE; i++) to[o * in + i] = w[i * out + o];
}

static int round_linear(JukeboxLinear *l, Error *err) {
    float *turned = memory_block(l->in * l->out * sizeof *turned);
    if (!turned) return error_set(err, "out of memory for a block of %zu columns", l->in);
    turn(l->w, l->in, l->out, turned);
    const int status = bf16_matrix(&l->rounded, bf16_kernel(), l->out, l->in, turned, err);
    free(turned);
    return status;
}

int jukebox_block_round(JukeboxBlock *b, Error *err) {
    free_rounded(b);
    return round_linear(&b->project, err) || round_linear(&b->out, err) ||
                   round_linear(&b->up, err) || round_linear(&b->down, err)
               ? -1
               : 0;
}

void jukebox_block_free(JukeboxBlock *b) {
    free_rounded(b);
    free(b->room);
    *b = (JukeboxBlock){0};
}
