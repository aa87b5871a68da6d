/* The registry of music features: what older files mean, what is computed of a sound, and what
 * cannot be. */
#include "features/features.h"
#include "features/mint35/blocks.h"
#include "features/music_source.h"
#include "lib/base/bytes.h"

#include "test/scratch.h"

static MusicIdentity identity(const char *name, const char *version, const char *columns) {
    MusicIdentity i = {0};
    strcpy(i.name, name);
    strcpy(i.version, version);
    strcpy(i.columns, columns);
    return i;
}

static void mint35_is_a_row(void **state) {
    (void)state;
    const FeatureSet *set = features_find("mint35");
    assert_true(set && set == features_default());
    const MusicIdentity i = features_identity(set);
    assert_string_equal(i.name, "mint35");
    assert_string_equal(i.version, "librosa-0.11");
    assert_int_equal(music_layout_width(i.columns), 35);
    size_t column;
    assert_true(music_layout_find(i.columns, "beats", &column) && column == 34);
    assert_null(features_find("mint"));
    assert_null(features_find(""));
}

/* Their names and widths stand in one layout, their numbers in an enumeration. */
static void blocks_are_named(void **state) {
    (void)state;
    Error err;
    char layout[MUSIC_LAYOUT_SIZE];
    unsigned blocks = 99;
    assert_int_equal(mint35_width(MINT35_ALL), 35);
    assert_int_equal(mint35_width(MINT35_MFCC), 20);
    assert_int_equal(mint35_width(MINT35_CHROMA), 12);
    assert_int_equal(mint35_column(MINT35_ALL, MINT35_CHROMA), 21);
    assert_int_equal(mint35_column(MINT35_ALL, MINT35_BEATS), 34);
    assert_done(mint35_blocks_parse("beats,mfcc", &blocks, &err), &err);
    assert_int_equal(blocks, MINT35_MFCC | MINT35_BEATS);
    assert_int_equal(mint35_column(blocks, MINT35_BEATS), 20);
    mint35_layout_of(blocks, layout);
    assert_string_equal(layout, "mfcc:20,beats");
    blocks = 0;
    assert_done(mint35_blocks_of(layout, &blocks, &err), &err);
    assert_int_equal(blocks, MINT35_MFCC | MINT35_BEATS);
    assert_done(mint35_blocks_of("", &blocks, &err), &err);
    assert_int_equal(blocks, MINT35_ALL);
    static const char *const not_layouts[] = {"mfcc", "mfcc:19,beats", "beats,mfcc:20", "tempo",
                                              "mfcc:20,tempo"};
    for (size_t i = 0; i < sizeof not_layouts / sizeof *not_layouts; i++)
        assert_failed(mint35_blocks_of(not_layouts[i], &blocks, &err), &err, "mint35 has no");
    assert_failed(mint35_blocks_parse("mfcc,tempo", &blocks, &err), &err,
                  "'tempo' is not one of onset_strength, mfcc, chroma, onsets, beats");
    assert_failed(mint35_blocks_parse("mfcc,", &blocks, &err), &err, "'' is not one of");
    assert_failed(mint35_blocks_parse("mfc", &blocks, &err), &err, "'mfc' is not one of");
    assert_failed(mint35_blocks_parse("beats,mfcc,beats", &blocks, &err), &err,
                  "beats is named twice");
}

static void older_files_are_taken_for_mint35(void **state) {
    (void)state;
    static const char all[] = "onset_strength,mfcc:20,chroma:12,onsets,beats";
    static const struct {
        const char *columns;
        size_t dim;
        double fps;
        bool assumed;
        double fps_then;
        const char *name_then, *columns_then;
    } cases[] = {
        {"", 35, 60, true, 60, "mint35", all},
        {"", 35, 30, true, 30, "mint35", all}, /* the file's own rate */
        {"", 35, 0, true, 60, "mint35", all},
        {"mfcc:20,beats", 21, 60, true, 60, "mint35", "mfcc:20,beats"},
        {"mfcc:19,beats", 20, 60, false, 60, "", "mfcc:19,beats"},
        {"beats,mfcc:20", 21, 60, false, 60, "", "beats,mfcc:20"},
        {"", 4800, 30, false, 30, "", ""},
        {"", 4800, 0, true, 60, "", ""},
        {"loudness:35", 35, 60, false, 60, "", "loudness:35"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        MusicIdentity m = identity("", "", cases[i].columns);
        double fps = cases[i].fps;
        assert_true(features_assume(&m, cases[i].dim, &fps) == cases[i].assumed);
        assert_true(fps == cases[i].fps_then);
        assert_string_equal(m.name, cases[i].name_then);
        assert_string_equal(m.version, *cases[i].name_then ? "librosa-0.11" : "");
        assert_string_equal(m.columns, cases[i].columns_then);
    }
    MusicIdentity known = identity("mint35", "librosa-0.8", "");
    double fps = 30;
    assert_false(features_assume(&known, 35, &fps));
    assert_string_equal(known.version, "librosa-0.8");
}

/* A second of clicks at 8000 Hz, 16-bit PCM. */
static const char *clicks(const char *name) {
    enum { RATE = 8000, SIZE = 44 + 2 * RATE };
    unsigned char wav[SIZE] = "RIFF....WAVEfmt ";
    write_le32(wav + 4, SIZE - 8);
    write_le32(wav + 16, 16);
    write_le16(wav + 20, 1);
    write_le16(wav + 22, 1);
    write_le32(wav + 24, RATE);
    write_le32(wav + 28, 2 * RATE);
    write_le16(wav + 32, 2);
    write_le16(wav + 34, 16);
    memcpy(wav + 36, "data", 4);
    write_le32(wav + 40, 2 * RATE);
    for (size_t i = 0; i < RATE; i++)
        write_le16(wav + 44 + 2 * i, (uint16_t)(i % 2000 < 20 ? 9000 + 777 * (i % 7) : 0));
    return scratch_write(name, wav, sizeof wav);
}

static void sounds_become_what_is_wanted(void **state) {
    (void)state;
    Error err;
    Music m;
    const char *sound = clicks("clicks.wav");
    MusicSource s = {.wanted = identity("mint35", "librosa-0.8", "mfcc:20,beats"), .fps = 30};
    for (int again = 0; again < 2; again++) {
        assert_done(music_source_load(&s, sound, &m, &err), &err);
        assert_true(m.fps == 30 && m.dim == 21 && m.frames == 31); /* 1 + 15360 / 512 */
        assert_memory_equal(&m.identity, &s.wanted, sizeof m.identity);
        assert_int_equal(m.notes & MUSIC_ASSUMED, 0);
        music_free(&m);
    }
    music_source_close(&s);
    assert_done(music_source_read(sound, 60, &m, &err), &err);
    assert_true(m.fps == 60 && m.dim == 35 && m.frames == 61);
    /* and as a file */
    assert_done(music_write(scratch("m.npz"), &m, &err), &err);
    Music again;
    assert_done(music_source_read(scratch("m.npz"), 30, &again, &err), &err);
    assert_true(again.fps == 60 && again.notes == 0); /* as the file has it */
    assert_memory_equal(&again.identity, &m.identity, sizeof m.identity);
    music_free(&again);
    music_free(&m);
}

static void what_cannot_be_computed_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name, *version, *columns;
        double fps;
        const char *says;
    } cases[] = {
        {"", "", "", 60, "the features that are needed have no name"},
        {"mert-95m", "layer-7", "hidden:768", 60, "mert-95m layer-7, cannot be computed here"},
        {"mint35", "librosa-0.9", "", 60, "mint35 has no version librosa-0.9"},
        {"mint35", "librosa-0.11", "mfcc:13", 60, "mint35 has no columns mfcc:13"},
        {"mint35", "librosa-0.11", "", 10, "10 frames a second: mint35 is computed at 17 to 240"},
        {"mint35", "librosa-0.8", "", 18, "librosa 0.8's numbers begin at 20"},
    };
    Error err;
    Music m;
    const char *sound = clicks("clicks.wav");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        MusicSource s = {.wanted = identity(cases[i].name, cases[i].version, cases[i].columns),
                         .fps = cases[i].fps};
        assert_failed(music_source_load(&s, sound, &m, &err), &err, cases[i].says);
        assert_memory_equal(err.text, sound, strlen(sound));
        assert_null(m.data);
        music_source_close(&s);
    }
    assert_failed(features_read(NULL, sound, &m, &err), &err,
                  "clicks.wav: a sound file; extract-music-features makes its features");
    assert_failed(features_read(NULL, scratch("gone.wav"), &m, &err), &err,
                  "gone.wav: No such file");
    assert_failed(music_source_read(scratch("gone.wav"), 60, &m, &err), &err, "gone.wav: ");
    assert_failed(music_source_read(scratch("gone.npz"), 60, &m, &err), &err, "gone.npz: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mint35_is_a_row),
        cmocka_unit_test(blocks_are_named),
        cmocka_unit_test(older_files_are_taken_for_mint35),
        cmocka_unit_test(sounds_become_what_is_wanted),
        cmocka_unit_test(what_cannot_be_computed_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
