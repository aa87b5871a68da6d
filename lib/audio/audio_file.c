#include "lib/audio/audio_file.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audio/audio_source.h"
#include "lib/audio/mp3_decode.h"
#include "lib/audio/mp3_frames.h"
#include "lib/base/numbers.h"

enum { CHUNK = 4096, MAX_CHANNELS = 1024 };

const char *const audio_endings[] = {".wav",  ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif",
                                     ".aiff", ".aifc", ".au",  ".w64", ".caf",  NULL};

const char *const audio_unreadable_endings[] = {".m4a",  ".aac", ".mp4", ".m4b", ".wma",
                                                ".webm", ".mka", ".ape", ".wv",  NULL};

int audio_files_expand(const char *path, Strings *list, Error *err) {
    enum {
        ALL = sizeof audio_endings / sizeof *audio_endings +
              sizeof audio_unreadable_endings / sizeof *audio_unreadable_endings
    };
    const char *endings[ALL];
    size_t n = 0;
    for (size_t i = 0; audio_endings[i]; i++) endings[n++] = audio_endings[i];
    for (size_t i = 0; audio_unreadable_endings[i]; i++) endings[n++] = audio_unreadable_endings[i];
    endings[n] = NULL;
    return file_expand(path, endings, list, err);
}

/* What is being decoded into. */
typedef struct {
    Audio *audio;
    size_t capacity;
} Decoding;

/* Appends the mean of the channels. */
static int append(void *user, const float *interleaved, size_t frames, size_t channels,
                  Error *err) {
    Decoding *d = user;
    Audio *a = d->audio;
    if (a->count + frames > d->capacity) {
        size_t needed = a->count + frames;
        size_t capacity = 2 * d->capacity > needed ? 2 * d->capacity : needed;
        float *grown = realloc(a->samples, capacity * sizeof *grown);
        if (!grown) return error_set(err, "out of memory after %zu samples", a->count);
        a->samples = grown;
        d->capacity = capacity;
    }
    float *mono = a->samples + a->count;
    if (channels == 1)
        memcpy(mono, interleaved, frames * sizeof *mono);
    else if (channels == 2)
        for (size_t i = 0; i < frames; i++)
            mono[i] = (interleaved[2 * i] + interleaved[2 * i + 1]) / 2;
    else
        for (size_t i = 0; i < frames; i++) {
            mono[i] = interleaved[i * channels];
            for (size_t c = 1; c < channels; c++) mono[i] += interleaved[i * channels + c];
            mono[i] /= (float)channels;
        }
    size_t bad = floats_first_nonfinite(mono, frames);
    if (bad < frames) return error_set(err, "sample %zu is not a finite number", a->count + bad);
    a->count += frames;
    return 0;
}

/* --- libsndfile --- */

static sf_count_t source_length(void *source) { return ((const AudioSource *)source)->size; }

static sf_count_t source_seek(sf_count_t offset, int whence, void *source) {
    return audio_source_seek(source, offset, whence);
}

static sf_count_t source_read(void *data, sf_count_t size, void *source) {
    sf_count_t done = 0;
    while (done < size) {
        ssize_t got = audio_source_read(source, (char *)data + done, (size_t)(size - done));
        if (got <= 0) break;
        done += got;
    }
    return done;
}

static sf_count_t source_tell(void *source) { return audio_source_seek(source, 0, SEEK_CUR); }

static int decode(SNDFILE *file, const SF_INFO *info, Audio *out, Error *err) {
    size_t channels = (size_t)info->channels;
    float *chunk = malloc(CHUNK * channels * sizeof *chunk);
    if (!chunk) return error_set(err, "out of memory");
    Decoding d = {.audio = out};
    int status = 0;
    while (status == 0) {
        sf_count_t got = sf_readf_float(file, chunk, CHUNK);
        if (got <= 0) break;
        status = append(&d, chunk, (size_t)got, channels, err);
    }
    free(chunk);
    /* SF_COUNT_MAX: the header does not say (a FLAC file that was written into a pipe). */
    bool length_known = info->frames > 0 && info->frames < SF_COUNT_MAX;
    out->early_end = sf_error(file) != SF_ERR_NO_ERROR ||
                     (length_known && (sf_count_t)out->count < info->frames);
    return status;
}

static size_t little_endian(const unsigned char *b) {
    return b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

/* libsndfile takes a wav file's length from what is there, without a word. True where the data
 * chunk claims more than the file holds, except for the sizes that programs write which could not
 * know them: those from 2 GiB less a page or so (sox) to 2^32 - 1 (ffmpeg). */
static bool wav_is_cut(AudioSource *source) {
    enum { MOST_CHUNKS = 1000 };
    const size_t unknown = 0x7fff0000;
    size_t size = (size_t)source->size;
    unsigned char b[12];
    if (audio_source_peek(source, 0, b, 12) != 12) return false;
    if (memcmp(b, "RIFF", 4) != 0 || memcmp(b + 8, "WAVE", 4) != 0) return false;
    size_t at = 12;
    for (int i = 0; i < MOST_CHUNKS && at < size; i++) {
        if (audio_source_peek(source, (off_t)at, b, 8) != 8) return false;
        size_t length = little_endian(b + 4);
        at += 8;
        if (memcmp(b, "data", 4) == 0) return length < unknown && length > size - at;
        at += length + length % 2;
    }
    return false;
}

/* The one line for a file that libsndfile refuses: what it is, where that can be seen. */
static int refuse(AudioSource *source, Error *err) {
    unsigned char b[8] = {0};
    audio_source_peek(source, 0, b, sizeof b);
    const char *kind = "not a sound file that can be read (wav, flac, ogg, opus, mp3 or aiff)";
    if (memcmp(b + 4, "ftyp", 4) == 0) kind = "an MP4 file (.m4a, .mp4) cannot be read";
    if (b[0] == 0xff && (b[1] & 0xf6) == 0xf0) kind = "an AAC stream cannot be read";
    return error_set(err, "%s; convert it: ffmpeg -i FILE OUT.flac", kind);
}

static int read_sndfile(AudioSource *source, Audio *out, Error *err) {
    SF_VIRTUAL_IO io = {.get_filelen = source_length,
                        .seek = source_seek,
                        .read = source_read,
                        .tell = source_tell};
    SF_INFO info = {0};
    SNDFILE *file = sf_open_virtual(&io, SFM_READ, &info, source);
    if (!file) return refuse(source, err);
    int status;
    if (info.channels < 1 || info.channels > MAX_CHANNELS || info.samplerate < 1)
        status =
            error_set(err, "%d channels at %d Hz make no sense", info.channels, info.samplerate);
    else {
        out->rate = info.samplerate;
        status = decode(file, &info, out, err);
        out->early_end |= wav_is_cut(source);
    }
    sf_close(file);
    return status;
}

static int read_mp3(AudioSource *source, Audio *out, Error *err) {
    Decoding d = {.audio = out};
    bool complete;
    bool damaged = mp3_frames_damaged(source);
    int status = mp3_decode(source, damaged, append, &d, &out->rate, &complete, err);
    out->early_end = damaged || !complete;
    return status;
}

static int read_all(AudioSource *source, Audio *out, Error *err) {
    bool mp3 = mp3_frames_found(source);
    int status = mp3 ? read_mp3(source, out, err) : read_sndfile(source, out, err);
    if (source->error) return error_set(err, "%s", strerror(source->error));
    if (status == 0 && out->count == 0)
        status = error_set(err, mp3 ? "not a sound file that can be read: no frame of this mp3 "
                                      "can be decoded"
                                    : "there are no samples in it");
    return status;
}

int audio_file_read(const char *path, Audio *out, Error *err) {
    *out = (Audio){0};
    AudioSource source;
    if (audio_source_open(path, &source, err)) return -1;
    int status = read_all(&source, out, err);
    audio_source_close(&source);
    if (status) {
        audio_free(out);
        return error_prefix(err, path);
    }
    float *fitted = realloc(out->samples, out->count * sizeof *fitted);
    if (fitted) out->samples = fitted;
    return 0;
}

void audio_free(Audio *a) {
    free(a->samples);
    *a = (Audio){0};
}

int stderr_mute(void) {
    fflush(stderr);
    const int saved = fcntl(2, F_DUPFD_CLOEXEC, 3);
    if (saved < 0) return -1;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        dup2(nowhere, 2);
        close(nowhere);
    }
    return saved;
}

void stderr_unmute(int saved) {
    if (saved < 0) return;
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
}
