/* clap.c: clips through the network of clap.h. */
#include "features/encoders/clap.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/clap_parts.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

static const float norm_epsilon = 1e-5f; /* torch's default: of the norms outside of blocks */

typedef struct {
    const Clap *m;
    size_t clips;
    float *x, *y; /* [clips, tokens of the first stage, width] each */
    float *room; /* of the threads */
    float *image, *mel, *windows; /* of one clip; windows only for stages */
    EncoderStage *stage;
    void *context;
    Error *err;
} Run;

static void tell(const Run *r, const char *name, const float *x, int rank, const size_t *shape) {
    if (r->stage) r->stage(r->context, name, x, rank, shape);
}

static void tell_2(const Run *r, const char *name, const float *x, size_t rows, size_t columns) {
    tell(r, name, x, 2, (size_t[]){rows, columns});
}

/* --- patches --- */

/* image -> x [patches, width]: a row of the picture's patches at a time. */
static void embed_row(const Run *r, size_t row, float *x, float *cut) {
    const ClapConfig *c = &r->m->config;
    const size_t patch = c->patch, grid = r->m->stages[0].grid, n = c->width;
    for (size_t column = 0; column < grid; column++)
        for (size_t i = 0; i < patch; i++)
            memcpy(cut + (column * patch + i) * patch,
                   r->image + (row * patch + i) * c->side + column * patch, patch * sizeof *cut);
    matmul_nt_onto(grid, n, patch * patch, cut, patch * patch, r->m->patch_weight, patch * patch,
                   r->m->patch_bias, NULL, x, n);
    kernel_layer_norm(x, r->m->patch_norm.weight, r->m->patch_norm.bias, norm_epsilon, grid, n, x);
}

static int embed(const Run *r, size_t clip, const ClapClip *sound) {
    const Clap *m = r->m;
    const ClapConfig *c = &m->config;
    const size_t grid = m->stages[0].grid, tokens = grid * grid;
    const Run *first = clip == 0 ? r : NULL;
    float *x = r->x + clip * tokens * c->width;
    if (clap_mel(m, sound, r->mel, r->err)) return -1;
    if (first) tell_2(r, "mel", r->mel, m->mel_frames, c->bands);
    clap_image(m, r->mel, r->image);
    if (first) tell_2(r, "batch_norm", r->mel, m->mel_frames, c->bands);
    if (first) tell_2(r, "image", r->image, c->side, c->side);
#pragma omp parallel for
    for (size_t row = 0; row < grid; row++)
        embed_row(r, row, x + row * grid * c->width, clap_own_room(m, r->room));
    if (first) tell_2(r, "patch_embed", x, tokens, c->width);
    return 0;
}

/* --- stages --- */

static void tell_block(const Run *r, size_t s, size_t b) {
    const ClapStage *stage = &r->m->stages[s];
    const size_t tokens = stage->grid * stage->grid;
    const size_t window = r->m->config.window * r->m->config.window;
    if (s == 0 && b == 0) {
        tell(r, "stage_0_block_0_attention_windows", r->windows, 3,
             (size_t[]){tokens / window, window, stage->width});
        tell_2(r, "stage_0_block_0", r->x, tokens, stage->width);
    }
    if (s == 0 && b == 1) tell_2(r, "stage_0_block_1_shifted", r->x, tokens, stage->width);
}

static void run_stages(Run *r) {
    const Clap *m = r->m;
    char name[40];
    for (size_t s = 0; s < m->config.stages; s++) {
        for (size_t b = 0; b < m->config.depth[s]; b++) {
            clap_block(m, s, b, r->x, r->clips, s == 0 && b == 0 ? r->windows : NULL, r->room);
            tell_block(r, s, b);
        }
        const bool last = s + 1 == m->config.stages;
        if (!last) {
            clap_merge(m, s, r->x, r->clips, r->y, r->room);
            float *swap = r->x;
            r->x = r->y;
            r->y = swap;
        }
        const ClapStage *now = &m->stages[last ? s : s + 1];
        snprintf(name, sizeof name, "stage_%zu", s);
        tell_2(r, name, r->x, now->grid * now->grid, now->width);
    }
}

/* --- out --- */

/* Height of the last grid is pieces of time one upon the other, each of `bands` rows. */
static size_t step_bands(const Clap *m) {
    const ClapConfig *c = &m->config;
    return m->stages[c->stages - 1].grid / (c->side / c->bands);
}

/* x [tokens, channels] of one clip: where the token of band f at step t is. */
static const float *token(const Clap *m, const float *x, size_t f, size_t t) {
    const ClapStage *last = &m->stages[m->config.stages - 1];
    const size_t row = t / last->grid * step_bands(m) + f, column = t % last->grid;
    return x + (row * last->grid + column) * last->width;
}

static void tell_last(const Run *r, const float *x) {
    const Clap *m = r->m;
    const size_t n = clap_channels(m), bands = step_bands(m), steps = clap_steps(m);
    if (!r->stage) return;
    for (size_t k = 0; k < n; k++)
        for (size_t f = 0; f < bands; f++)
            for (size_t t = 0; t < steps; t++)
                r->y[(k * bands + f) * steps + t] = token(m, x, f, t)[k];
    tell(r, "last_hidden_state", r->y, 3, (size_t[]){n, bands, steps});
}

static void put_frames(const Clap *m, const float *x, float *frames) {
    const size_t n = clap_channels(m), bands = step_bands(m);
    for (size_t t = 0; t < clap_steps(m); t++)
        for (size_t k = 0; k < n; k++) {
            float sum = 0;
            for (size_t f = 0; f < bands; f++) sum += token(m, x, f, t)[k];
            frames[t * n + k] = sum / (float)bands;
        }
}

/* Mean over all tokens, two linear layers. */
static void project(const Clap *m, const float *x, float *pooled, float *between, float *out) {
    const size_t n = clap_channels(m), tokens = clap_steps(m) * step_bands(m);
    const size_t d = m->config.embedding;
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (size_t t = 0; t < tokens; t++) sum += x[t * n + k];
        pooled[k] = (float)(sum / (double)tokens);
    }
    matmul_nt_onto(1, d, n, pooled, n, m->linear1.weight, n, m->linear1.bias, NULL, between, d);
    for (size_t k = 0; k < d; k++) between[k] = between[k] > 0 ? between[k] : 0;
    matmul_nt_onto(1, d, d, between, d, m->linear2.weight, d, m->linear2.bias, NULL, out, d);
}

void clap_normalise(float *x, size_t n) {
    double square = 0;
    for (size_t k = 0; k < n; k++) square += (double)x[k] * x[k];
    const double scale = 1 / fmax(sqrt(square), 1e-12);
    for (size_t k = 0; k < n; k++) x[k] = (float)(x[k] * scale);
}

static void put_out(Run *r, float *embeds, float *frames) {
    const Clap *m = r->m;
    const size_t n = clap_channels(m), tokens = clap_steps(m) * step_bands(m);
    const size_t d = m->config.embedding;
    float *x = r->x;
    kernel_layer_norm(x, m->norm.weight, m->norm.bias, norm_epsilon, r->clips * tokens, n, x);
    tell_2(r, "norm", x, tokens, n);
    tell_last(r, x);
    float *pooled = clap_own_room(m, r->room), *between = pooled + n, *out = between + d;
    for (size_t i = r->clips; i-- > 0;) { /* the first clip last: its stages */
        project(m, x + i * tokens * n, pooled, between, out);
        if (embeds) memcpy(embeds + i * d, out, d * sizeof *out);
        if (frames) put_frames(m, x + i * tokens * n, frames + i * clap_steps(m) * n);
    }
    tell(r, "pooled", pooled, 1, &n);
    tell(r, "audio_embeds", out, 1, &d);
    clap_normalise(out, d);
    tell(r, "audio_embeds_normalized", out, 1, &d);
    if (!r->stage) return;
    put_frames(m, x, r->y);
    tell_2(r, "frames", r->y, clap_steps(m), n);
}

/* --- all of it --- */

static int run_all(Run *r, const ClapClip *clips, float *embeds, float *frames) {
    for (size_t i = 0; i < r->clips; i++)
        if (embed(r, i, &clips[i])) return -1;
    run_stages(r);
    put_out(r, embeds, frames);
    return 0;
}

int clap_run(const Clap *m, const ClapClip *clips, size_t count, float *embeds, float *frames,
             EncoderStage *stage, void *context, Error *err) {
    const ClapConfig *c = &m->config;
    const size_t tokens = m->stages[0].grid * m->stages[0].grid, one = tokens * c->width;
    float *x = memory_block(count * one * sizeof *x), *y = memory_block(count * one * sizeof *y);
    Run r = {.m = m,
             .clips = count,
             .x = x,
             .y = y,
             .room = memory_block(clap_room(m, (size_t)omp_get_max_threads()) * sizeof *x),
             .image = memory_block(c->side * c->side * sizeof *x),
             .mel = memory_block(m->mel_frames * c->bands * sizeof *x),
             .windows = stage ? memory_block(one * sizeof *x) : NULL,
             .stage = stage,
             .context = context,
             .err = err};
    int status = x && y && r.room && r.image && r.mel && (r.windows || !stage)
                     ? run_all(&r, clips, embeds, frames)
                     : error_set(err, "out of memory for %zu clips", count);
    free(x);
    free(y);
    free(r.room);
    free(r.image);
    free(r.mel);
    free(r.windows);
    return status;
}

const ClapConfig *clap_config(const Clap *m) { return &m->config; }
uint64_t clap_print(const Clap *m) { return m->blocks.print; }
size_t clap_channels(const Clap *m) { return m->stages[m->config.stages - 1].width; }

size_t clap_steps(const Clap *m) {
    return m->stages[m->config.stages - 1].grid * (m->config.side / m->config.bands);
}

/* From the first mel frame to the last there are as many columns of the picture. */
double clap_step(const Clap *m) {
    const double columns = (double)(m->config.side / m->config.bands * m->config.side);
    const double frames = (double)(m->mel_frames - 1) / (columns - 1);
    return columns / (double)clap_steps(m) * frames * (double)m->config.hop;
}

double clap_operations(const Clap *m) {
    const ClapConfig *c = &m->config;
    const double window = (double)(c->window * c->window);
    double sum = 0;
    for (size_t s = 0; s < c->stages; s++) {
        const double n = (double)m->stages[s].width;
        const double tokens = (double)(m->stages[s].grid * m->stages[s].grid);
        const double block = 8 * n * n + 4 * window * n + 4 * (double)c->inner * n * n;
        sum += tokens * (double)c->depth[s] * block;
        if (s + 1 < c->stages) sum += tokens / 4 * 2 * 8 * n * n;
    }
    return sum;
}
