/* test_page.c: the page's data as the viewer reads them back. */
#include "test/export/clips.h"

#include <cjson/cJSON.h>

#include "export/base64.h"
#include "export/page.h"
#include "lib/motion/quaternion.h"

/* RFC 4648, section 10. */
static void base64_of_the_standard(void **state) {
    (void)state;
    static const char *const vectors[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                          "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t n = 0; n < sizeof vectors / sizeof vectors[0]; n++) {
        Buffer b = {0};
        buffer_base64(&b, (const unsigned char *)"foobar", n);
        assert_int_equal(b.size, strlen(vectors[n]));
        assert_memory_equal(b.data ? (const char *)b.data : "", vectors[n], b.size);
        buffer_free(&b);
    }
}

/* Longer than the piece that is encoded at once. */
static void base64_of_many_bytes(void **state) {
    (void)state;
    static unsigned char zeros[10001];
    Buffer b = {0};
    buffer_base64(&b, zeros, sizeof zeros);
    assert_int_equal(b.size, 13336);
    for (size_t i = 0; i < b.size; i++) assert_int_equal(b.data[i], i < 13335 ? 'A' : '=');
    buffer_free(&b);
}

static void quaternions_of_known_turns(void **state) {
    (void)state;
    static const double axes[][3] = {
        {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.6, 0.8, 0}, {-0.48, 0.64, 0.6}};
    for (size_t a = 0; a < sizeof axes / sizeof axes[0]; a++)
        for (int degrees = -180; degrees <= 180; degrees += 15) {
            double half = degrees * M_PI / 360, v[3], r[9], q[4], same = 0;
            for (int i = 0; i < 3; i++) v[i] = 2 * half * axes[a][i];
            rotation_from_axis_angle(v, r);
            quaternion_from_rotation(r, q);
            const double expected[4] = {cos(half), sin(half) * axes[a][0], sin(half) * axes[a][1],
                                        sin(half) * axes[a][2]};
            for (int i = 0; i < 4; i++) same += q[i] * expected[i];
            assert_float_equal(fabs(same), 1, 1e-12);
        }
}

static void sound_by_its_first_bytes(void **state) {
    (void)state;
#define TYPE(text) page_audio_type((const unsigned char *)(text), sizeof(text) - 1)
    assert_string_equal(TYPE("RIFF\x24\0\0\0WAVEfmt "), "audio/wav");
    assert_string_equal(TYPE("fLaC\0\0\0\x22"), "audio/flac");
    assert_string_equal(TYPE("OggS\0\x02"), "audio/ogg");
    assert_string_equal(TYPE("ID3\x04\0"), "audio/mpeg");
    assert_string_equal(TYPE("\xff\xfb\x90\x64"), "audio/mpeg");
    assert_string_equal(TYPE("\xff\xf1\x50\x80"), "audio/aac");
    assert_string_equal(TYPE("\0\0\0\x1c"
                             "ftypM4A "),
                        "audio/mp4");
    assert_null(TYPE("RIFF\x24\0\0\0AVI "));
    assert_null(TYPE("a song"));
    assert_null(TYPE("\xff"));
    assert_null(TYPE(""));
#undef TYPE
}

static unsigned digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    return c == '=' ? 0 : (unsigned)(at - digits);
}

/* The viewer's own way back: word i of base64 text holding little-endian 16-bit words. */
static unsigned word(const char *text, size_t i) {
    unsigned byte[2];
    for (size_t k = 0; k < 2; k++) {
        const size_t at = 2 * i + k;
        const char *group = text + at / 3 * 4;
        const unsigned v =
            digit(group[0]) << 18 | digit(group[1]) << 12 | digit(group[2]) << 6 | digit(group[3]);
        byte[k] = v >> (8 * (2 - at % 3)) & 255;
    }
    return byte[0] | byte[1] << 8;
}

static void check_rotation(const char *text, size_t index, const double r[9]) {
    const unsigned a = word(text, 3 * index), b = word(text, 3 * index + 1),
                   c = word(text, 3 * index + 2);
    const unsigned words[3] = {a & 0x7fff, b & 0x7fff, c}, largest = a >> 15 | (b >> 15) << 1;
    double q[4], expected[4], left = 1, same = 0;
    for (unsigned i = 0, k = 0; i < 4; i++) {
        if (i == largest) continue;
        q[i] = (words[k++] / 16383.0 - 1) * sqrt(0.5);
        left -= q[i] * q[i];
    }
    q[largest] = sqrt(fmax(0, left));
    quaternion_from_rotation(r, expected);
    for (int i = 0; i < 4; i++) same += q[i] * expected[i];
    assert_true(2 * acos(fmin(1, fabs(same))) * 180 / M_PI < 0.009);
}

/* Names that mean mischief. */
static void data_come_back(void **state) {
    (void)state;
    enum { FRAMES = 40 };
    static const char name[] = "</script><!-- \"'\\ & \xff\xc3\xa9\n",
                      readable[] = "</script><!-- \"'\\ & ?\xc3\xa9?";
    Error err;
    Motion m;
    Skeleton s;
    Clip clip;
    make_motion(&m, FRAMES, SMPL_JOINTS);
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_done(clip_new(&clip, &m, name, &s, &err), &err);
    double deltas[FRAMES - 1] = {0};
    deltas[0] = 0.25;
    bool frozen[] = {true, false};
    size_t beats[] = {3, 17}, music_beats[] = {0, 30};
    MotionProfile t = {.frames = FRAMES,
                       .pose = deltas,
                       .trans = deltas,
                       .first = 5,
                       .length = 15,
                       .windows = 2,
                       .frozen = frozen,
                       .pose_threshold = 0.5,
                       .trans_threshold = 0.75,
                       .beats = beats,
                       .beat_count = 2,
                       .music_beats = music_beats,
                       .music_beat_count = 2};
    PageDance dance = {.clip = &clip, .profile = &t, .label = name, .note = ""};
    const unsigned char sound[] = "OggS and so on";
    Page page = {.title = name, .dances = &dance, .count = 1, .audio = sound, .audio_size = 14};
    Buffer b = {0};
    assert_done(page_html(&page, &b, &err), &err);
    buffer_byte(&b, '\0');

    static const char mark[] = "<script type=\"application/json\" id=\"data\">";
    char *json = strstr((char *)b.data, mark);
    assert_non_null(json);
    json += sizeof mark - 1;
    char *end = strstr(json, "</script>");
    assert_string_equal(end, "</script>\n</body>\n</html>\n");
    *end = '\0';
    assert_null(strpbrk(json, "<>&"));
    cJSON *data = cJSON_Parse(json),
          *first = cJSON_GetArrayItem(cJSON_GetObjectItem(data, "dances"), 0);
    assert_non_null(first);
    assert_string_equal(cJSON_GetObjectItem(data, "title")->valuestring, readable);
    assert_string_equal(cJSON_GetObjectItem(first, "name")->valuestring, readable);
    assert_string_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(data, "audio"), "data")->valuestring,
        "T2dnUyBhbmQgc28gb24=");
    assert_float_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(data, "musicBeats"), 1)->valuedouble,
                       0.5, 1e-9);
    assert_float_equal(cJSON_GetObjectItem(data, "transThreshold")->valuedouble, 0.75, 0);
    assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(first, "beats"), 1)->valueint, 17);
    assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(first, "frozen"), 0)->valueint, 1);
    assert_memory_equal(cJSON_GetObjectItem(first, "pose")->valuestring, "AACAPgAA",
                        8); /* 0.25f is 3e800000 */
    const char *rotations = cJSON_GetObjectItem(first, "rotations")->valuestring;
    for (size_t i = 0; i < FRAMES * SMPL_JOINTS; i++)
        check_rotation(rotations, i, clip.body.rotations + 9 * i);
    cJSON_Delete(data);
    buffer_free(&b);

    page.audio = (const unsigned char *)"not sound";
    page.audio_size = 9;
    assert_int_equal(page_html(&page, &b, &err), -1);
    assert_non_null(strstr(err.text, "not a sound file that browsers play"));
    buffer_free(&b);
    clip_free(&clip);
    motion_free(&m);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_of_the_standard), cmocka_unit_test(base64_of_many_bytes),
        cmocka_unit_test(quaternions_of_known_turns), cmocka_unit_test(sound_by_its_first_bytes),
        cmocka_unit_test(data_come_back)};
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
