#include "lib/audio/mp3_frames.h"

#include <stdint.h>
#include <string.h>

enum { HEADER = 4, TAG_ROOM = 200, ID3V1 = 128, APE_TAG = 32, ID3V2_HEADER = 10 };

typedef struct {
    size_t length; /* bytes, header included; 0: not a frame, or one of free format */
    size_t side; /* bytes from the header's end to where a Xing tag would be */
    bool free_format;
} Mp3Frame;

/* ISO 11172-3, 13818-3: sync (11 bits), version, layer, bitrate, rate, padding, mode. */
static Mp3Frame frame_parse(const unsigned char h[HEADER]) {
    static const uint16_t bitrates[2][3][15] = {
        {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
         {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
         {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
        {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
         {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
         {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};
    static const uint32_t rates[3] = {44100, 48000, 32000};
    enum { VERSION_25 = 0, RESERVED = 1, VERSION_1 = 3 };
    Mp3Frame f = {0};
    unsigned version = h[1] >> 3 & 3;
    unsigned layer = 4 - (h[1] >> 1 & 3); /* 1 to 3; 4 is reserved */
    unsigned bitrate = h[2] >> 4;
    unsigned rate = h[2] >> 2 & 3;
    if (h[0] != 0xff || h[1] < 0xe0 || version == RESERVED) return f;
    if (layer == 4 || bitrate == 15 || rate == 3) return f;
    bool low = version != VERSION_1;
    uint32_t hertz = rates[rate] >> (low ? 1 : 0) >> (version == VERSION_25 ? 1 : 0);
    size_t kilobits = bitrates[low][layer - 1][bitrate];
    size_t padding = h[2] >> 1 & 1;
    bool mono = h[3] >> 6 == 3;
    f.free_format = bitrate == 0;
    f.side = low ? (mono ? 9 : 17) : 17;
    if (!low && !mono) f.side = 32;
    if (f.free_format) return f;
    if (layer == 1)
        f.length = (12000 * kilobits / hertz + padding) * 4;
    else
        f.length = (layer == 3 && low ? 72000 : 144000) * kilobits / hertz + padding;
    return f;
}

static uint32_t big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little_endian(const unsigned char *b) {
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/* Frames that follow a Xing, Info or VBRI tag by its own count; 0: there is no tag or no count. */
static size_t frames_counted(const Mp3Frame *f, const unsigned char *b, size_t n) {
    enum { VBRI_AT = 36, VBRI_FRAMES = 14 };
    size_t xing = HEADER + f->side;
    if (xing + 12 <= n && (memcmp(b + xing, "Xing", 4) == 0 || memcmp(b + xing, "Info", 4) == 0))
        return b[xing + 7] & 1 ? big_endian(b + xing + 8) : 0;
    if (VBRI_AT + VBRI_FRAMES + 4 <= n && memcmp(b + VBRI_AT, "VBRI", 4) == 0)
        return big_endian(b + VBRI_AT + VBRI_FRAMES);
    return 0;
}

/* Bytes of a tag (ID3v1, ID3v2, APEv2, Lyrics3) or of zeros that begin here; 0: something else. */
static size_t tag_length(const unsigned char *b, size_t n) {
    if (n >= ID3V2_HEADER && memcmp(b, "ID3", 3) == 0) {
        size_t size = (size_t)(b[6] & 127) << 21 | (size_t)(b[7] & 127) << 14 |
                      (size_t)(b[8] & 127) << 7 | (b[9] & 127);
        return ID3V2_HEADER + size + (b[5] & 16 ? ID3V2_HEADER : 0);
    }
    if (n >= 3 && memcmp(b, "TAG", 3) == 0) return ID3V1;
    if (n >= APE_TAG && memcmp(b, "APETAGEX", 8) == 0)
        return (b[23] & 32 ? APE_TAG : 0) + (size_t)little_endian(b + 12);
    if (n >= 11 && memcmp(b, "LYRICSBEGIN", 11) == 0) return SIZE_MAX; /* up to the end */
    size_t zeros = 0;
    while (zeros < n && b[zeros] == 0) zeros++;
    return zeros;
}

static Mp3Frame frame_at(AudioSource *s, off_t at, unsigned char *b, size_t *n) {
    *n = audio_source_peek(s, at, b, TAG_ROOM);
    return *n >= HEADER ? frame_parse(b) : (Mp3Frame){0};
}

bool mp3_frames_found(AudioSource *s) {
    unsigned char b[TAG_ROOM];
    size_t n;
    Mp3Frame first = frame_at(s, 0, b, &n);
    if (n >= 3 && memcmp(b, "ID3", 3) == 0) return true;
    if (first.free_format) return true;
    if (first.length == 0) return false;
    if ((off_t)first.length >= s->size) return true;
    Mp3Frame second = frame_at(s, (off_t)first.length, b, &n);
    return second.length > 0 || tag_length(b, n) > 0;
}

bool mp3_frames_damaged(AudioSource *s) {
    unsigned char b[TAG_ROOM];
    size_t n;
    size_t wanted = 0; /* frames that a tag has counted and that have not been seen */
    for (off_t at = 0; at < s->size;) {
        Mp3Frame f = frame_at(s, at, b, &n);
        if (f.free_format) return false;
        if (f.length > 0) {
            size_t counted = frames_counted(&f, b, n);
            if (counted && wanted) return true;
            if ((off_t)f.length > s->size - at) return true;
            if (counted)
                wanted = counted;
            else if (wanted)
                wanted--;
            at += (off_t)f.length;
            continue;
        }
        size_t tag = tag_length(b, n);
        if (tag == 0) return true;
        if (tag >= (size_t)(s->size - at)) break;
        at += (off_t)tag;
    }
    return wanted > 0;
}
