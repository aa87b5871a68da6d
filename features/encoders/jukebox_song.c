#include "features/encoders/jukebox_song.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/jukebox_attention.h"
#include "features/encoders/jukebox_store.h"
#include "features/encoders/jukebox_windows.h"
#include "lib/base/checksum.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"

size_t jukebox_song_frames(const Jukebox *j, size_t samples) {
    if (!j->slices) return samples / j->config.hop;
    const double frames = floor((double)samples * j->fps / j->config.rate + 1e-9);
    return frames < (double)j->window ? 0 : (size_t)frames;
}

typedef struct {
    const Jukebox *j;
    float *samples;
    size_t count;
    JukeboxWindows windows;
    size_t rows; /* codes of a window */
    JukeboxStore store;
    float *x; /* [rows, columns of a layer]: the states of one window */
    const EncoderSink *sink;
} Song;

/* --- sound and codes --- */

static void normalise_peak(float *x, size_t n) {
    float peak = 0;
    for (size_t i = 0; i < n; i++) peak = fmaxf(peak, fabsf(x[i]));
    for (size_t i = 0; i < n && peak > 0; i++) x[i] /= peak;
}

static EncoderStage *stage_of(const Song *s, size_t window) {
    return window == 0 ? s->sink->stage : NULL;
}

/* Codes of a window that is encoded by itself. */
static int encode_alone(const Song *s, size_t window, size_t *codes, Error *err) {
    const Jukebox *j = s->j;
    const JukeboxConfig *c = &j->config;
    const size_t first = jukebox_window_first(&s->windows, window);
    size_t begin = first * c->hop;
    size_t n = s->rows * c->hop;
    if (j->slices) {
        begin = (size_t)((double)first * c->rate / j->fps);
        n = (size_t)((double)s->windows.length * c->rate / j->fps);
    }
    if (n > s->count - begin) n = s->count - begin;
    float *x = malloc(n * sizeof *x);
    if (!x) return error_set(err, "out of memory for %zu samples", n);
    memcpy(x, s->samples + begin, n * sizeof *x);
    if (j->normalise != NORMALISE_OFF) normalise_peak(x, n);
    EncoderStage *stage = stage_of(s, window);
    if (stage) stage(s->sink->stage_context, "normalised", x, 1, &n);
    const int status =
        jukebox_codec_run(j->codec, x, n, 0, s->rows, codes, stage, s->sink->stage_context, err);
    free(x);
    return status;
}

static int encode_part(const Song *s, size_t window, size_t *codes, Error *err) {
    const size_t first = jukebox_window_first(&s->windows, window);
    EncoderStage *stage = stage_of(s, window);
    if (stage) {
        const size_t n = s->windows.count == 1 ? s->count : s->rows * s->j->config.hop;
        stage(s->sink->stage_context, "normalised", s->samples, 1, &n);
    }
    return jukebox_codec_run(s->j->codec, s->samples, s->count, first, s->rows, codes, stage,
                             s->sink->stage_context, err);
}

static int report_codes(const Song *s, const size_t *codes, Error *err) {
    float *x = malloc(s->rows * sizeof *x);
    if (!x) return error_set(err, "out of memory for %zu codes", s->rows);
    for (size_t i = 0; i < s->rows; i++) x[i] = (float)codes[i];
    s->sink->stage(s->sink->stage_context, "codes", x, 1, &s->rows);
    free(x);
    return 0;
}

/* Which copy of the store a layer other than the last has; the number of copies if it is not
 * wanted.
 */
static size_t kept_of(const Jukebox *j, size_t layer) {
    size_t which = 0;
    for (size_t k = 0; k < j->layers.count; k++) {
        if (j->layers.items[k] == layer) return which;
        which += j->layers.items[k] != j->last;
    }
    return which;
}

static size_t kept_layers(const Jukebox *j) { return kept_of(j, SIZE_MAX); }

static int keep(Song *s, size_t layer, size_t window, Error *err) {
    const size_t which = kept_of(s->j, layer);
    if (layer == s->j->last || which == kept_layers(s->j)) return 0;
    return jukebox_store_keep(&s->store, which, window, s->x, s->rows * s->j->config.columns, err);
}

/* What enters the first block, of all windows. */
static int put_inputs(Song *s, Error *err) {
    const Jukebox *j = s->j;
    const bool alone = j->slices || j->normalise == NORMALISE_WINDOW;
    size_t *codes = malloc(s->rows * sizeof *codes);
    int status = codes ? 0 : error_set(err, "out of memory for %zu codes", s->rows);
    for (size_t w = 0; w < s->windows.count && !status; w++) {
        EncoderStage *stage = stage_of(s, w);
        status = alone ? encode_alone(s, w, codes, err) : encode_part(s, w, codes, err);
        if (!status && stage) status = report_codes(s, codes, err);
        if (!status)
            status = jukebox_prior_input(j->prior, codes, s->rows, s->x, stage,
                                         s->sink->stage_context, err);
        if (!status) status = keep(s, 0, w, err);
        if (!status)
            status = jukebox_store_put(&s->store, w, s->x, s->rows * j->config.columns, err);
    }
    free(codes);
    return status ? status : jukebox_store_begin(&s->store, err);
}

/* --- blocks --- */

static int run_window(Song *s, const JukeboxBlock *b, JukeboxSpace *space, Error *err) {
    const JukeboxConfig *c = &s->j->config;
    const size_t window = jukebox_store_next(&s->store);
    const size_t n = s->rows * c->columns;
    const size_t shape[2] = {s->rows, c->columns};
    EncoderStage *stage = stage_of(s, window);
    const bool first = stage && b->number < 3;
    float *attention = first ? memory_block(n * sizeof *attention) : NULL;
    char name[40];
    if (first && !attention) return error_set(err, "out of memory for %zu codes", s->rows);
    int status = jukebox_store_get(&s->store, window, s->x, n, err);
    if (!status) jukebox_block_run(c, b, space, s->x, s->rows, attention);
    if (!status && attention) {
        snprintf(name, sizeof name, "attention_%zu", b->number + 1);
        stage(s->sink->stage_context, name, attention, 2, shape);
    }
    if (!status && stage) {
        snprintf(name, sizeof name, "layer_%02zu", b->number + 1);
        stage(s->sink->stage_context, name, s->x, 2, shape);
    }
    free(attention);
    if (status || keep(s, b->number + 1, window, err)) return -1;
    return jukebox_store_step(&s->store, s->x, n, err);
}

static int show(const Song *s, Error *err) {
    const double steps = (double)(s->j->last * s->windows.count);
    const double done = (double)(s->store.block * s->windows.count + s->store.done);
    if (!s->sink->progress || s->sink->progress(s->sink->context, done / steps) == 0) return 0;
    return error_set(err, "stopped");
}

static int read_block(const Jukebox *j, size_t i, JukeboxBlock *b, Error *err) {
    if (jukebox_block_read(j->prior, i, b, err)) return -1;
    return j->bfloat16 ? jukebox_block_round(b, err) : 0;
}

static int run_blocks(Song *s, Error *err) {
    const Jukebox *j = s->j;
    JukeboxBlock block = {0};
    JukeboxSpace space;
    if (jukebox_space_new(&j->config, s->rows, j->bfloat16, &space, err)) return -1;
    int status = 0;
    while (s->store.block < j->last && !status) {
        const size_t now = s->store.block;
        status = read_block(j, now, &block, err);
        while (s->store.block == now && !status)
            status = run_window(s, &block, &space, err) || show(s, err) ? -1 : 0;
    }
    jukebox_block_free(&block);
    jukebox_space_free(&space);
    return status;
}

/* --- frames --- */

/* Layer k of a window -> its frames, in `wide` columns from column k on. */
static int put_layer(Song *s, size_t window, size_t k, const float *resample, float *frames,
                     Error *err) {
    const Jukebox *j = s->j;
    const size_t columns = j->config.columns;
    const size_t wide = j->layers.count * columns;
    const size_t layer = j->layers.items[k];
    const size_t n = s->rows * columns;
    const int status = layer == j->last
                           ? jukebox_store_get(&s->store, window, s->x, n, err)
                           : jukebox_store_kept(&s->store, kept_of(j, layer), window, s->x, n, err);
    if (status) return -1;
    float *to = frames + k * columns;
    if (resample)
        matmul(s->windows.length, columns, s->rows, 1, resample, s->rows, s->x, columns, 0, to,
               wide);
    for (size_t t = 0; t < s->rows && !resample; t++)
        memcpy(to + t * wide, s->x + t * columns, columns * sizeof *to);
    return 0;
}

static int give_frames(Song *s, Error *err) {
    const Jukebox *j = s->j;
    const size_t wide = j->layers.count * j->config.columns;
    const size_t length = s->windows.length;
    float *resample = j->slices ? jukebox_fft_matrix(s->rows, length) : NULL;
    float *frames = memory_block(length * wide * sizeof *frames);
    int status = frames && (resample || !j->slices)
                     ? 0
                     : error_set(err, "out of memory for %zu frames", length);
    for (size_t w = 0; w < s->windows.count && !status; w++) {
        const size_t known = jukebox_window_known(&s->windows, w);
        for (size_t k = 0; k < j->layers.count && !status; k++)
            status = put_layer(s, w, k, resample, frames, err);
        if (!status)
            status = s->sink->frames(s->sink->context, jukebox_window_first(&s->windows, w) + known,
                                     frames + known * wide, length - known, err);
    }
    free(resample);
    free(frames);
    return status;
}

/* --- all --- */

/* Of everything that the states depend on. */
static uint64_t key_of(const Song *s) {
    const Jukebox *j = s->j;
    const uint64_t prints[2] = {jukebox_codec_print(j->codec), jukebox_prior_print(j->prior)};
    float numbers[8 + ENCODER_LAYERS_MAX] = {
        (float)j->slices, (float)j->normalise,    (float)s->windows.length, (float)s->windows.step,
        (float)j->last,   (float)j->layers.count, (float)j->bfloat16};
    for (size_t i = 0; i < j->layers.count; i++) numbers[8 + i] = (float)j->layers.items[i];
    uint64_t sum = checksum_add(CHECKSUM_OF_NOTHING, s->samples, s->count);
    for (size_t i = 0; i < 2; i++) sum = (sum ^ prints[i]) * 0x100000001b3u;
    return checksum_add(sum, numbers, sizeof numbers / sizeof *numbers);
}

static int open_store(Song *s, Error *err) {
    const Jukebox *j = s->j;
    const size_t size = s->rows * j->config.columns;
    const uint64_t key = key_of(s);
    char *path = NULL;
    if (s->sink->resume && !s->sink->stage) {
        const size_t room = strlen(s->sink->resume) + sizeof ".jukebox";
        path = malloc(room);
        if (!path) return error_set(err, "out of memory");
        snprintf(path, room, "%s.jukebox", s->sink->resume);
    }
    const int status =
        jukebox_store_open(&s->store, path, key, s->windows.count, kept_layers(j), size, err);
    free(path);
    return status;
}

static JukeboxWindows windows_of(const Jukebox *j, size_t samples, size_t *rows) {
    const JukeboxWindows w =
        jukebox_windows(jukebox_song_frames(j, samples), j->window, j->overlap);
    *rows = j->slices ? j->window_codes : w.length;
    return w;
}

int jukebox_song_run(const Jukebox *j, float *samples, size_t count, const EncoderSink *sink,
                     Error *err) {
    Song s = {.j = j, .samples = samples, .count = count, .sink = sink};
    s.windows = windows_of(j, count, &s.rows);
    if (s.windows.count == 0)
        return error_set(err, "%zu samples are too few for a %s", count,
                         j->slices ? "slice" : "frame");
    if (!j->slices && j->normalise == NORMALISE_SONG) normalise_peak(samples, count);
    s.x = memory_block(s.rows * j->config.columns * sizeof *s.x);
    if (!s.x) return error_set(err, "out of memory for %zu codes", s.rows);
    int status = open_store(&s, err);
    if (!status) {
        if (s.store.block > j->last)
            status = error_set(err, "%s: it is damaged; remove it, to begin again", s.store.path);
        if (!status && !s.store.resumed) status = put_inputs(&s, err);
        if (!status) status = run_blocks(&s, err);
        if (!status) status = give_frames(&s, err);
        jukebox_store_close(&s.store, status == 0);
    }
    free(s.x);
    return status ? -1 : 0;
}

/* --- what it takes --- */

double jukebox_song_operations(const Jukebox *j, size_t samples) {
    size_t rows;
    const JukeboxWindows w = windows_of(j, samples, &rows);
    const double codes = (double)w.count * (double)rows;
    return codes * ((double)j->last * jukebox_block_operations(&j->config) +
                    jukebox_codec_operations(&j->config));
}

/* Seconds of the codec for one code. */
static int measure_codec(const Jukebox *j, size_t rows, double *seconds, Error *err) {
    enum { PROBE = 256 };
    const size_t n = rows < PROBE ? rows : PROBE;
    float *x = memory_zeros(n * j->config.hop * sizeof *x);
    size_t *codes = malloc(n * sizeof *codes);
    int status = x && codes ? 0 : error_set(err, "out of memory");
    const double begin = clock_seconds();
    if (!status)
        status = jukebox_codec_run(j->codec, x, n * j->config.hop, 0, n, codes, NULL, NULL, err);
    *seconds = (clock_seconds() - begin) / (double)n;
    free(x);
    free(codes);
    return status;
}

/* Seconds of reading one block, and of running it for one code. */
static int measure_block(const Jukebox *j, size_t rows, double *read, double *run, Error *err) {
    enum { PROBE = 512 };
    const size_t n = rows < PROBE ? rows : PROBE;
    JukeboxBlock block = {0};
    JukeboxSpace space = {0};
    float *x = memory_zeros(n * j->config.columns * sizeof *x);
    int status = x ? 0 : error_set(err, "out of memory");
    double begin = clock_seconds();
    if (!status) status = read_block(j, 0, &block, err);
    *read = clock_seconds() - begin;
    if (!status) status = jukebox_space_new(&j->config, n, j->bfloat16, &space, err);
    begin = clock_seconds();
    if (!status) jukebox_block_run(&j->config, &block, &space, x, n, NULL);
    *run = (clock_seconds() - begin) / (double)n;
    jukebox_space_free(&space);
    jukebox_block_free(&block);
    free(x);
    return status;
}

int jukebox_song_estimate(const Jukebox *j, size_t samples, EncoderEstimate *out, Error *err) {
    const JukeboxConfig *c = &j->config;
    size_t rows;
    const JukeboxWindows w = windows_of(j, samples, &rows);
    double codec;
    double read = 0;
    double run = 0;
    *out = (EncoderEstimate){0};
    if (w.count == 0) return error_set(err, "%zu samples are too few", samples);
    if (measure_codec(j, rows, &codec, err) ||
        (j->last > 0 && measure_block(j, rows, &read, &run, err)))
        return -1;
    const double codes = (double)w.count * (double)rows;
    const double slot = (double)rows * (double)c->columns;
    const double window = (double)rows * (double)(4 * c->attention) + slot +
                          (double)jukebox_attention_scores(rows, c->block);
    out->seconds = codes * codec;
    out->seconds += (double)j->last * (read + codes * run);
    const double numbers = (double)jukebox_block_size(c);
    out->memory = 4 * (window + numbers) + (j->bfloat16 ? 2 * numbers : 0);
    out->disk = 4 * slot * (double)(w.count * (1 + kept_layers(j)) + 1);
    return 0;
}
