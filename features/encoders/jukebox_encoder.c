/* jukebox_encoder.c: jukebox_song.h as a row of the registry (encoders.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoder_layers.h"
#include "features/encoders/jukebox_song.h"
#include "lib/base/file.h"

static const EncoderCheckpoint checkpoints[] = {
    {"openai/jukebox 5b", "vqvae.pth.tar prior_level_2.pth.tar", 10300,
     "Jukebox Noncommercial Use License", "jukebox-72x4800"},
    {0}};

static const char *const presets[] = {"edge", NULL};

static const char codec_file[] = "vqvae.pth.tar";
static const char prior_file[] = "prior_level_2.pth.tar";
static const double edge_fps = 30, edge_window = 5; /* frames a second; seconds */
enum { LAYER = 66, SHARE = 4 }; /* EDGE's; neighbours share a fourth of a window */

static char *file_in(const char *folder, const char *name, Error *err) {
    char *path = path_join(folder, name);
    if (!path) error_set(err, "%s: out of memory", folder);
    return path;
}

/* The published folder has no config.json. */
static bool recognise(const char *folder, const JsonFields *config, const char *model_type) {
    if (strcmp(model_type, "jukebox") == 0) return true;
    Error err;
    char *path = config ? NULL : file_in(folder, prior_file, &err);
    const bool found = path && file_exists(path);
    free(path);
    return found;
}

static void close(void *state) {
    Jukebox *j = state;
    jukebox_codec_free(j->codec);
    jukebox_prior_close(j->prior);
}

static int choose_layers(Jukebox *j, const EncoderOptions *o, Error *err) {
    const size_t usual = j->config.layers < LAYER ? j->config.layers : LAYER;
    const EncoderLayers initial = {.count = 1, .items = {usual}};
    if (o->layers.mean)
        return error_set(err, "a mean over layers is not offered: one on its own takes hours");
    if (encoder_layers_check(&o->layers, j->config.layers + 1, initial, &j->layers, err)) return -1;
    for (size_t k = 0; k < j->layers.count; k++)
        if (j->layers.items[k] > j->last) j->last = j->layers.items[k];
    return 0;
}

/* Codes of a slice of so many frames. */
static size_t slice_codes(const JukeboxConfig *c, double frames) {
    return (size_t)(frames * c->rate / edge_fps) / c->hop;
}

static int choose_slices(Jukebox *j, const EncoderOptions *o, Error *err) {
    const double window = o->window_given ? o->window : edge_window;
    const double overlap = o->window_given ? o->overlap : 0;
    const double frames = window * edge_fps;
    const double shared = overlap * edge_fps;
    if (!(frames >= 1) || fabs(frames - round(frames)) > 1e-6 ||
        fabs(shared - round(shared)) > 1e-6)
        return error_set(err, "preset edge takes windows and overlaps of whole frames, 1/%g s",
                         edge_fps);
    j->slices = true;
    j->fps = edge_fps;
    j->window = (size_t)llround(frames);
    j->overlap = (size_t)llround(shared);
    j->window_codes = slice_codes(&j->config, (double)j->window);
    if (j->window_codes == 0) return error_set(err, "a slice of %g s is less than a code", window);
    return 0;
}

static int choose_windows(Jukebox *j, const EncoderOptions *o, Error *err) {
    const JukeboxConfig *c = &j->config;
    j->fps = c->rate / (double)c->hop;
    j->window = c->context;
    j->overlap = c->context / SHARE;
    if (o->window_given && o->window > 0) j->window = (size_t)llround(o->window * j->fps);
    if (o->window_given) j->overlap = (size_t)llround(o->overlap * j->fps);
    j->window_codes = j->window;
    return j->window ? 0 : error_set(err, "a window of %g s is less than a frame", o->window);
}

static int set_up(Jukebox *j, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    const JukeboxConfig *c = &j->config;
    const bool edge = o->preset != NULL;
    if (o->output) return error_set(err, "jukebox gives one thing; leave out '%s'", o->output);
    if (edge && strcmp(o->preset, presets[0]) != 0)
        return error_set(err, "no preset '%s' for jukebox; there is %s", o->preset, presets[0]);
    j->bfloat16 = o->bfloat16;
    if (choose_layers(j, o, err) || (edge ? choose_slices(j, o, err) : choose_windows(j, o, err)))
        return -1;
    if (j->window_codes > c->context)
        return error_set(err, "a window of %zu codes is more than the %zu that the prior sees",
                         j->window_codes, c->context);
    if (j->overlap >= j->window)
        return error_set(err, "an overlap of %g s is not below the window's %g s",
                         (double)j->overlap / j->fps, (double)j->window / j->fps);
    j->normalise = o->normalise;
    *info = (EncoderInfo){.rate = c->rate,
                          .frame_rate = j->fps,
                          .offset = edge ? 0 : 0.5,
                          .columns = c->columns * j->layers.count,
                          .states = c->layers + 1,
                          .layers = j->layers,
                          .window = (double)j->window / j->fps,
                          .overlap = (double)j->overlap / j->fps};
    snprintf(info->name, sizeof info->name, "jukebox-%zux%zu", c->layers, c->columns);
    return 0;
}

static int load(Jukebox *j, const char *folder, Error *err) {
    char *codec = file_in(folder, codec_file, err);
    char *prior = codec ? file_in(folder, prior_file, err) : NULL;
    int status = prior ? 0 : -1;
    if (!status) status = jukebox_codec_load(codec, &j->config, &j->codec, err);
    if (!status) status = jukebox_prior_open(prior, &j->config, j->last, &j->prior, err);
    free(codec);
    free(prior);
    return status;
}

static int open(const char *folder, const EncoderOptions *o, void *state, EncoderInfo *info,
                Error *err) {
    Jukebox *j = state;
    if (jukebox_config_read(folder, &j->config, err)) return -1;
    if (set_up(j, o, info, err)) return error_prefix(err, folder);
    if (load(j, folder, err)) return -1;
    info->print = jukebox_codec_print(j->codec) ^ jukebox_prior_print(j->prior);
    return 0;
}

static size_t frames(const void *state, size_t samples) {
    return jukebox_song_frames(state, samples);
}

static int run(const void *state, float *samples, size_t count, const EncoderSink *sink,
               Error *err) {
    return jukebox_song_run(state, samples, count, sink, err);
}

static double operations(const void *state, size_t samples) {
    return jukebox_song_operations(state, samples);
}

static int estimate(const void *state, size_t samples, EncoderEstimate *out, Error *err) {
    return jukebox_song_estimate(state, samples, out, err);
}

const Encoder encoder_jukebox = {
    .name = "jukebox",
    .about = "Jukebox's prior over codes of sound, as EDGE hears music",
    .checkpoints = checkpoints,
    .presets = presets,
    .recognise = recognise,
    .size = sizeof(Jukebox),
    .open = open,
    .frames = frames,
    .run = run,
    .close = close,
    .operations = operations,
    .estimate = estimate,
};
