/* clap_encoder.c: clap.h as a row of the registry (encoders.h). */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/clap.h"
#include "features/encoders/encoder.h"
#include "features/encoders/encoder_windows.h"

static const EncoderCheckpoint checkpoints[] = {
    {"laion/clap-htsat-unfused", "config.json preprocessor_config.json pytorch_model.bin", 615,
     "Apache-2.0", "clap-12x768"},
    {"laion/larger_clap_music", "config.json preprocessor_config.json pytorch_model.bin", 776,
     "Apache-2.0", "clap-18x1024"},
    {0}};

/* The names that the stages have. */
enum { NORMALISED, RAW, FRAMES };
static const char *const outputs[] = {"audio_embeds_normalized", "audio_embeds", "frames", NULL};

typedef struct {
    Clap *m;
    int output;
    size_t window; /* samples of a clip */
    size_t hop; /* samples from one vector's clip to the next's */
    size_t overlap; /* steps that clips share, of frames */
    size_t columns;
} State;

static bool recognise(const char *folder, const JsonFields *config, const char *model_type) {
    (void)folder;
    return config &&
           (strcmp(model_type, "clap") == 0 || strcmp(model_type, "clap_audio_model") == 0);
}

static void close(void *state) { clap_free(((State *)state)->m); }

static int choose_output(State *s, const EncoderOptions *o, Error *err) {
    for (int i = 0; o->output && outputs[i]; i++)
        if (strcmp(o->output, outputs[i]) == 0) {
            s->output = i;
            return 0;
        }
    if (!o->output) return 0;
    return error_set(err, "CLAP gives %s, %s or %s, not '%s'", outputs[0], outputs[1], outputs[2],
                     o->output);
}

static int refuse_others(const EncoderOptions *o, Error *err) {
    if (o->layers.mean || o->layers.count)
        return error_set(err, "CLAP has no layers to choose from; its output 'frames' is the last");
    if (o->preset) return error_set(err, "CLAP has no preset '%s'", o->preset);
    if (o->normalise != NORMALISE_SONG)
        return error_set(err, "CLAP hears samples as they are: there is nothing to normalise");
    return 0;
}

static int choose_windows(State *s, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    const ClapConfig *c = clap_config(s->m);
    const double seconds = (double)c->samples / c->rate;
    const double overlap = o->window_given ? o->overlap : 0;
    s->window = c->samples;
    if (o->window_given && llround(o->window * c->rate) != (long long)c->samples)
        return error_set(err,
                         "this network hears windows of %g s, not of %g s; only their "
                         "overlap is free",
                         seconds, o->window);
    if (!(overlap >= 0 && overlap < seconds))
        return error_set(err, "an overlap of %g s is not below the window's %g s", overlap,
                         seconds);
    const size_t shared = (size_t)llround(overlap * c->rate);
    s->hop = shared < s->window ? s->window - shared : 1;
    s->overlap = (size_t)llround((double)shared / clap_step(s->m));
    if (s->overlap >= clap_steps(s->m)) s->overlap = clap_steps(s->m) - 1;
    info->window = seconds;
    info->overlap = overlap;
    return 0;
}

static int set_up(State *s, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    const ClapConfig *c = clap_config(s->m);
    size_t blocks = 0;
    *info = (EncoderInfo){.print = clap_print(s->m), .rate = c->rate, .highest = c->highest};
    if (refuse_others(o, err) || choose_output(s, o, err) || choose_windows(s, o, info, err))
        return -1;
    for (size_t i = 0; i < c->stages; i++) blocks += c->depth[i];
    snprintf(info->name, sizeof info->name, "clap-%zux%zu", blocks, clap_channels(s->m));
    const bool steps = s->output == FRAMES;
    info->columns = s->columns = steps ? clap_channels(s->m) : c->embedding;
    info->frame_rate = c->rate / (steps ? clap_step(s->m) : (double)s->hop);
    info->offset = steps ? 0.5 : 0.5 * (double)s->window / (double)s->hop;
    return 0;
}

static int open(const char *folder, const EncoderOptions *o, void *state, EncoderInfo *info,
                Error *err) {
    State *s = state;
    if (clap_load(folder, &s->m, err)) return -1;
    if (o->bfloat16 && clap_use_bfloat16(s->m, err)) return error_prefix(err, folder);
    return set_up(s, o, info, err) ? error_prefix(err, folder) : 0;
}

/* Of a song that is not shorter than a clip all windows lie within it. */
static size_t frames(const void *state, size_t samples) {
    const State *s = state;
    const size_t more = samples > s->window ? samples - s->window : 0;
    if (samples == 0) return 0;
    if (s->output != FRAMES) return 1 + (more + s->hop - 1) / s->hop;
    const size_t steps = clap_steps(s->m);
    if (samples >= s->window) return steps + (size_t)((double)more / clap_step(s->m));
    const size_t heard = samples * steps / s->window;
    return heard > 0 ? heard : 1;
}

/* --- a song --- */

/* Windows of vectors: one row each, without anything to share. */
static int plan_vectors(size_t rows, EncoderWindows *out, Error *err) {
    *out = (EncoderWindows){rows, malloc(rows * sizeof *out->items)};
    if (!out->items) return error_set(err, "out of memory");
    for (size_t i = 0; i < rows; i++)
        out->items[i] = (EncoderWindow){.first = i, .count = 1, .keep_first = i, .keep = 1};
    return 0;
}

/* The last vector's window ends with the song. */
static ClapClip clip_of(const State *s, const EncoderWindow *w, const float *samples,
                        size_t count) {
    const double step = s->output == FRAMES ? clap_step(s->m) : (double)s->hop;
    const size_t last = count > s->window ? count - s->window : 0;
    size_t begin = (size_t)llround((double)w->first * step);
    if (begin > last) begin = last;
    return (ClapClip){samples + begin, count - begin};
}

/* `count` windows -> rows of each [steps or 1, columns], handed on. */
static int run_some(const State *s, const EncoderWindow *w, size_t count, const ClapClip *clips,
                    size_t rows, float *out, const EncoderSink *sink, bool first, Error *err) {
    const bool steps = s->output == FRAMES;
    if (clap_run(s->m, clips, count, steps ? NULL : out, steps ? out : NULL,
                 first ? sink->stage : NULL, sink->stage_context, err))
        return -1;
    for (size_t i = 0; s->output == NORMALISED && i < count; i++)
        clap_normalise(out + i * s->columns, s->columns);
    for (size_t i = 0; i < count; i++) {
        const float *x = out + (i * rows + w[i].keep_first - w[i].first) * s->columns;
        if (sink->frames(sink->context, w[i].keep_first, x, w[i].keep, err)) return -1;
    }
    return 0;
}

static int run_windows(const State *s, const EncoderWindows *w, const float *samples, size_t count,
                       const EncoderSink *sink, Error *err) {
    enum { CLIPS = 8 }; /* at once: weights are then read for as many rows as pay */
    const size_t threads = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t most = threads > CLIPS ? threads : CLIPS;
    const size_t rows = s->output == FRAMES ? clap_steps(s->m) : 1;
    ClapClip *clips = malloc(most * sizeof *clips);
    float *out = malloc(most * rows * s->columns * sizeof *out);
    int status = clips && out ? 0 : error_set(err, "out of memory");
    for (size_t at = 0; at < w->count && !status; at += most) {
        const size_t n = w->count - at < most ? w->count - at : most;
        for (size_t i = 0; i < n; i++) clips[i] = clip_of(s, &w->items[at + i], samples, count);
        status = run_some(s, w->items + at, n, clips, rows, out, sink, at == 0, err);
    }
    free(clips);
    free(out);
    return status;
}

static int run(const void *state, float *samples, size_t count, const EncoderSink *sink,
               Error *err) {
    const State *s = state;
    const size_t total = frames(s, count);
    EncoderWindows windows;
    if (total == 0) return error_set(err, "there are no samples");
    const int bad = s->output == FRAMES
                        ? encoder_windows_plan(total, clap_steps(s->m), s->overlap, &windows, err)
                        : plan_vectors(total, &windows, err);
    if (bad) return -1;
    const int status = run_windows(s, &windows, samples, count, sink, err);
    encoder_windows_free(&windows);
    return status;
}

static double operations(const void *state, size_t samples) {
    const State *s = state;
    size_t windows = frames(s, samples);
    if (s->output == FRAMES) {
        const size_t steps = clap_steps(s->m), hop = steps - s->overlap;
        windows = windows > steps ? 1 + (windows - steps + hop - 1) / hop : 1;
    }
    return (double)windows * clap_operations(s->m);
}

const Encoder encoder_clap = {
    .name = "clap",
    .about = "CLAP's audio tower: the character of ten seconds at a time",
    .checkpoints = checkpoints,
    .outputs = outputs,
    .recognise = recognise,
    .size = sizeof(State),
    .open = open,
    .frames = frames,
    .run = run,
    .close = close,
    .operations = operations,
};
