/* Sound files: channels, formats, rates, damage. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audio/audio_file.h" /* before cmocka.h, which has a macro called fail */
#include "lib/audio/audio_source.h"

#include <cmocka.h>

enum { FRAMES = 10000 };

static int set_up(void **state) {
    char *folder = strdup("/tmp/test_audiofile.XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

static int tear_down(void **state) {
    rmdir(*state);
    free(*state);
    return 0;
}

static char *path_of(void **state, const char *name) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

/* Channel c of frame i is a small multiple of 1/1024, so that 16 and 24 bits and floats all hold it
 * exactly. */
static float sample(size_t i, int c) {
    return (float)((int)(i * 7 + (size_t)c * 300) % 1001 - 500) / 1024;
}

static void write_sound(const char *path, int format, int channels, int rate, size_t frames,
                        float odd) {
    SF_INFO info = {.format = format, .channels = channels, .samplerate = rate};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    float *x = malloc((frames ? frames : 1) * (size_t)channels * sizeof *x);
    for (size_t i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++) x[i * (size_t)channels + (size_t)c] = sample(i, c);
    if (odd != 0) x[frames / 2] = odd;
    assert_int_equal(sf_writef_float(f, x, (sf_count_t)frames), (sf_count_t)frames);
    free(x);
    sf_close(f);
}

static void reads_formats_and_channels(void **state) {
    static const struct {
        const char *name;
        int format, channels, rate;
        double tolerance;
    } cases[] = {{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 44100, 0},
                 {"b.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 3, 8000, 1e-7},
                 {"c.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2, 192000, 0},
                 {"d.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2, 48000, 0},
                 {"e.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 5, 22050, 1e-7},
                 {"f.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1, 11025, 0.01},
                 {"g.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1, 44100, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = path_of(state, cases[i].name);
        Audio a;
        Error err = {0};
        write_sound(path, cases[i].format, cases[i].channels, cases[i].rate, FRAMES, 0);
        if (audio_file_read(path, &a, &err)) fail_msg("%s", err.text);
        assert_int_equal(a.count, FRAMES);
        assert_true(a.rate == cases[i].rate);
        assert_false(a.early_end);
        for (size_t t = 0; t < FRAMES; t++) {
            double mean = 0;
            for (int c = 0; c < cases[i].channels; c++)
                mean += (double)sample(t, c) / cases[i].channels;
            assert_true(fabs((double)a.samples[t] - mean) <= cases[i].tolerance);
        }
        audio_free(&a);
        unlink(path);
    }
}

static void reads_what_is_left_of_a_file(void **state) {
    static const struct {
        const char *name;
        int format;
    } cases[] = {{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                 {"b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16}};
    for (size_t i = 0; i < 2; i++) {
        char *path = path_of(state, cases[i].name);
        Audio a;
        Error err = {0};
        write_sound(path, cases[i].format, 1, 44100, 8 * FRAMES, 0);
        FILE *f = fopen(path, "r+b");
        fseek(f, 0, SEEK_END);
        assert_int_equal(ftruncate(fileno(f), ftell(f) / 2), 0);
        fclose(f);
        if (audio_file_read(path, &a, &err)) fail_msg("%s", err.text);
        assert_true(a.count > 2 * FRAMES && a.count < 6 * FRAMES);
        assert_true(a.early_end);
        for (size_t t = 0; t < 2 * FRAMES; t++) assert_true(a.samples[t] == sample(t, 0));
        audio_free(&a);
        unlink(path);
    }
}

/* Bytes 40 to 43 of a plain wav file are the length of its data: here 2 FRAMES, less or more. */
static void knows_a_wav_that_ends_early(void **state) {
    static const struct {
        unsigned char length[4];
        bool early;
    } cases[] = {{{2 * FRAMES & 255, 2 * FRAMES >> 8, 0, 0}, false},
                 {{(2 * FRAMES + 1) & 255, (2 * FRAMES + 1) >> 8, 0, 0}, true},
                 {{0, 0, 0, 0x10}, true},
                 {{0, 0, 0xff, 0x7f}, false},
                 {{0xff, 0xff, 0xff, 0xff}, false}};
    char *path = path_of(state, "a.wav");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Audio a;
        Error err = {0};
        write_sound(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 44100, FRAMES, 0);
        FILE *f = fopen(path, "r+b");
        fseek(f, 40, SEEK_SET);
        assert_int_equal(fwrite(cases[i].length, 1, 4, f), 4);
        fclose(f);
        if (audio_file_read(path, &a, &err)) fail_msg("%s", err.text);
        assert_int_equal(a.count, FRAMES);
        assert_int_equal(a.early_end, cases[i].early);
        audio_free(&a);
    }
    unlink(path);
}

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    fclose(f);
}

/* Bytes 21 (low half) to 25 of a FLAC file count its samples; zero means that whoever wrote it,
 * into a pipe, did not know (RFC 9639, section 8.2). */
static void reads_flac_of_unknown_length(void **state) {
    char *path = path_of(state, "piped.flac");
    Audio a;
    Error err = {0};
    write_sound(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, 44100, FRAMES, 0);
    FILE *f = fopen(path, "r+b");
    unsigned char b[5];
    fseek(f, 21, SEEK_SET);
    assert_int_equal(fread(b, 1, 5, f), 5);
    assert_int_equal((b[0] & 15) << 24 | b[2] << 16 | b[3] << 8 | b[4], FRAMES);
    fseek(f, 21, SEEK_SET);
    assert_int_equal(fwrite((unsigned char[]){b[0] & 0xf0, 0, 0, 0, 0}, 1, 5, f), 5);
    fclose(f);
    if (audio_file_read(path, &a, &err)) fail_msg("%s", err.text);
    assert_int_equal(a.count, FRAMES);
    assert_false(a.early_end);
    for (size_t t = 0; t < FRAMES; t++) assert_true(a.samples[t] == sample(t, 0));
    audio_free(&a);
    unlink(path);
}

/* --- mp3 --- */

enum { MP3_RATE = 44100, MP3_FRAME = 1152, MP3_FRAMES = 100, MP3_MOST = 200000 };

typedef struct {
    unsigned char bytes[MP3_MOST];
    size_t size, second; /* where the frame after the one with the Xing or Info tag begins */
} Mp3File;

/* 100 frames of 1152 samples of a tone, as libsndfile's encoder writes them. */
static bool mp3_make(void **state, Mp3File *out) {
    char *path = path_of(state, "tone.mp3");
    SF_INFO info = {
        .format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, .channels = 1, .samplerate = MP3_RATE};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    if (!f) return false;
    static float x[MP3_FRAMES * MP3_FRAME];
    for (size_t i = 0; i < MP3_FRAMES * MP3_FRAME; i++) x[i] = 0.5f * sinf(0.05f * (float)i);
    sf_writef_float(f, x, MP3_FRAMES * MP3_FRAME);
    sf_close(f);
    FILE *r = fopen(path, "rb");
    out->size = fread(out->bytes, 1, sizeof out->bytes, r);
    fclose(r);
    unlink(path);
    out->second = 4;
    while (out->second + 4 < out->size &&
           !(out->bytes[out->second] == 0xff && out->bytes[out->second + 1] == out->bytes[1]))
        out->second++;
    assert_true(out->size > out->second + 1000);
    return true;
}

static void mp3_expect(void **state, const unsigned char *bytes, size_t size, double low,
                       double high, bool early) {
    char *path = path_of(state, "x.mp3");
    Audio a;
    Error err = {0};
    write_bytes(path, bytes, size);
    if (audio_file_read(path, &a, &err)) fail_msg("%s", err.text);
    assert_true(a.rate == (double)MP3_RATE);
    assert_in_range(a.count, (size_t)(low * (double)MP3_FRAME), (size_t)(high * (double)MP3_FRAME));
    assert_int_equal(a.early_end, early);
    audio_free(&a);
    unlink(path);
}

static void reads_mp3_with_and_without_a_tag(void **state) {
    static Mp3File m;
    static unsigned char two[2 * MP3_MOST];
    if (!mp3_make(state, &m)) skip();
    mp3_expect(state, m.bytes, m.size, 100, 100, false); /* the tag says what to leave out */
    size_t bare = m.size - m.second;
    mp3_expect(state, m.bytes + m.second, bare, 100, 104, false);
    memcpy(two, m.bytes, m.size);
    memcpy(two + m.size, m.bytes, m.size);
    mp3_expect(state, two, 2 * m.size, 200, 206, false);
    memcpy(two, m.bytes + m.second, bare);
    memcpy(two + bare, m.bytes, m.size);
    mp3_expect(state, two, bare + m.size, 200, 206, false);
    memset(two + m.size, 0, 128);
    memcpy(two, m.bytes, m.size);
    memcpy(two + m.size, "TAGtitle", 8);
    mp3_expect(state, two, m.size + 128, 100, 100, false); /* ID3v1 */
}

static void knows_an_mp3_that_ends_early(void **state) {
    static Mp3File m;
    if (!mp3_make(state, &m)) skip();
    mp3_expect(state, m.bytes, m.size / 2, 40, 60, true);
    /* Without a tag: in the middle of a frame. */
    mp3_expect(state, m.bytes + m.second, m.size / 2 + 3, 40, 70, true);
    memset(m.bytes + m.size / 2, 0x55, 3000); /* a hole */
    mp3_expect(state, m.bytes, m.size, 50, 100, true);
}

static void refuse(const char *path, const char *reason) {
    Audio a;
    Error err = {0};
    assert_int_equal(audio_file_read(path, &a, &err), -1);
    assert_null(a.samples);
    assert_ptr_equal(strstr(err.text, path), err.text);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void refuses_what_is_no_sound(void **state) {
    char *path = path_of(state, "x.wav");
    refuse(path, "No such file");
    write_bytes(path, "", 0);
    refuse(path, "empty");
    write_bytes(path, "This is not a sound file at all.", 32);
    refuse(path, "not a sound file");
    write_bytes(path, "RIFF\xff\xff\xff\xffWAVEfmt ", 16);
    refuse(path, "not a sound file");
    write_sound(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 44100, 0, 0);
    refuse(path, "no samples");
    write_sound(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 44100, FRAMES, NAN);
    refuse(path, "5000");
    write_sound(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 44100, FRAMES, INFINITY);
    refuse(path, "finite");
    unlink(path);
    refuse(*state, "regular file");
    path = path_of(state, "x.m4a");
    write_bytes(path,
                "\0\0\0\x1c"
                "ftypM4A \0\0\2\0isomiso2",
                24);
    refuse(path, "MP4");
    refuse(path, "ffmpeg");
    unlink(path);
}

/* A descriptor that cannot be read stands for a disk that fails. */
static void keeps_an_error_of_reading(void **state) {
    char *path = path_of(state, "x.wav");
    write_bytes(path, "RIFF", 4);
    AudioSource s;
    Error err;
    char b[4];
    assert_int_equal(audio_source_open(path, &s, &err), 0);
    int readable = s.descriptor;
    s.descriptor = open(path, O_WRONLY);
    assert_int_equal(audio_source_read(&s, b, 4), -1);
    assert_int_equal(s.error, EBADF);
    close(readable);
    audio_source_close(&s);
    unlink(path);
}

static void mutes_stderr_for_a_while(void **state) {
    char *path = path_of(state, "stderr");
    const int real = dup(2), file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(file, 2);
    dprintf(2, "a");
    const int saved = stderr_mute();
    dprintf(2, "b");
    stderr_unmute(saved);
    dprintf(2, "c");
    dup2(real, 2);
    close(real);
    char text[8] = {0};
    assert_int_equal(pread(file, text, 7, 0), 2);
    assert_string_equal(text, "ac");
    close(file);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_formats_and_channels),
        cmocka_unit_test(reads_what_is_left_of_a_file),
        cmocka_unit_test(knows_a_wav_that_ends_early),
        cmocka_unit_test(reads_flac_of_unknown_length),
        cmocka_unit_test(reads_mp3_with_and_without_a_tag),
        cmocka_unit_test(knows_an_mp3_that_ends_early),
        cmocka_unit_test(keeps_an_error_of_reading),
        cmocka_unit_test(refuses_what_is_no_sound),
        cmocka_unit_test(mutes_stderr_for_a_while),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
