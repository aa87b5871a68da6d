/* encoder.h: learnt encoders of sound: the interface that every family of networks has.
 *
 * A row (Encoder) is a family. It recognises a checkpoint's folder, opens it with options, and runs
 * whole songs: samples in, frames at the network's own rate out. Frame i stands at
 * (i + offset) / frame_rate seconds of the song, however the song is cut into windows. What follows
 * (rates of dances, files, blocks of hand-made features) is common to all: encode.h. */
#ifndef FEATURES_ENCODERS_ENCODER_H
#define FEATURES_ENCODERS_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/formats/json_fields.h"

/* Which of a network's hidden states are wanted, as its users number them. */
enum { ENCODER_LAYERS_MAX = 16 };
typedef struct {
    bool mean; /* over all of them; else the list, side by side */
    size_t count; /* 0 and not mean: the family's default, which `open` fills in */
    size_t items[ENCODER_LAYERS_MAX];
} EncoderLayers;

typedef enum { NORMALISE_SONG, NORMALISE_WINDOW, NORMALISE_OFF } EncoderNormalise;

/* What is computed. Zeroed fields are the family's defaults; `open` refuses, in one sentence, what
 * the family cannot do. */
typedef struct {
    EncoderLayers layers;
    const char *output; /* one of Encoder.outputs, or NULL for the first */
    const char *preset; /* one of Encoder.presets, or NULL */
    double fps; /* frames a second that are wanted in the end: for families whose rate is free;
                   0: their own */
    bool window_given; /* else the two below are the family's */
    double window, overlap; /* seconds; window 0: the whole song at once */
    EncoderNormalise normalise; /* over what samples are brought to mean 0 and variance 1, and
                                   over what norms that see all of time take their statistics */
    bool bfloat16; /* products of rounded numbers, where it pays */
} EncoderOptions;

/* What `open` found. */
typedef struct {
    char name[48]; /* family and sizes, for identities: "mert-12x768"; printable, no blanks ,:/ */
    uint64_t print; /* of the weights: two checkpoints of one shape differ in it */
    double rate; /* samples a second that `run` takes */
    double highest; /* Hz that it hears, if that is less than rate / 2; else 0 */
    double frame_rate, offset; /* see above */
    size_t columns; /* of a frame: all layers that were asked for */
    size_t states; /* hidden states there are to choose from; 0: no choice */
    EncoderLayers layers; /* as chosen */
    double window, overlap; /* as chosen, in seconds; window 0: the whole song at once */
} EncoderInfo;

/* Is given what is computed on the way, under the names of the golden files, C order; of a song of
 * several windows the stages of the first. */
typedef void EncoderStage(void *context, const char *name, const float *x, int rank,
                          const size_t *shape);

/* Where a song's frames go. `frames` is given [rows, columns], in order and without gaps: row 0 is
 * frame `first` of the song; what it returns other than 0 ends the run. */
typedef struct {
    int (*frames)(void *context, size_t first, const float *x, size_t rows, Error *err);
    void *context;
    EncoderStage *stage; /* may be NULL */
    void *stage_context;
    /* May be NULL: how much of the work is done, 0 to 1, for families that give no frames before
     * the end. What it returns other than 0 ends the run. */
    int (*progress)(void *context, double part);
    const char *resume; /* beginning of the path of files that the family may leave, to go on from
                           after an interruption, and removes when the song is done; NULL: none */
} EncoderSink;

/* What a song takes on this machine: measured on a part of the work. */
typedef struct {
    double seconds, memory, disk; /* bytes; disk: of files beside the result until it is done */
} EncoderEstimate;

/* A published checkpoint, for tables in the documentation and in --list. */
typedef struct {
    const char *name; /* "m-a-p/MERT-v1-95M" */
    const char *files; /* "config.json preprocessor_config.json pytorch_model.bin" */
    double megabytes; /* 10^6 bytes of weights */
    const char *licence; /* of the weights */
    const char *identity; /* EncoderInfo.name that it has */
} EncoderCheckpoint;

typedef struct {
    const char *name; /* "wav2vec2" */
    const char *about; /* one line */
    const EncoderCheckpoint *checkpoints; /* ended by one without a name */
    const char *const *outputs; /* ended by NULL; or NULL if there is one only */
    const char *const *presets; /* ended by NULL; or NULL */
    double preset_fps; /* rows a second that the presets mean where none are asked for; 0: none */

    /* Whether a checkpoint's folder is of this family. config: of its config.json, NULL if there is
     * none; model_type: its field of that name, "" if there is none. */
    bool (*recognise)(const char *folder, const JsonFields *config, const char *model_type);
    size_t size; /* of a state, in bytes: encoder_open makes it, all zero */
    /* Reads weights into a state, which is given to `close` also where this fails, and only read by
     * `run`: several threads may use it. Errors begin with a path. */
    int (*open)(const char *folder, const EncoderOptions *o, void *state, EncoderInfo *info,
                Error *err);
    /* Frames of so many samples; 0 where they are too few for one. */
    size_t (*frames)(const void *state, size_t samples);
    /* samples [count], mono, at info.rate, may be overwritten. Refuses too few of them. Threads are
     * those of OpenMP. */
    int (*run)(const void *state, float *samples, size_t count, const EncoderSink *sink,
               Error *err);
    void (*close)(void *state); /* frees what it holds */
    /* Floating-point operations of a song, for --dry-run; may be NULL. */
    double (*operations)(const void *state, size_t samples);
    /* May be NULL: then operations are compared with the speed of products. */
    int (*estimate)(const void *state, size_t samples, EncoderEstimate *out, Error *err);
} Encoder;

#endif
