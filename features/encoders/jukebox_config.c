#include "features/encoders/jukebox_config.h"

#include <math.h>

#include "features/encoders/checkpoint.h"

enum { WIDTH_MAX = 1 << 14, HALVINGS_MAX = 12, CONTEXT_MAX = 1 << 16, DILATION_MAX = 1 << 20 };

/* "5b" and its VQ-VAE. */
static const JukeboxConfig published = {.rate = 44100,
                                        .levels = 3,
                                        .halvings = {3, 2, 2},
                                        .width = 32,
                                        .depth = 4,
                                        .growth = 3,
                                        .embedding = 64,
                                        .bins = 2048,
                                        .context = 8192,
                                        .block = 64,
                                        .columns = 4800,
                                        .layers = 72,
                                        .heads = 8,
                                        .attention = 1200,
                                        .inner = 4800,
                                        .genres = 120,
                                        .artists = 4111,
                                        .times = 128,
                                        .genre_slots = 5,
                                        .shortest = 60,
                                        .longest = 600};

/* What the file has in other terms than JukeboxConfig. */
typedef struct {
    size_t strides[JUKEBOX_LEVELS_MAX], multipliers[JUKEBOX_LEVELS_MAX], labels[2], blocks;
    double attention, inner; /* parts of the columns */
} Terms;

static int read_codec(const JsonFields *f, JukeboxConfig *c, Terms *t, Error *err) {
    size_t halvings = c->levels;
    size_t strides = c->levels;
    size_t multipliers = c->levels;
    if (json_field_real(f, "sample_rate", &c->rate, err) ||
        json_field_size(f, "levels", 1, JUKEBOX_LEVELS_MAX, &c->levels, err) ||
        json_field_sizes(f, "downs_t", 1, HALVINGS_MAX, JUKEBOX_LEVELS_MAX, c->halvings, &halvings,
                         err) ||
        json_field_sizes(f, "strides_t", 2, 2, JUKEBOX_LEVELS_MAX, t->strides, &strides, err) ||
        json_field_sizes(f, "multipliers", 1, 16, JUKEBOX_LEVELS_MAX, t->multipliers, &multipliers,
                         err) ||
        json_field_size(f, "width", 1, WIDTH_MAX, &c->width, err) ||
        json_field_size(f, "depth", 1, 64, &c->depth, err) ||
        json_field_size(f, "dilation_growth_rate", 1, 64, &c->growth, err) ||
        json_field_size(f, "emb_width", 1, WIDTH_MAX, &c->embedding, err) ||
        json_field_size(f, "l_bins", 1, 1 << 20, &c->bins, err))
        return -1;
    if (halvings != c->levels || strides != c->levels || multipliers != c->levels)
        return error_set(err, "'downs_t', 'strides_t' or 'multipliers' has not one number a level");
    c->width *= t->multipliers[c->levels - 1];
    c->depth *= t->multipliers[c->levels - 1];
    if (!(c->rate >= 1000 && c->rate <= 1e6))
        return error_set(err, "a sample rate of %g Hz", c->rate);
    return 0;
}

static int read_prior(const JsonFields *f, JukeboxConfig *c, Terms *t, Error *err) {
    size_t labels = 2;
    if (json_field_size(f, "n_ctx", 1, CONTEXT_MAX, &c->context, err) ||
        json_field_size(f, "blocks", 1, CONTEXT_MAX, &t->blocks, err) ||
        json_field_size(f, "prior_width", 1, WIDTH_MAX, &c->columns, err) ||
        json_field_size(f, "prior_depth", 1, 1000, &c->layers, err) ||
        json_field_size(f, "heads", 1, WIDTH_MAX, &c->heads, err) ||
        json_field_real(f, "m_attn", &t->attention, err) ||
        json_field_real(f, "m_mlp", &t->inner, err) ||
        json_field_sizes(f, "y_bins", 1, 1 << 20, 2, t->labels, &labels, err) ||
        json_field_size(f, "t_bins", 1, 1 << 20, &c->times, err) ||
        json_field_size(f, "max_bow_genre_size", 1, 64, &c->genre_slots, err) ||
        json_field_real(f, "min_duration", &c->shortest, err) ||
        json_field_real(f, "max_duration", &c->longest, err))
        return -1;
    if (labels != 2) return error_set(err, "'y_bins' has not two numbers");
    c->genres = t->labels[0];
    c->artists = t->labels[1];
    if (c->context % t->blocks != 0) return error_set(err, "'n_ctx' is no multiple of 'blocks'");
    c->block = c->context / t->blocks;
    if (!(t->attention > 0 && t->attention <= 16 && t->inner > 0 && t->inner <= 16))
        return error_set(err, "'m_attn' or 'm_mlp' is not from 0 to 16");
    c->attention = (size_t)(t->attention * (double)c->columns);
    c->inner = (size_t)(t->inner * (double)c->columns);
    if (c->attention == 0 || c->attention % c->heads != 0)
        return error_set(err, "'m_attn' of 'prior_width' is no multiple of 'heads'");
    if (!(c->shortest >= 0 && c->longest > c->shortest && c->longest <= 1e6))
        return error_set(err, "'min_duration' and 'max_duration' are not in order");
    return 0;
}

/* The hop, and whether the largest dilation is one that a song can have. */
static int finish(JukeboxConfig *c, Error *err) {
    size_t halvings = 0;
    size_t dilation = 1;
    for (size_t i = 0; i < c->levels; i++) halvings += c->halvings[i];
    if (halvings > HALVINGS_MAX)
        return error_set(err, "'downs_t' are more than %d halvings", HALVINGS_MAX);
    for (size_t i = 1; i < c->depth && dilation <= DILATION_MAX; i++) dilation *= c->growth;
    if (dilation > DILATION_MAX)
        return error_set(err, "'dilation_growth_rate' gives dilations above %d", DILATION_MAX);
    c->hop = (size_t)1 << halvings;
    return 0;
}

int jukebox_config_read(const char *folder, JukeboxConfig *out, Error *err) {
    JukeboxConfig c = published;
    Terms t = {.strides = {2, 2, 2},
               .multipliers = {1, 1, 1},
               .labels = {c.genres, c.artists},
               .blocks = c.context / c.block,
               .attention = 0.25,
               .inner = 1};
    JsonFields f = {0};
    bool there;
    if (settings_read(folder, "config.json", &f, &there, err)) return -1;
    int status = 0;
    if (there)
        status = read_codec(&f, &c, &t, err) || read_prior(&f, &c, &t, err) || finish(&c, err);
    else
        status = finish(&c, err);
    if (there) json_fields_free(&f);
    if (status) {
        error_prefix(err, "config.json");
        return error_prefix(err, folder);
    }
    *out = c;
    return 0;
}
