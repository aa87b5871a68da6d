/* music_encoder.h: music features by a checkpoint: sound in, a file's worth of features out, at the
 * rate of dances, with the identity that says how they were made (recipe.h). */
#ifndef FEATURES_ENCODERS_MUSIC_ENCODER_H
#define FEATURES_ENCODERS_MUSIC_ENCODER_H

#include "features/encoders/encoders.h"
#include "features/encoders/recipe.h"
#include "lib/audio/audio_file.h"
#include "lib/audio/music_file.h"
#include "lib/formats/tensor.h"

/* Rates that can be asked for. */
enum { ENCODE_MIN_FPS = 1, ENCODE_MAX_FPS = 1000 };

typedef struct {
    EncoderOptions encoder; /* fps 0: native */
    FrameRule rule; /* FRAMES_NATIVE exactly where fps is 0 */
    unsigned blocks; /* of mint35 (features/mint35/blocks.h), appended; needs an fps it can have */
} MusicEncoderOptions;

typedef struct {
    const Encoder *kind;
    void *state;
    EncoderInfo info;
    MusicEncoderOptions options;
    MusicIdentity identity; /* of all that is computed */
    size_t dim; /* columns, blocks included */
    double fps; /* of what is computed */
} MusicEncoder;

/* folder: a checkpoint's. Refuses what family or blocks cannot do. *out is empty on error. Errors
 * begin with a path. */
int music_encoder_open(const char *folder, const MusicEncoderOptions *options, MusicEncoder *out,
                       Error *err);
void music_encoder_close(MusicEncoder *e);

/* Whether an identity is that of an encoder's features. */
bool music_encoder_made(const MusicIdentity *identity);
/* One of those as a phrase: "mert-12x768 (such as m-a-p/MERT-v1-95M), layer-7, weights 1a2b3c4d".
 */
enum { MUSIC_ENCODER_PHRASE = 300 };
char *music_encoder_phrase(const MusicIdentity *identity, char text[MUSIC_ENCODER_PHRASE]);
/* The checkpoint opened so that it computes exactly those features; refused where it is another. */
int music_encoder_open_as(const char *folder, const MusicIdentity *wanted, double fps,
                          MusicEncoder *out, Error *err);

/* What is told on the way; all may be NULL. */
typedef struct {
    Tensors *stages; /* gets what is computed on the way, by name */
    const char *resume; /* EncoderSink.resume */
    void (*progress)(void *context, size_t done, size_t total); /* frames of the encoder */
    void *context;
} MusicEncoderWatch;

/* The samples are freed on the way. title: the file's name without folders and ending. Threads are
 * OpenMP's. *out is owned and empty on error. Errors do not name the file. */
int music_encoder_run(const MusicEncoder *e, const char *title, Audio *sound,
                      const MusicEncoderWatch *watch, Music *out, Error *err);

#endif
