/* clap_swin.c: the blocks of a Swin transformer as ClapAudioEncoder has them. Tokens are cut into
 * pieces that stay in a processor's cache from the norm to the sum; threads take pieces. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "features/encoders/clap_parts.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

/* Tokens of a piece, at least one window. Layers with many weights pay for being read only with
 * many tokens. */
enum { FEW_TOKENS = 256, MANY_TOKENS = 512, WIDE = 256 };

static const float masked = -100; /* added to scores of what is not seen */

static size_t piece_tokens(const Clap *m, size_t s) {
    const size_t window = m->config.window * m->config.window;
    const size_t wanted = m->stages[s].width < WIDE ? FEW_TOKENS : MANY_TOKENS;
    return wanted < window ? window : wanted / window * window;
}

/* Normed, and the widest of what is made of it; scores of a window. */
static size_t block_floats(const Clap *m, size_t s) {
    const size_t n = m->stages[s].width, window = m->config.window * m->config.window;
    const size_t inner = m->config.inner > 3 ? m->config.inner : 3;
    return piece_tokens(m, s) * n * (1 + inner) + window * window;
}

/* Numbers of a thread's room in float. */
static size_t float_room(const Clap *m) {
    const size_t patches = m->stages[0].grid * m->config.patch * m->config.patch;
    const size_t vectors = clap_channels(m) + 2 * m->config.embedding;
    size_t most = patches > vectors ? patches : vectors;
    for (size_t s = 0; s < m->config.stages; s++)
        if (block_floats(m, s) > most) most = block_floats(m, s);
    return most + 16 - most % 16; /* whole lines of a cache */
}

/* The largest input of a linear layer in bfloat16, as so many floats; 0 where there is none. */
static size_t rounded_floats(const Clap *m) {
    const size_t inner = m->config.inner > 4 ? m->config.inner : 4;
    size_t most = 0;
    if (!m->stages[0].blocks[0].linear.qkv.half.data) return 0;
    for (size_t s = 0; s < m->config.stages; s++) {
        const size_t bytes =
            bf16_input_size(bf16_kernel(), piece_tokens(m, s), inner * m->stages[s].width);
        most = bytes > most ? bytes : most;
    }
    return (most + 63) / 64 * 16;
}

/* Layers that are packed side by side: qkv and out of a block, up and down, a merge alone. */
static size_t pair_room(const EncoderLinear *a, const EncoderLinear *b) {
    return encoder_linear_room(a) + encoder_linear_room(b);
}

/* Of all threads; a multiple of 16, as packed sizes are. */
static size_t packed_room(const Clap *m) {
    static const EncoderLinear none = {0};
    size_t most = 0;
    for (size_t s = 0; s < m->config.stages; s++) {
        const ClapStage *stage = &m->stages[s];
        const EncoderBlock *b = &stage->blocks[0].linear;
        const bool last = s + 1 == m->config.stages;
        const size_t sizes[] = {pair_room(&b->qkv, &b->out), pair_room(&b->up, &b->down),
                                last ? 0 : pair_room(&stage->merge, &none)};
        for (size_t i = 0; i < 3; i++) most = sizes[i] > most ? sizes[i] : most;
    }
    return (most + 15) / 16 * 16;
}

static size_t thread_room(const Clap *m) { return float_room(m) + rounded_floats(m); }

size_t clap_room(const Clap *m, size_t threads) {
    return packed_room(m) + threads * thread_room(m);
}

float *clap_own_room(const Clap *m, float *room) {
    return room + packed_room(m) + (size_t)omp_get_thread_num() * thread_room(m);
}

/* Behind the floats of a thread's room. */
static void *rounded_room(const Clap *m, float *room) { return room + float_room(m); }

static void pack_pair(EncoderLinear *a, EncoderLinear *b, float *room) {
    const size_t first = encoder_linear_room(a);
    *a = encoder_linear_packed(a, room);
    *b = encoder_linear_packed(b, room + first);
}

/* --- windows --- */

/* Windows of a stage, shifted by so many tokens. */
typedef struct {
    size_t grid, width, side, shift, across; /* side of a window; windows across the grid */
} Windows;

/* Where in [clips, grid^2] token p of window w is: windows are cut from the grid rolled by
 * (-shift, -shift), clip after clip, row by row. */
static size_t token_place(const Windows *v, size_t w, size_t p) {
    const size_t each = v->across * v->across, clip = w / each, k = w % each;
    const size_t row = k / v->across * v->side + p / v->side + v->shift;
    const size_t column = k % v->across * v->side + p % v->side + v->shift;
    const size_t grid = v->grid;
    return (clip * grid + (row < grid ? row : row - grid)) * grid +
           (column < grid ? column : column - grid);
}

/* 0, 1 or 2: what lies side by side in the rolled grid but not in the picture differs. */
static size_t zone(const Windows *v, size_t at) {
    if (at < v->grid - v->side) return 0;
    return at < v->grid - v->shift ? 1 : 2;
}

static void mask(const Windows *v, size_t w, float *scores) {
    const size_t k = w % (v->across * v->across), row = k / v->across, column = k % v->across;
    const size_t n = v->side * v->side;
    if (v->shift == 0 || (row + 1 < v->across && column + 1 < v->across)) return;
    for (size_t p = 0; p < n; p++)
        for (size_t q = 0; q < n; q++) {
            const bool rows =
                zone(v, row * v->side + p / v->side) == zone(v, row * v->side + q / v->side);
            const bool columns =
                zone(v, column * v->side + p % v->side) == zone(v, column * v->side + q % v->side);
            if (!rows || !columns) scores[p * n + q] += masked;
        }
}

/* One window: qkv [window^2, 3 width] -> mixed [window^2, width]. */
static void attend(const ClapBlock *b, size_t heads, const Windows *v, size_t w, const float *qkv,
                   float *scores, float *mixed) {
    const size_t n = v->side * v->side, width = v->width, head = width / heads;
    const float scale = 1 / sqrtf((float)head);
    for (size_t h = 0; h < heads; h++) {
        const float *query = qkv + h * head, *key = query + width, *value = key + width;
        memcpy(scores, b->bias + h * n * n, n * n * sizeof *scores);
        mask(v, w, scores);
        matmul_nt(n, n, head, scale, query, 3 * width, key, 3 * width, 1, scores, n);
        kernel_softmax(scores, n, n);
        matmul(n, head, n, 1, scores, n, value, 3 * width, 0, mixed + h * head, width);
    }
}

/* x += attention of its windows first ... first + count - 1. */
static void attention_piece(const Clap *m, size_t s, const ClapBlock *b, const Windows *v,
                            size_t first, size_t count, float *x, float *windows, float *room) {
    const size_t n = v->side * v->side, width = v->width, rows = count * n;
    void *rounded = rounded_room(m, room);
    float *normed = room, *qkv = normed + piece_tokens(m, s) * width,
          *scores = qkv + piece_tokens(m, s) * 3 * width;
    for (size_t r = 0; r < rows; r++)
        kernel_layer_norm(x + token_place(v, first + r / n, r % n) * width, b->before.weight,
                          b->before.bias, m->config.epsilon, 1, width, normed + r * width);
    encoder_linear_run(&b->linear.qkv, normed, rows, NULL, rounded, qkv);
    for (size_t w = 0; w < count; w++)
        attend(b, m->config.heads[s], v, first + w, qkv + w * n * 3 * width, scores,
               normed + w * n * width);
    float *given = qkv;
    encoder_linear_run(&b->linear.out, normed, rows, NULL, rounded, given);
    for (size_t r = 0; r < rows; r++) {
        float *to = x + token_place(v, first + r / n, r % n) * width;
        for (size_t k = 0; k < width; k++) to[k] += given[r * width + k];
    }
    const size_t each = v->across * v->across;
    for (size_t w = 0; windows && w < count && first + w < each; w++)
        memcpy(windows + (first + w) * n * width, given + w * n * width, n * width * sizeof *given);
}

static void feed_piece(const Clap *m, const ClapBlock *b, size_t width, size_t rows, float *x,
                       float *room) {
    const size_t inner = m->config.inner * width;
    void *rounded = rounded_room(m, room);
    float *normed = room, *between = normed + rows * width;
    kernel_layer_norm(x, b->after.weight, b->after.bias, m->config.epsilon, rows, width, normed);
    encoder_linear_run(&b->linear.up, normed, rows, NULL, rounded, between);
    kernel_gelu_erf(between, rows * inner);
    encoder_linear_run(&b->linear.down, between, rows, x, rounded, x);
}

void clap_block(const Clap *m, size_t s, size_t b, float *x, size_t clips, float *windows,
                float *room) {
    const ClapStage *stage = &m->stages[s];
    ClapBlock block = stage->blocks[b];
    const size_t side = m->config.window, across = stage->grid / side;
    const Windows v = {.grid = stage->grid,
                       .width = stage->width,
                       .side = side,
                       .shift = b % 2 && across > 1 ? side / 2 : 0,
                       .across = across};
    const size_t piece = piece_tokens(m, s), each = piece / (side * side);
    const size_t all = clips * across * across, tokens = clips * stage->grid * stage->grid;
    const size_t pieces = (all + each - 1) / each, threads = (size_t)omp_get_max_threads();
    pack_pair(&block.linear.qkv, &block.linear.out, room);
    /* with fewer pieces than threads it is products that are split */
#pragma omp parallel for schedule(dynamic, 1) if (pieces >= threads)
    for (size_t w = 0; w < all; w += each)
        attention_piece(m, s, &block, &v, w, all - w < each ? all - w : each, x, windows,
                        clap_own_room(m, room));
    pack_pair(&block.linear.up, &block.linear.down, room);
#pragma omp parallel for schedule(dynamic, 1) if (pieces >= threads)
    for (size_t t = 0; t < tokens; t += piece)
        feed_piece(m, &block, stage->width, tokens - t < piece ? tokens - t : piece,
                   x + t * stage->width, clap_own_room(m, room));
}

/* Token t of the coarser grid: its four, columns innermost last: (0, 0), (1, 0), (0, 1), (1, 1). */
static void gather(const ClapStage *stage, const float *x, size_t t, float *to) {
    const size_t grid = stage->grid, half = grid / 2, n = stage->width;
    const size_t clip = t / (half * half), row = t / half % half, column = t % half;
    for (size_t k = 0; k < 4; k++)
        memcpy(to + k * n, x + ((clip * grid + 2 * row + k % 2) * grid + 2 * column + k / 2) * n,
               n * sizeof *to);
}

void clap_merge(const Clap *m, size_t s, const float *x, size_t clips, float *y, float *room) {
    const ClapStage *stage = &m->stages[s];
    const size_t n = stage->width, tokens = clips * stage->grid * stage->grid / 4;
    const size_t piece = piece_tokens(m, s), pieces = (tokens + piece - 1) / piece;
    const EncoderLinear merge = encoder_linear_packed(&stage->merge, room);
#pragma omp parallel for schedule(dynamic, 1) if (pieces >= (size_t)omp_get_max_threads())
    for (size_t t = 0; t < tokens; t += piece) {
        const size_t rows = tokens - t < piece ? tokens - t : piece;
        float *four = clap_own_room(m, room);
        for (size_t r = 0; r < rows; r++) gather(stage, x, t + r, four + r * 4 * n);
        kernel_layer_norm(four, stage->merge_norm.weight, stage->merge_norm.bias, 1e-5f, rows,
                          4 * n, four);
        encoder_linear_run(&merge, four, rows, NULL, rounded_room(m, four), y + t * 2 * n);
    }
}
