/* wav2vec2_encoder.c: wav2vec2.h as a row of the registry (encoders.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoder.h"
#include "features/encoders/encoder_layers.h"
#include "features/encoders/encoder_windows.h"
#include "features/encoders/wav2vec2.h"

static const EncoderCheckpoint checkpoints[] = {
    {"m-a-p/MERT-v1-330M", "config.json preprocessor_config.json pytorch_model.bin", 1262,
     "CC-BY-NC-4.0", "mert-24x1024"},
    {"m-a-p/MERT-v1-95M", "config.json preprocessor_config.json pytorch_model.bin", 378,
     "CC-BY-NC-4.0", "mert-12x768"},
    {"m-a-p/MERT-v0-public", "config.json preprocessor_config.json pytorch_model.bin", 378,
     "CC-BY-NC-4.0", "mert-12x768"},
    {"facebook/wav2vec2-base", "config.json preprocessor_config.json pytorch_model.bin", 380,
     "Apache-2.0", "wav2vec2-12x768"},
    {"facebook/wav2vec2-large", "config.json preprocessor_config.json pytorch_model.bin", 1270,
     "Apache-2.0", "wav2vec2-24x1024"},
    {"facebook/wav2vec2-large-lv60", "config.json preprocessor_config.json pytorch_model.bin", 1270,
     "Apache-2.0", "wav2vec2-24x1024"},
    {"facebook/hubert-base-ls960", "config.json preprocessor_config.json pytorch_model.bin", 378,
     "Apache-2.0", "hubert-12x768"},
    {"facebook/hubert-large-ll60k", "config.json preprocessor_config.json pytorch_model.bin", 1262,
     "Apache-2.0", "hubert-24x1024"},
    {0}};

static const double default_window = 10, default_overlap = 2; /* seconds */

typedef struct {
    Wav2vec2 *m;
    EncoderLayers layers;
    EncoderNormalise normalise;
    bool over_song; /* whether the group norm's statistics are the song's, not each window's */
    size_t field, hop; /* samples that a frame sees; between frames */
    size_t window, overlap; /* frames */
    size_t columns;
    size_t last; /* hidden state that is wanted; the last one there is: */
    size_t states;
} State;

static bool recognise(const char *folder, const JsonFields *config, const char *model_type) {
    static const char *const types[] = {"wav2vec2", "hubert", "mert_model"};
    (void)folder;
    if (!config) return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(model_type, types[i]) == 0) return true;
    return false;
}

static void close(void *state) { wav2vec2_free(((State *)state)->m); }

static void measure(State *s) {
    const Wav2vec2Config *c = wav2vec2_config(s->m);
    s->field = s->hop = 1;
    for (size_t j = 0; j < c->convs; j++) {
        s->field += (c->kernel[j] - 1) * s->hop;
        s->hop *= c->stride[j];
    }
}

static int choose_windows(State *s, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    info->window = o->window_given ? o->window : default_window;
    info->overlap = o->window_given ? o->overlap : default_overlap;
    s->window = (size_t)llround(info->window * info->frame_rate);
    s->overlap = (size_t)llround(info->overlap * info->frame_rate);
    if (info->window > 0 && s->window == 0)
        return error_set(err, "a window of %g s is less than a frame", info->window);
    if (s->window > 0 && s->overlap >= s->window)
        return error_set(err, "an overlap of %g s is not below the window's %g s", info->overlap,
                         info->window);
    return 0;
}

static int set_up(State *s, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    const Wav2vec2Config *c = wav2vec2_config(s->m);
    measure(s);
    s->over_song = o->normalise != NORMALISE_WINDOW;
    s->normalise = c->normalise ? o->normalise : NORMALISE_OFF;
    *info = (EncoderInfo){.print = wav2vec2_print(s->m),
                          .rate = c->rate,
                          .frame_rate = c->rate / (double)s->hop,
                          .offset = (double)(s->field / 2) / (double)s->hop,
                          .states = c->layers + 1};
    snprintf(info->name, sizeof info->name, "%.20s-%zux%zu", c->family, c->layers, c->width);
    if (encoder_layers_check(&o->layers, info->states, (EncoderLayers){.mean = true}, &s->layers,
                             err) ||
        choose_windows(s, o, info, err))
        return -1;
    s->last = s->layers.mean ? c->layers : 0;
    for (size_t k = 0; k < s->layers.count; k++)
        if (s->layers.items[k] > s->last) s->last = s->layers.items[k];
    s->states = c->layers;
    info->layers = s->layers;
    info->columns = s->columns = c->width * (s->layers.mean ? 1 : s->layers.count);
    return 0;
}

static int open(const char *folder, const EncoderOptions *o, void *state, EncoderInfo *info,
                Error *err) {
    State *s = state;
    if (wav2vec2_load(folder, &s->m, err)) return -1;
    if (o->bfloat16 ? wav2vec2_use_bfloat16(s->m, err) : wav2vec2_pack(s->m, err))
        return error_prefix(err, folder);
    return set_up(s, o, info, err) ? error_prefix(err, folder) : 0;
}

static size_t frames(const void *state, size_t samples) {
    return wav2vec2_frames(((const State *)state)->m, samples);
}

/* --- a window --- */

typedef struct {
    const State *s;
    const float *samples;
    size_t count;
    Wav2vec2First *first; /* of the song; NULL: of each window */
} Job;

/* Where a window's hidden states go. */
typedef struct {
    const State *s;
    const EncoderSink *sink; /* of stages; or NULL */
    float *out; /* [frames, columns] */
} Taking;

static void report_stage(void *context, const char *name, const float *x, size_t rows,
                         size_t columns) {
    const EncoderSink *sink = ((const Taking *)context)->sink;
    if (strcmp(name, "input_values") == 0)
        sink->stage(sink->stage_context, name, x, 1, (size_t[]){columns});
    else
        sink->stage(sink->stage_context, name, x, 2, (size_t[]){rows, columns});
}

static void report_hidden(const Taking *t, size_t i, const float *x, size_t frames) {
    const Wav2vec2Config *c = wav2vec2_config(t->s->m);
    char name[40];
    snprintf(name, sizeof name, "hidden_%02zu", i);
    report_stage((void *)(uintptr_t)t, name, x, frames, c->width);
    if (i == c->layers)
        report_stage((void *)(uintptr_t)t, "last_hidden_state", x, frames, c->width);
}

/* The layers that are wanted, side by side, or the mean of all. */
static void take_hidden(void *context, size_t i, const float *x, size_t frames) {
    const Taking *t = context;
    const State *s = t->s;
    const Wav2vec2Config *c = wav2vec2_config(s->m);
    const size_t n = c->width, size = frames * n;
    if (t->sink) report_hidden(t, i, x, frames);
    for (size_t k = 0; k < s->layers.count; k++)
        for (size_t r = 0; s->layers.items[k] == i && r < frames; r++)
            memcpy(t->out + r * s->columns + k * n, x + r * n, n * sizeof *x);
    if (!s->layers.mean) return;
    for (size_t k = 0; k < size; k++) t->out[k] = (i ? t->out[k] : 0) + x[k];
    const float share = 1 / (float)(c->layers + 1);
    for (size_t k = 0; i == c->layers && k < size; k++) t->out[k] *= share;
}

/* Samples of a window: what its frames see, and what is left after the song's last frame, which
 * takes part in the group norm. */
static size_t samples_of(const Job *job, const EncoderWindow *w) {
    const State *s = job->s;
    const size_t begin = w->first * s->hop, end = begin + (w->count - 1) * s->hop + s->field;
    return (job->count - end < s->hop ? job->count : end) - begin;
}

static int run_window(void *context, const EncoderWindow *w, float *out, const EncoderSink *sink,
                      Error *err) {
    const Job *job = context;
    const State *s = job->s;
    const size_t count = samples_of(job, w);
    const bool stages = sink && sink->stage;
    const float *samples = job->samples + w->first * s->hop;
    Taking taking = {s, stages ? sink : NULL, out};
    float *own = NULL;
    if (s->normalise == NORMALISE_WINDOW) {
        own = malloc(count * sizeof *own);
        if (!own) return error_set(err, "out of memory for %zu samples", count);
        wav2vec2_normalise(samples, count, own);
        samples = own;
    }
    const int status = wav2vec2_run(s->m, job->first, samples, count, stages ? s->states : s->last,
                                    take_hidden, stages ? report_stage : NULL, &taking, err);
    free(own);
    return status;
}

static int run(const void *state, float *samples, size_t count, const EncoderSink *sink,
               Error *err) {
    const State *s = state;
    const size_t total = frames(s, count);
    EncoderWindows windows;
    if (total == 0)
        return error_set(err, "%zu samples are too few for one frame, which sees %zu", count,
                         s->field);
    if (s->normalise == NORMALISE_SONG) wav2vec2_normalise(samples, count, samples);
    Job job = {s, samples, count, NULL};
    if (s->over_song && wav2vec2_first_new(s->m, samples, count, &job.first, err)) return -1;
    int status = encoder_windows_plan(total, s->window, s->overlap, &windows, err);
    if (!status) {
        status = encoder_windows_run(&windows, s->columns, run_window, &job, sink, err);
        encoder_windows_free(&windows);
    }
    wav2vec2_first_free(job.first);
    return status;
}

/* Of the products alone. */
static double operations_of(const State *s, double samples) {
    const Wav2vec2Config *c = wav2vec2_config(s->m);
    double rows = samples, in = 1, sum = 0;
    for (size_t j = 0; j < c->convs; j++) {
        rows /= (double)c->stride[j];
        sum += 2 * rows * in * (double)(c->dim[j] * c->kernel[j]);
        in = (double)c->dim[j];
    }
    const double n = (double)c->width, layers = (double)c->layers;
    const double inner = (double)c->inner, group = n / (double)c->position_groups;
    sum += 2 * rows * n * (in + group * (double)c->position_kernel);
    return sum + layers * rows * (8 * n * n + 4 * n * inner + 4 * n * rows);
}

static double operations(const void *state, size_t samples) {
    const State *s = state;
    const double window = (double)(s->window * s->hop), shared = (double)(s->overlap * s->hop);
    const double total = (double)samples;
    if (window <= 0 || total <= window) return operations_of(s, total);
    return operations_of(s, window) * ceil((total - shared) / (window - shared));
}

const Encoder encoder_wav2vec2 = {
    .name = "wav2vec2",
    .about = "wav2vec 2.0, HuBERT and MERT: frame by frame",
    .checkpoints = checkpoints,
    .recognise = recognise,
    .size = sizeof(State),
    .open = open,
    .frames = frames,
    .run = run,
    .close = close,
    .operations = operations,
};
