/* wav2clip_encoder.c: wav2clip.h as a row of the registry (encoders.h). */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/encoder.h"
#include "features/encoders/wav2clip.h"
#include "lib/base/file.h"

static const EncoderCheckpoint checkpoints[] = {
    {"descriptinc/lyrebird-wav2clip v0.1.0-alpha", "Wav2CLIP.pt", 51, "MIT", "wav2clip-512"}, {0}};

/* Sound as GCDance and DGFM give it: 30 pieces of 512 samples a second. */
static const char *const presets[] = {"gcdance", NULL};

static const double published_rate = 16000, gcdance_rate = 15360;
enum { PIECE = 512, PRESET_FPS = 30 };

/* Whole songs become one picture; longer ones than that do not fit into memory. */
enum { WHOLE_SECONDS = 600 };

typedef struct {
    Wav2clip *m;
    double rate;
    size_t piece, hop; /* samples; piece 0: the whole song */
} State;

static bool recognise(const char *folder, const JsonFields *config, const char *model_type) {
    if (config) return strcmp(model_type, "wav2clip") == 0;
    char *path = path_join(folder, "Wav2CLIP.pt");
    const bool there = path && file_exists(path);
    free(path);
    return there;
}

static void close(void *state) { wav2clip_free(((State *)state)->m); }

static int refuse_others(const EncoderOptions *o, Error *err) {
    if (o->layers.mean || o->layers.count)
        return error_set(err, "Wav2CLIP gives its vectors only: it has no layers to choose from");
    if (o->output) return error_set(err, "Wav2CLIP gives its vectors only, not '%s'", o->output);
    if (o->preset && strcmp(o->preset, presets[0]) != 0)
        return error_set(err, "Wav2CLIP has the preset '%s', not '%s'", presets[0], o->preset);
    if (o->normalise != NORMALISE_SONG)
        return error_set(err, "Wav2CLIP brings the spectra of the whole song to one scale; there "
                              "is no other way");
    if (o->bfloat16) return error_set(err, "Wav2CLIP is computed in float32 only");
    return 0;
}

/* Pieces of 512 samples, as many a second as are wanted in the end if they are whole numbers of
 * samples apart, and no further apart than they are long. */
static int choose_gcdance(State *s, const EncoderOptions *o, Error *err) {
    s->rate = gcdance_rate;
    s->piece = s->hop = PIECE;
    const double hop = o->fps > 0 ? gcdance_rate / o->fps : (double)PIECE;
    if (hop >= 1 && hop <= (double)PIECE && hop == floor(hop)) s->hop = (size_t)hop;
    if (!o->window_given) return 0;
    const long long piece = llround(o->window * s->rate), overlap = llround(o->overlap * s->rate);
    if (piece == (long long)s->piece && overlap == (long long)(s->piece - s->hop)) return 0;
    return error_set(err, "preset '%s' says how long windows are: leave them out", o->preset);
}

static int choose_windows(State *s, const EncoderOptions *o, Error *err) {
    s->rate = published_rate;
    s->piece = s->hop = PIECE;
    if (!o->window_given) return 0;
    const size_t overlap = (size_t)llround(o->overlap * s->rate);
    s->piece = (size_t)llround(o->window * s->rate);
    if (o->window > 0 && s->piece <= WAV2CLIP_FFT / 2)
        return error_set(err, "a window of %g s is too short: Wav2CLIP needs more than %g",
                         o->window, WAV2CLIP_FFT / 2 / s->rate);
    if (s->piece > 0 && overlap >= s->piece)
        return error_set(err, "an overlap of %g s is not below the window's %g s", o->overlap,
                         o->window);
    if (o->window > (double)WHOLE_SECONDS)
        return error_set(err, "a window of %g s is too long: at most %d", o->window, WHOLE_SECONDS);
    s->hop = s->piece - overlap;
    return 0;
}

static int set_up(State *s, const EncoderOptions *o, EncoderInfo *info, Error *err) {
    if (refuse_others(o, err)) return -1;
    if (o->preset ? choose_gcdance(s, o, err) : choose_windows(s, o, err)) return -1;
    *info = (EncoderInfo){.print = wav2clip_print(s->m),
                          .rate = s->rate,
                          .columns = wav2clip_embedding(s->m),
                          .window = (double)s->piece / s->rate,
                          .overlap = (double)(s->piece - s->hop) / s->rate};
    info->frame_rate = s->piece > 0 ? s->rate / (double)s->hop : 1;
    info->offset = s->piece > 0 ? 0.5 * (double)s->piece / (double)s->hop : 0.5;
    if (o->preset) info->offset = 0; /* there piece i is that of dance frame i */
    snprintf(info->name, sizeof info->name, "wav2clip-%zu", wav2clip_embedding(s->m));
    return 0;
}

static int open(const char *folder, const EncoderOptions *o, void *state, EncoderInfo *info,
                Error *err) {
    State *s = state;
    if (wav2clip_load(folder, &s->m, err)) return -1;
    return set_up(s, o, info, err) ? error_prefix(err, folder) : 0;
}

static size_t frames(const void *state, size_t samples) {
    const State *s = state;
    if (s->piece == 0) return samples > WAV2CLIP_FFT / 2;
    return samples < s->piece ? 0 : (samples - s->piece) / s->hop + 1;
}

/* --- a song --- */

/* Batches from `first` on, one for each thread; then their rows are handed on. */
static int run_some(const State *s, const Wav2clipPieces *p, Wav2clipScale scale, size_t first,
                    size_t batch, size_t count, float *out, const EncoderSink *sink, Error *err) {
    const size_t columns = wav2clip_embedding(s->m);
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) if (count > batch)
    for (size_t at = 0; at < count; at += batch) {
        Error e;
        const size_t n = count - at < batch ? count - at : batch;
        const bool tell = first + at == 0;
        if (wav2clip_run(s->m, p, scale, first + at, n, out + at * columns,
                         tell ? sink->stage : NULL, sink->stage_context, &e)) {
#pragma omp critical(wav2clip_encoder)
            {
                failed = -1;
                *err = e;
            }
        }
    }
    return failed ? -1 : sink->frames(sink->context, first, out, count, err);
}

static int run(const void *state, float *samples, size_t count, const EncoderSink *sink,
               Error *err) {
    const State *s = state;
    const size_t piece = s->piece > 0 ? s->piece : count;
    const Wav2clipPieces p = {samples, frames(s, count), piece, s->piece > 0 ? s->hop : piece};
    Wav2clipScale scale;
    if (p.count == 0)
        return error_set(err, "%zu samples are too few for a piece of %zu", count,
                         s->piece > 0 ? s->piece : (size_t)WAV2CLIP_FFT / 2 + 1);
    if ((double)piece > (double)WHOLE_SECONDS * s->rate)
        return error_set(err, "%.0f s are too long for one window: at most %d s; give a window",
                         (double)piece / s->rate, WHOLE_SECONDS);
    if (wav2clip_measure(&p, &scale, err)) return -1;
    const size_t threads = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t batch = wav2clip_batch(s->m, piece), most = batch * threads;
    float *out = malloc(most * wav2clip_embedding(s->m) * sizeof *out);
    int status = out ? 0 : error_set(err, "out of memory");
    for (size_t at = 0; at < p.count && !status; at += most) {
        const size_t n = p.count - at < most ? p.count - at : most;
        status = run_some(s, &p, scale, at, batch, n, out, sink, err);
    }
    free(out);
    return status;
}

static double operations(const void *state, size_t samples) {
    const State *s = state;
    return (double)frames(s, samples) *
           wav2clip_operations(s->m, s->piece > 0 ? s->piece : samples);
}

const Encoder encoder_wav2clip = {
    .name = "wav2clip",
    .about = "Wav2CLIP: what short pieces of sound share with pictures",
    .checkpoints = checkpoints,
    .presets = presets,
    .preset_fps = PRESET_FPS,
    .recognise = recognise,
    .size = sizeof(State),
    .open = open,
    .frames = frames,
    .run = run,
    .close = close,
    .operations = operations,
};
