#include "lib/audio/audio_file.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 4096, MAX_CHANNELS = 1024 };

const char *const audio_endings[] = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3",
                                     ".aif", ".aiff", ".au",  ".w64", NULL};

static int append(Audio *a, size_t *capacity, const float *interleaved, size_t frames,
                  size_t channels, const char *path, Error *err) {
    if (a->count + frames > *capacity) {
        const size_t wanted = 2 * *capacity > a->count + frames ? 2 * *capacity : a->count + frames;
        float *grown = realloc(a->samples, wanted * sizeof *grown);
        if (!grown) return error_set(err, "%s: out of memory after %zu samples", path, a->count);
        a->samples = grown;
        *capacity = wanted;
    }
    float *mono = a->samples + a->count;
    int bad = 0;
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
    for (size_t i = 0; i < frames; i++) bad |= !(fabsf(mono[i]) <= FLT_MAX);
    for (size_t i = 0; bad && i < frames; i++)
        if (!isfinite(mono[i]))
            return error_set(err, "%s: sample %zu is not a finite number", path, a->count + i);
    a->count += frames;
    return 0;
}

static int decode(SNDFILE *file, const SF_INFO *info, const char *path, Audio *out, Error *err) {
    const size_t channels = (size_t)info->channels;
    float *chunk = malloc(CHUNK * channels * sizeof *chunk);
    if (!chunk) return error_set(err, "%s: out of memory", path);
    size_t capacity = 0;
    int status = 0;
    for (;;) {
        const sf_count_t got = sf_readf_float(file, chunk, CHUNK);
        if (got <= 0) break;
        status = append(out, &capacity, chunk, (size_t)got, channels, path, err);
        if (status) break;
    }
    free(chunk);
    if (status) return -1;
    if (out->count == 0) return error_set(err, "%s: there are no samples in it", path);
    out->early_end = sf_error(file) != SF_ERR_NO_ERROR ||
                     (info->frames > 0 && (sf_count_t)out->count < info->frames);
    float *fitted = realloc(out->samples, out->count * sizeof *fitted);
    if (fitted) out->samples = fitted;
    return 0;
}

static size_t little_endian(const unsigned char *b) {
    return b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

/* libsndfile takes a wav file's length from what is there, without a word. True where the data
 * chunk claims more than the file holds, except for the sizes that programs write which could not
 * know them: those from 2 GiB less a page or so (sox) to 2^32 - 1 (ffmpeg). */
static bool wav_is_cut(FILE *f, size_t size) {
    enum { MOST_CHUNKS = 1000 };
    const size_t unknown = 0x7fff0000;
    unsigned char b[12];
    if (fread(b, 1, 12, f) != 12 || memcmp(b, "RIFF", 4) != 0 || memcmp(b + 8, "WAVE", 4) != 0)
        return false;
    size_t at = 12;
    for (int i = 0; i < MOST_CHUNKS && fread(b, 1, 8, f) == 8; i++) {
        const size_t length = little_endian(b + 4);
        at += 8;
        if (memcmp(b, "data", 4) == 0) return length < unknown && length > size - at;
        at += length + length % 2;
        if (at >= size || fseek(f, (long)at, SEEK_SET)) return false;
    }
    return false;
}

int audio_file_read(const char *path, Audio *out, Error *err) {
    *out = (Audio){0};
    struct stat s;
    if (stat(path, &s)) return error_set(err, "%s: %s", path, strerror(errno));
    if (!S_ISREG(s.st_mode)) return error_set(err, "%s: not a regular file", path);
    if (s.st_size == 0) return error_set(err, "%s: the file is empty", path);
    FILE *readable = fopen(path, "rb");
    if (!readable) return error_set(err, "%s: %s", path, strerror(errno));
    const bool cut = wav_is_cut(readable, (size_t)s.st_size);
    fclose(readable);
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file)
        return error_set(
            err, "%s: not a sound file that can be read (wav, flac, ogg or mp3 is wanted)", path);
    int status;
    if (info.channels < 1 || info.channels > MAX_CHANNELS || info.samplerate < 1)
        status = error_set(err, "%s: %d channels at %d Hz make no sense", path, info.channels,
                           info.samplerate);
    else {
        out->rate = info.samplerate;
        status = decode(file, &info, path, out, err);
        out->early_end |= cut;
    }
    sf_close(file);
    if (status) audio_free(out);
    return status;
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
