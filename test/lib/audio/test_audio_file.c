/* Sound files: channels, formats, rates, damage. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audio/audio_file.h" /* before cmocka.h, which has a macro called fail */

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

static void refuse(const char *path, const char *reason) {
    Audio a;
    Error err = {0};
    assert_int_equal(audio_file_read(path, &a, &err), -1);
    assert_null(a.samples);
    assert_ptr_equal(strstr(err.text, path), err.text);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    fclose(f);
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
        cmocka_unit_test(refuses_what_is_no_sound),
        cmocka_unit_test(mutes_stderr_for_a_while),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
