/* page.c: the viewer's bytes, then what it is to show as JSON. */
#include "export/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/base64.h"
#include "export/page/viewer.h"
#include "export/palette.h"
#include "lib/base/bytes.h"
#include "lib/motion/quaternion.h"

/* The largest component is left out: bit 15 of the first two words says which. The others lie
 * within +-1/sqrt(2). */
static void pack_rotation(const double r[9], unsigned char out[6]) {
    double q[4];
    quaternion_from_rotation(r, q);
    int largest = 0;
    for (int i = 1; i < 4; i++)
        if (fabs(q[i]) > fabs(q[largest])) largest = i;
    const double scale = (q[largest] < 0 ? -1 : 1) * sqrt(2);
    for (int i = 0, k = 0; i < 4; i++) {
        if (i == largest) continue;
        const double step = fmin(fmax(round((scale * q[i] + 1) * 16383), 0), 32766);
        const int bit = k < 2 ? largest >> k & 1 : 0;
        write_le16(out + 2 * k++, (uint16_t)((int)step | bit << 15));
    }
}

static int put_rotations(Buffer *b, const PoseTrack *body, Error *err) {
    const size_t count = body->frames * body->joints;
    unsigned char *bytes = malloc(6 * count);
    if (!bytes) return error_set(err, "out of memory for %zu rotations", count);
    for (size_t i = 0; i < count; i++) pack_rotation(body->rotations + 9 * i, bytes + 6 * i);
    buffer_base64(b, bytes, 6 * count);
    free(bytes);
    return 0;
}

static int put_floats(Buffer *b, const double *values, size_t count, Error *err) {
    unsigned char *bytes = malloc(4 * count + 1);
    if (!bytes) return error_set(err, "out of memory for %zu numbers", count);
    for (size_t i = 0; i < count; i++) {
        const float value = (float)values[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        write_le32(bytes + 4 * i, bits);
    }
    buffer_base64(b, bytes, 4 * count);
    free(bytes);
    return 0;
}

static void put_value(Buffer *b, double v) {
    if (isfinite(v))
        buffer_number(b, v, 6);
    else
        buffer_text(b, "null");
}

static void put_comma(Buffer *b, size_t i) {
    if (i) buffer_byte(b, ',');
}

static void put_skeleton(Buffer *b, const Skeleton *s) {
    buffer_print(b, "\"joints\":%zu,\"parents\":[", s->joints);
    for (size_t j = 0; j < s->joints; j++) {
        put_comma(b, j);
        buffer_print(b, "%d", s->parents[j]);
    }
    buffer_text(b, "],\"offsets\":[");
    for (size_t i = 0; i < 3 * s->joints; i++) {
        put_comma(b, i);
        put_value(b, s->offsets[i]);
    }
    buffer_text(b, "]");
}

static int put_profile(Buffer *b, const MotionProfile *t, Error *err) {
    buffer_text(b, "\"pose\":\"");
    if (put_floats(b, t->pose, t->frames - 1, err)) return -1;
    buffer_text(b, "\",\"trans\":\"");
    if (put_floats(b, t->trans, t->frames - 1, err)) return -1;
    buffer_print(b, "\",\"windowFirst\":%zu,\"windowLength\":%zu,\"frozen\":", t->first, t->length);
    if (t->frozen) {
        buffer_byte(b, '[');
        for (size_t w = 0; w < t->windows; w++) {
            put_comma(b, w);
            buffer_byte(b, t->frozen[w] ? '1' : '0');
        }
        buffer_byte(b, ']');
    } else
        buffer_text(b, "null");
    buffer_text(b, ",\"beats\":[");
    for (size_t i = 0; i < t->beat_count; i++) {
        put_comma(b, i);
        buffer_print(b, "%zu", t->beats[i]);
    }
    buffer_byte(b, ']');
    return 0;
}

static int put_dance(Buffer *b, const PageDance *d, size_t number, Error *err) {
    const PoseTrack *body = &d->clip->body;
    double floor;
    if (clip_floor(d->clip, &floor, err)) return -1;
    buffer_text(b, "{\"name\":");
    buffer_json(b, d->label);
    buffer_text(b, ",\"genre\":");
    buffer_json(b, d->clip->genre);
    buffer_text(b, ",\"note\":");
    buffer_json(b, d->note);
    buffer_print(b, ",\"colour\":\"%s\",\"floor\":", palette_colour(number));
    buffer_number(b, floor, 4);
    buffer_print(b, ",\"frames\":%zu,\"seed\":%zu,\"fps\":", body->frames, d->clip->seed_frames);
    put_value(b, body->fps);
    buffer_byte(b, ',');
    put_skeleton(b, d->clip->skeleton);
    buffer_text(b, ",\"translations\":\"");
    if (put_floats(b, body->translations, 3 * body->frames, err)) return -1;
    buffer_text(b, "\",\"rotations\":\"");
    if (put_rotations(b, body, err)) return -1;
    buffer_text(b, "\",");
    if (put_profile(b, d->profile, err)) return -1;
    buffer_text(b, "}");
    return 0;
}

static void put_shared(Buffer *b, const Page *p) {
    const PageDance *music = NULL, *limits = p->dances;
    for (size_t i = p->count; i-- > 0;) {
        if (p->dances[i].profile->music_beat_count) music = &p->dances[i];
        if (isfinite(p->dances[i].profile->pose_threshold)) limits = &p->dances[i];
    }
    buffer_text(b, "\"musicBeats\":[");
    for (size_t i = 0; music && i < music->profile->music_beat_count; i++) {
        put_comma(b, i);
        put_value(b, (double)music->profile->music_beats[i] / music->clip->body.fps);
    }
    buffer_text(b, "],\"poseThreshold\":");
    put_value(b, limits->profile->pose_threshold);
    buffer_text(b, ",\"transThreshold\":");
    put_value(b, limits->profile->trans_threshold);
}

typedef struct {
    size_t at, size;
    const char *magic, *type;
    bool only_plays;
} AudioType;

static const AudioType *audio_type_of(const unsigned char *b, size_t size) {
    static const AudioType known[] = {
        {8, 4, "WAVE", "audio/wav", false}, {0, 4, "fLaC", "audio/flac", false},
        {0, 4, "OggS", "audio/ogg", false}, {0, 3, "ID3", "audio/mpeg", false},
        {4, 4, "ftyp", "audio/mp4", true},  {0, 4, "\x1a\x45\xdf\xa3", "audio/webm", true}};
    /* MPEG frames without a tag begin with eleven set bits; layer bits 00 are AAC's. */
    static const AudioType mp3 = {.type = "audio/mpeg"};
    static const AudioType aac = {.type = "audio/aac", .only_plays = true};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (size >= known[i].at + known[i].size &&
            memcmp(b + known[i].at, known[i].magic, known[i].size) == 0)
            return &known[i];
    if (size >= 2 && b[0] == 0xff && (b[1] & 0xe0) == 0xe0) return b[1] & 0x06 ? &mp3 : &aac;
    return NULL;
}

const char *page_audio_type(const unsigned char *b, size_t size) {
    const AudioType *type = audio_type_of(b, size);
    return type ? type->type : NULL;
}

int page_audio_check(const unsigned char *b, size_t size, Error *err) {
    if (audio_type_of(b, size)) return 0;
    return error_set(err,
                     "not a sound file that browsers play (wav, mp3, ogg, opus, flac, m4a); to "
                     "convert it: ffmpeg -i FILE song.flac");
}

bool page_audio_only_plays(const unsigned char *b, size_t size) {
    const AudioType *type = audio_type_of(b, size);
    return type && type->only_plays;
}

int page_html(const Page *page, Buffer *out, Error *err) {
    if (page->audio && page_audio_check(page->audio, page->audio_size, err)) return -1;
    const char *audio_type = page->audio ? page_audio_type(page->audio, page->audio_size) : NULL;
    buffer_add(out, page_viewer, page_viewer_size);
    buffer_text(out, "<script type=\"application/json\" id=\"data\">{\"title\":");
    buffer_json(out, page->title ? page->title : "");
    buffer_text(out, ",\n\"dances\":[");
    for (size_t i = 0; i < page->count; i++) {
        if (i) buffer_text(out, ",\n");
        if (put_dance(out, &page->dances[i], i, err)) return -1;
    }
    buffer_text(out, "],\n");
    put_shared(out, page);
    if (audio_type) {
        buffer_print(out, ",\n\"audio\":{\"type\":\"%s\",\"data\":\"", audio_type);
        buffer_base64(out, page->audio, page->audio_size);
        buffer_text(out, "\"}");
    }
    buffer_text(out, "}</script>\n</body>\n</html>\n");
    return buffer_check(out, err);
}
