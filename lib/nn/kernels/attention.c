#include "lib/nn/kernels/attention.h"

#include "lib/nn/kernels/bfloat16_kernels.h"
#include "lib/nn/kernels/bfloat16_round.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"

enum {
    BLOCK = 128, /* rows of Q at a time */
    LANES = 16
};

static const real nothing = (real)-1e30; /* whose exponential is zero */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static size_t up_to(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

size_t attention_row(size_t keys) { return up_to(keys, LANES); }

void attention_hide(const AttentionWindow *w, size_t rows, size_t keys, size_t i, real *row) {
    for (size_t j = keys; j < attention_row(keys); j++) row[j] = nothing;
    if (!w) return;
    size_t at = keys - rows + i, left = at > w->before ? at - w->before : 0;
    size_t right = w->after < keys - at ? at + w->after + 1 : keys; /* the first unseen one */
    if (at < w->prefix) left = right = 0;
    for (size_t j = w->prefix; j < left; j++) row[j] = nothing;
    for (size_t j = right > w->prefix ? right : w->prefix; j < keys; j++) row[j] = nothing;
}

/* Rows first ... of the scores [count, L] become exponentials; what they are to be multiplied by
 * -> over. */
static void exponentials(const AttentionHead *h, size_t first, size_t count, real *scores, size_t L,
                         real *over) {
    const RowLoops *loops = loops_of_rows();
    const size_t seen = attention_row(h->keys);
    for (size_t i = 0; i < count; i++) {
        real *row = scores + i * L;
        attention_hide(h->window, h->rows, h->keys, first + i, row);
        const real top = loops->largest(row, seen);
        const real sum = loops->exponentials(row, seen, top);
        over[i] = 1 / sum;
        if (h->lse) h->lse[first + i] = top + (real)log((double)sum);
        for (size_t j = seen; j < L; j++) row[j] = 0;
    }
}

static void divide(const AttentionHead *h, size_t first, size_t count, const real *over) {
    const RowLoops *loops = loops_of_rows();
    for (size_t i = 0; i < count; i++)
        loops->scale(h->o + (first + i) * h->o_stride, h->dim, over[i]);
}

size_t attention_room(size_t rows, size_t keys) {
    const size_t block = smaller(rows, BLOCK);
    return block * (attention_row(keys) + 1);
}

static void head(const AttentionHead *h, bool rounded, real *room) {
    const size_t L = attention_row(h->keys), block = smaller(h->rows, BLOCK);
    real *scores = room, *over = scores + block * L;
    for (size_t first = 0; first < h->rows; first += block) {
        const size_t count = smaller(h->rows - first, block);
        matmul_nt(count, h->keys, h->dim, h->scale, h->q + first * h->q_stride, h->q_stride, h->k,
                  h->kv_stride, 0, scores, L);
        exponentials(h, first, count, scores, L, over);
        if (rounded) loops_of_elements()->round(scores, scores, count * L);
        matmul(count, h->dim, h->keys, 1, scores, L, h->v, h->kv_stride, 0,
               h->o + first * h->o_stride, h->o_stride);
        divide(h, first, count, over);
    }
}

void attention_head(const AttentionHead *h, real *room) { head(h, false, room); }

/* --- bfloat16 --- */

/* Where the parts of a room begin, in bytes. */
typedef struct {
    size_t scores, over, query, key, value, chances, end;
} Places;

static Places places_of(Bf16Kernel kernel, size_t rows, size_t keys, size_t dim) {
    const size_t block = smaller(rows, BLOCK), L = up_to(keys, BF16_IN);
    const size_t wide = up_to(dim, BF16_IN), half = sizeof(uint16_t);
    const size_t high = up_to(block, BF16_ROWS);
    Places p = {0};
    p.over = up_to(block * (L > dim ? L : dim) * sizeof(real), 64);
    p.query = p.over + up_to(block * sizeof(real), 64);
    if (kernel == BF16_PLAIN) {
        p.key = p.query + up_to(rows * dim * sizeof(real), 64);
        p.value = p.key + up_to(keys * dim * sizeof(real), 64);
        p.chances = p.end = p.value + keys * dim * sizeof(real);
        return p;
    }
    p.key = p.query + high * wide * half;
    p.value = p.key + up_to(keys, BF16_OUT) * wide * half;
    p.chances = p.value + up_to(dim, BF16_OUT) * L * half;
    p.end = p.chances + high * L * half;
    return p;
}

size_t attention_room_bf16(Bf16Kernel kernel, size_t rows, size_t keys, size_t dim) {
    return up_to(places_of(kernel, rows, keys, dim).end, 64);
}

/* x [rows, dim] times f, rounded. */
static const real *rounded_copy(const real *x, size_t stride, real f, size_t rows, size_t dim,
                                void *to) {
    const ElementLoops *loops = loops_of_elements();
    for (size_t t = 0; t < rows; t++) loops->scale(f, x + t * stride, (real *)to + t * dim, dim);
    loops->round(to, to, rows * dim);
    return to;
}

static void head_plain(const AttentionHead *h, const Places *p, char *room) {
    AttentionHead copy = *h;
    copy.q = rounded_copy(h->q, h->q_stride, h->scale, h->rows, h->dim, room + p->query);
    copy.k = rounded_copy(h->k, h->kv_stride, 1, h->keys, h->dim, room + p->key);
    copy.v = rounded_copy(h->v, h->kv_stride, 1, h->keys, h->dim, room + p->value);
    copy.scale = 1;
    copy.q_stride = copy.kv_stride = h->dim;
    head(&copy, true, (real *)room);
}

static void round_input(Bf16Kernel kernel, const real *x, size_t stride, size_t rows, size_t terms,
                        uint16_t *to) {
    const Bf16Operand operand = {x, stride, false, rows, terms};
    for (size_t i = 0; i < bf16_tiles(rows, BF16_ROWS); i++)
        bf16_round_input(kernel, &operand, (Bf16Strip){i, 0, terms},
                         to + i * BF16_ROWS * up_to(terms, BF16_IN));
}

static void round_weights(Bf16Kernel kernel, const Bf16Operand *o, uint16_t *to) {
    for (size_t i = 0; i < bf16_tiles(o->places, BF16_OUT); i++)
        bf16_round_weights(kernel, o, (Bf16Strip){i, 0, o->terms},
                           to + i * BF16_OUT * up_to(o->terms, BF16_IN));
}

/* y [rows, out] = input [rows, terms] weights^T */
static void product(Bf16Kernel kernel, size_t rows, size_t out, size_t terms, const uint16_t *input,
                    const uint16_t *weights, real *y, size_t stride) {
    const Bf16Job job = {.rows = rows,
                         .out = out,
                         .input_stride = up_to(terms, BF16_IN),
                         .stride = stride,
                         .across = bf16_tiles(terms, BF16_IN),
                         .weights = weights,
                         .input = input,
                         .y = y};
    bf16_run(kernel, &job, (Part){0, rows}, (Part){0, bf16_tiles(out, BF16_OUT)});
}

void attention_head_bf16(Bf16Kernel kernel, const AttentionHead *h, void *room) {
    const Places p = places_of(kernel, h->rows, h->keys, h->dim);
    const size_t L = up_to(h->keys, BF16_IN), block = smaller(h->rows, BLOCK);
    char *at = room;
    if (kernel == BF16_PLAIN) {
        head_plain(h, &p, room);
        return;
    }
    real *scores = (real *)(at + p.scores), *over = (real *)(at + p.over);
    uint16_t *query = (uint16_t *)(at + p.query), *key = (uint16_t *)(at + p.key),
             *value = (uint16_t *)(at + p.value), *chances = (uint16_t *)(at + p.chances);
    round_weights(kernel, &(Bf16Operand){h->k, h->kv_stride, false, h->keys, h->dim}, key);
    round_weights(kernel, &(Bf16Operand){h->v, h->kv_stride, true, h->dim, h->keys}, value);
    for (size_t first = 0; first < h->rows; first += block) {
        const size_t count = smaller(h->rows - first, block);
        for (size_t i = 0; i < count; i++)
            loops_of_elements()->scale(h->scale, h->q + (first + i) * h->q_stride,
                                       scores + i * h->dim, h->dim);
        round_input(kernel, scores, h->dim, count, h->dim, query);
        product(kernel, count, h->keys, h->dim, query, key, scores, L);
        exponentials(h, first, count, scores, L, over);
        round_input(kernel, scores, L, count, L, chances);
        product(kernel, count, h->dim, h->keys, chances, value, h->o + first * h->o_stride,
                h->o_stride);
        divide(h, first, count, over);
    }
}
