#include "features/encoders/music_encoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/mint35.h"
#include "lib/audio/resample.h"

/* --- what is computed --- */

static int add_layer(const MusicEncoder *e, size_t i, char layout[MUSIC_LAYOUT_SIZE]) {
    char name[MUSIC_NAME_SIZE];
    const size_t width = e->info.columns / e->info.layers.count;
    snprintf(name, sizeof name, "layer%zu", e->info.layers.items[i]);
    return music_layout_append(layout, name, strlen(name), width);
}

static int lay_out(MusicEncoder *e, Error *err) {
    char *layout = e->identity.columns, blocks[MUSIC_LAYOUT_SIZE] = "";
    int status = 0;
    if (e->info.layers.count && !e->info.layers.mean)
        for (size_t i = 0; i < e->info.layers.count && !status; i++)
            status = add_layer(e, i, layout);
    else
        status = music_layout_append(layout, "encoder", 7, e->info.columns);
    e->dim = e->info.columns;
    if (e->options.blocks) {
        MusicBlock b;
        mint35_layout_of(e->options.blocks, blocks);
        for (const char *at = blocks; *at && !status && music_layout_next(&at, &b);)
            status = music_layout_append(layout, b.name, b.length, b.width);
        e->dim += mint35_width(e->options.blocks);
    }
    return status ? error_set(err, "so many layers and blocks cannot be named") : 0;
}

static int identify(MusicEncoder *e, Error *err) {
    const Recipe r = {.options = e->options.encoder, .rule = e->options.rule};
    snprintf(e->identity.name, sizeof e->identity.name, "%s", e->info.name);
    return recipe_text(&r, &e->info, e->identity.version, err) || lay_out(e, err) ? -1 : 0;
}

static int check_blocks(const MusicEncoderOptions *o, Error *err) {
    Mint35Options m = mint35_defaults();
    if (!o->blocks) return 0;
    if (!(o->encoder.fps > 0))
        return error_set(err, "blocks cannot be appended to frames at the encoder's own rate");
    m.fps = o->encoder.fps;
    m.blocks = o->blocks;
    return mint35_check(&m, err);
}

int music_encoder_open(const char *folder, const MusicEncoderOptions *options, MusicEncoder *out,
                       Error *err) {
    *out = (MusicEncoder){.options = *options};
    if (check_blocks(options, err)) return error_prefix(err, folder);
    int status = encoders_recognise(folder, &out->kind, err);
    if (!status)
        status = encoder_open(out->kind, folder, &options->encoder, &out->state, &out->info, err);
    if (!status && identify(out, err)) status = error_prefix(err, folder);
    if (status) {
        music_encoder_close(out);
        return -1;
    }
    out->fps = options->rule == FRAMES_NATIVE ? out->info.frame_rate : options->encoder.fps;
    return 0;
}

void music_encoder_close(MusicEncoder *e) {
    encoder_close(e->kind, e->state);
    *e = (MusicEncoder){0};
}

/* --- what a model or a file names --- */

bool music_encoder_made(const MusicIdentity *identity) {
    Recipe r;
    return recipe_parse(identity->version, &r);
}

/* A published checkpoint of that family and size; NULL if none is known. */
static const char *published(const char *name) {
    const Encoder *const *all = encoders_all();
    for (size_t i = 0; all[i]; i++)
        for (const EncoderCheckpoint *c = all[i]->checkpoints; c && c->name; c++)
            if (c->identity && strcmp(c->identity, name) == 0) return c->name;
    return NULL;
}

char *music_encoder_phrase(const MusicIdentity *identity, char text[MUSIC_ENCODER_PHRASE]) {
    Recipe r;
    const char *checkpoint = published(identity->name);
    const bool known = recipe_parse(identity->version, &r);
    snprintf(text, MUSIC_ENCODER_PHRASE, "%s%s%s%s, %.*s, weights %08" PRIx32, identity->name,
             checkpoint ? " (such as " : "", checkpoint ? checkpoint : "", checkpoint ? ")" : "",
             (int)strcspn(identity->version, "/"), identity->version, known ? r.print : 0);
    return text;
}

/* The blocks behind the layers of a layout. */
static int blocks_of(const char *layout, unsigned *blocks, Error *err) {
    const char *at = layout;
    MusicBlock b;
    *blocks = 0;
    while (*at && music_layout_next(&at, &b))
        if (strncmp(b.name, "layer", 5) != 0 && strncmp(b.name, "encoder", 7) != 0)
            return mint35_blocks_of(b.name, blocks, err);
    return 0;
}

int music_encoder_open_as(const char *folder, const MusicIdentity *wanted, double fps,
                          MusicEncoder *out, Error *err) {
    Recipe r;
    char has[MUSIC_PHRASE_SIZE], needs[MUSIC_PHRASE_SIZE];
    MusicEncoderOptions o = {0};
    *out = (MusicEncoder){0};
    if (!recipe_parse(wanted->version, &r))
        return error_set(err, "%s: %s %s are not the features of an encoder", folder, wanted->name,
                         wanted->version);
    if (blocks_of(wanted->columns, &o.blocks, err)) return error_prefix(err, folder);
    o.encoder = r.options;
    o.encoder.fps = r.rule == FRAMES_NATIVE ? 0 : fps;
    o.rule = r.rule;
    if (music_encoder_open(folder, &o, out, err)) return -1;
    const size_t dim = music_layout_width(wanted->columns);
    if (music_identity_differs(&out->identity, out->dim, wanted, dim, has, needs))
        error_set(err, "%s: computes %s, not %s as is needed: another checkpoint", folder, has,
                  needs);
    else if (out->fps != fps)
        error_set(err, "%s: gives %g frames a second, not %g", folder, out->fps, fps);
    else
        return 0;
    music_encoder_close(out);
    return -1;
}

/* --- a song --- */

typedef struct {
    FrameRate rate;
    const MusicEncoderWatch *watch;
    size_t shown; /* frames that progress has been told of */
    Error err; /* of stages */
    bool failed;
} Run;

static void show_frames(Run *r, size_t frames) {
    const MusicEncoderWatch *w = r->watch;
    if (!w || !w->progress || frames <= r->shown) return;
    r->shown = frames;
    w->progress(w->context, frames, r->rate.in);
}

/* Work in frames: these come at the end, where a family says how much of it is done. */
static int show_part(void *context, double part) {
    Run *r = context;
    show_frames(r, (size_t)(part * (double)r->rate.in));
    return 0;
}

static int take_frames(void *context, size_t first, const float *x, size_t rows, Error *err) {
    Run *r = context;
    const size_t count = rows * r->rate.columns;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return error_set(err, "frame %zu is not finite", first + i / r->rate.columns);
    frame_rate_add(&r->rate, first, x, rows);
    show_frames(r, first + rows);
    return 0;
}

static void take_stage(void *context, const char *name, const float *x, int rank,
                       const size_t *shape) {
    Run *r = context;
    Tensor t;
    if (r->failed) return;
    if (tensor_new(&t, TENSOR_F32, rank, shape, 0, &r->err)) {
        r->failed = true;
        return;
    }
    if (t.data) memcpy(t.data, x, tensor_count(&t) * sizeof *x);
    r->failed = tensors_add(r->watch->stages, name, &t, &r->err) != 0;
}

/* mint35's blocks of the sound, behind the encoder's columns. */
static int append_blocks(const MusicEncoder *e, const char *title, const Audio *sound,
                         const FrameRate *rate, Music *out, Error *err) {
    Mint35Options o = mint35_defaults();
    Music blocks;
    o.fps = e->fps;
    o.blocks = e->options.blocks;
    o.start_bpm = mint35_start_bpm(title);
    if (mint35_features(sound->samples, sound->count, sound->rate, &o, &blocks, err)) return -1;
    out->tempo = blocks.tempo;
    out->notes |= blocks.notes;
    out->frames = rate->out < blocks.frames ? rate->out : blocks.frames;
    out->data = malloc(out->frames * e->dim * sizeof *out->data);
    if (!out->data) error_set(err, "out of memory for %zu frames", out->frames);
    for (size_t k = 0; out->data && k < out->frames; k++) {
        float *row = out->data + k * e->dim;
        memcpy(row, rate->result + k * rate->columns, rate->columns * sizeof *row);
        memcpy(row + rate->columns, blocks.data + k * blocks.dim, blocks.dim * sizeof *row);
    }
    music_free(&blocks);
    return out->data ? 0 : -1;
}

/* Samples at the encoder's rate -> its frames at the wanted one. */
static int encode(const MusicEncoder *e, float *samples, size_t count, double seconds, Run *r,
                  Error *err) {
    const EncoderInfo *i = &e->info;
    const MusicEncoderWatch *w = r->watch;
    const size_t frames = e->kind->frames(e->state, count);
    if (frames == 0) return error_set(err, "%zu samples at %g Hz are too few", count, i->rate);
    if (frame_rate_begin(&r->rate, e->options.rule, frames, i->columns, i->frame_rate, i->offset,
                         e->fps, seconds, err))
        return -1;
    const EncoderSink sink = {.frames = take_frames,
                              .context = r,
                              .stage = w && w->stages ? take_stage : NULL,
                              .stage_context = r,
                              .progress = show_part,
                              .resume = w ? w->resume : NULL};
    if (e->kind->run(e->state, samples, count, &sink, err)) return -1;
    if (r->failed) return error_set(err, "%s", r->err.text);
    return frame_rate_end(&r->rate, err);
}

int music_encoder_run(const MusicEncoder *e, const char *title, Audio *sound,
                      const MusicEncoderWatch *watch, Music *out, Error *err) {
    Run r = {.watch = watch};
    float *samples;
    size_t count;
    const double seconds = (double)sound->count / sound->rate;
    *out = (Music){.dim = e->dim, .fps = e->fps, .identity = e->identity};
    if (!(sound->rate >= (double)MINT35_MIN_RATE && sound->rate <= (double)MINT35_MAX_RATE))
        return error_set(err, "a sample rate of %g Hz", sound->rate);
    const double heard = e->info.highest > 0 ? 2 * e->info.highest : e->info.rate;
    if (sound->rate < heard) out->notes |= MUSIC_DULL;
    if (resample(sound->samples, sound->count, sound->rate, e->info.rate, SOXR_HIGH, &samples,
                 &count, err))
        return -1;
    if (!e->options.blocks) audio_free(sound);
    int status = encode(e, samples, count, seconds, &r, err);
    free(samples);
    if (!status && e->options.blocks) {
        status = append_blocks(e, title, sound, &r.rate, out, err);
    } else if (!status) {
        out->frames = r.rate.out;
        out->data = r.rate.result;
        r.rate.result = NULL;
    }
    frame_rate_free(&r.rate);
    if (status) music_free(out);
    return status;
}
